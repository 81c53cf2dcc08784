"""Look at the machine: set-up, database, keys, clock, disk, backups."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.core import checks
from django.db import connection

from aftersale.config.doctor import Finding, Level, ok
from aftersale.config.keys import head_key
from aftersale.config.unfinished import left_over, refuse_unfinished
from aftersale.config.upgrade import standing
from aftersale.domain.clock import SHANGHAI
from aftersale.evidence.models import Event
from aftersale.shops.encryption import ring
from aftersale.texts import Text
from aftersale.tickets.models import Buyer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from aftersale.config.home import Home

_GB = 1 << 30
_LITTLE, _TOO_LITTLE = 5 * _GB, 1 * _GB
_AHEAD = timedelta(minutes=5)
_BACKUP_AGE = timedelta(days=2)


def configuration(place: Home, _now: datetime) -> Iterator[Finding]:
    """Let the program check its own set-up."""
    found = [each for each in checks.run_checks() if each.level >= checks.WARNING]
    for each in found:
        level = Level.BAD if each.level >= checks.ERROR else Level.WARN
        hint = each.hint or str(each.id)
        yield Finding(level, Text(zh=str(each.msg), en=str(each.msg)), Text(zh=hint, en=hint))
    if not found:
        yield ok(f"数据在 {place.root}", f"The data lies in {place.root}")


def database(place: Home, _now: datetime) -> Iterator[Finding]:
    """See that the database answers, is whole, is not half restored and is of this version."""
    refuse_unfinished(place)
    yield from (_sqlite if connection.vendor == "sqlite" else _postgresql)()
    found = standing()
    if found.current:
        yield ok("数据库版本一致", "The database is of this version")
        return
    yield Finding(
        Level.BAD,
        Text(
            zh=f"数据库版本不一致：缺 {len(found.missing)} 步，多 {len(found.unknown)} 步",
            en=f"The database is of another version: {len(found.missing)} steps missing, "
            f"{len(found.unknown)} unknown",
        ),
        Text(
            zh="缺的：运行 aftersale serve 会升级；多的：安装更新的 aftersale。",
            en="Missing ones: aftersale serve upgrades. Unknown ones: install the newer aftersale.",
        ),
    )


def _sqlite() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        wanted = {"journal_mode": "wal", "synchronous": 2, "quick_check(1)": "ok"}
        said = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted}
    off = [name for name, value in wanted.items() if said[name] != value]
    if off == ["journal_mode"] and said["journal_mode"] == "memory":
        off = []
    if off:
        names = ", ".join(f"{name} = {said[name]}" for name in off)
        yield Finding(
            Level.BAD,
            Text(zh=f"数据库文件不对：{names}", en=f"The database file is not as it must be: {names}"),
            Text(
                zh="停掉售后台，复制一份留着，再从备份恢复。",
                en="Stop the desk, keep a copy of the file, then restore a backup.",
            ),
        )
    else:
        yield ok("数据库文件完整", "The database file is whole")


def _postgresql() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
    yield ok(f"PostgreSQL {version} 正常", f"PostgreSQL {version} answers")


def keys(place: Home, _now: datetime) -> Iterator[Finding]:
    """See that the keys are the owner's alone and open what is stored."""
    paths = [path for path in (place.secret_key, place.field_keys, place.head_key) if path.exists()]
    loose = [path.name for path in paths if os.name == "posix" and path.stat().st_mode & 0o077]
    if loose:
        names = ", ".join(loose)
        yield Finding(
            Level.BAD,
            Text(zh=f"别人也能读密钥：{names}", en=f"Others can read the keys: {names}"),
            Text(zh=f"chmod 600 {place.head_key.parent}/*", en=f"chmod 600 {place.head_key.parent}/*"),
        )
    ring()
    head_key(place)
    # Reading it opens it; with the wrong keys that is refused, with what to do.
    Buyer.objects.exclude(contact="").only("contact").first()
    if not loose:
        yield ok("密钥都能用", "The keys are there and open")


def clock(_place: Home, now: datetime) -> Iterator[Finding]:
    """Compare the clock with the newest event, with the database, and tell the time in Shanghai."""
    newest = Event.objects.order_by("-id").values_list("at", flat=True).first()
    others = [at for at in (newest, _database_time()) if at]
    ahead = max(((at - now) for at in others), default=timedelta())
    if ahead > _AHEAD:
        yield Finding(
            Level.BAD,
            Text(
                zh=f"本机时间慢了 {ahead.total_seconds() / 60:.0f} 分钟以上",
                en=f"The clock of this machine is at least {ahead.total_seconds() / 60:.0f} minutes slow",
            ),
            Text(
                zh="校准系统时间（NTP），再重启售后台。",
                en="Set the system clock (NTP), then restart the desk.",
            ),
        )
        return
    said = f"{now.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    yield ok(f"北京时间 {said}", f"It is {said} in Shanghai")


def _database_time() -> datetime | None:
    if connection.vendor == "sqlite":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at


def disk(place: Home, _now: datetime) -> Iterator[Finding]:
    """See that there is room."""
    free = shutil.disk_usage(place.root).free
    yield from _left_over(place)
    said = Text(zh=f"磁盘剩余 {free / _GB:.1f} GB", en=f"{free / _GB:.1f} GB of disk are free")
    step = Text(zh="清理磁盘，或把旧备份移走。", en="Make room, or move old backups away.")
    if free < _LITTLE:
        yield Finding(Level.BAD if free < _TOO_LITTLE else Level.WARN, said, step)
    else:
        yield Finding(Level.OK, said)


def _left_over(place: Home) -> Iterator[Finding]:
    for folder in left_over(place):
        yield Finding(
            Level.WARN,
            Text(
                zh=f"{folder} 是没做完的恢复留下的，占着磁盘",
                en=f"{folder} was left by a restore that was cut off, and takes up room",
            ),
            Text(zh="下次恢复会清掉它，也可以现在删除。", en="The next restore clears it; or delete it now."),
        )


def backups(place: Home, now: datetime) -> Iterator[Finding]:
    """See that there is a fresh backup."""
    newest = max(_times(place), default=None)
    if newest and now - newest < _BACKUP_AGE:
        said = f"{newest.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        yield ok(f"最近的备份：{said}", f"The newest backup is of {said}")
        return
    yield Finding(
        Level.WARN,
        Text(zh="两天内没有备份", en="There is no backup of the last two days"),
        Text(
            zh="每天运行一次 aftersale backup，并把文件复制到别的机器。",
            en="Run aftersale backup every day, and copy the file to another machine.",
        ),
    )


def _times(place: Home) -> Iterable[datetime]:
    found = place.backups.glob("aftersale-*.tar") if place.backups.is_dir() else ()
    return [datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in found]
