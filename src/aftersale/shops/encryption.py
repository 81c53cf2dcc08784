"""Keep personal values encrypted in the database."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models

from aftersale.shops.crypto import KeyRing, parse_ring

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


@lru_cache(maxsize=4)
def _ring(text: str) -> KeyRing:
    return parse_ring(text)


@lru_cache(maxsize=4)
def _read(path: str, _changed: float) -> str:
    return Path(path).read_text(encoding="ascii")


def ring() -> KeyRing:
    """Give the key ring in force: of AFTERSALE_KEYS, else of keys/fields.keys in the desk's folder."""
    given = os.environ.get("AFTERSALE_KEYS")
    if given:
        return _ring(given)
    path = Path(settings.FIELD_KEYS)
    return _ring(_read(str(path), path.stat().st_mtime))


class EncryptedTextField(models.TextField[str, str]):
    """Hold a text that is encrypted at rest; an empty text stays empty."""

    @property
    def _where(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"  # noqa: SLF001  # the public way to a table's name

    def get_prep_value(self, value: Any) -> Any:  # noqa: ANN401  # Django's signature
        """Encrypt on the way in."""
        text = super().get_prep_value(value)
        return ring().encrypt(text, self._where) if text else text

    def from_db_value(
        self, value: str | None, _expression: object, _connection: BaseDatabaseWrapper
    ) -> str | None:
        """Decrypt on the way out."""
        return ring().decrypt(value, self._where) if value else value
