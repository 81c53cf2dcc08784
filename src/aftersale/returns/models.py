"""Hold parcels that came back, line by line as the warehouse counted them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from aftersale.shops.encryption import EncryptedTextField
from aftersale.shops.models import Shop
from aftersale.tickets.models import Import, Ticket


class Parcel(models.Model):
    """Hold one returned parcel; without a ticket it is nobody's (无主件) until somebody claims it.

    `weight_g` is the weighed mass. `matched_by` says how the ticket was found: waybill, order or a person.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="parcels")
    waybill = models.CharField(max_length=64)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="parcels")
    matched_by = models.CharField(max_length=16, blank=True)
    weight_g = models.PositiveIntegerField(null=True)
    remark = EncryptedTextField(blank=True)
    arrived_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    batch = models.ForeignKey(Import, on_delete=models.PROTECT, null=True, related_name="parcels")
    digest = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "waybill"], name="one_parcel_a_waybill")
        ]
        indexes: ClassVar = [
            models.Index(fields=["shop", "arrived_at"], name="parcel_unclaimed", condition=Q(ticket=None)),
        ]

    def __str__(self) -> str:
        """Give the waybill."""
        return self.waybill


class ParcelLine(models.Model):
    """Count the good and the bad pieces of one article in a parcel."""

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="lines")
    article_no = models.CharField(max_length=128)
    good = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["parcel", "article_no"], name="one_line_an_article"),
        ]

    def __str__(self) -> str:
        """Name the article and the counts."""
        return f"{self.article_no} {self.good}+{self.bad}"


class ParcelPhoto(models.Model):
    """Hold one photo of a parcel: where it is kept, and its SHA-256."""

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="photos")
    name = models.CharField(max_length=128)
    path = models.CharField(max_length=256)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    taken_at = models.DateTimeField(null=True)
    stored_at = models.DateTimeField()

    def __str__(self) -> str:
        """Give the name of the file."""
        return self.name
