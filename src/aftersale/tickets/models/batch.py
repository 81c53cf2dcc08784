"""Hold what a person does to many tickets in one go, and what became of each."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from aftersale.tickets.models.action import Action
from aftersale.tickets.models.ticket import Ticket


class BatchKind(models.TextChoices):
    """Name what is done to every ticket of a batch."""

    APPROVE = "approve", "按建议处理"
    ASSIGN = "assign", "分配"
    NOTE = "note", "备注"
    LABEL = "label", "标签"
    EXTEND = "extend", "延长收货"


class BatchState(models.TextChoices):
    """Say how a batch stands; a planned one was only looked at."""

    PLANNED = "planned", "待确认"
    RUNNING = "running", "处理中"
    DONE = "done", "完成"


class RowState(models.TextChoices):
    """Say what became of one ticket of a batch."""

    READY = "ready", "待处理"
    LEFT_OUT = "left_out", "不处理"
    DONE = "done", "已处理"
    FAILED = "failed", "没有办成"
    UNDONE = "undone", "已撤回"


class Batch(models.Model):
    """Hold one batch: who, when, for which queue, and how far it is.

    `query` is the address of the queue it was taken from. `to` is whom the tickets go to. It leaves `planned`
    once, so that sending the same form twice does nothing twice. `lease_until` keeps other workers away.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="batches")
    kind = models.CharField(max_length=8, choices=BatchKind.choices)
    query = models.CharField(max_length=1024, blank=True)
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=BatchState.choices, default=BatchState.PLANNED)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["lease_until"], name="batch_running", condition=Q(state="running")),
        ]

    def __str__(self) -> str:
        """Name number and state."""
        return f"{self.pk} {self.kind} {self.state}"


class BatchRow(models.Model):
    """Hold one ticket of a batch as the person saw it: `sequence`, act and amount; then what became of it.

    `code` and `message` say why it was left out or failed.
    """

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rows")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveIntegerField()
    step = models.CharField(max_length=32)
    verb = models.CharField(max_length=32, blank=True)
    amount_fen = models.BigIntegerField(null=True)
    state = models.CharField(max_length=8, choices=RowState.choices, default=RowState.READY)
    code = models.CharField(max_length=48, blank=True)
    message = models.JSONField(default=dict)
    action = models.ForeignKey(Action, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "ticket"], name="one_row_a_ticket_of_a_batch"),
        ]
        indexes: ClassVar = [models.Index(fields=["batch", "state"], name="batch_row_state")]

    def __str__(self) -> str:
        """Name batch, ticket and state."""
        return f"{self.batch_id} {self.ticket_id} {self.state}"
