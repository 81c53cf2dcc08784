"""Keep the hours in which a person does not want to be reminded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.domain.clock import DAY, SHANGHAI_OFFSET, moment_of, seconds_of
from aftersale.domain.service_hours import DAY_MINUTES, MINUTE

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hold a person's quiet hours of every day in Shanghai, in minutes: [from, until).

    An end before the beginning lies on the next day; where both are equal, no hour is quiet.
    """

    from_minute: int
    until_minute: int

    def __post_init__(self) -> None:
        if not all(0 <= minute < DAY_MINUTES for minute in (self.from_minute, self.until_minute)):
            raise ValueError("a minute of the day is at least 0 and less than 1440")


NEVER_QUIET = Quiet(0, 0)


def is_quiet(quiet: Quiet, at: datetime) -> bool:
    """Tell whether a person wants to be left alone at a time."""
    since = (_minute_of_day(seconds_of(at)) - quiet.from_minute) % DAY_MINUTES
    return since < (quiet.until_minute - quiet.from_minute) % DAY_MINUTES


def quiet_ends(quiet: Quiet, at: datetime) -> datetime:
    """Give the first time from `at` on at which a person may be reminded: `at` itself when not quiet."""
    second = seconds_of(at)
    if not is_quiet(quiet, at):
        return moment_of(second)
    wait = (quiet.until_minute - _minute_of_day(second)) % DAY_MINUTES
    return moment_of(second - second % MINUTE + wait * MINUTE)


def _minute_of_day(second: int) -> int:
    return (second + SHANGHAI_OFFSET) % DAY // MINUTE
