"""Wake the desk up for work that is due: one task that carries a name and an id."""

from __future__ import annotations

from contextvars import ContextVar
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django_tasks import task, task_backends
from django_tasks_db import DatabaseBackend

from aftersale.domain.errors import AftersaleError
from aftersale.jobs.clock import desk_clock, on_the_wall
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

BACKEND = "default"
_FIRST = 10

_TABLE: dict[str, Callable[[int, datetime], object]] = {}


CLOCK: ContextVar[Callable[[], datetime]] = ContextVar("jobs_clock", default=desk_clock)


class JobUnknown(AftersaleError):
    """Report a name for which nobody has registered what to do."""

    def __init__(self, name: str) -> None:
        super().__init__(
            "jobs.unknown",
            Text(zh=f"没有叫“{name}”的后台任务。", en=f"There is no job called {name}."),
            Text(zh="请把网页和后台升级到同一个版本。", en="Bring web and worker to the same version."),
        )


def register(name: str, function: Callable[[int, datetime], object]) -> None:
    """Say what a job does: `function(id, now)`; a later one of the same name takes its place."""
    _TABLE[name] = function


def registered() -> Mapping[str, Callable[[int, datetime], object]]:
    """Give the table of jobs."""
    return dict(_TABLE)


def _function(name: str) -> Callable[[int, datetime], object]:
    function = _TABLE.get(name)
    if function is None:
        raise JobUnknown(name)
    return function


@task()
def run(name: str, row_id: int) -> None:
    """Do what the table says of a name, for one row, now."""
    _function(name)(row_id, CLOCK.get()())


def in_database() -> bool:
    """Tell whether jobs are rows of our own database."""
    return isinstance(task_backends[BACKEND], DatabaseBackend)


def enqueue(name: str, row_id: int, *, not_before: datetime | None = None, first: bool = False) -> None:
    """Ask for a job in the caller's transaction, `first` before others that wait; raises JobUnknown.

    An engine that knows no order takes what should be first in turn. Another engine than the database hears
    of it when the transaction is committed, and never of one that is not.
    """
    _function(name)
    ordered = first and task_backends[BACKEND].supports_priority
    wish = run.using(priority=_FIRST) if ordered else run
    wish = wish.using(run_after=on_the_wall(not_before)) if not_before else wish
    if in_database():
        wish.enqueue(name, row_id)
    else:
        transaction.on_commit(partial(wish.enqueue, name, row_id))
