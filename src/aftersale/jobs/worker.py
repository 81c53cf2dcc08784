"""Run jobs that are rows of the database, until told to stop; and keep their table small."""

from __future__ import annotations

import logging
import signal
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.db import OperationalError, transaction
from django.db.models import Q
from django_tasks import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from aftersale.domain.errors import AftersaleError
from aftersale.jobs.clock import wall_clock
from aftersale.jobs.door import BACKEND, CLOCK, in_database
from aftersale.jobs.engine import QUEUE
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime
    from types import FrameType

_log = logging.getLogger(__name__)

IDLE_SECONDS = 1.0
BATCH = 50
_RQ_WORKER = "python -m django rqworker default --job-class django_tasks_rq.Job --with-scheduler"
_MOST_TAKEN = 3
_PRUNE_EVERY = timedelta(minutes=10)
_KEEP_DONE = timedelta(days=1)
_KEEP_FAILED = timedelta(days=7)
# A dead worker leaves its row running for ever; the rows of tickets know what is left to do.
_KEEP_RUNNING = timedelta(days=1)


class OtherEngine(AftersaleError):
    """Report that jobs are not in the database, so that our worker has nothing to run."""

    def __init__(self) -> None:
        super().__init__(
            "jobs.other_engine",
            Text(
                zh="后台任务由 AFTERSALE_TASKS 指定的队列执行，不在数据库里。",
                en="Jobs are run by the engine that AFTERSALE_TASKS names, not from the database.",
            ),
            Text(
                zh=f"请启动那个队列自己的执行程序，例如 {_RQ_WORKER}。",
                en=f"Start the worker of that engine, such as {_RQ_WORKER}.",
            ),
        )


class _Hand(Worker):
    """Count what was run, and take no further job once told to stop."""

    def __init__(self, stop: threading.Event, limit: int | None, name: str) -> None:
        super().__init__(
            queue_names=[QUEUE],
            interval=0,
            batch=True,
            backend_name=BACKEND,
            startup_delay=False,
            max_tasks=limit,
            worker_id=name or uuid4().hex,
            excluded_queue_names=[],
        )
        self.ran = 0
        self._stop = stop

    def run_task(self, db_task_result: DBTaskResult[Any, Any]) -> None:
        super().run_task(db_task_result)
        self.ran += 1
        self.running = not self._stop.is_set()


def run_ready(limit: int | None = None, stop: threading.Event | None = None, name: str = "") -> int:
    """Run the jobs that are ready, at most `limit`, and give how many; raises OtherEngine.

    They are taken under the name of the process, so that others give them back when it has died.
    """
    if not in_database():
        raise OtherEngine
    hand = _Hand(stop or threading.Event(), limit, name)
    hand.run()
    return hand.ran


def work(
    stop: threading.Event,
    now_of: Callable[[], datetime] = wall_clock,
    *,
    idle_seconds: float = IDLE_SECONDS,
) -> int:
    """Run jobs as they come until `stop` is set, prune now and then, and give how many were run."""
    told = CLOCK.set(now_of)
    ran, next_prune = 0, now_of()
    try:
        while not stop.is_set():
            done = _run_some(stop)
            ran += done
            if now_of() >= next_prune:
                prune(now_of())
                next_prune = now_of() + _PRUNE_EVERY
            if not done:
                stop.wait(idle_seconds)
    finally:
        CLOCK.reset(told)
    return ran


def _run_some(stop: threading.Event) -> int:
    """Run what is ready; a database that is away for a moment is asked again after the pause."""
    try:
        return run_ready(BATCH, stop)
    except OperationalError:
        _log.exception("the database did not answer; trying again")
        return 0


def stop_on_signals(stop: threading.Event) -> None:
    """Let SIGTERM and SIGINT set `stop`: the job at hand is finished, no other is begun."""

    def heard(signum: int, frame: FrameType | None) -> None:
        del signum, frame
        stop.set()

    signal.signal(signal.SIGTERM, heard)
    signal.signal(signal.SIGINT, heard)


@transaction.atomic
def give_back(dead: Collection[str]) -> int:
    """Let jobs be taken again that processes held which are known to have died; give how many.

    One that was taken again and again is left: perhaps it is what ends them.
    """
    running = DBTaskResult.objects.running().select_for_update(skip_locked=True)
    taken = {job.pk: job.worker_ids for job in running}
    held = [pk for pk, by in taken.items() if len(by) < _MOST_TAKEN and by[-1] in dead]
    return DBTaskResult.objects.filter(pk__in=held).update(status=TaskResultStatus.READY)


def prune(now: datetime) -> int:
    """Delete the rows of jobs that ended long ago and those that a dead worker left; give how many."""
    over = (
        Q(status=TaskResultStatus.SUCCESSFUL, finished_at__lt=now - _KEEP_DONE)
        | Q(status=TaskResultStatus.FAILED, finished_at__lt=now - _KEEP_FAILED)
        | Q(status=TaskResultStatus.RUNNING, started_at__lt=now - _KEEP_RUNNING)
    )
    return DBTaskResult.objects.filter(over).delete()[0]
