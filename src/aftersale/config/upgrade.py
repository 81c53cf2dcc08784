"""Bring the database to the shape that this program knows; a newer one is left alone."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from aftersale.config.fresh import lay_out
from aftersale.config.home import home
from aftersale.config.refusals import DeskRefused
from aftersale.config.shape import refuse_strange
from aftersale.config.unfinished import refuse_unfinished
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# PostgreSQL: of several programs that start at once, one migrates and the others wait.
_UPGRADING = 0xAF7E


@dataclass(frozen=True, slots=True)
class Standing:
    """Say how the database stands to the program, in names of migrations: `app.0001_initial`."""

    applied: tuple[str, ...]
    unknown: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def fresh(self) -> bool:
        """Tell whether nothing was ever stored here."""
        return not self.applied

    @property
    def current(self) -> bool:
        """Tell whether the program can work on it as it is."""
        return not self.unknown and not self.missing


def standing() -> Standing:
    """Compare the database with the program."""
    loader = MigrationLoader(connection)
    applied = {key for key in loader.applied_migrations if key[0] in loader.migrated_apps}
    known = set(loader.disk_migrations)
    known |= {old for each in loader.disk_migrations.values() for old in each.replaces}
    return Standing(_names(applied), _names(applied - known), _names(set(loader.graph.nodes) - applied))


def unknown_of(names: Iterable[str]) -> tuple[str, ...]:
    """Name those of a list of migrations that this program does not know."""
    known = {".".join(key) for key in MigrationLoader(None).disk_migrations}
    return tuple(sorted(set(names) - known))


def _names(keys: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(sorted(".".join(key) for key in keys))


def upgrade(back_up: Callable[[], object]) -> tuple[str, ...]:
    """Migrate an older database after `back_up`, fill a fresh one; gives what was applied.

    Raises DeskRefused for a newer one, and for one whose tables are not as its migrations say.
    """
    with _one_at_a_time():
        found = standing()
        refuse_newer(found)
        _refuse_strange(found)
        if found.fresh:
            lay_out()
        elif found.missing:
            back_up()
            call_command("migrate", verbosity=0, interactive=False)
        return found.missing


def need_current() -> None:
    """Fill a fresh database; refuse an older, newer or half restored one, for only `serve` upgrades."""
    refuse_unfinished(home())
    found = standing()
    refuse_newer(found)
    _refuse_strange(found)
    if found.fresh:
        upgrade(lambda: None)
    elif found.missing:
        raise DeskRefused(
            "database.older",
            Text(zh="数据库是旧版本的。", en="The database is of an older version."),
            Text(
                zh="运行一次 aftersale serve：它会先备份，再升级。",
                en="Run aftersale serve once: it makes a backup, then upgrades.",
            ),
        )


def refuse_newer(found: Standing) -> None:
    """Raise DeskRefused where a newer program has changed the database."""
    if found.unknown:
        names = ", ".join(found.unknown)
        raise DeskRefused(
            "database.newer",
            Text(
                zh=f"数据库是更新的版本建的，这个程序不认识：{names}。没有改动任何数据。",
                en=f"A newer program has written this database; unknown here: {names}. Nothing was changed.",
            ),
            Text(
                zh="安装更新的 aftersale，或者恢复升级前的备份：aftersale restore FILE。",
                en="Install the newer aftersale, or restore the backup from before: aftersale restore FILE.",
            ),
        )


def _refuse_strange(found: Standing) -> None:
    if not found.fresh:
        refuse_strange(MigrationLoader(connection))


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_UPGRADING])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_UPGRADING])
