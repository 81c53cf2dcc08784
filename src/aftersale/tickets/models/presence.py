"""Hold whether a person is at the desk just now."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Here(models.TextChoices):
    """Say whether a person takes tickets just now."""

    ON = "on", "在岗"
    BREAK = "break", "小休"
    OFF = "off", "离岗"


class Presence(models.Model):
    """Hold how a person stands and since when; no row means on duty."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="presence")
    state = models.CharField(max_length=8, choices=Here.choices, default=Here.ON)
    since = models.DateTimeField()

    def __str__(self) -> str:
        """Name person and state."""
        return f"{self.person_id} {self.state}"
