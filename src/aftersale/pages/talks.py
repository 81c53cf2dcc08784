"""List the negotiations that go on: who waits for a word, how far apart both are, until when to answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from aftersale.negotiation.models import Negotiation, State
from aftersale.negotiation.rounds import how_it_stands
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.negotiating import target_in
from aftersale.pages.talk_words import meeting_words, terms_words
from aftersale.policy.talks.rounds import pressing
from aftersale.shops.rulebooks import judges_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

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
    judge = judges_of(ask.now)
    return shown(ask, "talks.html", rows=[_line(talk, ask, judge) for talk in found])


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
