"""Hold decisions as they were made, and what people answered."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from aftersale.tickets.models.ticket import Ticket


class StoredDecision(models.Model):
    """Hold one decision; the full trace is computed again from `facts` and the rulebook of `rulebook_digest`.

    `facts` is the JSON snapshot of the facts by name; it names the shared texts that list the unknown and
    the unalleged ones. `hits` has a bit for each rank that fired. `remedies`, `cites`, `dues` and `guards`
    are JSON. `trace` is kept for a refusal or a dispute only. Money in fen.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="decisions", db_index=False)
    as_of = models.DateTimeField()
    stable_until = models.DateTimeField(null=True)
    rulebook_digest = models.CharField(max_length=64)
    engine = models.CharField(max_length=32)
    facts_digest = models.CharField(max_length=64)
    facts = models.TextField()
    rule_id = models.CharField(max_length=32)
    preferred = models.CharField(max_length=32)
    remedies = models.TextField()
    amount_fen = models.BigIntegerField(null=True)
    payable_fen = models.BigIntegerField(null=True)
    punitive_fen = models.BigIntegerField(null=True)
    liability = models.CharField(max_length=32)
    freight = models.CharField(max_length=32)
    needs_person = models.BooleanField()
    hits = models.BinaryField()
    cites = models.TextField()
    guards = models.TextField()
    dues = models.TextField()
    trace = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["ticket", "-id"], name="decision_newest")]

    def __str__(self) -> str:
        """Name ticket, rule and remedy."""
        return f"{self.ticket_id} {self.rule_id} {self.preferred}"


class Answer(models.Model):
    """Hold what a person answered about one fact of a ticket; the newest answer of a fact counts."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="answers")
    fact = models.CharField(max_length=48)
    value = models.JSONField(null=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Name the fact."""
        return f"{self.ticket_id} {self.fact}"
