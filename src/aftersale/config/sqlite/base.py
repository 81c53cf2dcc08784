"""Let the threads of a process take turns to write.

SQLite has one writer at a time, and whoever finds it busy sleeps and looks again: up to a tenth of a second,
in no order. With a dozen threads the file stands idle while all of them sleep, and one may find it busy for
half a minute. Threads of one process need not look: a transaction waits until the one before it has ended.
"""

from __future__ import annotations

import os
from threading import Lock

from django.db.backends.sqlite3 import base

_TURN: dict[str, Lock] = {}
if hasattr(os, "register_at_fork"):
    # Whoever held a turn is not there in a child.
    os.register_at_fork(after_in_child=_TURN.clear)
# A thread that goes on without its turn finds the file busy as it would have without a queue.
_LONGEST_WAIT_S = 60.0


class DatabaseWrapper(base.DatabaseWrapper):
    """Be one connection, which holds its turn from the beginning of a transaction to its end."""

    _held: Lock | None = None

    def _start_transaction_under_autocommit(self) -> None:
        turn = _TURN.setdefault(str(self.settings_dict["NAME"]), Lock())
        if self._held is None and turn.acquire(timeout=_LONGEST_WAIT_S):
            self._held = turn
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
