"""Hold how many pieces of an article a shop says it has, and those that are held for tickets."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from aftersale.shops.models.product import Product


class StockSource(models.TextChoices):
    """Name where a figure of stock was said."""

    PAGE = "page", "商品页"
    SHEET = "sheet", "商品信息表"


class Stock(models.Model):
    """Hold the stock of one article as it was counted on a day of Shanghai; no row: nobody said it.

    `pieces` is what was counted, `taken` what tickets hold of it and never more. `counting` numbers the
    counts: a piece that was held under an older one is no part of this.
    """

    product = models.OneToOneField(Product, on_delete=models.CASCADE, related_name="stock")
    pieces = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)
    counted_on = models.DateField()
    counting = models.PositiveIntegerField(default=1)
    source = models.CharField(max_length=8, choices=StockSource.choices)
    said_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(taken__lte=F("pieces")), name="no_piece_beyond_the_stock"),
        ]

    def __str__(self) -> str:
        """Name the article and what is left."""
        return f"{self.product_id} {self.left}"

    @property
    def left(self) -> int:
        """Count the pieces that no ticket holds."""
        return self.pieces - self.taken


class StockHeld(models.Model):
    """Say that one piece of an article is held for a ticket: at most one at a time.

    `ticket_id` and `action_id` are keys in the room of tickets, which lies above.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="held", db_index=False)
    counting = models.PositiveIntegerField()
    ticket_id = models.BigIntegerField()
    action_id = models.BigIntegerField()
    held_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ticket_id"], name="one_piece_held_a_ticket", condition=Q(returned_at=None)
            )
        ]
        indexes: ClassVar = [models.Index(fields=["product"], name="stock_held_by_product")]

    def __str__(self) -> str:
        """Name both sides."""
        return f"{self.product_id} {self.ticket_id}"
