"""Hold the legs of money, the movements that platforms tell of, their differences and the months closed.

Legs and movements are only ever added. `day` is the Shanghai day on which something happened, `month` the
month in which it is booked: that of the day, or where it was closed already the first that is open.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from aftersale.domain.money_legs import LEG_LIABILITIES, LegKind
from aftersale.evidence.models import Event
from aftersale.shops.models import Shop
from aftersale.tickets.models import Import, Ticket

_KINDS = [(kind.value, kind.value) for kind in LegKind]
_LIABILITIES = [(code, code) for code in LEG_LIABILITIES]


class Book(models.Model):
    """Hold from which month on a shop's ledger is open, empty while none was closed; locked by who adds."""

    shop = models.OneToOneField(Shop, on_delete=models.PROTECT, related_name="book")
    open_from = models.CharField(max_length=7, blank=True)

    def __str__(self) -> str:
        """Name shop and month."""
        return f"{self.shop_id} {self.open_from}"


class MoneyLeg(models.Model):
    """Hold one leg: fen in the sense of its kind, negative where it takes an earlier one back.

    `source` names where it comes from (action, ticket, row of a sheet, person) and is unique, so that the
    same source twice is one leg. `corrects` is the leg that this one mends; `event` the record in the shop's
    journal where a person made it: their note is a personal value there.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="money_legs")
    order_no = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=24, choices=_KINDS)
    fen = models.BigIntegerField()
    liability = models.CharField(max_length=16, choices=_LIABILITIES)
    at = models.DateTimeField()
    day = models.CharField(max_length=10)
    month = models.CharField(max_length=7)
    source = models.CharField(max_length=160)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrections")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "source"], name="one_leg_a_source"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["shop", "month", "kind"], name="leg_by_month"),
            models.Index(fields=["shop", "order_no"], name="leg_by_order"),
        ]

    def __str__(self) -> str:
        """Name kind and source."""
        return f"{self.kind} {self.fen} {self.source}"


class FundRow(models.Model):
    """Hold one movement as the platform told it: signed fen, in its own words what it was for (`scene`).

    `kind` is empty until somebody says what the scene means. `key` is the same in every export.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    batch = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="+")
    sheet_kind = models.CharField(max_length=12)
    key = models.CharField(max_length=112)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    day = models.CharField(max_length=10)
    month = models.CharField(max_length=7)
    kind = models.CharField(max_length=24, blank=True)
    scene = models.CharField(max_length=64, blank=True)
    fen = models.BigIntegerField()
    order_no = models.CharField(max_length=64, blank=True)
    line_no = models.CharField(max_length=64, blank=True)
    ticket_no = models.CharField(max_length=64, blank=True)
    sheet = models.CharField(max_length=256)
    row = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["shop", "key"], name="one_movement_a_key")]
        indexes: ClassVar = [
            models.Index(fields=["shop", "month", "kind"], name="movement_by_month"),
            models.Index(fields=["shop", "scene"], name="movement_unnamed", condition=Q(kind="")),
        ]

    def __str__(self) -> str:
        """Name scene and key."""
        return f"{self.scene} {self.fen} {self.key}"


class SceneName(models.Model):
    """Hold what a person said that a scene of their platform means."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    scene = models.CharField(max_length=64)
    kind = models.CharField(max_length=24, choices=_KINDS)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["shop", "scene"], name="one_name_a_scene")]

    def __str__(self) -> str:
        """Name scene and kind."""
        return f"{self.scene} {self.kind}"


class Difference(models.Model):
    """Hold where our side and the platform's differ, with its cause; it stays when it is explained or gone.

    Fen are signed as money moves for the shop: in +, out -. A side that is not there has 0 and no month.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=48)
    cause = models.CharField(max_length=16)
    kind = models.CharField(max_length=24, blank=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="+")
    order_no = models.CharField(max_length=64, blank=True)
    ticket_no = models.CharField(max_length=64, blank=True)
    leg = models.ForeignKey(MoneyLeg, on_delete=models.PROTECT, null=True, related_name="+")
    row = models.ForeignKey(FundRow, on_delete=models.PROTECT, null=True, related_name="+")
    our_fen = models.BigIntegerField(default=0)
    our_day = models.CharField(max_length=10, blank=True)
    our_month = models.CharField(max_length=7, blank=True)
    platform_fen = models.BigIntegerField(default=0)
    platform_day = models.CharField(max_length=10, blank=True)
    platform_month = models.CharField(max_length=7, blank=True)
    found_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    explained_at = models.DateTimeField(null=True)
    explained_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    event = models.ForeignKey(Event, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["shop", "key"], name="one_difference_a_key")]
        indexes: ClassVar = [
            models.Index(fields=["shop", "our_month"], name="difference_ours"),
            models.Index(fields=["shop", "platform_month"], name="difference_platform"),
        ]

    def __str__(self) -> str:
        """Name the cause."""
        return f"{self.cause} {self.key}"


class Close(models.Model):
    """Hold a closed month as it stood: `snapshot` is JSON, `digest` its SHA-256, in the journal too."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    month = models.CharField(max_length=7)
    at = models.DateTimeField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    snapshot = models.TextField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["shop", "month"], name="one_close_a_month")]

    def __str__(self) -> str:
        """Name shop and month."""
        return f"{self.shop_id} {self.month}"


class CaughtUp(models.Model):
    """Hold up to which event of the journal the legs follow: one row."""

    event_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        """Give the event."""
        return str(self.event_id)
