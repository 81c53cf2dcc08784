"""Configure the house for Django."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Name the house, and let its checks be known."""

    name = "aftersale.config"
    label = "desk"

    def ready(self) -> None:
        """Register the checks; they read models, which stand only now."""
        from aftersale.config import checks  # noqa: F401, PLC0415
