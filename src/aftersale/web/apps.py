"""Name the room to Django, which finds its files for browsers by it."""

from __future__ import annotations

from django.apps import AppConfig


class Web(AppConfig):
    """Hold the frame of the pages."""

    name = "aftersale.web"
    label = "web"
