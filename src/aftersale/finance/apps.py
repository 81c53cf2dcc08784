"""Configure the room for Django."""

from django.apps import AppConfig


class FinanceConfig(AppConfig):
    """Name the room."""

    name = "aftersale.finance"
    label = "finance"
    default_auto_field = "django.db.models.BigAutoField"
