"""Read the desk's clock: the wall's, or that of a sandbox which tells it by a file."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.config.refusals import DeskRefused
from aftersale.config.sandboxed import sandbox_of
from aftersale.jobs.clock import desk_clock, on_the_wall, wall_clock

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings

_MORNING = datetime(2026, 6, 10, 0, 30, tzinfo=UTC)
_HERE = ("http://127.0.0.1:9001", "http://localhost:9002")
_SET = {
    "AFTERSALE_SANDBOX_URL": "http://127.0.0.1:9001/sandbox",
    "AFTERSALE_SANDBOX_CLOCK": "sandbox/clock.json",
}
_NEAR = timedelta(seconds=20)


def told(folder: Path, *, ago_s: float, speed: float) -> str:
    path = folder / "clock.json"
    wall = int((time.time() - ago_s) * 1000)
    said = {"sandbox_ms": int(_MORNING.timestamp() * 1000), "wall_ms": wall, "speed": speed, "until_ms": 0}
    path.write_text(json.dumps(said), encoding="utf-8")
    return str(path)


def test_a_desk_lives_by_the_wall(settings: Settings) -> None:
    assert settings.SANDBOX_CLOCK == ""
    assert abs(desk_clock() - datetime.now(UTC)) < _NEAR
    assert on_the_wall(_MORNING) == _MORNING


def test_a_desk_of_the_sandbox_lives_by_the_sandbox(settings: Settings, tmp_path: Path) -> None:
    settings.SANDBOX_CLOCK = told(tmp_path, ago_s=10, speed=60.0)
    assert _MORNING + timedelta(minutes=10) <= desk_clock() < _MORNING + timedelta(minutes=30)


def test_a_job_is_ready_after_as_long_on_the_wall_as_it_was_to_wait(
    settings: Settings, tmp_path: Path
) -> None:
    settings.SANDBOX_CLOCK = told(tmp_path, ago_s=0, speed=1.0)
    wait = on_the_wall(desk_clock() + timedelta(minutes=5)) - wall_clock()
    assert abs(wait - timedelta(minutes=5)) < _NEAR


def test_before_the_sandbox_has_told_its_time_the_wall_s_holds(settings: Settings, tmp_path: Path) -> None:
    settings.SANDBOX_CLOCK = str(tmp_path / "nothing.json")
    assert abs(desk_clock() - datetime.now(UTC)) < _NEAR


def test_a_desk_that_reaches_this_machine_alone_may_live_by_a_sandbox() -> None:
    found = sandbox_of(_SET, _HERE)
    assert (found.url, found.clock) == tuple(_SET.values())
    assert sandbox_of({}, ("https://openapi.example",)).clock == ""


@pytest.mark.parametrize(
    ("environ", "addresses"),
    [
        (_SET, (*_HERE, "https://openapi.example")),
        (_SET, (*_HERE, "http://openapi.example")),
        ({**_SET, "AFTERSALE_SANDBOX_URL": "http://sandbox.example/sandbox"}, _HERE),
        ({"AFTERSALE_SANDBOX_CLOCK": "sandbox/clock.json"}, ("https://openapi.example",)),
    ],
)
def test_a_desk_that_reaches_a_real_platform_never_takes_its_time_from_a_sandbox(
    environ: dict[str, str], addresses: tuple[str, ...]
) -> None:
    with pytest.raises(DeskRefused):
        sandbox_of(environ, addresses)
