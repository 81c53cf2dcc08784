"""Configure the room for Django."""

from django.apps import AppConfig


class ShopsConfig(AppConfig):
    """Name the room."""

    name = "aftersale.shops"
    label = "shops"
    default_auto_field = "django.db.models.BigAutoField"
