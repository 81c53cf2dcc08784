"""Keep files of evidence: each once, as it came, encrypted on the disk, named by the SHA-256 of its bytes.

A file has a key of its own beside its row, itself encrypted under the ring of the desk: turning the ring over
touches no file, and erasing the row leaves bytes that nobody opens again.
"""

from __future__ import annotations

import os
import secrets
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import transaction

from aftersale.domain.errors import EvidenceBroken
from aftersale.evidence.models import StoredFile
from aftersale.evidence.pictures import LOOK_PX, THUMB_PX, smaller
from aftersale.shops.uploads import EVIDENCE, Kind, Limits, check_upload
from aftersale.texts import Text

if TYPE_CHECKING:
    from datetime import datetime

LIMITS = Limits(kinds=EVIDENCE, most_bytes=settings.VAULT_LIMIT_BYTES)
"""What the vault takes from people: pictures, films, recordings and documents without anything active."""

WRITTEN, PACKED = "json", "zip"
"""Kinds of files that the desk wrote itself: what it knew at a time, and packs."""

FOLDER = "vault"
_NONCE, _KEY, _NAME = 12, 32, 8
_READ_ONLY = 0o400


@dataclass(frozen=True, slots=True)
class Incoming:
    """Hold one file as somebody sent it."""

    name: str
    content: bytes


def check(file: Incoming, limits: Limits = LIMITS) -> Kind:
    """Tell what a file is by its content; raises UploadRefused."""
    return check_upload(file.name, file.content, len(file.content), limits)


def store(shop_id: int, content: bytes, kind: str, now: datetime) -> tuple[StoredFile, bool]:
    """Keep bytes of a shop, inside the caller's transaction; gives the file and whether it is new."""
    digest = sha256(content).hexdigest()
    known = StoredFile.objects.filter(shop_id=shop_id, sha256=digest).first()
    if known:
        return known, False
    key = secrets.token_bytes(_KEY)
    place = Path(FOLDER) / digest[:2] / f"{digest}.{secrets.token_hex(_NAME)}"
    _write(_sealed(content, key, digest), place)
    small = _drawn(content, kind, THUMB_PX)
    with transaction.atomic():
        return StoredFile.objects.get_or_create(
            shop_id=shop_id,
            sha256=digest,
            defaults={
                "kind": kind,
                "size": len(content),
                "key": b64encode(key).decode(),
                "path": str(place),
                "thumb": _sealed(small, key, digest) if small else None,
                "stored_at": now,
            },
        )


def read(file: StoredFile) -> bytes:
    """Give the bytes as they came; raises EvidenceBroken where they are not there or not those any more."""
    try:
        content = _opened((Path(settings.FILES) / file.path).read_bytes(), file)
    except (OSError, InvalidTag, ValueError):
        raise _broken(file) from None
    if sha256(content).hexdigest() != file.sha256:
        raise _broken(file)
    return content


def thumb_of(file: StoredFile) -> bytes | None:
    """Give the small picture (JPEG) of a file; None where it has none."""
    if file.thumb is None:
        return None
    try:
        return _opened(bytes(file.thumb), file)
    except (InvalidTag, ValueError):
        raise _broken(file) from None


def look_at(file: StoredFile) -> bytes | None:
    """Draw a file for looking at it (JPEG); None for what is no picture."""
    return _drawn(read(file), file.kind, LOOK_PX)


def _drawn(content: bytes, kind: str, within_px: int) -> bytes | None:
    return None if kind in {WRITTEN, PACKED} else smaller(content, Kind(kind), within_px)


def _sealed(content: bytes, key: bytes, digest: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, digest.encode())


def _opened(stored: bytes, file: StoredFile) -> bytes:
    key = b64decode(file.key, validate=True)
    return AESGCM(key).decrypt(stored[:_NONCE], stored[_NONCE:], file.sha256.encode())


def _write(stored: bytes, place: Path) -> None:
    """Write a file whole or not at all; nobody writes it again."""
    path = Path(settings.FILES) / place
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(stored)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).chmod(_READ_ONLY)
    Path(file.name).replace(path)


def _broken(file: StoredFile) -> EvidenceBroken:
    short = file.sha256[:12]
    return EvidenceBroken(
        "evidence.file",
        Text(
            zh=f"凭证文件 {short} 打不开，或不是当时存进来的。", en=f"File {short} is gone or not as it came."
        ),
        Text(zh="不要用它举证；从备份恢复。", en="Do not submit it; restore a backup."),
    )
