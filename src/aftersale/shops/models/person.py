"""Hold the people who work at the desk."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models


class Person(AbstractUser):
    """Hold one person; minutes of quiet are of the day in Shanghai, equal ones mean none.

    `is_superuser` owns every shop. `must_change_password` is set when somebody else knows the password.
    """

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(max_length=64, blank=True)
    lang = models.CharField(max_length=2, default="zh")
    quiet_from = models.PositiveSmallIntegerField(default=0)
    quiet_until = models.PositiveSmallIntegerField(default=0)
    must_change_password = models.BooleanField(default=False)

    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        """Give the name by which colleagues know the person."""
        return self.name or self.username
