"""Hold the orders whose dispatch is to be stopped before their refund goes out: 截单表."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from aftersale.shops.models import Shop
from aftersale.tickets.models.action import Action
from aftersale.tickets.models.ticket import Ticket


class StopState(models.TextChoices):
    """Say what the warehouse made of it."""

    WAITING = "waiting", "待截单"
    STOPPED = "stopped", "已截住"
    TOO_LATE = "too_late", "已发出"
    NOT_NEEDED = "not_needed", "不用截了"


class StopOrder(models.Model):
    """Hold one order line that must not be sent any more, written before its refund is.

    It waits until the warehouse confirms. `told_at` is when the shop's own address heard of it, `tries` how
    often that was tried.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="stops")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="stops")
    action = models.OneToOneField(Action, on_delete=models.PROTECT, related_name="stop")
    order_no = models.CharField(max_length=64)
    line_no = models.CharField(max_length=64, blank=True)
    article = models.CharField(max_length=256, blank=True)
    article_no = models.CharField(max_length=128, blank=True)
    state = models.CharField(max_length=12, choices=StopState.choices, default=StopState.WAITING)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    told_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["shop", "at"], name="stop_waiting", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        """Name order and state."""
        return f"{self.order_no} {self.state}"
