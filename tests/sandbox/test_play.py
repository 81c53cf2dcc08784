"""Play the day of the story: from the morning to midnight, faster, at ease, ended early, and again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.lapse import Lapse
from aftersale.sandbox.platform import play
from aftersale.sandbox.platform.apps import CONNECTED
from aftersale.sandbox.platform.case import Kind
from aftersale.sandbox.platform.clock import Clock
from aftersale.sandbox.platform.day_scenes import SCENES, SHIP
from aftersale.sandbox.platform.market import Market, Setting
from aftersale.sandbox.platform.opening import Day, open_day
from aftersale.sandbox.platform.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aftersale.sandbox.platform.case import Case

_MORNING = datetime(2026, 6, 10, 8, 30, tzinfo=SHANGHAI)
_SPEED = 310.0


@dataclass
class Wall:
    """Be the wall's clock, moved by hand."""

    ms: int = 1_000_000

    def __call__(self) -> int:
        return self.ms


@dataclass
class Stage:
    """Hold a small market and its wall."""

    market: Market
    wall: Wall

    def wait(self, seconds: float) -> dict[str, object]:
        self.wall.ms += int(seconds * 1000)
        self.market.advance()
        return play.standing(self.market)

    @property
    def local(self) -> datetime:
        return datetime.fromtimestamp(self.market.clock.now() / 1000, tz=SHANGHAI)


@pytest.fixture
def stage() -> Iterator[Stage]:
    store, wall = Store(None), Wall()
    clock = Clock(store, wall, Lapse(int(_MORNING.timestamp() * 1000), wall.ms, 1.0))
    market = Market(store, clock, Setting(7, CONNECTED, dict.fromkeys(("douyin", "kuaishou"), _silent)))
    open_day(market, Day(7, _MORNING, 120))
    yield Stage(market, wall)
    store.close()


def _silent(market: Market, what: str, case: Case) -> None:
    """Tell nobody."""
    del market, what, case


def tickets(stage: Stage) -> int:
    return len(stage.market.store.cases("1"))


def test_a_day_goes_by_in_three_minutes_and_then_time_passes_as_on_the_wall(stage: Stage) -> None:
    before, said = tickets(stage), play.standing(stage.market)
    assert said["state"] == "none"
    play.go(stage.market, _SPEED)
    for _ in range(178):
        said = stage.wait(1)
    assert said["state"] == "playing"
    assert stage.local.hour == 23
    assert said["done"] == said["of"] == len(SCENES)
    assert tickets(stage) - before >= 70
    assert said["timed_out"]
    assert said["last"]
    assert said["last_shop"]
    stage.wait(10)
    ended, over = stage.local, play.standing(stage.market)
    assert (over["state"], over["done"]) == ("over", len(SCENES)), "how the day went stays to be read"
    stage.wait(5)
    assert stage.local - ended == timedelta(seconds=5)
    assert stage.market.clock.speed == 1.0


def test_a_pause_lets_time_pass_at_ease_and_it_goes_on_where_it_was(stage: Stage) -> None:
    play.go(stage.market, _SPEED)
    stage.wait(20)
    play.pause(stage.market)
    at, done = stage.local, play.standing(stage.market)["done"]
    assert stage.wait(30)["state"] == "paused"
    assert stage.local - at == timedelta(seconds=30)
    play.go(stage.market, 930.0)
    said = stage.wait(10)
    assert (said["state"], said["speed"]) == ("playing", 930.0)
    assert int(str(said["done"])) > int(str(done))


def test_what_was_still_to_come_does_not_come_once_it_is_ended(stage: Stage) -> None:
    play.go(stage.market, _SPEED)
    stage.wait(20)
    play.end(stage.market)
    count = tickets(stage)
    stage.wait(3_600)
    over = play.standing(stage.market)
    assert over["state"] == "over"
    assert int(str(over["until_ms"])) < int(str(over["now_ms"]))
    assert tickets(stage) == count
    assert stage.market.store.rows("select 1 from agenda where what = ?", play.SCENE) == []


def test_late_in_the_evening_it_begins_the_next_morning_and_never_goes_back(stage: Stage) -> None:
    stage.market.clock.set(jump_ms=12 * 3_600_000)
    stage.market.advance()
    play.go(stage.market, _SPEED)
    assert stage.local == _MORNING + timedelta(days=1)
    assert play.standing(stage.market)["of"] == len(SCENES)


def test_in_the_middle_of_the_day_it_begins_now(stage: Stage) -> None:
    stage.market.clock.set(jump_ms=5 * 3_600_000)
    stage.market.advance()
    at = stage.local
    play.go(stage.market, _SPEED)
    assert stage.local == at
    assert 0 < int(str(play.standing(stage.market)["of"])) < len(SCENES)


@pytest.mark.parametrize("speed", [0.0, 1.0, 2_000.5])
def test_a_speed_that_makes_no_sense_is_refused(stage: Stage, speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        play.go(stage.market, speed)
    assert play.standing(stage.market)["state"] == "none"


def test_a_scene_for_which_nobody_is_left_passes_without_a_word(stage: Stage) -> None:
    for case in stage.market.store.cases("due_at > 0"):
        if case.kind is Kind.UNSHIPPED:
            stage.market.ship(case.order_no, "SF1", "shunfeng", case.updated_at)
    play.go(stage.market, _SPEED)
    number = next(place for place, scene in enumerate(SCENES) if scene.act == SHIP)
    stage.market.store.plan(stage.market.clock.now(), play.SCENE, "", str(number))
    said = stage.wait(0.1)
    assert (said["done"], said["last"]) == (1, "")


def test_a_desk_reads_how_the_clock_runs_from_a_file(tmp_path: Path) -> None:
    told, wall, store = tmp_path / "clock.json", Wall(), Store(None)
    clock = Clock(store, wall, Lapse(5_000, wall.ms, 1.0), told)
    clock.set(speed=_SPEED, until_ms=900_000)
    kept = Lapse(5_000, wall.ms, _SPEED, 900_000)
    assert json.loads(told.read_text(encoding="utf-8")) == asdict(kept)
    store.close()


def test_calls_that_take_a_moment_are_not_too_late_while_the_clock_runs_ahead() -> None:
    store, wall = Store(None), Wall()
    clock = Clock(store, wall, Lapse(10_000_000_000, wall.ms, _SPEED))
    signed = clock.now()
    wall.ms += 8_000
    assert clock.off_ms(signed) < 600_000 < clock.now() - signed
    store.close()
