"""Hold the journal: events in a chain a subject, one signed log a shop, personal values apart."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from aftersale.shops.encryption import EncryptedTextField
from aftersale.shops.models import Shop


class Event(models.Model):
    """Hold one event as stored canonical bytes; the layout is docs/evidence-format.md.

    `subject_kind` and `subject_id` name what it happened to. `actor` is the id of a person, None for the desk
    itself. `log_index` is its place in the shop's log, None until sealed.
    """

    # No index of its own here and below: a wider one begins with it, and each index costs a write.
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject_kind = models.CharField(max_length=16)
    subject_id = models.BigIntegerField()
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=32)
    at = models.DateTimeField()
    actor = models.BigIntegerField(null=True)
    payload = models.BinaryField()
    previous = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)
    log_index = models.BigIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "sequence"], name="one_event_a_step"
            ),
            models.UniqueConstraint(fields=["shop", "log_index"], name="one_event_a_place"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["shop", "id"], condition=Q(log_index=None), name="event_unsealed"),
        ]

    def __str__(self) -> str:
        """Name the event by subject and step."""
        return f"{self.subject_kind} {self.subject_id} #{self.sequence} {self.kind}"


class Head(models.Model):
    """Hold one signed head of a shop's log: its size, root and signature, and the frontier to go on from."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    frontier = models.BinaryField()
    at = models.DateTimeField()
    key_id = models.CharField(max_length=16)
    signature = models.BinaryField(max_length=64)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["shop", "size"], name="one_head_a_size")]

    def __str__(self) -> str:
        """Name shop and size."""
        return f"{self.shop} {self.size}"


class PersonalValue(models.Model):
    """Hold a personal value that an event states as an HMAC; erasing deletes value and salt."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="personal", db_index=False)
    name = models.CharField(max_length=32)
    salt = models.BinaryField(max_length=32)
    value = EncryptedTextField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["event", "name"], name="one_value_a_name")]

    def __str__(self) -> str:
        """Name what it is, never what it says."""
        return f"{self.event_id} {self.name}"
