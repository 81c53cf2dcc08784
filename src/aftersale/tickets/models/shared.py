"""Hold texts that many rows share, each once."""

from __future__ import annotations

from django.db import models


class SharedText(models.Model):
    """Hold a text under the SHA-256 of its bytes; never changed, never deleted.

    Thousands of tickets share the columns from which their facts came and the verdict they were given.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    text = models.TextField()

    def __str__(self) -> str:
        """Give the digest."""
        return self.digest
