"""Configure the room for Django."""

from django.apps import AppConfig


class NegotiationConfig(AppConfig):
    """Name the room."""

    name = "aftersale.negotiation"
    label = "negotiation"
    default_auto_field = "django.db.models.BigAutoField"
