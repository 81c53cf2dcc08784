"""Hold who is on duty when, and how people are reached."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from aftersale.shops.encryption import EncryptedTextField
from aftersale.shops.models.shop import Shop


class Duty(models.Model):
    """Put a person on duty in a shop for one span; `leads` marks who is asked when nobody takes over."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="duties")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="duties")
    leads = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["shop", "starts_at", "ends_at"], name="duty_span")]

    def __str__(self) -> str:
        """Name person and span."""
        return f"{self.person} {self.starts_at}-{self.ends_at}"


class NotifyTarget(models.Model):
    """Hold where to reach a person; `url` is secret. `digest_at` None: at once, else minute of the day."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notify_targets"
    )
    name = models.CharField(max_length=64)
    url = EncryptedTextField()
    digest_at = models.PositiveSmallIntegerField(null=True)
    active = models.BooleanField(default=True)
    failed_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=256, blank=True)

    def __str__(self) -> str:
        """Name the target without its address."""
        return f"{self.person}: {self.name}"
