"""Hold what colleagues agreed to say and do about one article and reason for a while: 口径."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from aftersale.shops.models import Shop


class Instruction(models.Model):
    """Hold one pinned instruction; what is empty stands for any.

    `live` and `batch` are the session and the batch as the facts of a ticket name them.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="instructions")
    article_no = models.CharField(max_length=128, blank=True)
    reason = models.CharField(max_length=32, blank=True)
    live = models.CharField(max_length=128, blank=True)
    batch = models.CharField(max_length=128, blank=True)
    text = models.TextField()
    until = models.DateTimeField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["shop", "until"], name="instruction_held", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        """Name what it is about."""
        return f"{self.shop_id} {self.article_no} {self.reason}"
