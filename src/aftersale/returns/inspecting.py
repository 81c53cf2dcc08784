"""Take what a person at the bench found on the goods beyond their number, as answers of that person."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.domain.errors import AftersaleError
from aftersale.returns.counted import CountedLine
from aftersale.returns.matching import live
from aftersale.returns.standards import FAULTS
from aftersale.texts import Text
from aftersale.tickets.models import Answer
from aftersale.tickets.warehouse import Sighting, tell

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aftersale.returns.flow import Booking
    from aftersale.returns.models import Match, Parcel
    from aftersale.tickets.models import Ticket

INSPECTED = "goods_inspected"
_MISMATCH = "return_mismatch"


class Came(StrEnum):
    """Say what lay in the parcel."""

    RIGHT = "right"
    EMPTY = "empty"
    SWAPPED = "swapped"


CAME_WORDS: Mapping[Came, Text] = {
    Came.RIGHT: Text(zh="是这件商品", en="this article"),
    Came.EMPTY: Text(zh="空包，什么都没有", en="nothing in it"),
    Came.SWAPPED: Text(zh="换成了别的东西", en="something else"),
}


class FindingInvalid(AftersaleError):
    """Refuse a finding that contradicts itself."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold what was found of one article: its number, pieces, what lay there instead, faults by fact."""

    article_no: str
    good: int = 0
    bad: int = 0
    expected: int | None = 1
    came: Came = Came.RIGHT
    instead: str = ""
    faults: tuple[str, ...] = ()

    @property
    def facts(self) -> dict[str, object]:
        """Give what a person states with it: the faults named, and what came where it is not the article."""
        stated: dict[str, object] = {name: FAULTS[name][0] for name in self.faults}
        return stated if self.came is Came.RIGHT else {**stated, _MISMATCH: self.came.value}


def as_meant(finding: Finding) -> Finding:
    """Read what a form says as whoever holds the goods means it.

    Where something else or nothing came there is no good piece; a fault of the one piece that was to come
    makes that piece a bad one. Of several pieces the person says how many are bad.
    """
    if finding.came is not Came.RIGHT:
        return replace(finding, good=0)
    if finding.faults and not finding.bad and finding.good == 1 == finding.expected:
        return replace(finding, good=0, bad=1)
    return finding


def check(finding: Finding) -> None:
    """Refuse a finding that contradicts itself; raises FindingInvalid."""
    if finding.came is Came.RIGHT and not finding.good + finding.bad:
        raise _invalid("finding.no_pieces", "还没填件数。", "No pieces are counted.", _COUNT)
    if finding.came is Came.SWAPPED and not finding.instead:
        raise _invalid("finding.no_name", "还没写换成了什么。", "What came instead is not said.", _NAME)
    if finding.faults and not finding.bad:
        raise _invalid("finding.no_bad", "勾了问题，不良品却是 0。", "Faults, but no bad piece.", _BAD)
    if finding.came is not Came.RIGHT and finding.good:
        raise _invalid("finding.good", "不是这件商品，就没有良品。", "There is no good piece then.", _GOOD)


_COUNT = Text(
    zh="填良品或不良品的件数；没有东西就选“空包”。", en="Count good or bad, or choose “nothing in it”."
)
_NAME = Text(zh="写一句是什么，如“旧杯子”。", en="Say what it is, such as “an old cup”.")
_BAD = Text(zh="填有几件不良品。", en="Say how many pieces are bad.")
_GOOD = Text(zh="把良品改成 0，再登记。", en="Set the good pieces to 0.")


def _invalid(code: str, zh: str, en: str, after: Text) -> FindingInvalid:
    return FindingInvalid(code, Text(zh=zh, en=en), after)


def lines_of(finding: Finding) -> Iterator[CountedLine]:
    """Give the lines of a count: nothing of the article, and the other thing by its name, where swapped."""
    if finding.came is Came.RIGHT:
        yield CountedLine(finding.article_no, finding.good, finding.bad, finding.expected)
        return
    yield CountedLine(finding.article_no, 0, 0, finding.expected)
    if finding.came is Came.SWAPPED:
        yield CountedLine(finding.instead, 0, max(finding.bad, 1))


@transaction.atomic
def inspect(parcel: Parcel, findings: Sequence[Finding], booking: Booking) -> int:
    """Tell the tickets of a booked parcel what was found on their article; give how many were told.

    What an earlier look said and this one does not is taken back. Raises FactsInvalid, Overtaken.
    """
    of_article = {each.article_no: each for each in findings}
    matches = live(parcel).select_related("ticket__shop")
    return sum(_inspected(each, of_article.get(number_of(each.ticket)), booking) for each in matches)


def number_of(ticket: Ticket) -> str:
    """Give the number by which the article of a ticket is counted: the shop's own, else the platform's."""
    return ticket.article_no or ticket.product_id


def _inspected(match: Match, finding: Finding | None, booking: Booking) -> bool:
    before = _named_before(match)
    stated = finding.facts if finding else {}
    if stated == {each.fact: each.value for each in before}:
        return False
    replaced = [each.pk for each in before]
    data = {"parcel": match.parcel_id, "waybill": match.parcel.waybill, "source": booking.source}
    seen = Sighting(INSPECTED, booking.actor, None, stated, replaced, data)
    given = tell(match.ticket, seen, booking.now)
    match.answers = [each for each in match.answers if each not in replaced] + given
    match.save(update_fields=["answers"])
    return True


def _named_before(match: Match) -> list[Answer]:
    """Give the answers that an earlier look at this parcel put down as faults."""
    held = Answer.objects.filter(pk__in=match.answers, withdrawn_at=None)
    return [each for each in held if _is_fault(each)]


def _is_fault(given: Answer) -> bool:
    if given.fact == _MISMATCH:
        return given.value is not None
    return given.fact in FAULTS and given.value is FAULTS[given.fact][0]


def faults_of(matches: Sequence[Match]) -> dict[int, tuple[str, ...]]:
    """Give by match the faults that were named."""
    wanted = {number: match.pk for match in matches for number in match.answers}
    rows = Answer.objects.filter(pk__in=wanted, withdrawn_at=None, fact__in=FAULTS).order_by("pk")
    found: dict[int, list[str]] = {match.pk: [] for match in matches}
    for each in rows:
        if _is_fault(each):
            found[wanted[each.pk]].append(each.fact)
    return {match: tuple(dict.fromkeys(faults)) for match, faults in found.items()}
