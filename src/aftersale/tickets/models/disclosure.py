"""Hold to whom order data with personal values was shown, until the platform has heard of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from aftersale.shops.models import Shop
from aftersale.tickets.models.ticket import Ticket


class Disclosure(models.Model):
    """Hold one time that personal values of an order were shown to a person, and no value itself.

    `key` is fixed, so that the platform may hear of it twice. `what` names the values, separated by commas;
    `address` is where the person called from, `path` the page. `next_at` is when it is reported, or tried
    again; None once the platform took it, at `reported_at`. `fault` says why not, as a link does.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="disclosures")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="disclosures")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=32, unique=True)
    kind = models.CharField(max_length=12)
    what = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=45, blank=True)
    path = models.CharField(max_length=128, blank=True)
    referer = models.CharField(max_length=256, blank=True)
    at = models.DateTimeField()
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    fault = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["shop", "next_at"], name="disclosure_due", condition=~Q(next_at=None)),
        ]

    def __str__(self) -> str:
        """Name ticket and kind, never a value."""
        return f"{self.ticket_id} {self.kind}"
