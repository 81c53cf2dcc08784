"""Hold the views people keep, and the keys that make a write safe to repeat."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from aftersale.shops.encryption import EncryptedTextField


class SavedView(models.Model):
    """Hold a named filter of the queue; `shared` ones are seen by everybody who may see its shops."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=64)
    filters = models.JSONField(default=dict)
    shared = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        """Give the name."""
        return self.name


class IdempotencyKey(models.Model):
    """Hold the answer to a write of the interface, so that the same key gives the same answer once."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=128)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = EncryptedTextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "key"], name="one_answer_a_key"),
        ]

    def __str__(self) -> str:
        """Give the key."""
        return self.key
