"""Back the desk up while it runs: one file that says of itself what it holds."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from aftersale import __version__
from aftersale.config.bundle import writing
from aftersale.config.keys import head_key
from aftersale.config.snapshot import NAMES, copy_database
from aftersale.domain.clock import SHANGHAI
from aftersale.evidence.heads import key_id
from aftersale.shops.encryption import ring

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.config.home import Home

KEPT = 14
_PATTERN = "aftersale-[0-9]*.tar"
# Hashed under the ring, it tells whether a ring is the one that the values were stored with.
RING_MARK = "aftersale-backup"


@dataclass(frozen=True, slots=True)
class Made:
    """Hold where a backup lies, what it says of itself, and which old ones were dropped for it."""

    path: Path
    manifest: dict[str, Any]
    dropped: tuple[Path, ...]


def stamp_of(now: datetime) -> str:
    """Write a time as part of a file name."""
    return f"{now.astimezone(SHANGHAI):%Y%m%d-%H%M%S}"


def back_up(
    place: Home, now: datetime, folder: Path | None = None, *, keys: bool = False, keep: int = KEPT
) -> Made:
    """Write a backup into a folder, by default the desk's own; `keep` of them stay, `keys` go in if asked."""
    folder = folder or place.backups
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = _free_name(folder, stamp_of(now))
    with ExitStack() as opened:
        scratch = Path(opened.enter_context(TemporaryDirectory(prefix=".copy-", dir=folder)))
        said = copy_database(scratch / "copy")
        writer = opened.enter_context(writing(target))
        writer.add(scratch / "copy", NAMES[said["engine"]])
        writer.add_folder(place.files, "files")
        if keys:
            writer.add_folder(place.head_key.parent, "keys")
        manifest = {"program": __version__, "made_at": now.isoformat(), **said, "keys": keys_of(place)}
        writer.close(manifest)
    return Made(target, manifest, _dropped(folder, keep))


def keys_of(place: Home) -> dict[str, str]:
    """Name the keys that a backup needs, without giving them away."""
    return {"fields": ring().fingerprint(RING_MARK), "heads": key_id(head_key(place).public_key())}


def _free_name(folder: Path, stamp: str) -> Path:
    names = (f"aftersale-{stamp}{suffix}.tar" for suffix in ("", *(f"-{n}" for n in range(2, 1_000))))
    return next(path for name in names if not (path := folder / name).exists())


def _dropped(folder: Path, keep: int) -> tuple[Path, ...]:
    """Delete all but the newest backups of a folder; names sort by time."""
    old = sorted(folder.glob(_PATTERN), key=lambda path: path.stem)[: -max(keep, 1)]
    for path in old:
        path.unlink()
    return tuple(old)
