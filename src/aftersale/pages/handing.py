"""Say how goodwill is handed over: what to do in the back office or the parcel, and the words to paste."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from aftersale.shops.models import GoodwillGiven
from aftersale.shops.models.costs import GoodwillKind
from aftersale.tickets.goodwill import HAND_OVER
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from aftersale.tickets.models import Task

# So long after the tick a slip is put right where it was made; later on the ticket.
_JUST_NOW = timedelta(hours=1)
_MOST = 20


@dataclass(frozen=True, slots=True)
class HandOver:
    """Hold what to do, and what is written to the buyer, empty where nothing is."""

    words: str
    text: str


def hand_over(tasks: Iterable[Task]) -> dict[int, HandOver]:
    """Give by task how goodwill is handed over; one query where there is any."""
    given = {task.pk: int(task.params["given"]) for task in tasks if task.kind == HAND_OVER}
    if not given:
        return {}
    pieces = GoodwillGiven.objects.select_related("goodwill").in_bulk(given.values())
    return {
        task: HandOver(_words(pieces[piece]), pieces[piece].text)
        for task, piece in given.items()
        if piece in pieces
    }


def _words(piece: GoodwillGiven) -> str:
    words = {
        GoodwillKind.COUPON: _("Send the coupon in the back office: {name}"),
        GoodwillKind.GIFT: _("Put the gift into a parcel: {name}"),
        GoodwillKind.SERVICE: _("Arrange the service: {name}"),
        GoodwillKind.UPGRADE: _("Send the better article: {name}"),
    }
    return words[GoodwillKind(piece.goodwill.kind)].format(name=piece.goodwill.name)


def just_handed(shops: Collection[int], now: datetime) -> list[GoodwillGiven]:
    """List what was handed over just now in some shops, newest first, so that a slip can be taken back."""
    lately = GoodwillGiven.objects.filter(
        goodwill__shop__in=shops, delivered_at__gt=now - _JUST_NOW, used_at=None
    )
    return list(lately.select_related("goodwill").order_by("-delivered_at")[:_MOST])
