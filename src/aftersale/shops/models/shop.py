"""Hold the shops of the desk and how each is connected."""

from __future__ import annotations

from django.db import models
from django.db.models import TextChoices

from aftersale.shops.encryption import EncryptedTextField


class Platform(TextChoices):
    """Name the platforms; a shop belongs to one."""

    DOUYIN = "douyin", "抖店"
    KUAISHOU = "kuaishou", "快手小店"


class ConnectionState(TextChoices):
    """Say whether the platform's interface answers for a shop."""

    NONE = "none", "未连接"
    CONNECTED = "connected", "已连接"
    UNAUTHORISED = "unauthorised", "授权失效"


class Shop(models.Model):
    """Hold one shop.

    `channel` names how actions are carried out. `held` is set after a restore: nothing is sent until the shop
    was read once. `warn_minutes` are the warnings before a deadline, `service_minutes` the shop's own targets
    by kind, `hours` its business hours (see domain/service_hours.py), `automatic` the steps that the sweep
    may carry out by itself; only those that move no money, what pays needs a rule with caps. `retain_days`
    is how long personal values are kept after a ticket ended. Above `four_eyes_fen` two people approve a
    payment; no more than `day_cap_fen` a day leaves the shop, `person_cap_fen` at one person's word (None: no
    limit). `stop_url` is told of each order whose dispatch is to be stopped.
    """

    platform = models.CharField(max_length=16, choices=Platform.choices)
    name = models.CharField(max_length=128, unique=True)
    platform_shop_id = models.CharField(max_length=64, blank=True)
    channel = models.CharField(max_length=16, default="manual")
    held = models.BooleanField(default=False)
    demo = models.BooleanField(default=False)
    warn_minutes = models.JSONField(default=list)
    service_minutes = models.JSONField(default=dict)
    hours = models.JSONField(default=dict)
    automatic = models.JSONField(default=list)
    retain_days = models.PositiveIntegerField(default=1095)
    four_eyes_fen = models.BigIntegerField(null=True)
    day_cap_fen = models.BigIntegerField(null=True)
    person_cap_fen = models.BigIntegerField(null=True)
    stop_url = EncryptedTextField(blank=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        """Give the name of the shop."""
        return self.name


class Connection(models.Model):
    """Hold the state of a shop's connection to its platform."""

    shop = models.OneToOneField(Shop, on_delete=models.PROTECT, related_name="connection")
    state = models.CharField(max_length=16, choices=ConnectionState.choices, default=ConnectionState.NONE)
    since = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=256, blank=True)

    def __str__(self) -> str:
        """Name the shop and its state."""
        return f"{self.shop}: {self.state}"
