"""Keep personal values encrypted in the database."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact, IsNull

from aftersale.shops.crypto import KeyRing, KeysInvalid, parse_ring

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.lookups import Lookup

    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField

KEYS = "AFTERSALE_KEYS"
"""The variable of the environment that holds the ring, where it is not kept in the desk's folder."""


@lru_cache(maxsize=4)
def _ring(text: str) -> KeyRing:
    return parse_ring(text)


@lru_cache(maxsize=4)
def _read(path: str, _changed: int) -> str:
    return Path(path).read_text(encoding="ascii")


def ring() -> KeyRing:
    """Give the key ring in force: of AFTERSALE_KEYS, else of keys/fields.keys in the desk's folder.

    A file that was replaced is read again within a second. Raises KeysInvalid where none can be read.
    """
    return _ring_at(int(monotonic()), os.environ.get(KEYS), settings.FIELD_KEYS)


# An import encrypts values by the hundred thousand: a replaced file is looked for once a second.
@lru_cache(maxsize=4)
def _ring_at(_second: int, given: str | None, path: Path) -> KeyRing:
    if given:
        return _ring(given)
    try:
        return _ring(_read(str(path), path.stat().st_mtime_ns))
    except (OSError, UnicodeDecodeError):
        raise KeysInvalid(
            "keys.no_file",
            f"读不到密钥文件 {path.name}。",
            f"The file of keys {path.name} cannot be read.",
        ) from None


class _OnlyEmpty(Exact):
    """Find values that are empty; each encryption differs, so that no other value would ever be found."""

    def get_prep_lookup(self) -> str:
        """Refuse to look for a value."""
        if self.rhs != "":
            raise FieldError("an encrypted field is searched by a fingerprint beside it, not by its value")
        return ""


class EncryptedTextField(_TextField):
    """Hold a text that is encrypted at rest; an empty text stays empty.

    It can be asked whether it is empty or null, and nothing else: search by KeyRing.fingerprint.
    """

    @property
    def place(self) -> str:
        """Give the place to which its values are bound: `table.column`."""
        return f"{self.model._meta.db_table}.{self.column}"  # noqa: SLF001  # the public way to a table's name

    def get_lookup(self, lookup_name: str) -> type[Lookup[Any]] | None:
        """Let only those lookups be asked that can be answered."""
        return {"exact": _OnlyEmpty, "isnull": IsNull}.get(lookup_name)

    def get_prep_value(self, value: Any) -> Any:  # noqa: ANN401  # Django's signature
        """Encrypt on the way in."""
        text = super().get_prep_value(value)
        return ring().encrypt(text, self.place) if text else text

    def from_db_value(
        self, value: str | None, _expression: object, _connection: BaseDatabaseWrapper
    ) -> str | None:
        """Decrypt on the way out."""
        return ring().decrypt(value, self.place) if value else value


class EncryptedJSONField(EncryptedTextField):
    """Hold a JSON value that is encrypted at rest; nothing said is an empty object."""

    def get_prep_value(self, value: Any) -> Any:  # noqa: ANN401  # Django's signature
        """Write and encrypt on the way in."""
        return super().get_prep_value(json.dumps(value, ensure_ascii=False) if value else "")

    def from_db_value(self, value: str | None, expression: object, connection: BaseDatabaseWrapper) -> Any:  # noqa: ANN401  # as above
        """Decrypt and read on the way out."""
        text = super().from_db_value(value, expression, connection)
        return json.loads(text) if text else {}
