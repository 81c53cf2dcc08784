"""Hold who may do what where."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from aftersale.domain.roles import ROLE_WORDS
from aftersale.shops.models.shop import Shop


class Membership(models.Model):
    """Give a person one role in one shop."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(
        max_length=16, choices=[(role.value, text.zh) for role, text in ROLE_WORDS.items()]
    )

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "shop"], name="one_role_a_shop")]

    def __str__(self) -> str:
        """Name person, shop and role."""
        return f"{self.person} {self.shop} {self.role}"


class ApiToken(models.Model):
    """Hold a token of a person as its SHA-256; `scopes` are permissions, never more than the person's."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=64)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Name the token without what opens anything."""
        return f"{self.name} ({self.prefix}…)"


class CacheEntry(models.Model):
    """Lay out the table of Django's cache: all processes count failed tries and used codes together."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "shops_cache"

    def __str__(self) -> str:
        """Give the key."""
        return self.cache_key
