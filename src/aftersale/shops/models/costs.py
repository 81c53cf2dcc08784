"""Hold what a shop set for counting costs, and the goodwill that it keeps to give."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from aftersale.shops.encryption import EncryptedTextField
from aftersale.shops.models.shop import Shop


class CostFigure(models.Model):
    """Hold one figure as a shop set it, from a day on; rows are added, never changed.

    `name` is one of policy.costs.figures.SPECS, `category` one of goods or empty for all. `value` counts in
    the unit of its figure; None takes it back. `source` says where the number comes from.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="cost_figures", db_index=False)
    name = models.CharField(max_length=32)
    category = models.CharField(max_length=32, blank=True)
    value = models.BigIntegerField(null=True)
    since = models.DateField()
    source = models.CharField(max_length=200, blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["shop", "name", "since"], name="cost_figure_by_day")]

    def __str__(self) -> str:
        """Name the figure and its day."""
        return f"{self.shop_id} {self.name} {self.since}"


class CostWeights(models.Model):
    """Hold how a shop weighs the five criteria, and above which amount costs appear by themselves.

    `preset` names one of policy.costs.rank.PRESETS, empty where `weights` are the shop's own. `above_fen`
    None: on request alone. The newest row counts.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="cost_weights")
    preset = models.CharField(max_length=16, blank=True)
    weights = models.JSONField()
    above_fen = models.BigIntegerField(null=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        """Name shop and preset."""
        return f"{self.shop_id} {self.preset}"


class GoodwillKind(models.TextChoices):
    """Name what a shop may give beside the law's remedies."""

    COUPON = "coupon", "优惠券"
    GIFT = "gift", "赠品"
    SERVICE = "service_compensation", "服务补偿"
    UPGRADE = "upgrade", "升级"


class Goodwill(models.Model):
    """Hold one thing that a shop may give, with what is left of it.

    `worth_fen` is what the buyer gets, `cost_fen` what one costs the shop; of a coupon both are its face
    value. `stock` and `budget_fen` limit all that is given together (None: no limit); `given` and
    `spent_fen` count it and never exceed them. `since` and `until` are days of Shanghai, both included.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="goodwill")
    kind = models.CharField(max_length=24, choices=GoodwillKind.choices)
    name = models.CharField(max_length=64)
    text = models.CharField(max_length=300, blank=True)
    worth_fen = models.BigIntegerField()
    cost_fen = models.BigIntegerField()
    stock = models.PositiveIntegerField(null=True)
    budget_fen = models.BigIntegerField(null=True)
    given = models.PositiveIntegerField(default=0)
    spent_fen = models.BigIntegerField(default=0)
    since = models.DateField()
    until = models.DateField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(stock=None) | Q(given__lte=F("stock")), name="no_goodwill_beyond_its_stock"
            ),
            models.CheckConstraint(
                condition=Q(budget_fen=None) | Q(spent_fen__lte=F("budget_fen")),
                name="no_goodwill_beyond_its_budget",
            ),
            models.CheckConstraint(condition=Q(spent_fen__gte=0), name="goodwill_spent_is_not_negative"),
        ]

    def __str__(self) -> str:
        """Give the name."""
        return self.name


class GoodwillGiven(models.Model):
    """Say that one piece of goodwill is held for a ticket: at most one of each at a time.

    `ticket_id` is its key in the room of tickets, which lies above. `cost_fen` is what was reserved, `text`
    what is written to the buyer. It is delivered when a person has handed it over, withdrawn when it was
    taken back: then stock and budget have it again. `used_at` is when the buyer used it, where somebody saw
    that.
    """

    goodwill = models.ForeignKey(Goodwill, on_delete=models.PROTECT, related_name="givings", db_index=False)
    ticket_id = models.BigIntegerField()
    cost_fen = models.BigIntegerField()
    text = EncryptedTextField(blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["goodwill", "ticket_id"],
                name="one_goodwill_a_ticket",
                condition=Q(withdrawn_at=None),
            )
        ]
        indexes: ClassVar = [models.Index(fields=["ticket_id"], name="goodwill_by_ticket")]

    def __str__(self) -> str:
        """Name both sides."""
        return f"{self.goodwill_id} {self.ticket_id}"
