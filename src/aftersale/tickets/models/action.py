"""Hold what the desk does to the outside, and what it asks people to do."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from aftersale.domain import states
from aftersale.shops.models import Shop
from aftersale.tickets.models.decision import StoredDecision
from aftersale.tickets.models.ticket import Ticket


class Action(models.Model):
    """Hold one intent and what became of it; never deleted, its key never changes.

    `verb` is one of channels.verbs.Verb, or `outside`: money that the platform paid without us.

    `key` derives from shop, ticket, verb and intent number. `state` is one of domain.states.ActionState.
    `guard` is the platform's version the decision was made on, `seen` what the ticket said then that
    mattered (tickets.meanwhile). `sent_at` is when it was claimed last, `lease_until` ends that claim: an
    expired one is unknown and only read, and so is that of a `holder` who has died. `reserved_fen` is held
    on the order line until the outcome is known.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="actions")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=64, unique=True)
    verb = models.CharField(max_length=32)
    intent_no = models.PositiveIntegerField()
    state = models.CharField(
        max_length=12,
        default=states.ActionState.INTENDED,
        choices=[(s.value, s.value) for s in states.ActionState],
    )
    amount_fen = models.BigIntegerField(null=True)
    reserved_fen = models.BigIntegerField(default=0)
    params = models.JSONField(default=dict)
    guard = models.CharField(max_length=64, blank=True)
    seen = models.JSONField(default=dict)
    decision = models.ForeignKey(StoredDecision, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField()
    not_before = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    holder = models.CharField(max_length=32, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    receipt = models.JSONField(default=dict)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "verb", "intent_no"], name="one_action_an_intent"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["not_before"],
                name="action_open",
                condition=Q(state__in=["intended", "sending", "unknown", "handed_over"]),
            ),
        ]

    def __str__(self) -> str:
        """Name verb and state."""
        return f"{self.ticket_id} {self.verb} {self.state}"


class Task(models.Model):
    """Hold one thing that a person is asked to do; `kind` says what, `params` fill its words."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="tasks")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="tasks")
    action = models.ForeignKey(Action, on_delete=models.PROTECT, null=True, related_name="tasks")
    kind = models.CharField(max_length=32)
    params = models.JSONField(default=dict)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="tasks"
    )
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    outcome = models.CharField(max_length=32, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["shop", "due_at"], name="task_open", condition=Q(done_at=None)),
        ]

    def __str__(self) -> str:
        """Name the kind."""
        return f"{self.kind} {self.ticket_id or ''}"
