"""List the negotiations that go on: who waits for a word, how far apart both are, until when to answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from aftersale.domain.spans import span_words
from aftersale.negotiation.measures import feelings, first_offers
from aftersale.negotiation.models import Negotiation, State
from aftersale.negotiation.rounds import how_it_stands
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.negotiating import target_in
from aftersale.pages.talk_words import felt_words, meeting_words, terms_words
from aftersale.policy.talks.rounds import pressing
from aftersale.shops.rulebooks import judges_of
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from aftersale.negotiation.measures import Feelings, FirstOffers
    from aftersale.policy.decide import Judge

_MOST = 100
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class TalkShown:
    """Hold one line of the list; `waits` are minutes, `presses` how pressing that is."""

    talk: Negotiation
    buyer: str
    shop: str
    meeting: str
    rounds: int
    waits: int | None
    presses: str


@page
def talks(ask: Ask) -> HttpResponse:
    """List the talks of the person's shops, the buyer who waits longest first."""
    rows = Negotiation.objects.filter(shop__in=ask.caller.seen_shops(), state=State.OPEN)
    rows = rows.select_related("ticket", "shop", "begun_by").prefetch_related("offers")
    # Who waits for a word comes before who is owed one later.
    found = sorted(
        rows.order_by("back_at", "id")[:_MOST],
        key=lambda talk: (talk.buyer_at is None, talk.buyer_at or talk.back_at or ask.now),
    )
    judge, shops = judges_of(ask.now), ask.caller.seen_shops()
    return shown(
        ask,
        "talks.html",
        rows=[_line(talk, ask, judge) for talk in found],
        figures=[*_soon(first_offers(shops, ask.now)), *_taken(feelings(shops, ask.now))],
    )


def _soon(found: FirstOffers) -> list[str]:
    """Say how soon a first offer was made, and how weak the figure is where it rests on few talks."""
    if found.middle is None:
        return []
    said = [_("{count} talks, half got our first offer within {middle} of applying.")]
    said += [_("Nine of ten: within {most}.")] if found.nine_of_ten else [_("Few talks: it tells little.")]
    most = _span(found.nine_of_ten or found.middle)
    return [each.format(count=found.talks, middle=_span(found.middle), most=most) for each in said]


def _taken(found: Feelings) -> list[str]:
    if not found.ended:
        return []
    said = _("Of {ended} talks that ended, {noted} have a note of how the buyer took it.")
    by_feeling = [f"{words} {found.by_feeling[code]}" for code, words in felt_words()] if found.noted else []
    return [said.format(ended=found.ended, noted=found.noted), " · ".join(by_feeling)]


def _span(wait: timedelta) -> str:
    return span_words(int(wait.total_seconds()), lang())


def _line(talk: Negotiation, ask: Ask, judge: Callable[[int], Judge]) -> TalkShown:
    book = judge(talk.shop_id).rulebook
    standing = how_it_stands(talk, list(talk.offers.all()), ask.now)
    waits = int((ask.now - talk.buyer_at) / _MINUTE) if talk.buyer_at else None
    return TalkShown(
        talk,
        terms_words(standing.buyer, book),
        terms_words(standing.shop, book),
        meeting_words(standing.overlap),
        standing.rounds,
        waits,
        pressing(talk.buyer_at, ask.now, target_in(book, talk.shop.platform)).value,
    )
