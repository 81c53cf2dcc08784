"""Look a text over before a buyer reads it: contact data, threats, pressure, rude words, promises, jargon.

What is looked for stands in the rulebook, dated and with its source. A wording looks at a text in one of two
forms that have as many signs as the text: folded to one width and case, or with numerals as digits too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from unicodedata import category, decimal, normalize

from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date

    from aftersale.policy.rulebook import Citation
    from aftersale.policy.written import Confidence, Platform


class Slips(StrEnum):
    """Name what a text can do wrong."""

    CONTACT = "contact"
    OFF_PLATFORM = "off_platform"
    THREAT = "threat"
    REVIEW = "review"
    RUDE = "rude"
    BLAME = "blame"
    RIGHTS = "rights"
    PROMISE = "promise"
    JARGON = "jargon"


SLIP_WORDS: Mapping[Slips, Text] = {
    Slips.CONTACT: Text(zh="联系方式", en="contact data"),
    Slips.OFF_PLATFORM: Text(zh="离开平台", en="leaving the platform"),
    Slips.THREAT: Text(zh="威胁", en="a threat"),
    Slips.REVIEW: Text(zh="干预评价或投诉", en="pressure on a review or complaint"),
    Slips.RUDE: Text(zh="不礼貌", en="rude"),
    Slips.BLAME: Text(zh="指责买家", en="blames the buyer"),
    Slips.RIGHTS: Text(zh="排除买家权利", en="takes a right away"),
    Slips.PROMISE: Text(zh="承诺不了的话", en="a promise nobody may make"),
    Slips.JARGON: Text(zh="行话", en="jargon"),
}


@dataclass(frozen=True, slots=True)
class Slip:
    """Hold one finding: which wording found it, whether it stops, the words, where, and what to change."""

    id: str
    kind: Slips
    stops: bool
    found: str
    at: int
    change: Text


@dataclass(frozen=True, slots=True)
class Sought:
    """Hold one thing that is looked for, and what in the same sentence makes it harmless.

    `digits`: numerals of every kind are read as digits first.
    """

    id: str
    platform: Platform
    kind: Slips
    stops: bool
    patterns: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    digits: bool
    change: Text
    effective: tuple[date | None, date | None]
    citations: tuple[Citation, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True)
class Where:
    """Say where a text goes: to which platform, on which day, and what it may hold for once."""

    platform: str
    on: date
    passed: Collection[str] = ()

    def takes(self, sought: Sought) -> bool:
        """Tell whether something is looked for there."""
        start, until = sought.effective
        dated = (start is None or start <= self.on) and (until is None or self.on < until)
        return (
            dated
            and sought.platform in {"any", self.platform}
            and not {sought.id, sought.kind} & set(self.passed)
        )


_MOST = 20
_NUMERALS = str.maketrans("零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "001234567891123456789")
_ENDS = re.compile(r"[。！？!?;；\n]")


def slips_in(text: str, sought: Iterable[Sought], where: Where) -> tuple[Slip, ...]:
    """Find what should not stand in a text, what stops first, then as it comes; at most twenty."""
    folded = _folded(text)
    forms = {False: folded, True: "".join(map(_digit, folded.translate(_NUMERALS)))}
    found = [slip for each in sought if where.takes(each) for slip in _slips(text, each, forms[each.digits])]
    # One place is told once, by what weighs most.
    found.sort(key=lambda slip: (slip.at, not slip.stops, -len(slip.found)))
    once: list[Slip] = []
    for slip in found:
        if not any(_within(slip, other) for other in once):
            once.append(slip)
    return tuple(sorted(once, key=lambda slip: (not slip.stops, slip.at))[:_MOST])


def _slips(text: str, sought: Sought, form: str) -> Iterator[Slip]:
    for pattern in sought.patterns:
        for match in pattern.finditer(form):
            start, end = match.span()
            sentence = _sentence(form, start, end)
            if start < end and not any(each.search(sentence) for each in sought.unless):
                yield Slip(
                    sought.id, sought.kind, sought.stops, text[start:end].strip(), start, sought.change
                )


def _within(slip: Slip, other: Slip) -> bool:
    """Tell whether a finding tells nothing beyond another one that is as grave."""
    same = other.kind is slip.kind or (other.stops and not slip.stops)
    return same and other.at <= slip.at < other.at + max(len(other.found), 1)


def _sentence(form: str, start: int, end: int) -> str:
    """Give the sentence in which something stands."""
    before = [match.end() for match in _ENDS.finditer(form, 0, start)]
    after = _ENDS.search(form, end)
    return form[before[-1] if before else 0 : after.start() if after else len(form)]


def _folded(text: str) -> str:
    """Give a text in one width and case, sign by sign; what cannot be seen becomes a blank."""
    return "".join(map(_plain, text))


def _plain(sign: str) -> str:
    if category(sign) in {"Cf", "Mn"}:
        return " "
    folded = normalize("NFKC", sign).lower()
    return folded if len(folded) == 1 else sign


def _digit(sign: str) -> str:
    return str(value) if (value := decimal(sign, None)) is not None else sign
