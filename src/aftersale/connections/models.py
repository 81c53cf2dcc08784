"""Hold what lets the desk reach a platform for a shop, what arrived that way, and what was compared."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from aftersale.shops.encryption import EncryptedTextField
from aftersale.shops.models import Shop


class Mode(models.TextChoices):
    """Say how news of a shop arrive: pushed with polling as the safety net, or polled alone."""

    PUSH = "push", "推送加定时查询"
    POLL = "poll", "只用定时查询"


class Link(models.Model):
    """Hold keys, tokens and the place in the list of changes for one shop.

    `previous_token` is the refresh token before the last one: where that is refused it is tried once.
    `refresh_until` None is an end that the platform does not tell. `warned_days` is the last warning of its
    end that was given. `complete_until` is until when every change is known, `begun_from` where the first
    back-fill began, `filled_at` when it ended, `taken_count` how many tickets it brought. `*_lease` keep two
    workers from the same work. `fault` is the last thing that went wrong, as {code, zh, en, next_zh,
    next_en}. `service_id` is how 抖店's service market names a tool app, empty for one for own use. `poll_s`
    is how many seconds lie between two polls, None as the desk has it;
    `reveals_a_day` how many values of buyers people may have opened in a day. `permissions` says of each area
    of the interface whether it could be read when it was last tried (connections.permissions). `refused_*`
    tell of pushes that were not the platform's, counted at most once a second.
    """

    shop = models.OneToOneField(Shop, on_delete=models.PROTECT, related_name="link")
    mode = models.CharField(max_length=8, choices=Mode.choices, default=Mode.POLL)
    dry_run = models.BooleanField(default=False)
    app_key = models.CharField(max_length=64, blank=True)
    secret = EncryptedTextField(blank=True)
    sign_secret = EncryptedTextField(blank=True)
    message_key = EncryptedTextField(blank=True)
    sign_method = models.CharField(max_length=8, default="hmac")
    service_id = models.CharField(max_length=64, blank=True, default="")
    access_token = EncryptedTextField(blank=True)
    refresh_token = EncryptedTextField(blank=True)
    previous_token = EncryptedTextField(blank=True)
    access_until = models.DateTimeField(null=True)
    refresh_until = models.DateTimeField(null=True)
    granted_at = models.DateTimeField(null=True)
    refreshed_at = models.DateTimeField(null=True)
    refresh_lease = models.DateTimeField(null=True)
    warned_days = models.PositiveSmallIntegerField(null=True)
    checked_at = models.DateTimeField(null=True)
    permissions = models.JSONField(default=dict)
    push_path = models.CharField(max_length=64, unique=True)
    pushed_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    refused_code = models.CharField(max_length=64, blank=True)
    refused_count = models.PositiveIntegerField(default=0)
    begun_from = models.DateTimeField(null=True)
    complete_until = models.DateTimeField(null=True)
    filled_at = models.DateTimeField(null=True)
    taken_count = models.PositiveIntegerField(default=0)
    poll_at = models.DateTimeField(null=True)
    poll_s = models.PositiveSmallIntegerField(null=True)
    reveals_a_day = models.PositiveSmallIntegerField(default=100)
    poll_lease = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    fault = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["poll_at"], name="link_to_poll", condition=~Q(access_until=None)),
        ]

    def __str__(self) -> str:
        """Name the shop."""
        return str(self.shop)


class Quota(models.Model):
    """Keep the calls of one app on one platform apart: `next_us` is when the next one is free (epoch, µs)."""

    app = models.CharField(max_length=96, primary_key=True)
    next_us = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        """Name the app."""
        return self.app


class Push(models.Model):
    """Keep the body of a push as it came, encrypted, for some days."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="pushes")
    body = EncryptedTextField(blank=True)
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        """Name shop and time."""
        return f"{self.shop_id} {self.received_at}"


class MessageState(models.TextChoices):
    """Say what became of a pushed message."""

    WAITING = "waiting", "待查询"
    READ = "read", "已查询"
    ASIDE = "aside", "与售后单无关"
    UNKNOWN = "unknown", "平台查不到"


class PushMessage(models.Model):
    """Hold one pushed message, once, however often it comes; its ticket is read from the platform itself."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="push_messages")
    push = models.ForeignKey(Push, on_delete=models.SET_NULL, null=True, related_name="messages")
    message_id = models.CharField(max_length=128)
    kind = models.CharField(max_length=64)
    ticket_no = models.CharField(max_length=64, blank=True)
    said_at = models.DateTimeField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=MessageState.choices, default=MessageState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "message_id"], name="one_message_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["not_before"], name="message_waiting", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        """Name kind and state."""
        return f"{self.kind} {self.state}"


class Reconciliation(models.Model):
    """Hold one comparison of a shop's tickets with the platform's, over applications and changes of a span.

    `theirs` and `ours` are counts by state as {"open": n, "ended": n}; `ended_at` None is one that runs, or
    was broken off when its lease is over.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="reconciliations")
    day = models.DateField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    theirs = models.JSONField(default=dict)
    ours = models.JSONField(default=dict)
    lease_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "day"], name="one_reconciliation_a_day"),
        ]

    def __str__(self) -> str:
        """Name shop and day."""
        return f"{self.shop_id} {self.day}"


class DifferenceKind(models.TextChoices):
    """Say how a ticket differs."""

    NOT_HERE = "not_here", "平台有，售后台没有"
    STATE = "state", "状态不一样"
    NOT_THERE = "not_there", "售后台有，平台查不到"
    UNREAD = "unread", "没读到"


class Difference(models.Model):
    """Hold one ticket that stood otherwise on the platform; `healed_at` is when reading it put that right."""

    run = models.ForeignKey(Reconciliation, on_delete=models.CASCADE, related_name="differences")
    ticket_no = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=DifferenceKind.choices)
    theirs = models.CharField(max_length=64, blank=True)
    ours = models.CharField(max_length=64, blank=True)
    healed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["run", "ticket_no"], name="one_difference_a_ticket"),
        ]

    def __str__(self) -> str:
        """Name ticket and kind."""
        return f"{self.ticket_no} {self.kind}"


class CarrierList(models.Model):
    """Keep which carriers a platform takes, names by its codes, as it listed them last.

    `read_at` None is a list that never came; `next_at` is when it is asked for again.
    """

    platform = models.CharField(max_length=16, primary_key=True)
    carriers = models.JSONField(default=dict)
    read_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        """Name the platform."""
        return self.platform
