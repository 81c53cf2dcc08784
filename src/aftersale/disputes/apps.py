"""Configure the room for Django."""

from django.apps import AppConfig


class DisputesConfig(AppConfig):
    """Name the room."""

    name = "aftersale.disputes"
    label = "disputes"
    default_auto_field = "django.db.models.BigAutoField"
