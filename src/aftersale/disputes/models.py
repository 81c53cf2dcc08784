"""Hold cases before the platform, what was submitted in them, what followed for the shop, and its lessons."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from aftersale.domain.disputes import Blamed, Cause, Favours, Root, Stage
from aftersale.shops.encryption import EncryptedTextField
from aftersale.shops.models import Shop
from aftersale.tickets.models import Action, Pack, Ticket

_PERSON = settings.AUTH_USER_MODEL


class Case(models.Model):
    """Hold one dispute about a ticket; `number` is the platform's, empty where it tells none.

    `stage` is one of domain.disputes.Stage. `due_at` is until when the platform takes evidence, `due_source`
    whether it said so itself (platform) or the rulebook does. `summary` and `statement` are what goes out,
    `typed` that a person has changed them. `pack` is what was put together for the platform last, `sequence`
    the event of the ticket up to which it shows the evidence. `known_by` says who told the ruling: the
    platform, or a person. `tests` are answers to the liability tests, `estimate` what was expected when
    evidence went out. Money in fen.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="dispute_cases")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="dispute_cases")
    number = models.CharField(max_length=64, blank=True)
    stage = models.CharField(max_length=12, choices=[(each.value, each.value) for each in Stage])
    opened_at = models.DateTimeField()
    noted_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    due_source = models.CharField(max_length=8, blank=True)
    wants = models.CharField(max_length=300, blank=True)
    holder = models.ForeignKey(_PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    held_at = models.DateTimeField(null=True)
    summary = EncryptedTextField(blank=True)
    statement = EncryptedTextField(blank=True)
    typed = models.BooleanField(default=False)
    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, null=True, related_name="+")
    sequence = models.PositiveIntegerField(default=0)
    favours = models.CharField(
        max_length=8, blank=True, choices=[(each.value, each.value) for each in Favours]
    )
    blamed = models.CharField(
        max_length=12, blank=True, choices=[(each.value, each.value) for each in Blamed]
    )
    at_once = models.BooleanField(default=False)
    opinion = EncryptedTextField(blank=True)
    known_by = models.CharField(max_length=8, blank=True)
    judged_at = models.DateTimeField(null=True)
    carried_out_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    tests = models.JSONField(default=dict)
    estimate = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "number"], name="one_case_a_dispute"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["shop", "due_at"], name="case_to_answer", condition=Q(stage="evidence")),
            models.Index(fields=["shop", "stage"], name="case_by_stage"),
            models.Index(fields=["shop", "judged_at"], name="case_judged"),
        ]

    def __str__(self) -> str:
        """Name ticket and stage."""
        return f"{self.ticket_id} {self.number} {self.stage}"


class Kind(models.TextChoices):
    """Say what a submission is: evidence that was asked for, or a request to look at a ruling again."""

    EVIDENCE = "evidence", "举证"
    APPEAL = "appeal", "申诉"


class Submission(models.Model):
    """Hold what went to the platform once: text, pictures, what was missing, who said yes.

    `pictures` names each in its order by SHA-256 and bytes; `shows` there are the pieces on it, by SHA-256.

    `round` counts how often the platform asked; there is one submission a round that did not fail, and one
    appeal a case. `by` is None where the shop lets the desk submit before the time runs out. `addressed_at`
    is when its pictures were given the addresses at which the platform fetches them.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="submissions")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    round = models.PositiveSmallIntegerField(default=1)
    pack = models.ForeignKey(Pack, on_delete=models.PROTECT, related_name="+")
    text = EncryptedTextField()
    pictures = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    action = models.ForeignKey(Action, on_delete=models.PROTECT, null=True, related_name="+")
    addressed_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=8, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "kind", "round"], name="one_submission_a_round", condition=Q(failed_at=None)
            ),
        ]

    def __str__(self) -> str:
        """Name case and kind."""
        return f"{self.case_id} {self.kind} {self.round}"


class Review(models.Model):
    """Hold what a closed case taught: cause, root, what was good and bad, what is done, the lesson."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="review")
    cause = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Cause])
    root = models.CharField(max_length=8, choices=[(each.value, each.value) for each in Root])
    good = EncryptedTextField()
    bad = EncryptedTextField()
    action = EncryptedTextField()
    action_due_on = models.DateField(null=True)
    action_done_at = models.DateTimeField(null=True)
    lesson = EncryptedTextField()
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Name case and cause."""
        return f"{self.case_id} {self.cause}"


class CaseText(models.Model):
    """Hold the tokens by which a case of the library is found, separated by blanks."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="text")
    text = models.TextField()

    def __str__(self) -> str:
        """Give the tokens."""
        return self.text


class Consequence(models.TextChoices):
    """Name what a platform does to a shop."""

    WARNING = "warning", "警告"
    POINTS_A = "points_a", "A 类扣分"
    POINTS_B = "points_b", "B 类扣分"
    DEPOSIT = "deposit", "扣保证金"
    FINE = "fine", "罚款"
    LIMIT = "limit", "限制权限"
    SCORE = "score", "体验分变化"


class Penalty(models.Model):
    """Hold one measure of the platform, or one change of the score, as a person noted it.

    `amount` is points, fen, or hundredths of the score, by kind. `lifted_at` is when an appeal took it back.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="penalties")
    kind = models.CharField(max_length=12, choices=Consequence.choices)
    amount = models.BigIntegerField(default=0)
    on = models.DateField()
    note = EncryptedTextField(blank=True)
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["shop", "on"], name="penalty_by_day")]

    def __str__(self) -> str:
        """Name kind and amount."""
        return f"{self.shop_id} {self.kind} {self.amount}"


class Complaint(models.Model):
    """Hold what a shop told the platform about a buyer's conduct, and what came of it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="complaints")
    text = EncryptedTextField()
    by = models.ForeignKey(_PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer = EncryptedTextField(blank=True)
    answered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Name the ticket."""
        return f"{self.ticket_id}"


class DisputeSetting(models.Model):
    """Hold what a shop has set: whether and when the desk submits by itself, and how many orders it has.

    `orders` are the paid orders of the window over which the platform counts liable cases, as the shop typed
    them; None is not known.
    """

    shop = models.OneToOneField(Shop, on_delete=models.PROTECT, related_name="dispute_setting")
    automatic = models.BooleanField(default=False)
    minutes_before = models.PositiveSmallIntegerField(default=60)
    orders = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        """Name the shop."""
        return f"{self.shop_id} {self.automatic}"


class CaughtUp(models.Model):
    """Hold up to which event of the journal disputes were followed; one row."""

    event_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        """Give the event."""
        return str(self.event_id)
