"""Let the threads of a process take turns to write.

SQLite has one writer at a time, and whoever finds it busy sleeps and looks again: up to a tenth of a second,
in no order. With a dozen threads the file stands idle while all of them sleep, and one may find it busy for
half a minute. Threads of one process need not look: a transaction waits until the one before it has ended,
and so does a statement that writes by itself.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from django.db.backends.sqlite3 import base

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

_TURN: dict[str, Lock] = {}
if hasattr(os, "register_at_fork"):
    # Whoever held a turn is not there in a child.
    os.register_at_fork(after_in_child=_TURN.clear)
# A thread that goes on without its turn finds the file busy as it would have without a queue.
_LONGEST_WAIT_S = 60.0
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class _Cursor(base.SQLiteCursorWrapper):
    """Wait for the turn before a statement that writes outside a transaction."""

    def __init__(self, connection: sqlite3.Connection, of: DatabaseWrapper) -> None:
        super().__init__(connection)
        self._of = of

    def execute(self, query: str, params: Any = None) -> Any:  # noqa: ANN401  # as Django hands them through
        if self._of.in_atomic_block or not query.lstrip()[:7].upper().startswith(_WRITES):
            return super().execute(query, params)
        with self._of.turn():
            return super().execute(query, params)


class DatabaseWrapper(base.DatabaseWrapper):
    """Be one connection, which holds its turn from the beginning of a transaction to its end."""

    _held: Lock | None = None

    def create_cursor(self, name: object = None) -> Any:  # noqa: ANN401  # what Django's own gives
        """Give a cursor whose single statements take their turn, too."""
        del name
        return self.connection.cursor(factory=partial(_Cursor, of=self))

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the turn for one statement, unless a transaction of this connection holds it."""
        if self._held is not None:
            yield
            return
        self._take()
        try:
            yield
        finally:
            self._let_go()

    def _take(self) -> None:
        turn = _TURN.setdefault(str(self.settings_dict["NAME"]), Lock())
        if self._held is None and turn.acquire(timeout=_LONGEST_WAIT_S):
            self._held = turn

    def _start_transaction_under_autocommit(self) -> None:
        self._take()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs leave it out
        except BaseException:
            self._let_go()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # the stubs leave it out
        # Where it fails, a rollback or a close follows and ends the turn.
        self._let_go()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]  # the stubs leave it out
        finally:
            self._let_go()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]  # the stubs leave it out
        finally:
            self._let_go()

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.release()
