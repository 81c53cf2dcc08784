"""Lay out a desk as the first program with a fixed schema kept it, with made-up keys that all may know."""

from __future__ import annotations

import sqlite3
from base64 import b64encode
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.ops.desks import OwnDesk

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT = Path(__file__).with_name("first_desk.sql")
_COUNTED = bytes(range(32))


def lay_keys(home: Path) -> None:
    """Write the keys: each is the bytes from 0 to 31."""
    keys = home / "keys"
    keys.mkdir(parents=True, mode=0o700)
    pem = Ed25519PrivateKey.from_private_bytes(_COUNTED).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    (keys / "heads.pem").write_bytes(pem)
    ring = b64encode(_COUNTED).decode()
    (keys / "fields.keys").write_text(f"k1:{ring}\nindex1:{ring}\n", encoding="ascii")
    for path in keys.iterdir():
        path.chmod(0o600)


def first_desk(home: Path) -> OwnDesk:
    """Make it, on an embedded file."""
    lay_keys(home)
    with closing(sqlite3.connect(home / "desk.sqlite3")) as database:
        database.executescript(KEPT.read_text(encoding="utf-8"))
    return OwnDesk(home)


def heads_of(desk: OwnDesk) -> Iterator[tuple[object, ...]]:
    """Read the heads as they lie there, without the program."""
    with closing(sqlite3.connect(desk.home / "desk.sqlite3")) as database:
        yield from database.execute("SELECT shop_id, size, hex(root), hex(signature) FROM evidence_head")
        yield from database.execute("SELECT id, sequence, hex(head) FROM tickets_ticket")
        yield from database.execute(
            "SELECT subject_id, sequence, hex(payload), hex(hash) FROM evidence_event"
        )
