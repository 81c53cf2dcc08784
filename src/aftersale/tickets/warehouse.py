"""Let what the warehouse saw count: its words are answers of a person, and the goods are where it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.domain.states import Goods, Machine, observe
from aftersale.evidence.journal import Entry
from aftersale.tickets.fact_answers import answers_of, judged_anew, outcome_data, write_anew
from aftersale.tickets.models import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aftersale.tickets.models import Ticket

_AT_THE_SHOP = frozenset({Goods.BACK, Goods.INSPECTED})
_LONGEST = 64
_ON_THE_WAY = frozenset({Goods.SENT, Goods.WITH_BUYER, Goods.COMING_BACK})


@dataclass(frozen=True, slots=True)
class Sighting:
    """Hold what the warehouse says of one ticket: facts (None: nobody knows) in place of earlier answers.

    `kind` and `data` are what the event tells. `goods` is the state that follows, None where they stay where
    they are. `held` names what is odd about all parcels of the ticket, None where nothing was counted.
    """

    kind: str
    person_id: int
    goods: Goods | None
    facts: Mapping[str, object]
    replaces: Sequence[int]
    data: Mapping[str, object]
    held: tuple[str, ...] | None = None


def tell(ticket: Ticket, seen: Sighting, now: datetime) -> list[int]:
    """Take a sighting in and judge again, in one transaction and event; give the ids of the answers.

    Raises FactsInvalid where it contradicts what is known, Overtaken; then nothing is written.
    """
    with transaction.atomic():
        Answer.objects.filter(pk__in=seen.replaces, withdrawn_at=None).update(withdrawn_at=now)
        given = [
            Answer.objects.create(ticket=ticket, fact=fact, value=value, person_id=seen.person_id, at=now)
            for fact, value in seen.facts.items()
        ]
        _judge_again(ticket, seen, now)
    return [each.pk for each in given]


def _judge_again(ticket: Ticket, seen: Sighting, now: datetime) -> None:
    judged = judged_anew(ticket, answers_of(ticket.pk), now)
    goods = _goods(ticket, seen.goods)
    if seen.held is not None:
        goods["held"] = ",".join(seen.held)[:_LONGEST]
    data = {**seen.data, "facts": dict(seen.facts), "goods": goods["goods_state"], **outcome_data(judged)}
    write_anew(ticket, judged, Entry(seen.kind, now, seen.person_id, data), **goods)


def _goods(ticket: Ticket, said: Goods | None) -> dict[str, str]:
    """Move the goods; a second look may find fault with what was fine before."""
    if said is None or (said in _AT_THE_SHOP and ticket.goods_state in _AT_THE_SHOP):
        return {"goods_state": said.value if said else ticket.goods_state}
    move = observe(Machine.GOODS, ticket.goods_state, said)
    if said in _AT_THE_SHOP and move.contradicts:
        marks = [*ticket.contradicted.split(","), f"{Machine.GOODS}:{move.before}>{move.after}"]
        return {"goods_state": said.value, "contradicted": ",".join(filter(None, dict.fromkeys(marks)))[:64]}
    return {"goods_state": said.value}


def with_goods_here(
    states: Mapping[str, object], answers: Mapping[str, object], before: str
) -> dict[str, object]:
    """Keep goods at the shop that the warehouse has seen there, whatever the platform says of their journey.

    `states` are the fields after an observation of the platform, `before` the state of the goods before.
    """
    seen_here = answers.get("goods_back") is True and before in _AT_THE_SHOP
    if not seen_here or states["goods_state"] not in _ON_THE_WAY:
        return dict(states)
    said = str(states["contradicted"]).split(",")
    marks = [mark for mark in said if mark and not mark.startswith(f"{Machine.GOODS}:")]
    return {**states, "goods_state": before, "contradicted": ",".join(marks)}
