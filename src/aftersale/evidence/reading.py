"""Read the journal as one moment saw it, in pieces, as bare rows."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PIECE = 2_000


@contextmanager
def one_moment() -> Iterator[None]:
    """Let all reading inside see the same moment, without holding up a writer.

    Inside a transaction of the caller, that transaction is the moment.
    """
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "sqlite":
        with _deferred():
            yield
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


@contextmanager
def _deferred() -> Iterator[None]:
    """Read without the lock of a writer, which a transaction of Django would take here when it begins."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def rows_of(sql: str, values: Sequence[int | str] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the rows of a query piece by piece; PostgreSQL keeps the rest on its side."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, values)
        while piece := cursor.fetchmany(_PIECE):
            yield from piece
