"""Keep a text that many rows share once, and let the rows hold its digest."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

from aftersale.tickets.models import SharedText


def digest_of(text: str) -> str:
    """Give the name of a text."""
    return sha256(text.encode()).hexdigest()


class Sharing:
    """Collect texts to be kept; what this process has kept already costs nothing."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._waiting: dict[str, str] = {}

    def name(self, text: str) -> str:
        """Give the digest under which a text will be found once `keep` was called."""
        known = self._names.get(text)
        if known is None:
            known = self._names[text] = digest_of(text)
            self._waiting[known] = text
        return known

    def keep(self) -> None:
        """Write what is new, inside the caller's transaction; another writer may have been first."""
        waiting = [SharedText(digest=digest, text=text) for digest, text in self._waiting.items()]
        SharedText.objects.bulk_create(waiting, ignore_conflicts=True)

    def kept(self) -> None:
        """Forget what was written, once the transaction is through."""
        self._waiting.clear()


@lru_cache(maxsize=4096)
def text_of(digest: str) -> str:
    """Read a shared text; raises SharedText.DoesNotExist."""
    return SharedText.objects.get(pk=digest).text
