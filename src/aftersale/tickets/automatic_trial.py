"""Try a rule of automation on what the desk has seen: how many, how much, which; nothing is written."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.states import Goods
from aftersale.tickets.automatic import Terms, why_not
from aftersale.tickets.limits import needs_second
from aftersale.tickets.models import StoredDecision
from aftersale.tickets.steps import AGREE_TO_RETURN, INSPECT_THEN_REFUND, INSPECT_THEN_SEND, INSPECTION, SEND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from aftersale.shops.models import Shop

DAYS = 30
_EXAMPLES = 10
# Steps that follow an agreement, by the remedies that lead to them; every other step is a remedy itself.
_REMEDIES: Mapping[str, tuple[str, ...]] = {
    AGREE_TO_RETURN: ("return_refund",),
    INSPECT_THEN_REFUND: ("return_refund", "pickup"),
    INSPECT_THEN_SEND: ("exchange", "repair"),
    SEND: ("exchange", "repair", "reship"),
}


class Tried(NamedTuple):
    """Hold one ticket that a rule was tried on."""

    id: int
    ticket_no: str
    article: str
    applied_at: datetime
    amount_fen: int | None
    needs_person: bool
    rank: int


@dataclass(slots=True)
class Trial:
    """Hold what would have gone out, and how many would have been held back for which reason."""

    count: int = 0
    fen: int = 0
    examples: list[Tried] = field(default_factory=list)
    held_back: Counter[str] = field(default_factory=Counter)

    def take(self, tried: Tried) -> None:
        """Count a ticket that would have gone out."""
        self.count += 1
        self.fen += tried.amount_fen or 0
        if len(self.examples) < _EXAMPLES:
            self.examples.append(tried)


def try_out(shop: Shop, terms: Terms, now: datetime) -> Trial:
    """Lay a rule over the tickets of the last 30 days, as if it had been on, by the time of application."""
    made, spent = Trial(), Counter[object]()
    on = replace(terms, on=True)
    for tried in _tickets(shop, terms.step, now):
        fen = tried.amount_fen if terms.pays else None
        day = tried.applied_at.astimezone(SHANGHAI).date()
        why = "needs_person" if tried.needs_person else why_not(on, fen, tried.applied_at, tried.rank)
        if not why and fen is not None:
            why = _beyond(shop, terms, fen, spent[day])
        if why:
            made.held_back[why] += 1
            continue
        spent[day] += fen or 0
        made.take(tried._replace(amount_fen=fen))
    return made


def _beyond(shop: Shop, terms: Terms, fen: int, spent: int) -> str:
    if needs_second(shop, fen):
        return "four_eyes"
    return "day" if spent + fen > (terms.day_fen or 0) else ""


def _tickets(shop: Shop, step: str, now: datetime) -> Iterator[Tried]:
    """Give each ticket once, with its first decision that led to the step."""
    seen: set[int] = set()
    for row in _decisions(shop, step, now).iterator(chunk_size=2_000):
        tried = Tried(*row)
        if tried.id not in seen:
            seen.add(tried.id)
            yield tried


def _decisions(shop: Shop, step: str, now: datetime) -> QuerySet[StoredDecision, Any]:
    found = StoredDecision.objects.filter(
        ticket__shop=shop,
        ticket__applied_at__gte=now - timedelta(days=DAYS),
        preferred__in=_REMEDIES.get(step, (step,)),
    )
    if step in INSPECTION:
        found = found.filter(ticket__goods_state=Goods.INSPECTED)
    return found.order_by("ticket__applied_at", "id").values_list(
        "ticket_id",
        "ticket__ticket_no",
        "ticket__article",
        "ticket__applied_at",
        "amount_fen",
        "needs_person",
        "ticket__rank",
    )
