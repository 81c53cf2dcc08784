"""Hold by which rules tickets that wait for somebody go to people, and who takes how many."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from aftersale.shops.models import Shop


class Share(models.Model):
    """Hold that a person takes tickets of a shop by rule: while fewer than `cap` are open, with which skills.

    `cap` counts the open tickets of the person in all shops. `skills` are words the shop made up: 大额, 食品.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="shares")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shares")
    cap = models.PositiveSmallIntegerField()
    skills = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "person"], name="one_share_a_person_of_a_shop"),
        ]

    def __str__(self) -> str:
        """Name shop and person."""
        return f"{self.shop_id} {self.person_id}"


class AssignmentRule(models.Model):
    """Hold one rule of a shop: tickets of a tab and an amount go to people with a skill.

    The first rule that fits, by `place`, is the only one that counts. Empty means any; fen, [from, until).
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="assignment_rules")
    place = models.PositiveSmallIntegerField()
    tab = models.CharField(max_length=16, blank=True)
    from_fen = models.BigIntegerField(null=True)
    until_fen = models.BigIntegerField(null=True)
    skill = models.CharField(max_length=32, blank=True)
    on = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["shop", "place"], name="assignment_by_place")]

    def __str__(self) -> str:
        """Name shop and place."""
        return f"{self.shop_id} {self.place}"
