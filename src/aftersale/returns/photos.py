"""Keep the photos of a parcel: each once, under its SHA-256, with its time and hash in the journal."""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from aftersale.evidence.journal import Entry, record
from aftersale.returns.matching import subject_of
from aftersale.returns.models import Parcel, ParcelPhoto
from aftersale.shops.uploads import PHOTOS, Kind, Limits, check_count, check_upload, download_headers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

LIMITS = Limits(kinds=PHOTOS)
_FOLDER = "photos"
_NAME = 128


@dataclass(frozen=True, slots=True)
class Photo:
    """Hold one photo as it was sent; `taken_at` is when the sender says it was taken."""

    name: str
    content: bytes
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Download:
    """Hold where a photo lies and the headers under which it is sent: saved, never shown."""

    path: Path
    headers: dict[str, str]


def add_photos(
    parcel_id: int, photos: Sequence[Photo], person_id: int, now: datetime
) -> list[tuple[ParcelPhoto, bool]]:
    """Keep photos of a parcel, all or none; give each with whether it is new. Raises UploadRefused."""
    check_count(len(photos), LIMITS)
    kinds = [check_upload(each.name, each.content, len(each.content), LIMITS) for each in photos]
    for each, kind in zip(photos, kinds, strict=True):
        _write(each.content, _path(sha256(each.content).hexdigest(), kind))
    with transaction.atomic():
        parcel = Parcel.objects.select_for_update(no_key=True).get(pk=parcel_id)
        return [_keep(parcel, each, kind, person_id, now) for each, kind in zip(photos, kinds, strict=True)]


def _keep(
    parcel: Parcel, photo: Photo, kind: Kind, person_id: int, now: datetime
) -> tuple[ParcelPhoto, bool]:
    digest = sha256(photo.content).hexdigest()
    kept, new = ParcelPhoto.objects.get_or_create(
        parcel=parcel,
        sha256=digest,
        defaults={
            "name": Path(photo.name).name[-_NAME:],
            "path": str(_path(digest, kind)),
            "kind": kind.value,
            "size": len(photo.content),
            "taken_at": photo.taken_at,
            "stored_at": now,
            "stored_by_id": person_id,
        },
    )
    if new:
        taken = photo.taken_at.isoformat() if photo.taken_at else None
        data = {"sha256": digest, "size": kept.size, "kind": kind.value, "taken_at": taken}
        record(subject_of(parcel), Entry("photo", now, person_id, data))
    return kept, new


def _path(digest: str, kind: Kind) -> Path:
    """Place a photo below the folder of files; two names for the same bytes are one file."""
    return Path(_FOLDER) / digest[:2] / f"{digest}.{kind.value}"


def _write(content: bytes, place: Path) -> None:
    """Write a file whole or not at all; one that is there already has the same bytes."""
    path = Path(settings.FILES) / place
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


def download(photo: ParcelPhoto) -> Download:
    """Say where a photo lies and how it is sent."""
    return Download(Path(settings.FILES) / photo.path, download_headers(photo.name, Kind(photo.kind)))
