"""See that jobs are rows of the caller's transaction, run once, end cleanly, and leave a small table."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django_tasks import TaskResultStatus, task_backends
from django_tasks_db.models import DBTaskResult

from aftersale.jobs import door
from aftersale.jobs.door import JobUnknown, enqueue, register
from aftersale.jobs.worker import OtherEngine, give_back, prune, run_ready, work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django import Settings

# A worker looks after its connection between jobs, so that it cannot live inside the transaction of a test.
pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 6, 10, 2, tzinfo=UTC)


@pytest.fixture
def heard() -> Iterator[list[tuple[int, datetime]]]:
    rows: list[tuple[int, datetime]] = []
    register("hear", lambda row_id, now: rows.append((row_id, now)))
    yield rows
    register("hear", lambda row_id, now: None)  # noqa: ARG005  # nobody listens any more


def _work_until_idle(now: datetime) -> int:
    stop = threading.Event()
    register("stop", lambda row_id, now: stop.set())  # noqa: ARG005  # it only ends the loop
    enqueue("stop", 0)
    return work(stop, lambda: now, idle_seconds=0)


def test_a_job_is_run_once_with_the_time_of_the_worker(heard: list[tuple[int, datetime]]) -> None:
    enqueue("hear", 7)
    assert _work_until_idle(NOW) == 2
    assert heard == [(7, NOW)]
    assert run_ready() == 0


def test_a_job_of_a_transaction_that_is_undone_never_was(heard: list[tuple[int, datetime]]) -> None:
    with transaction.atomic():
        enqueue("hear", 7)
        transaction.set_rollback(True)
    assert run_ready() == 0
    assert heard == []


def test_a_job_waits_for_its_time(heard: list[tuple[int, datetime]]) -> None:
    enqueue("hear", 1, not_before=datetime.now(UTC) + timedelta(hours=1))
    enqueue("hear", 2, not_before=datetime.now(UTC) - timedelta(seconds=1))
    assert run_ready() == 1
    assert [row_id for row_id, _ in heard] == [2]


def test_a_job_holds_a_name_and_an_id_and_no_more(heard: list[tuple[int, datetime]]) -> None:
    assert heard == []
    enqueue("hear", 7)
    assert DBTaskResult.objects.get().args_kwargs == {"args": ["hear", 7], "kwargs": {}}


def test_a_name_that_nobody_registered_is_refused_when_it_is_asked_for() -> None:
    with pytest.raises(JobUnknown) as refused:
        enqueue("sing", 1)
    assert refused.value.code == "jobs.unknown"


def test_a_job_that_fails_does_not_stop_the_worker(heard: list[tuple[int, datetime]]) -> None:
    def fail(row_id: int, now: datetime) -> None:
        raise ValueError(f"{row_id} at {now}")

    register("fail", fail)
    enqueue("fail", 1)
    enqueue("hear", 2)
    assert run_ready() == 2
    assert [row_id for row_id, _ in heard] == [2]
    assert DBTaskResult.objects.failed().count() == 1


def test_a_worker_that_is_told_to_stop_finishes_its_job_and_begins_no_other(
    heard: list[tuple[int, datetime]],
) -> None:
    stop = threading.Event()
    register("stop", lambda row_id, now: stop.set())  # noqa: ARG005  # as a signal would
    enqueue("stop", 1)
    enqueue("hear", 2)
    assert work(stop, lambda: NOW, idle_seconds=0) == 1
    assert heard == []
    assert DBTaskResult.objects.ready().count() == 1


def test_at_most_so_many_are_run_at_a_time(heard: list[tuple[int, datetime]]) -> None:
    for row_id in range(5):
        enqueue("hear", row_id)
    assert run_ready(3) == 3
    assert len(heard) == 3


def _taken(*names: str) -> DBTaskResult[Any, Any]:
    """Let a job be taken by processes in turn, none of which tells what came of it."""
    enqueue("hear", 1)
    job = DBTaskResult.objects.get()
    for name in names:
        job.claim(name)
    return job


def test_what_a_dead_process_had_taken_is_run_by_the_next(heard: list[tuple[int, datetime]]) -> None:
    _taken("dead1")
    assert (give_back(["dead2"]), run_ready()) == (0, 0)
    assert (give_back(["dead2", "dead1"]), run_ready(name="living1")) == (1, 1)
    assert [row_id for row_id, _ in heard] == [1]
    assert DBTaskResult.objects.get().worker_ids == ["dead1", "living1"]
    assert give_back(["dead1", "living1"]) == 0


def test_a_job_that_three_processes_died_of_is_not_given_to_a_fourth(
    heard: list[tuple[int, datetime]],
) -> None:
    job = _taken("dead1", "dead2")
    assert give_back(["dead2"]) == 1
    job.refresh_from_db()
    job.claim("dead3")
    assert (give_back(["dead3"]), run_ready()) == (0, 0)
    assert heard == []


@pytest.mark.parametrize(
    ("status", "hours", "kept"),
    [
        (TaskResultStatus.SUCCESSFUL, 23, True),
        (TaskResultStatus.SUCCESSFUL, 25, False),
        (TaskResultStatus.FAILED, 25, True),
        (TaskResultStatus.FAILED, 24 * 7 + 1, False),
        (TaskResultStatus.RUNNING, 23, True),
        (TaskResultStatus.RUNNING, 25, False),
        (TaskResultStatus.READY, 24 * 365, True),
    ],
)
def test_rows_that_are_over_go_and_those_that_wait_stay(
    heard: list[tuple[int, datetime]], status: str, hours: int, *, kept: bool
) -> None:
    assert heard == []
    enqueue("hear", 1)
    at = NOW - timedelta(hours=hours)
    DBTaskResult.objects.update(status=status, started_at=at, finished_at=at, enqueued_at=at)
    assert prune(NOW) == (0 if kept else 1)
    assert DBTaskResult.objects.exists() is kept


def test_where_jobs_are_not_in_the_database_our_worker_says_who_runs_them(settings: Settings) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    task_backends.__dict__.pop("settings", None)
    before = task_backends[door.BACKEND]
    del task_backends[door.BACKEND]
    try:
        with pytest.raises(OtherEngine) as refused:
            run_ready()
        assert "rqworker" in refused.value.next_step.zh
    finally:
        task_backends[door.BACKEND] = before
        task_backends.__dict__.pop("settings", None)
