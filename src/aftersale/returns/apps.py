"""Configure the room for Django."""

from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    """Name the room."""

    name = "aftersale.returns"
    label = "returns"
    default_auto_field = "django.db.models.BigAutoField"
