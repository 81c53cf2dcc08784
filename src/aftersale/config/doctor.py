"""Say how the desk is: each check ok, worth a look or bad, in words, with what to do."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aftersale.domain.errors import AftersaleError
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from aftersale.config.home import Home
    from aftersale.texts import Lang

    Look = Callable[[Home, datetime], Iterable["Finding"]]

_log = logging.getLogger(__name__)


class Level(StrEnum):
    """Say how grave a finding is."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


LEVEL_WORDS: dict[Level, Text] = {
    Level.OK: Text(zh="正常", en="ok"),
    Level.WARN: Text(zh="留意", en="look"),
    Level.BAD: Text(zh="有问题", en="bad"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold what one look saw: how grave it is, what it is, what to do (nothing where all is well)."""

    level: Level
    said: Text
    next_step: Text | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """Pair a finding with the part of the desk that was looked at."""

    part: str
    finding: Finding

    def as_data(self, lang: Lang) -> dict[str, object]:
        """Write it as a line of JSON."""
        found, step = self.finding, self.finding.next_step
        return {
            "check": self.part,
            "level": found.level.value,
            "said": found.said.of(lang),
            "next_step": step.of(lang) if step else None,
        }


def ok(zh: str, en: str) -> Finding:
    """Say that all is well."""
    return Finding(Level.OK, Text(zh=zh, en=en))


def examine(looks: Mapping[str, Look], place: Home, now: datetime) -> Iterator[Looked]:
    """Look at every part; one that cannot be looked at is bad, and the others are looked at all the same.

    What cannot be looked at after something bad was found waits for that, and is named in one line.
    """
    spoiled, waiting = False, list[str]()
    for part, look in looks.items():
        try:
            findings = list(look(place, now))
        except AftersaleError as error:
            findings = [Finding(Level.BAD, error.message, error.next_step)]
        except Exception as error:  # noqa: BLE001  # whatever is wrong is what was asked for
            findings = [] if spoiled else [_unseen(error)]
            waiting += [part] if spoiled else []
        spoiled = spoiled or any(finding.level is Level.BAD for finding in findings)
        yield from (Looked(part, finding) for finding in findings)
    if waiting:
        yield Looked("waiting", _waiting(waiting))


def _waiting(parts: Sequence[str]) -> Finding:
    listed = ", ".join(parts)
    return Finding(
        Level.BAD,
        Text(
            zh=f"上面的问题解决前看不了：{listed}",
            en=f"Cannot be looked at before the above is mended: {listed}",
        ),
        Text(
            zh="先处理上面的问题，再运行 aftersale doctor。",
            en="Mend what stands above first, then run aftersale doctor again.",
        ),
    )


def _unseen(error: Exception) -> Finding:
    _log.debug("a look failed", exc_info=error)
    name = type(error).__name__
    return Finding(
        Level.BAD,
        Text(zh=f"检查不了：{name}", en=f"It cannot be looked at: {name}"),
        Text(
            zh="先处理上面的问题，再运行 aftersale doctor。",
            en="Mend what stands above first, then run aftersale doctor again.",
        ),
    )
