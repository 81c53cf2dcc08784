"""Tell until when something may be said in a dispute: the platform's own word first, else the rulebook."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.policy.rulebook import Citation, Parameter, ParameterValue

_HOUR, _DAY = 3_600, 86_400


class Source(StrEnum):
    """Say where the end of a window comes from."""

    PLATFORM = "platform"
    RULEBOOK = "rulebook"


@dataclass(frozen=True, slots=True)
class Window:
    """Hold until when (epoch seconds), by whom that is known, and how sure it is.

    Of the rulebook it has confidence and citations; of the platform it is certain.
    """

    at: int
    source: Source
    confidence: str = ""
    citations: tuple[Citation, ...] = ()

    def open_at(self, now: int) -> bool:
        """Tell whether it is still open: its end belongs to it no more."""
        return now < self.at


@dataclass(frozen=True, slots=True)
class Numbers:
    """Give the numbers of the rulebook for one platform, as of a time in epoch seconds."""

    parameters: Mapping[str, Parameter]
    platform: str
    as_of: int

    def value(self, name: str) -> ParameterValue | None:
        """Give the value in force; None where the rulebook has none."""
        found = self.parameters.get(name)
        return found.value_for(self.platform, self.as_of) if found else None

    def number(self, name: str, otherwise: int) -> int:
        """Give a number, or what stands where the rulebook has none."""
        found = self.value(name)
        return found.value if found else otherwise


def evidence_by(numbers: Numbers, told: int | None, asked: int) -> Window | None:
    """Tell until when evidence is taken: `told` by the platform, else counted from when it asked."""
    return _window(numbers, told, asked, ("evidence_hours", _HOUR))


def appeal_by(numbers: Numbers, told: int | None, judged: int) -> Window | None:
    """Tell until when a ruling may be asked to be looked at again."""
    return _window(numbers, told, judged, ("appeal_days", _DAY))


def _window(numbers: Numbers, told: int | None, since: int, by: tuple[str, int]) -> Window | None:
    if told is not None:
        return Window(told, Source.PLATFORM)
    name, unit = by
    found = numbers.value(name)
    if found is None:
        return None
    return Window(since + found.value * unit, Source.RULEBOOK, found.confidence, found.citations)


def chances(numbers: Numbers) -> int:
    """Give how often a ruling may be asked to be looked at again; once where nothing is known."""
    return numbers.number("appeal_max_count", 1)


SOURCE_WORDS: dict[Source, Text] = {
    Source.PLATFORM: Text(zh="平台给的时间", en="told by the platform"),
    Source.RULEBOOK: Text(zh="按规则推算，以平台页面为准", en="by the rulebook; the platform's page counts"),
}
