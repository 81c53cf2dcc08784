"""Hold imports and what could not be taken."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from aftersale.shops.encryption import EncryptedJSONField, EncryptedTextField
from aftersale.shops.models import Shop


class ImportState(models.TextChoices):
    """Say how an import stands."""

    WAITING = "waiting", "排队中"
    RUNNING = "running", "导入中"
    DONE = "done", "完成"
    CANCELLED = "cancelled", "已取消"
    REFUSED = "refused", "读不了"


class Import(models.Model):
    """Hold one import: which files, of which scope, how far it is, what came of it.

    `files` names them, `folder` is where the worker finds them, `digest` is over their bytes and the reader.
    `scope` is {"states": […] | null, "from": day | null, "until": day | null}; what is open inside it and not
    in the sheet is missing. `counts` has rows, new, changed, unchanged, parked, missing, other_shop.
    `mapping` is the text of a map file.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, null=True, related_name="imports")
    kind = models.CharField(max_length=16, default="tickets")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    files = models.JSONField(default=list)
    folder = models.CharField(max_length=512, blank=True)
    digest = models.CharField(max_length=64)
    scope = models.JSONField(default=dict)
    as_of = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.WAITING)
    mapping = models.TextField(blank=True)
    total_rows = models.PositiveIntegerField(default=0)
    done_rows = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    message = models.JSONField(default=dict)
    cancel = models.BooleanField(default=False)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["digest"], name="import_by_digest")]

    def __str__(self) -> str:
        """Name number and state."""
        return f"{self.pk} {self.state}"


class ParkedRow(models.Model):
    """Hold one row that could not be taken, with its cells, until a person fixes or drops it."""

    batch = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="parked")
    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, null=True, related_name="parked_rows")
    sheet = models.CharField(max_length=256)
    row = models.PositiveIntegerField()
    column = models.CharField(max_length=64, blank=True)
    value = EncryptedTextField(blank=True)
    code = models.CharField(max_length=48)
    reason: models.Field[Any, Any] = EncryptedJSONField(default=dict)
    cells = EncryptedTextField(blank=True)
    state = models.CharField(max_length=8, default="parked")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    def __str__(self) -> str:
        """Name the place."""
        return f"{self.sheet} {self.row} {self.code}"
