"""Keep a text that many rows share once, and let the rows hold its digest."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from aftersale.tickets.models import SharedText

if TYPE_CHECKING:
    from collections.abc import Mapping


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

    def fresh(self) -> dict[str, str]:
        """Hand over the texts that are new, by digest, for somebody else to keep."""
        waiting, self._waiting = self._waiting, {}
        return waiting

    def add(self, texts: Mapping[str, str]) -> None:
        """Take over texts that somebody else found, by digest."""
        for digest, text in texts.items():
            if self._names.setdefault(text, digest) is digest:
                self._waiting[digest] = text

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
