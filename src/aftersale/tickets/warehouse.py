"""Let what the warehouse saw count: its words are answers of a person, and the goods are where it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.domain.states import Goods, Machine, observe
from aftersale.evidence.journal import Entry
from aftersale.shops.rulebooks import judge_of, remember
from aftersale.tickets.change import change
from aftersale.tickets.deadlines import reset, wanted_for
from aftersale.tickets.draft import due_fields, judged_fields
from aftersale.tickets.fact_answers import answers_of
from aftersale.tickets.judging import Verdicts, decision_fields, facts_of, judge
from aftersale.tickets.models import Answer, StoredDecision
from aftersale.tickets.product_facts import articles_for
from aftersale.tickets.said import said_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aftersale.tickets.judging import Judged
    from aftersale.tickets.models import Ticket

_AT_THE_SHOP = frozenset({Goods.BACK, Goods.INSPECTED})
_ON_THE_WAY = frozenset({Goods.SENT, Goods.WITH_BUYER, Goods.COMING_BACK})


@dataclass(frozen=True, slots=True)
class Sighting:
    """Hold what the warehouse says of one ticket: facts (None: nobody knows) in place of earlier answers.

    `kind` and `data` are what the event tells. `goods` is the state that follows.
    """

    kind: str
    person_id: int
    goods: Goods
    facts: Mapping[str, object]
    replaces: Sequence[int]
    data: Mapping[str, object]


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
    judged = _judged(ticket, now)
    said = said_of(ticket)
    wanted = wanted_for(ticket.shop, said, judged.decision, judged.clock, judged.stage, ticket.applied_at)
    stored = decision_fields(judged.decision, Verdicts(), now)
    deadlines = reset(ticket, wanted, now)
    StoredDecision.objects.create(ticket_id=ticket.pk, **stored)
    goods = _goods(ticket, seen.goods)
    data = {**seen.data, "facts": dict(seen.facts), "goods": goods["goods_state"], **_outcome(judged)}
    change(
        ticket,
        Entry(seen.kind, now, seen.person_id, data),
        **judged_fields(judged, stored["stable_until"]),
        **due_fields(deadlines, now),
        **goods,
    )


def _judged(ticket: Ticket, now: datetime) -> Judged:
    by = judge_of(ticket.shop_id, now)
    remember(by, ticket.shop_id, now)
    said = said_of(ticket)
    known = articles_for(ticket.shop_id, ticket.article_no, ticket.product_id)
    register = known.facts(ticket.article_no, ticket.product_id)
    return judge(said, facts_of(said, register, answers_of(ticket.pk), now), by)


def _outcome(judged: Judged) -> dict[str, object]:
    decision = judged.decision
    return {
        "rule": decision.verdict.main.id,
        "proposal": decision.verdict.preferred,
        "payable_fen": decision.payable_fen,
        "rulebook": decision.digest,
    }


def _goods(ticket: Ticket, said: Goods) -> dict[str, str]:
    """Move the goods; what was inspected already is back all the same."""
    if said is Goods.BACK and ticket.goods_state in _AT_THE_SHOP:
        return {"goods_state": ticket.goods_state}
    move = observe(Machine.GOODS, ticket.goods_state, said)
    if said is Goods.BACK and move.contradicts:
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
