"""Hold what people saw of a platform's numbers, and what a shop does before a new one holds."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from aftersale.shops.models import Shop


class RuleProof(models.Model):
    """Hold one look into the rule centre: the number, from when, where it stands, who looked, a picture.

    `picture` is the file as it was uploaded, `kind` its ending; both empty where none was taken.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="rule_proofs")
    parameter = models.CharField(max_length=64)
    platform = models.CharField(max_length=16)
    value = models.BigIntegerField()
    since = models.DateField(null=True)
    where = models.CharField(max_length=300)
    picture = models.BinaryField(null=True)
    kind = models.CharField(max_length=8, blank=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        """Name shop and number."""
        return f"{self.shop_id} {self.parameter}"


class Adaptation(models.Model):
    """Hold one thing to be done before a changed number holds: what, by whom, until which day."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="adaptations")
    parameter = models.CharField(max_length=64)
    text = models.CharField(max_length=200)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    def __str__(self) -> str:
        """Name what is to be done."""
        return self.text
