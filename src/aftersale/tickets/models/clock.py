"""Hold what is due and who must hear of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from aftersale.shops.models import NotifyTarget, Shop
from aftersale.tickets.models.ticket import Ticket


class DeadlineState(models.TextChoices):
    """Say how a clock stands; HISTORY was past when first seen: shown, never acted on."""

    RUNNING = "running", "计时中"
    PAUSED = "paused", "暂停"
    MET = "met", "已按时处理"
    MISSED = "missed", "已超时"
    HISTORY = "history", "导入时已过"


class Deadline(models.Model):
    """Hold one clock of a ticket: when it runs out, who must move, what follows.

    `kind` is the rulebook's name of the clock (respond_by, refund_by …) or a service target (first_response).
    `source` is platform, rulebook or service. `next_at` is the next moment at which anything happens to it:
    a warning or the end; `step` counts the warnings given. `lease_until` keeps other sweepers away.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="deadlines", db_index=False)
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24)
    source = models.CharField(max_length=8)
    side = models.CharField(max_length=8)
    consequence = models.CharField(max_length=32)
    starts_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=DeadlineState.choices)
    next_at = models.DateTimeField(null=True)
    step = models.PositiveSmallIntegerField(default=0)
    paused_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["ticket", "kind"], name="one_clock_a_kind")]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="deadline_next", condition=Q(state="running")),
        ]

    def __str__(self) -> str:
        """Name clock and time."""
        return f"{self.ticket_id} {self.kind} {self.due_at}"


class AlarmState(models.TextChoices):
    """Say how an alarm stands."""

    RINGING = "ringing", "等人接手"
    TAKEN = "taken", "已接手"
    ESCALATED = "escalated", "已升级到主管"
    OVER = "over", "已解除"


class Alarm(models.Model):
    """Hold one alarm: it rings until one person takes it over, then goes to the lead.

    `kind` is one of tickets.alarms.CLASSES; `urgent` ones pass quiet hours.
    `key` is unique while it rings, so that one cause rings once.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="alarms")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True, related_name="alarms")
    key = models.CharField(max_length=96)
    kind = models.CharField(max_length=24)
    urgent = models.BooleanField()
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=AlarmState.choices)
    raised_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    rung = models.PositiveSmallIntegerField(default=0)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    taken_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], name="one_alarm_a_cause", condition=Q(over_at=None)),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_at"], name="alarm_next", condition=Q(over_at=None)),
        ]

    def __str__(self) -> str:
        """Name kind and state."""
        return f"{self.kind} {self.state}"


class Outbox(models.Model):
    """Hold a message until it is sent; `not_before` waits for the end of quiet hours or a digest."""

    target = models.ForeignKey(NotifyTarget, on_delete=models.CASCADE, related_name="outbox")
    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, null=True, related_name="messages")
    title = models.CharField(max_length=128)
    body = models.TextField()
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["not_before"], name="outbox_unsent", condition=Q(sent_at=None)),
        ]

    def __str__(self) -> str:
        """Give the title."""
        return self.title
