"""Copy the database while others write to it, and put a copy back."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction

from aftersale.config.refusals import DeskRefused
from aftersale.evidence.reading import rows_of
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}
"""Name the copy by engine."""

_HEADS = """
    SELECT shop_id, size, root, key_id FROM evidence_head AS head
    WHERE size = (SELECT max(size) FROM evidence_head WHERE shop_id = head.shop_id) ORDER BY shop_id
"""
_MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"


def copy_database(target: Path) -> dict[str, Any]:
    """Copy the database as it is at one moment; gives engine, heads and migrations of that moment."""
    if connection.vendor == "sqlite":
        _copy_sqlite(str(settings.DATABASES["default"]["NAME"]), target)
        with closing(sqlite3.connect(target)) as copy:
            return _said(copy.execute)
    with _exported() as name:
        _run(["pg_dump", "--format=custom", f"--snapshot={name}", f"--file={target}"])
        return _said(rows_of)


def _copy_sqlite(source: str, target: Path) -> None:
    """Copy in one step: writers go on in their log meanwhile, and the copy is one moment and one file."""
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there)
        there.execute("PRAGMA journal_mode=DELETE")


def _said(read: Callable[[str], Iterable[Any]]) -> dict[str, Any]:
    return {
        "engine": connection.vendor,
        "heads": _heads(read),
        "migrations": [f"{app}.{name}" for app, name in read(_MIGRATIONS)],
    }


def _heads(read: Callable[[str], Iterable[Any]]) -> list[dict[str, Any]]:
    return [
        {"shop": shop, "size": size, "root": bytes(root).hex(), "key": key}
        for shop, size, root, key in read(_HEADS)
    ]


def heads_now() -> list[dict[str, Any]]:
    """Give the newest head of each shop as a manifest names them."""
    return _heads(rows_of)


@contextmanager
def _exported() -> Iterator[str]:
    """Hold one moment of PostgreSQL for another program to read."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def place_sqlite(copy: Path, target: Path) -> None:
    """Hold every shop in a copy, then put it where the desk looks for its database."""
    with closing(sqlite3.connect(copy)) as database:
        database.execute("UPDATE shops_shop SET held = 1")
        database.commit()
    copy.replace(target)


def is_empty() -> bool:
    """Tell whether PostgreSQL holds no table of ours yet."""
    return not connection.introspection.table_names()


def set_aside(stamp: str) -> str:
    """Rename what PostgreSQL holds, and give the new name of its schema."""
    aside = f"before_{stamp}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'ALTER SCHEMA public RENAME TO "{aside}"')
        cursor.execute("CREATE SCHEMA public")
    return aside


def place_postgresql(copy: Path) -> None:
    """Read a copy into an empty PostgreSQL and hold every shop, in one transaction: nobody sends between."""
    name, script = connection.settings_dict["NAME"], copy.with_suffix(".sql")
    _run(["pg_restore", "--no-owner", f"--file={script}", str(copy)])
    with script.open("a", encoding="utf-8") as file:
        file.write("\nUPDATE public.shops_shop SET held = true;\n")
    _run(
        [
            *("psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"),
            *(f"--dbname={name}", f"--file={script}", "--output=/dev/null"),
        ]
    )


def _run(command: Sequence[str]) -> None:
    """Run a program of PostgreSQL; the way there stands in its environment, no password in sight."""
    found = shutil.which(command[0])
    if found is None:
        raise _no_program(command[0])
    done = subprocess.run(
        [found, *command[1:]], env={**os.environ, **_reach()}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise DeskRefused(
            "backup.program",
            Text(
                zh=f"{command[0]} 没有做成：{said[-1] if said else done.returncode}",
                en=f"{command[0]} failed: {said[-1] if said else done.returncode}",
            ),
            Text(
                zh="它的版本不能比数据库旧；数据库用户要有读取全部表的权限。",
                en="It must not be older than the server, and its user must be allowed to read all tables.",
            ),
        )


def _reach() -> dict[str, str]:
    names = {
        "HOST": "PGHOST",
        "PORT": "PGPORT",
        "USER": "PGUSER",
        "PASSWORD": "PGPASSWORD",
        "NAME": "PGDATABASE",
    }
    known = connection.settings_dict
    return {variable: str(known[name]) for name, variable in names.items() if known.get(name)}


def _no_program(name: str) -> DeskRefused:
    return DeskRefused(
        "backup.no_program",
        Text(
            zh=f"找不到 PostgreSQL 的 {name} 程序。",
            en=f"The program {name} of PostgreSQL is not on the path.",
        ),
        Text(
            zh="安装 PostgreSQL 客户端（例如 apt install postgresql-client），或用数据库自己的备份。",
            en="Install the client of PostgreSQL (such as apt install postgresql-client), or use the "
            "backups of your database.",
        ),
    )
