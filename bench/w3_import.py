"""W3, the whole: an export taken in by a desk of its own, then once more, while a page writes beside it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import perf_counter
from typing import TYPE_CHECKING

from bench.alone import Together

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.tickets.models import Import

# Django starts in the measured process, once the desk's folder is known.
# ruff: noqa: PLC0415

_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class TakenIn:
    """Hold one measured import: seconds for it and for the same again, the longest wait of a page.

    `peak_mb` is what the import and its helpers held at one time.
    """

    rows: int
    parked: int
    first_s: float
    again_s: float
    changed_again: int
    longest_wait_s: float
    peak_mb: float | None
    database: str


def taken_in(path: Path, server: str | None) -> TakenIn:
    """Import a sheet into a fresh desk, on SQLite or on the PostgreSQL named, in this very process."""
    with TemporaryDirectory(prefix="aftersale-bench-") as home:
        os.environ["AFTERSALE_HOME"] = home
        if server:
            os.environ["DATABASE_URL"] = server
        return _measured(path, "PostgreSQL" if server else "SQLite")


def _measured(path: Path, database: str) -> TakenIn:
    from aftersale.config.django import start

    start()
    from aftersale.config.upgrade import need_current

    need_current()
    _shops(path)
    stop, waits = Event(), list[float]()
    page = Thread(target=_write_beside, args=(stop, waits))
    page.start()
    with Together() as memory:
        begun = perf_counter()
        first = _import(path)
        first_s = perf_counter() - begun
    stop.set()
    page.join()
    begun = perf_counter()
    again = _import(path)
    again_s = perf_counter() - begun
    changed = again.counts["new"] + again.counts["changed"] + again.counts["missing"]
    return TakenIn(
        first.counts["rows"],
        first.counts["parked"],
        first_s,
        again_s,
        changed,
        max(waits, default=0.0),
        memory.peak_mb,
        database,
    )


def _shops(path: Path) -> None:
    """Add the shops that the 店铺 column names."""
    from aftersale.channels.base import Notice
    from aftersale.channels.spreadsheet import read_rows
    from aftersale.shops.models import Shop

    names = {row.shop for row in read_rows([path]) if isinstance(row, Notice) and row.shop}
    now = datetime.now(UTC)
    Shop.objects.bulk_create(Shop(name=name, platform="douyin", created_at=now) for name in sorted(names))


def _import(path: Path) -> Import:
    from aftersale.tickets.imports import Given, run_import, start_import

    made = start_import(Given([path], None), None, datetime.now(UTC))
    done = made if made.ended_at else run_import(made.pk, lambda: datetime.now(UTC))
    assert done is not None
    assert done.state == "done", done.message
    return done


def _write_beside(stop: Event, waits: list[float]) -> None:
    """Write as a page does, again and again, and note how long each write took."""
    from django.db import connection

    from aftersale.shops.models import Person

    person = Person.objects.create_user("page")
    while not stop.wait(_EVERY_S):
        begun = perf_counter()
        Person.objects.filter(pk=person.pk).update(name=str(len(waits)))
        waits.append(perf_counter() - begun)
    connection.close()
