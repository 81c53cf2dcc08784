"""Put a backup back: into an empty folder, on hold, and proven against the heads it was made with."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from django.db import connection

from aftersale.config import snapshot, unfinished
from aftersale.config.backup import RING_MARK, stamp_of
from aftersale.config.bundle import manifest_of, unpack
from aftersale.config.home import prepare
from aftersale.config.lock import alone
from aftersale.config.proving import proof_of
from aftersale.config.refusals import DeskRefused
from aftersale.config.upgrade import unknown_of, upgrade
from aftersale.shops.crypto import parse_ring
from aftersale.shops.models import Shop
from aftersale.texts import Text
from aftersale.tickets.mend import doubt
from aftersale.tickets.retention import reapply_erasures
from aftersale.tickets.scope import hold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from aftersale.config.home import Home
    from aftersale.evidence.proof import Proof


@dataclass(frozen=True, slots=True)
class Restored:
    """Hold what came of it: shops on hold, actions lost sight of, the proof, whether the heads agree.

    `aside` names where the data that was there before lies now, nothing where there was none. `erased_again`
    counts the tickets whose buyers had been erased since the backup was made.
    """

    shops: int
    actions: int
    proof: Proof
    same_heads: bool
    aside: tuple[str, ...]
    erased_again: int


def restore(bundle: Path, place: Home, now: datetime, *, force: bool) -> Restored:
    """Put a backup into a folder that holds nothing but keys; with `force` what is there is moved aside.

    Raises DeskRefused before anything is moved; nothing is ever deleted. Django has read the settings of
    `place`. One that was cut off leaves a mark, and the next goes ahead as if it were forced.
    """
    bundle = bundle.resolve()
    manifest = manifest_of(bundle)
    place.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone(place), _scratch(place) as scratch:
        unpack(bundle, scratch, manifest)
        _need_room(place, force=force or unfinished.is_unfinished(place))
        _need_keys(place, scratch, manifest)
        _need_fit(manifest)
        unfinished.begin(place)
        aside = _put_in(place, scratch, stamp_of(now))
        upgrade(lambda: None)
        same = snapshot.heads_now() == manifest["heads"]
        shops, actions = _hold(now)
        again = reapply_erasures(now)
        unfinished.end(place)
        return Restored(shops, actions, proof_of(place, lambda _: None), same, aside, again)


def _hold(now: datetime) -> tuple[int, int]:
    """Hold every shop and lose sight of every action that had not ended; gives how many of each."""
    shops = list(Shop.objects.order_by("pk").values_list("pk", flat=True))
    for shop in shops:
        hold(shop, now)
    return len(shops), sum(doubt(shop, now) for shop in shops)


@contextmanager
def _scratch(place: Home) -> Iterator[Path]:
    unfinished.clear(place)
    with TemporaryDirectory(prefix=unfinished.SCRATCH, dir=place.root) as name:
        yield Path(name)


def _there(place: Home) -> list[Path]:
    """List what a desk has in its folder already, keys aside."""
    parts = [place.database.with_name(place.database.name + suffix) for suffix in ("", "-wal", "-shm")]
    files = [place.files] if place.files.is_dir() and any(place.files.iterdir()) else []
    return [path for path in parts if path.exists()] + files


def _need_room(place: Home, *, force: bool) -> None:
    full = bool(_there(place)) or (connection.vendor == "postgresql" and not snapshot.is_empty())
    if full and not force:
        raise DeskRefused(
            "restore.not_empty",
            Text(
                zh=f"{place.root} 或数据库里已有数据。", en=f"There is data in {place.root} or the database."
            ),
            Text(
                zh="用 --home 指定空文件夹，或加 --force：现有数据会移到旁边，不会删除。",
                en="Name an empty folder with --home, or add --force: it moves what is there aside.",
            ),
        )


def _need_keys(place: Home, scratch: Path, manifest: Mapping[str, Any]) -> None:
    """Refuse without the keys of the backup: others would open nothing that it holds."""
    folder = scratch if (scratch / "keys").is_dir() else place.root
    path = folder / "keys" / place.field_keys.name
    text = os.environ.get("AFTERSALE_KEYS") or (path.read_text(encoding="ascii") if path.exists() else "")
    if not text or parse_ring(text).fingerprint(RING_MARK) != manifest["keys"]["fields"]:
        raise DeskRefused(
            "restore.keys",
            Text(
                zh=f"没有这份备份的密钥：{place.root / 'keys'} 里的不是，备份里也没有。",
                en=f"The keys of this backup are missing: {place.root / 'keys'} lacks them, the file too.",
            ),
            Text(
                zh="先把原来的 keys 文件夹放到那里，再恢复。",
                en="Put the former folder keys there first, then restore again.",
            ),
        )


def _need_fit(manifest: Mapping[str, Any]) -> None:
    """Refuse a backup of another engine or of a newer program."""
    engine, unknown = manifest["engine"], unknown_of(manifest["migrations"])
    if engine != connection.vendor:
        raise DeskRefused(
            "restore.engine",
            Text(
                zh=f"这份备份来自 {engine}，现在的数据库是 {connection.vendor}。",
                en=f"This backup is of {engine}; the desk is set to {connection.vendor}.",
            ),
            Text(zh="按备份设置或去掉 DATABASE_URL，再恢复。", en="Set or unset DATABASE_URL to match it."),
        )
    if unknown:
        raise DeskRefused(
            "restore.newer",
            Text(
                zh=f"这份备份来自更新的版本（{manifest['program']}）。",
                en=f"A newer version made this backup ({manifest['program']}).",
            ),
            Text(zh="安装那个版本再恢复。", en="Install that version, then restore again."),
        )


def _put_in(place: Home, scratch: Path, stamp: str) -> tuple[str, ...]:
    """Move aside what is there and put in what the backup holds; gives where the old is."""
    old, aside = place.root / f"before-{stamp}", list[str]()
    for path in _there(place):
        _move(path, old / path.name)
    for name in ("files", "keys"):
        if (scratch / name).is_dir():
            _swap(scratch / name, place.root / name, old / name)
    prepare(place)
    copy = scratch / snapshot.NAMES[connection.vendor]
    aside += _PUT[connection.vendor](place, copy, stamp)
    return (*([str(old)] if old.exists() else []), *aside)


def _move(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.rename(target)


def _swap(fresh: Path, here: Path, old: Path) -> None:
    """Put a folder into its place; one that is there and empty makes way, a full one is moved aside."""
    if here.is_dir():
        if any(here.iterdir()):
            _move(here, old)
        else:
            here.rmdir()
    fresh.rename(here)


def _put_sqlite(place: Home, copy: Path, _stamp: str) -> list[str]:
    snapshot.place_sqlite(copy, place.database)
    return []


def _put_postgresql(_place: Home, copy: Path, stamp: str) -> list[str]:
    aside = [] if snapshot.is_empty() else [snapshot.set_aside(stamp.replace("-", "_"))]
    snapshot.place_postgresql(copy)
    return aside


_PUT: dict[str, Callable[[Home, Path, str], list[str]]] = {
    "sqlite": _put_sqlite,
    "postgresql": _put_postgresql,
}
