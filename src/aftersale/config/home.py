"""Know the folder that holds a desk's data, and make what must be there."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from aftersale.shops.crypto import new_ring

_OWNER_ONLY = 0o600
_OWNER_ONLY_FOLDER = 0o700


@dataclass(frozen=True, slots=True)
class Home:
    """Name the places in a desk's folder."""

    root: Path

    @property
    def database(self) -> Path:
        """Give the embedded database."""
        return self.root / "desk.sqlite3"

    @property
    def secret_key(self) -> Path:
        """Give the key that signs sessions."""
        return self.root / "keys" / "secret.key"

    @property
    def field_keys(self) -> Path:
        """Give the ring that encrypts personal values."""
        return self.root / "keys" / "fields.keys"

    @property
    def head_key(self) -> Path:
        """Give the key that signs the heads of the logs."""
        return self.root / "keys" / "heads.pem"

    @property
    def files(self) -> Path:
        """Give the folder of uploads and photos."""
        return self.root / "files"

    @property
    def backups(self) -> Path:
        """Give the folder of backups."""
        return self.root / "backups"


def home() -> Home:
    """Find the desk's folder: AFTERSALE_HOME, else `aftersale` in the user's own folder."""
    return Home(Path(os.environ.get("AFTERSALE_HOME") or Path.home() / "aftersale").expanduser().resolve())


def prepare(place: Home) -> None:
    """Make the folders and keys that are missing; what is there is never touched."""
    for folder in (place.root, place.secret_key.parent, place.files, place.backups):
        folder.mkdir(parents=True, exist_ok=True, mode=_OWNER_ONLY_FOLDER)
    _keep(place.secret_key, secrets.token_urlsafe(50).encode())
    _keep(place.field_keys, new_ring().encode())
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _keep(place.head_key, pem)


def _keep(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads, unless it is there."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    except FileExistsError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(content)
