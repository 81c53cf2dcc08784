"""Hold the words that people stick on tickets."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from aftersale.shops.models import Shop
from aftersale.tickets.models.ticket import Ticket


class Label(models.Model):
    """Hold one word on one ticket; it says nothing of the buyer."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="labels")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="labels")
    name = models.CharField(max_length=16)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "name"], name="one_label_a_name_of_a_ticket"),
        ]
        indexes: ClassVar = [models.Index(fields=["shop", "name"], name="label_by_name")]

    def __str__(self) -> str:
        """Give the word."""
        return self.name
