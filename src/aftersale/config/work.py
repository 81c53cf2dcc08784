"""Be a worker: jobs, clocks, messages and seals, each in its own thread, so that none waits for another."""

from __future__ import annotations

import logging
import signal
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING

from django.db import close_old_connections

from aftersale.config.parent import end_with_parent
from aftersale.config.pulse import Pulse
from aftersale.jobs.clock import wall_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from aftersale.config.home import Home

_log = logging.getLogger(__name__)
# What is at hand is finished within so long, or left to the lease it holds.
_PATIENCE_S = 12.0
# What comes often begins at once, the rest after it: a worker that takes another's place is waited for.
_OFTEN_S, _FIRST_SHARE, _LONGEST_FIRST_S = 2.0, 0.1, 5.0


@dataclass(frozen=True, slots=True)
class Beat:
    """Name what recurs, every how many seconds, and what is done at a time."""

    name: str
    every_s: float
    run: Callable[[datetime], object]


@dataclass(slots=True)
class Worker:
    """Run beats until `stop` is set; one that fails is logged and tried again when it is due."""

    beats: Sequence[Beat]
    clock: Callable[[], datetime]
    pulse: Pulse
    stop: Event = field(default_factory=Event)

    def run(self) -> None:
        """Start a thread for each beat, give signs of life meanwhile, and wait for them at the end."""
        threads = [
            Thread(target=self._recur, args=(beat,), name=beat.name, daemon=True) for beat in self.beats
        ]
        for thread in threads:
            thread.start()
        while not self.stop.wait(1.0):
            self.pulse.beat(wall_clock())
        until = monotonic() + _PATIENCE_S
        for thread in threads:
            thread.join(max(0.0, until - monotonic()))
        self.pulse.stop()

    def _recur(self, beat: Beat) -> None:
        self.stop.wait(_first_wait(beat.every_s))
        while not self.stop.is_set():
            now = self.clock()
            self.pulse.note(beat.name, now, _tried(beat, now))
            self.stop.wait(beat.every_s)


def _first_wait(every_s: float) -> float:
    return 0.0 if every_s <= _OFTEN_S else min(every_s * _FIRST_SHARE, _LONGEST_FIRST_S)


def _tried(beat: Beat, now: datetime) -> str:
    """Run a beat once and name the error that it ended with, if any."""
    close_old_connections()
    try:
        beat.run(now)
    except Exception as error:  # noqa: BLE001  # whatever it is, the others go on and it is tried again
        _log.exception("%s failed", beat.name)
        return type(error).__name__
    finally:
        close_old_connections()
    return ""


def work(
    place: Home, beats: Callable[[Event], Sequence[Beat]], clock: Callable[[], datetime], stop: Event
) -> None:
    """Be a worker until SIGTERM or SIGINT; `beats` gets the event that is set then."""
    with _ended_by_signal(stop):
        end_with_parent()
        Worker(beats(stop), clock, Pulse(place.root / "run", wall_clock()), stop).run()


@contextmanager
def _ended_by_signal(stop: Event) -> Iterator[None]:
    before = {
        number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
