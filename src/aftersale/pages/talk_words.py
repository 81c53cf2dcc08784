"""Say positions, rounds and how they lie to one another in the words of agents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.policy.talks.rounds import Act, Meeting
from aftersale.policy.talks.terms import Side, Terms
from aftersale.texts import Text
from aftersale.web.environment import lang, money
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from aftersale.negotiation.models import Offer
    from aftersale.policy.rulebook import Rulebook
    from aftersale.policy.talks.rounds import Overlap

WAYS = (
    "refund_no_return",
    "partial_refund",
    "compensation",
    "return_refund",
    "pickup",
    "exchange",
    "reship",
    "reship_missing",
    "repair",
    "price_diff_refund",
    "coupon",
    "extend_ship_back",
)
"""What can be agreed on, in the order of the list."""

_SIDES: Mapping[str, Text] = {
    Side.BUYER: Text(zh="买家", en="Buyer"),
    Side.SHOP: Text(zh="我们", en="Shop"),
    Side.PLATFORM: Text(zh="平台", en="Platform"),
}
_SOURCES: Mapping[str, Text] = {
    "typed": Text(zh="手工记下", en="typed"),
    "log": Text(zh="平台协商记录", en="platform's log"),
    "file": Text(zh="聊天记录", en="chat record"),
}


_FELT: Mapping[str, Text] = {
    "pleased": Text(zh="满意", en="pleased"),
    "neutral": Text(zh="一般", en="neutral"),
    "unhappy": Text(zh="不满意", en="unhappy"),
}


def felt_words() -> list[tuple[str, str]]:
    """Name how a buyer can take a talk."""
    return [(code, words.of(lang())) for code, words in _FELT.items()]


@dataclass(frozen=True, slots=True)
class RoundShown:
    """Hold one round as the list shows it."""

    number: int
    side: str
    who: str
    terms: str
    text: str
    at: datetime
    until: datetime | None
    source: str
    gone: bool
    may_go: bool


def way_words(way: str, book: Rulebook) -> str:
    """Say a way of settling; one that this rulebook does not have stands as it is."""
    found = book.remedies.get(way)
    return found.of(lang()) if found else way


def ways_to_choose(book: Rulebook) -> list[tuple[str, str]]:
    """List what can be agreed on."""
    return [(way, way_words(way, book)) for way in WAYS if way in book.remedies]


def terms_words(terms: Terms, book: Rulebook) -> str:
    """Say what one side wants or gives; empty where nothing was named."""
    words = way_words(terms.way, book) if terms.way else ""
    amount = money(terms.amount_fen) if terms.amount_fen is not None else ""
    return " ".join(each for each in (words, amount) if each)


def meeting_words(overlap: Overlap) -> str:
    """Say how the last positions lie to one another."""
    gap = money(overlap.gap_fen)
    return {
        Meeting.UNKNOWN: "",
        Meeting.MET: _("both fit: it can be agreed"),
        Meeting.WITHIN: _("{gap} apart, within the limit").format(gap=gap),
        Meeting.APART: _("{gap} apart").format(gap=gap),
        Meeting.OTHER_WAY: _("different ways"),
    }[overlap.meeting]


def shown_rounds(offers: Iterable[Offer], book: Rulebook, *, going: bool) -> list[RoundShown]:
    """Show rounds, oldest first."""
    return [_round(each, book, going=going) for each in offers]


def _round(offer: Offer, book: Rulebook, *, going: bool) -> RoundShown:
    terms = terms_words(Terms(offer.way, offer.amount_fen), book)
    if offer.act == Act.ACCEPT:
        terms = _("agreed: {terms}").format(terms=terms)
    typed = offer.act in {Act.OFFER, Act.WORD} and offer.source == "typed"
    return RoundShown(
        offer.number,
        offer.side,
        _SIDES[offer.side].of(lang()),
        terms,
        offer.text,
        offer.at,
        offer.until,
        _SOURCES[offer.source].of(lang()),
        offer.taken_back_at is not None,
        going and typed and offer.taken_back_at is None,
    )


def joined(words: Sequence[str]) -> str:
    """Put words in a row."""
    return ("、" if lang() == "zh" else ", ").join(words)
