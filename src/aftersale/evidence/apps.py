"""Configure the room for Django."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """Name the room."""

    name = "aftersale.evidence"
    label = "evidence"
    default_auto_field = "django.db.models.BigAutoField"
