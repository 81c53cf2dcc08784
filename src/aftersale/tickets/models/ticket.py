"""Hold tickets, their buyers and the order lines they speak of."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from aftersale.domain import states
from aftersale.shops.encryption import EncryptedJSONField, EncryptedTextField
from aftersale.shops.models import Shop


class Lane(models.TextChoices):
    """Sort tickets by who has to move: the first column of every queue."""

    OURS = "ours", "待商家处理"
    WAITING = "waiting", "等对方"
    MISSING = "missing", "后台已不在待处理·待核对"
    DONE = "done", "已结束"


class Buyer(models.Model):
    """Hold a buyer of one shop under a keyed hash of the platform's id; contact fields are encrypted."""

    # No index of its own here and below: a wider one begins with it, and each index costs a write.
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="buyers", db_index=False)
    key = models.CharField(max_length=64)
    mask = models.CharField(max_length=32, blank=True)
    contact = EncryptedTextField(blank=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["shop", "key"], name="one_buyer_a_key")]

    def __str__(self) -> str:
        """Give the mask."""
        return self.mask


class OrderLine(models.Model):
    """Hold one order line; `reserved_fen` is what all its tickets intend, send, cannot see or have paid.

    It never exceeds `paid_fen` where that is known.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+", db_index=False)
    order_no = models.CharField(max_length=64)
    line_no = models.CharField(max_length=64, blank=True)
    paid_fen = models.BigIntegerField(null=True)
    reserved_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "order_no", "line_no"], name="one_line_a_number"),
        ]

    def __str__(self) -> str:
        """Give the numbers of the line."""
        return f"{self.order_no}/{self.line_no}"


def _states(of: type) -> list[tuple[str, str]]:
    return [(each.value, each.value) for each in of]  # type: ignore[attr-defined]


class Ticket(models.Model):
    """Hold one ticket: (shop, ticket no.), four states, what the platform last said, what was decided.

    `status`, `reason_said` and `claim` are the platform's own words; `reason` and `apply_type` codes of the
    domain. `observed` is the JSON of what the newest notice said (facts, unknown, services), `sources` names
    the shared text that tells from which column each fact came.
    `observed_at` and `rank` tell newer from older: an older one changes nothing; `version` is the platform's
    own mark of it, sent back with each write. `stage`, `tab` and `step` say how far it is, where agents look
    for it and what to do; `queue_at` is the time it is sorted by: the earliest
    deadline, or far away. `held` names what is odd about the parcels that came back, empty where nothing is.
    `blamed` is who was held liable by the platform's ruling (domain.disputes.Blamed), empty before one.
    `sealed` are values of the buyer as the platform encrypts them, by what they are.
    `waits_for` marks one on which we have done our part, from when and until when (tickets.waiting).
    `sequence` and `head` are the end of its chain of events; every change moves `sequence`, which guards
    against races.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="tickets", db_index=False)
    ticket_no = models.CharField(max_length=64)
    order_no = models.CharField(max_length=64)
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, null=True, related_name="tickets")
    buyer = models.ForeignKey(
        Buyer, on_delete=models.PROTECT, null=True, related_name="tickets", db_index=False
    )
    article = models.CharField(max_length=256, blank=True)
    article_no = models.CharField(max_length=128, blank=True)
    product_id = models.CharField(max_length=64, blank=True)
    status = models.CharField(max_length=64)
    reason_said = models.CharField(max_length=128, blank=True)
    claim = models.CharField(max_length=64, blank=True)
    flag = models.CharField(max_length=32, blank=True)
    return_waybill = models.CharField(max_length=64, blank=True)
    remark = EncryptedTextField(blank=True)
    sealed: models.Field[Any, Any] = EncryptedJSONField(blank=True, default=dict)
    reason = models.CharField(max_length=32, blank=True)
    apply_type = models.CharField(max_length=32, blank=True)
    open = models.BooleanField()
    turn = models.CharField(max_length=16)
    lane = models.CharField(max_length=8, choices=Lane.choices)
    stage = models.CharField(max_length=16)
    tab = models.CharField(max_length=16)
    step = models.CharField(max_length=32)
    decision_state = models.CharField(max_length=16, default=states.Decision.NONE)
    goods_state = models.CharField(max_length=16, default=states.Goods.NOT_SENT)
    money_state = models.CharField(max_length=16, default=states.Money.NONE)
    arbitration_state = models.CharField(max_length=16, default=states.Arbitration.NONE)
    blamed = models.CharField(max_length=12, blank=True, default="")
    contradicted = models.CharField(max_length=64, blank=True)
    amount_fen = models.BigIntegerField(null=True)
    applied_at = models.DateTimeField()
    channel = models.CharField(max_length=16)
    rank = models.PositiveSmallIntegerField()
    observed = models.TextField()
    sources = models.CharField(max_length=64)
    observed_at = models.DateTimeField()
    notice_digest = models.BinaryField(max_length=32)
    version = models.CharField(max_length=64, blank=True)
    seen_at = models.DateTimeField()
    missing_at = models.DateTimeField(null=True)
    rule_id = models.CharField(max_length=32, blank=True)
    proposal = models.CharField(max_length=32, blank=True)
    needs_person = models.BooleanField(default=False)
    stable_until = models.DateTimeField(null=True)
    held = models.CharField(max_length=64, blank=True)
    waits_for = models.CharField(max_length=8, blank=True)
    waits_since = models.DateTimeField(null=True)
    waits_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    due_kind = models.CharField(max_length=24, blank=True)
    queue_at = models.DateTimeField()
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="tickets"
    )
    sequence = models.PositiveIntegerField(default=0)
    head = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "ticket_no"], name="one_ticket_a_number"),
        ]
        indexes: ClassVar = [
            # Wide enough that filters and counts of the queue are answered from the index alone.
            models.Index(
                fields=[
                    "shop",
                    "lane",
                    "queue_at",
                    "id",
                    "stage",
                    "tab",
                    "reason",
                    "apply_type",
                    "rule_id",
                    "proposal",
                    "assignee",
                    "amount_fen",
                    "needs_person",
                    "article_no",
                    "flag",
                    "money_state",
                    "channel",
                ],
                name="ticket_queue",
            ),
            # So are the sums of the last days; and disputes, few among many, are found by how they stand.
            models.Index(
                fields=[
                    "shop",
                    "applied_at",
                    "reason",
                    "article_no",
                    "tab",
                    "money_state",
                    "amount_fen",
                ],
                name="ticket_lately",
            ),
            models.Index(fields=["shop", "arbitration_state"], name="ticket_disputed"),
            models.Index(fields=["shop", "order_no"], name="ticket_by_order"),
            models.Index(fields=["shop", "article_no"], name="ticket_by_article"),
            models.Index(fields=["buyer"], name="ticket_by_buyer"),
            models.Index(
                fields=["shop", "return_waybill"],
                name="ticket_by_waybill",
                condition=~models.Q(return_waybill=""),
            ),
            models.Index(fields=["waits_until"], name="ticket_waits", condition=~models.Q(waits_for="")),
            models.Index(fields=["stable_until"], name="ticket_unstable", condition=models.Q(open=True)),
        ]

    def __str__(self) -> str:
        """Give the platform's number."""
        return self.ticket_no


class Note(models.Model):
    """Hold a note of a colleague on a ticket; its text is personal data."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="notes")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = EncryptedTextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Name writer and time."""
        return f"{self.person} {self.at}"
