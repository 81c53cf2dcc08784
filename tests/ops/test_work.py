"""Be a worker: what fails keeps nobody waiting, and the end comes when it is asked for."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from aftersale.config.home import home
from aftersale.config.pulse import Pulse, pulses
from aftersale.config.wiring import beats, register_jobs
from aftersale.config.work import Beat, Worker
from aftersale.jobs.door import registered

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 6, 10, tzinfo=UTC)


def test_a_beat_that_fails_is_logged_and_tried_again_and_the_others_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stop, ran = Event(), list[str]()

    def fails(_now: datetime) -> None:
        ran.append("fails")
        raise ZeroDivisionError

    def works(_now: datetime) -> None:
        ran.append("works")
        if ran.count("works") >= 3 and ran.count("fails") >= 3:
            stop.set()

    worker = Worker(
        [Beat("fails", 0.01, fails), Beat("works", 0.01, works)], lambda: NOW, Pulse(tmp_path, NOW), stop
    )
    with caplog.at_level(logging.ERROR):
        worker.run()
    assert ran.count("fails") >= 3
    assert "fails failed" in caplog.text
    assert worker.pulse.done["fails"]["error"] == "ZeroDivisionError"
    assert worker.pulse.done["works"]["error"] == ""


def test_a_long_beat_keeps_the_clocks_of_others_running(tmp_path: Path) -> None:
    stop, go_on, ran = Event(), Event(), list[int]()

    def long(_now: datetime) -> None:
        assert go_on.wait(30)

    def short(_now: datetime) -> None:
        ran.append(1)
        if len(ran) == 5:
            go_on.set()
            stop.set()

    beating = [Beat("long", 1, long), Beat("short", 0.01, short)]
    Worker(beating, lambda: NOW, Pulse(tmp_path, NOW), stop).run()
    assert len(ran) >= 5


def test_what_comes_often_begins_before_what_comes_now_and_then(tmp_path: Path) -> None:
    stop, ran = Event(), list[str]()

    def often(_now: datetime) -> None:
        ran.append("often")
        if len(ran) == 3:
            stop.set()

    beating = [Beat("rare", 60, lambda _now: ran.append("rare")), Beat("often", 0.01, often)]
    Worker(beating, lambda: NOW, Pulse(tmp_path, NOW), stop).run()
    assert set(ran) == {"often"}


def test_a_sign_of_life_is_written_every_five_seconds_and_taken_away_at_the_end(tmp_path: Path) -> None:
    pulse = Pulse(tmp_path / "run", NOW)
    pulse.note("seal", NOW, "OperationalError")
    pulse.beat(NOW)
    pulse.beat(NOW + timedelta(seconds=4))
    (seen,) = pulses(tmp_path / "run")
    assert (seen.at, seen.failing) == (NOW, ("seal: OperationalError",))
    pulse.beat(NOW + timedelta(seconds=5))
    (seen,) = pulses(tmp_path / "run")
    assert seen.at == NOW + timedelta(seconds=5)
    pulse.stop()
    assert list(pulses(tmp_path / "run")) == []


def test_a_sign_of_life_that_is_half_written_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text('{"pid": 1', encoding="utf-8")
    whole = {"pid": 2, "at": NOW.isoformat(), "done": {}}
    (tmp_path / "2.json").write_text(json.dumps(whole), encoding="utf-8")
    assert [seen.pid for seen in pulses(tmp_path)] == [2]


REACHING = ["poll", "stops", "deliveries", "reports", "carriers", "refresh", "talks", "reconcile"]


@pytest.mark.django_db(transaction=True)
def test_all_that_recurs_runs_on_an_empty_desk() -> None:
    place = home()
    names = []
    for beat in beats(place, 1.0)(Event()):
        beat.run(NOW)
        names.append(beat.name)
    own = ["sweep", "dead", "seal", "batches", "packs", "ledger", "disputes", "retain"]
    own += ["heads", "prune", "forget"]
    once = [*own, *REACHING]
    assert names == [*["jobs"] * settings.JOBS_AT_ONCE, *once]


def test_every_job_that_is_asked_for_is_known() -> None:
    register_jobs()
    assert {"action.perform", "import", "import_parcels", "import_funds", "push"} <= set(registered())
