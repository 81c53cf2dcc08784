"""Hold parcels that came back, line by line as the warehouse counted them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from aftersale.shops.encryption import EncryptedTextField
from aftersale.shops.models import Shop
from aftersale.tickets.models import Import, Ticket


class MatchedBy(models.TextChoices):
    """Say how the ticket of a parcel was found; NOBODY is 无主件, MOVED lies with another shop now."""

    NOBODY = "", "无主件"
    WAYBILL = "waybill", "退货单号"
    ORDER = "order", "订单号"
    PERSON = "person", "人工认领"
    MOVED = "moved", "转到别的店铺"


class Parcel(models.Model):
    """Hold one returned parcel; without a match it is nobody's (无主件) until somebody claims it.

    `waybill` and `order_no` are as the warehouse wrote them, the waybill in capitals. `weight_g` is the
    weighed mass. `digest` is over all that was counted. `matched_by` is empty while no match holds.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="parcels")
    waybill = models.CharField(max_length=64)
    order_no = models.CharField(max_length=64, blank=True)
    matched_by = models.CharField(
        max_length=16, blank=True, choices=MatchedBy.choices, default=MatchedBy.NOBODY
    )
    weight_g = models.PositiveIntegerField(null=True)
    remark = EncryptedTextField(blank=True)
    arrived_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(Import, on_delete=models.PROTECT, null=True, related_name="parcels")
    digest = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "waybill"], name="one_parcel_a_waybill")
        ]
        indexes: ClassVar = [
            models.Index(fields=["shop", "id"], name="parcel_unclaimed", condition=Q(matched_by="")),
        ]

    def __str__(self) -> str:
        """Give the waybill."""
        return self.waybill


class Match(models.Model):
    """Say that a parcel holds goods of a ticket; one parcel may hold goods of several.

    `classes` name what is odd about it (returns.classes.Odd). `answers` are the ids of the answers that the
    ticket got from it, `goods_before` where its goods were before. One that has ended was taken back by a
    person, and the desk does not make it again by itself.
    """

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="matches")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="parcel_matches")
    by = models.CharField(max_length=16, choices=MatchedBy.choices)
    classes = models.JSONField(default=list)
    answers = models.JSONField(default=list)
    goods_before = models.CharField(max_length=16)
    at = models.DateTimeField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["parcel", "ticket"], name="one_match_at_a_time", condition=Q(ended_at=None)
            ),
        ]

    def __str__(self) -> str:
        """Name both sides."""
        return f"{self.parcel_id} {self.ticket_id} {self.by}"


class ParcelLine(models.Model):
    """Count the good and the bad pieces of one article in a parcel; `expected` is how many were announced."""

    parcel = models.ForeignKey(Parcel, on_delete=models.PROTECT, related_name="lines")
    article_no = models.CharField(max_length=128, blank=True)
    good = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    expected = models.PositiveIntegerField(null=True)

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
    kind = models.CharField(max_length=8)
    size = models.PositiveIntegerField()
    taken_at = models.DateTimeField(null=True)
    stored_at = models.DateTimeField()
    stored_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["parcel", "sha256"], name="one_photo_a_parcel"),
        ]

    def __str__(self) -> str:
        """Give the name of the file."""
        return self.name
