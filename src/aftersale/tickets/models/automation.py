"""Hold what a shop lets the desk do without a person, up to which amounts, and each use."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from aftersale.shops.models import Shop
from aftersale.tickets.models.action import Action


class AutomationRule(models.Model):
    """Hold one rule of a shop: a step, the amount of one ticket, of one day, the hours; off until it is on.

    Where the step moves money both caps have to be there. Minutes are of the day in Shanghai, [from, until);
    equal ones mean all day. `from_platform`: not for what only a sheet told.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="automation_rules")
    step = models.CharField(max_length=32)
    on = models.BooleanField(default=False)
    cap_fen = models.BigIntegerField(null=True)
    day_fen = models.BigIntegerField(null=True)
    from_minute = models.PositiveSmallIntegerField(default=0)
    until_minute = models.PositiveSmallIntegerField(default=0)
    from_platform = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "step"], name="one_automation_a_step"),
        ]

    def __str__(self) -> str:
        """Name shop and step."""
        return f"{self.shop_id} {self.step}"


class AutomationStop(models.Model):
    """Hold that a shop has stopped everything that goes out without a person; no row means it was not."""

    shop = models.OneToOneField(Shop, on_delete=models.PROTECT, related_name="automation_stop")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        """Name the shop."""
        return str(self.shop_id)


class AutomaticUse(models.Model):
    """Hold one use of a rule: its action and the amount that counts against the day."""

    rule = models.ForeignKey(AutomationRule, on_delete=models.PROTECT, related_name="uses")
    action = models.OneToOneField(Action, on_delete=models.PROTECT, related_name="automatic_use")
    fen = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["rule", "at"], name="use_by_day")]

    def __str__(self) -> str:
        """Name rule and action."""
        return f"{self.rule_id} {self.action_id}"
