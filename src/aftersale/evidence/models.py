"""Hold the journal, chained by subject and logged by shop, the personal values beside it, and the vault."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
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


class StoredFile(models.Model):
    """Hold one file of a shop, once under its SHA-256; its bytes lie encrypted in the folder of files.

    `kind` is what its content showed, an ending of shops.uploads.Kind, or json for what the desk wrote. `key`
    opens the file and the small picture `thumb`: once the row is gone, nobody opens them again. What belongs
    to the product `library` shows nobody, and outlives the tickets that it served.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=8)
    size = models.PositiveIntegerField()
    key = EncryptedTextField()
    path = models.CharField(max_length=160)
    thumb = models.BinaryField(null=True)
    library = models.BooleanField(default=False)
    stored_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["shop", "sha256"], name="one_file_a_digest")]

    def __str__(self) -> str:
        """Give the beginning of the digest."""
        return self.sha256[:12]


class Piece(models.Model):
    """Hold one piece of evidence: a file, what it is, who gave it, when it was taken, why it may be kept.

    `software` is the program that wrote a picture last, as it says itself.
    `type`, `source` and `ground` are codes of evidence.pieces. `giver` is who sent it without an account, by
    the name they gave. A piece with `article_no` belongs to the product library and serves many tickets. One
    that is `masked_of` another shows it with the `areas` (left, top, right, bottom in thousandths) blackened.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="pieces")
    type = models.CharField(max_length=16)
    source = models.CharField(max_length=16)
    ground = models.CharField(max_length=16)
    caption = EncryptedTextField(blank=True)
    taken_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    giver = EncryptedTextField(blank=True)
    article_no = models.CharField(max_length=128, blank=True)
    software = models.CharField(max_length=60, blank=True)
    masked_of = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="masked")
    areas = models.JSONField(default=list)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["shop", "article_no"], condition=~Q(article_no=""), name="piece_of_an_article"
            ),
        ]

    def __str__(self) -> str:
        """Name type and file."""
        return f"{self.pk} {self.type}"


class HeadsOut(models.Model):
    """Hold where the heads of a shop's log go each day beside the file: `url` is secret, empty for nowhere.

    `last_on` is the day in Shanghai on which they went out last, `size` how many entries were signed then.
    `failed_at` is when the address did not take them.
    """

    shop = models.OneToOneField(Shop, on_delete=models.PROTECT, related_name="heads_out")
    url = EncryptedTextField(blank=True)
    last_on = models.DateField(null=True)
    size = models.BigIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Name the shop."""
        return str(self.shop_id)
