"""Hold negotiations round by round, replies with their versions, and where drafts are asked for."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from aftersale.shops.encryption import EncryptedTextField
from aftersale.shops.models import Shop
from aftersale.tickets.models import Task, Ticket


class State(models.TextChoices):
    """Say how a negotiation stands."""

    OPEN = "open", "进行中"
    AGREED = "agreed", "已谈妥"
    ENDED = "ended", "没谈成"


class Felt(models.TextChoices):
    """Say how a buyer took a talk, by what the buyer said."""

    PLEASED = "pleased", "满意"
    NEUTRAL = "neutral", "一般"
    UNHAPPY = "unhappy", "不满意"


class Source(models.TextChoices):
    """Say where a round is known from."""

    TYPED = "typed", "手工记下"
    LOG = "log", "平台协商记录"
    FILE = "file", "聊天记录"


class Negotiation(models.Model):
    """Hold one talk with the buyer of a ticket; at most one goes on at a time.

    `back_at` is until when the buyer was promised to hear from the shop, `back` the promise in the queue.
    `limit_fen` is how far the shop would go, which no buyer sees. `need` is what keeps a buyer from sending
    goods back (negotiation.needs), `keeps_goods` that the buyer will not. The agreement is `way`,
    `amount_fen`, `until`. `outcome` says why a talk ended without one. `read_at` is when the platform's log
    was read last, `read_fault` why not. `buyer_at` is since when the buyer waits for a word. `felt` is how
    the buyer took it, as a person read it from the buyer's words; no buyer is asked for it.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="negotiations")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="negotiations")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    back_at = models.DateTimeField(null=True)
    back = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, related_name="+")
    limit_fen = models.BigIntegerField(null=True)
    need = models.CharField(max_length=16, blank=True)
    keeps_goods = models.BooleanField(default=False)
    buyer_at = models.DateTimeField(null=True)
    way = models.CharField(max_length=48, blank=True)
    amount_fen = models.BigIntegerField(null=True)
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    outcome = models.CharField(max_length=16, blank=True)
    felt = models.CharField(max_length=8, choices=Felt.choices, blank=True)
    read_at = models.DateTimeField(null=True)
    read_fault = models.CharField(max_length=256, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ticket"], name="one_negotiation_at_a_time", condition=Q(state="open")
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["shop", "back_at"], name="negotiation_open", condition=Q(state="open")),
            models.Index(fields=["read_at"], name="negotiation_to_read", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        """Name ticket and state."""
        return f"{self.ticket_id} {self.state}"


class Offer(models.Model):
    """Hold one thing that was said, with what it wants or gives; numbered within its negotiation.

    `side` and `act` are those of policy.talks. `digest` tells lines of a log apart. `taken_back_at`: noted by
    mistake, it counts no longer.
    """

    negotiation = models.ForeignKey(Negotiation, on_delete=models.PROTECT, related_name="offers")
    number = models.PositiveIntegerField()
    side = models.CharField(max_length=8)
    act = models.CharField(max_length=8)
    way = models.CharField(max_length=48, blank=True)
    amount_fen = models.BigIntegerField(null=True)
    text = EncryptedTextField(blank=True)
    at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    source = models.CharField(max_length=8, choices=Source.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    noted_at = models.DateTimeField()
    digest = models.CharField(max_length=64, blank=True)
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["negotiation", "number"], name="one_number_a_round"),
            models.UniqueConstraint(
                fields=["negotiation", "digest"], name="one_line_of_a_log", condition=~Q(digest="")
            ),
        ]

    def __str__(self) -> str:
        """Name number, side and what it does."""
        return f"{self.number} {self.side} {self.act}"


class Reply(models.Model):
    """Hold one prepared reply: the owner's alone, or `shared` with everybody in the shop.

    Its words stand in its versions, the highest number counts. `scene` and `stage` are those of
    negotiation.scenes. `retired_at`: no longer offered; what was used stays known.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="replies")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    shared = models.BooleanField(default=False)
    scene = models.CharField(max_length=24)
    stage = models.CharField(max_length=16)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["shop", "scene", "stage"], name="reply_offered", condition=Q(retired_at=None)
            ),
        ]

    def __str__(self) -> str:
        """Name where it belongs."""
        return f"{self.scene} {self.stage}"


class ReplyVersion(models.Model):
    """Hold one wording of a reply; it never changes."""

    reply = models.ForeignKey(Reply, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=64)
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reply", "number"], name="one_number_a_version"),
        ]

    def __str__(self) -> str:
        """Give title and number."""
        return f"{self.title} {self.number}"


def code_of(reply_id: int) -> str:
    """Name a reply of a shop where it is offered, apart from those that come with the package."""
    return f"r{reply_id}"


class ReplyUse(models.Model):
    """Say that a reply was copied for a ticket; `built_in` names one that comes with the package.

    It counts as a success once the talk that it belongs to ends with an agreement.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(ReplyVersion, on_delete=models.PROTECT, null=True, related_name="uses")
    built_in = models.CharField(max_length=48, blank=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="+")
    talk = models.ForeignKey(Negotiation, on_delete=models.PROTECT, null=True, related_name="uses")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Name what was used."""
        return self.built_in or str(self.version_id)

    @property
    def code(self) -> str:
        """Give what names the reply where it is offered."""
        return self.built_in or (code_of(self.version.reply_id) if self.version else "")


class ReplyCount(models.Model):
    """Keep how often a reply was copied in a shop, and how many of those talks ended with an agreement.

    `code` is what names the reply where it is offered. It follows from the rows of ReplyUse.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=48)
    uses = models.PositiveIntegerField(default=0)
    worked = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["shop", "code"], name="one_count_a_reply")]

    def __str__(self) -> str:
        """Name what is counted."""
        return f"{self.code} {self.uses}"


class Drafting(models.Model):
    """Say where a shop asks for drafts: the address of an interface as OpenAI has it; off until it is set.

    `key` is secret. `timeout_s` is how long an answer may take.
    """

    shop = models.OneToOneField(Shop, on_delete=models.PROTECT, related_name="drafting")
    on = models.BooleanField(default=False)
    base_url = models.CharField(max_length=256, blank=True)
    model = models.CharField(max_length=128, blank=True)
    key = EncryptedTextField(blank=True)
    timeout_s = models.PositiveSmallIntegerField(default=30)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name the shop."""
        return str(self.shop)
