"""Configure the room for Django."""

from django.apps import AppConfig


class TicketsConfig(AppConfig):
    """Name the room."""

    name = "aftersale.tickets"
    label = "tickets"
    default_auto_field = "django.db.models.BigAutoField"
