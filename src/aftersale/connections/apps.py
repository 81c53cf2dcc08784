"""Configure the room for Django."""

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    """Name the room."""

    name = "aftersale.connections"
    label = "connections"
    default_auto_field = "django.db.models.BigAutoField"
