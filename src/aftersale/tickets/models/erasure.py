"""Hold which tickets were asked to be forgotten, and who looked at personal values."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from aftersale.shops.models import Shop
from aftersale.tickets.models.ticket import Ticket


class Erasure(models.Model):
    """Hold that personal values of a ticket are to be erased, or were: numbers alone, no value.

    `why` is a ground of the law (erasure.Ground). `next_at` is when it is looked at again, while something
    holds it; `erased_at` when it was done. It names the ticket by its number, which a restored backup keeps.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    ticket_no = models.CharField(max_length=64)
    why = models.CharField(max_length=16)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    requested_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "ticket_no"], name="one_erasure_a_ticket"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="erasure_due", condition=~Q(next_at=None)),
        ]

    def __str__(self) -> str:
        """Give the number of the ticket."""
        return self.ticket_no


class Unmasking(models.Model):
    """Hold that a person looked at one personal value of a ticket; the reason stands in its event."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="unmaskings")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    field = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "at"], name="unmasking_by_person")]

    def __str__(self) -> str:
        """Name the field, never what it says."""
        return f"{self.ticket_id} {self.field}"
