"""Hold a shop's own rules as published versions, and every rulebook that ever judged."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from aftersale.shops.models.shop import Shop


class PublishedRules(models.Model):
    """Hold one immutable version of a shop's layer; `files` are the texts by name (`shop/…`)."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="published_rules")
    number = models.PositiveIntegerField()
    files = models.JSONField()
    digest = models.CharField(max_length=64)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    valid_from = models.DateTimeField()
    published_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "number"], name="one_version_a_number")
        ]

    def __str__(self) -> str:
        """Name shop and version."""
        return f"{self.shop} v{self.number}"


class DraftState(models.TextChoices):
    """Tell how far a draft of rules is."""

    WAITING = "waiting", "等同事复核"
    PUBLISHED = "published", "已发布"
    RETURNED = "returned", "已退回"


class RuleDraft(models.Model):
    """Hold rules that wait for a second person; `base` is the version they were written against.

    `said` is what the second person answered. A draft is never changed, only settled, once.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="rule_drafts")
    base = models.PositiveIntegerField()
    files = models.JSONField()
    digest = models.CharField(max_length=64)
    note = models.CharField(max_length=500, blank=True)
    valid_from = models.DateTimeField(null=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=DraftState.choices, default=DraftState.WAITING)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["shop", "state"], name="rule_draft_by_state")]

    def __str__(self) -> str:
        """Name shop and time."""
        return f"{self.shop} {self.created_at:%Y-%m-%d %H:%M}"


class ComposedRulebook(models.Model):
    """Hold a rulebook as it judged, by digest: all texts, never deleted."""

    digest = models.CharField(max_length=64, primary_key=True)
    files = models.JSONField()
    engine = models.CharField(max_length=32)
    first_used_at = models.DateTimeField()

    def __str__(self) -> str:
        """Give the digest."""
        return self.digest
