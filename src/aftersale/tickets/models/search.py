"""Hold the text by which a ticket is found."""

from __future__ import annotations

from django.db import models

from aftersale.tickets.models.ticket import Ticket


class SearchText(models.Model):
    """Hold the tokens of one ticket, separated by blanks; the database keeps an index over them.

    No name and no contact of a buyer stands in it, only keyed hashes.
    """

    ticket = models.OneToOneField(
        Ticket, on_delete=models.PROTECT, primary_key=True, related_name="search_text"
    )
    text = models.TextField()

    def __str__(self) -> str:
        """Give the tokens."""
        return self.text
