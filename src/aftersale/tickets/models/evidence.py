"""Hold which pieces of evidence belong to a ticket, who was asked for one, and the packs that were built."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from aftersale.evidence.models import Event, Piece, StoredFile
from aftersale.shops.encryption import EncryptedTextField
from aftersale.shops.models import Shop
from aftersale.tickets.models.ticket import Ticket


class EvidenceLink(models.Model):
    """Say that a piece of evidence belongs to a ticket; `item` is the line of the checklist that it answers.

    `event` tells of it in the journal. One that was withdrawn stays, and is shown no more. A `best` one
    stands before the others in a pack.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="evidence")
    piece = models.ForeignKey(Piece, on_delete=models.CASCADE, related_name="links")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=48, blank=True)
    best = models.BooleanField(default=False)
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["ticket", "piece"], name="one_link_a_piece", condition=Q(withdrawn_at=None)
            ),
        ]

    def __str__(self) -> str:
        """Name both sides."""
        return f"{self.ticket_id} {self.piece_id}"


class EvidenceRequest(models.Model):
    """Hold one request to somebody without an account: a link that takes files once, until it expires.

    The link's token is kept as SHA-256. `whom` is a code of evidence.pieces.Giver. `tries` counts what was
    refused; too many close it. `used_at` is when files came, `closed_at` when a person took it back.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="evidence_requests")
    token = models.CharField(max_length=64, unique=True)
    whom = models.CharField(max_length=16)
    item = models.CharField(max_length=48, blank=True)
    words = EncryptedTextField(blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["expires_at"],
                name="evidence_request_open",
                condition=Q(used_at=None, closed_at=None),
            ),
        ]

    def __str__(self) -> str:
        """Name ticket and whom was asked."""
        return f"{self.ticket_id} {self.whom}"


class PackState(models.TextChoices):
    """Say how the building of a pack stands."""

    WANTED = "wanted", "排队中"
    BUILDING = "building", "生成中"
    BUILT = "built", "已生成"
    FAILED = "failed", "没有生成"


class Pack(models.Model):
    """Hold one pack of a ticket: what was typed for it, how far it is, where it lies.

    `form` is one of tickets.vault.packs.Form. It shows the journal up to `sequence`, as it was at `as_of`:
    building it again gives the same bytes. `statement` and `summary` are what a person wrote;
    `left_out` names what did not fit; `shows` are, by picture for the platform, the SHA-256 of the pieces on
    it, and `seen` those that the platform had before, which come last. `file` is kept in the vault.
    `lease_until` keeps other workers away, and after the last of `tries` that failed until it is tried again.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="packs")
    form = models.CharField(max_length=16)
    state = models.CharField(max_length=8, choices=PackState.choices, default=PackState.WANTED)
    summary = EncryptedTextField(blank=True)
    statement = EncryptedTextField(blank=True)
    as_of = models.DateTimeField()
    sequence = models.PositiveIntegerField()
    done = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)
    file = models.ForeignKey(StoredFile, on_delete=models.SET_NULL, null=True, related_name="packs")
    left_out = models.JSONField(default=list)
    shows = models.JSONField(default=list)
    seen = models.JSONField(default=list)
    failure = models.JSONField(default=dict)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    asked_at = models.DateTimeField()
    built_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["asked_at"], name="pack_to_build", condition=Q(state__in=["wanted", "building"])
            ),
        ]

    def __str__(self) -> str:
        """Name ticket and form."""
        return f"{self.ticket_id} {self.form} {self.state}"


class EvidenceAddress(models.Model):
    """Hold the address of a picture or film that the platform told of a ticket, until its bytes are here.

    Such addresses end soon. `digest` is the SHA-256 of the address without what signs it, so that the same
    file is fetched once. `failure` is the code of why it was given up.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="evidence_addresses")
    url = EncryptedTextField()
    digest = models.CharField(max_length=64)
    told_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    fetched_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ticket", "digest"], name="one_fetch_an_address"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["told_at"], name="evidence_to_fetch", condition=Q(fetched_at=None, failure="")
            ),
        ]

    def __str__(self) -> str:
        """Name the ticket."""
        return f"{self.ticket_id} {self.digest[:8]}"
