"""Read the four states of a ticket from what the platform says."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from aftersale.channels.base import Turn
from aftersale.domain.states import Arbitration, Decision, Goods, Machine, Money
from aftersale.domain.states import observe as observed
from aftersale.tickets.models.ticket import Lane

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.domain.states import State
    from aftersale.tickets.steps import Seen

FIELD = {
    Machine.DECISION: "decision_state",
    Machine.GOODS: "goods_state",
    Machine.MONEY: "money_state",
    Machine.ARBITRATION: "arbitration_state",
}
_ANSWERS = {"agreed": Decision.ACCEPTED, "rejected": Decision.REFUSED, "none": Decision.PROPOSED}


def lane_of(seen: Seen) -> Lane:
    """Sort a ticket by who has to move."""
    if not seen.open:
        return Lane.DONE
    return Lane.OURS if seen.turn is Turn.MERCHANT else Lane.WAITING


def _happened(facts: Mapping[str, object], step: str, time: str) -> bool:
    return facts.get(step) is True or facts.get(time) is not None


def _decision(seen: Seen) -> Decision | None:
    answer = seen.facts.get("merchant_response")
    if not seen.open and answer in {None, "none"}:
        return Decision.WITHDRAWN
    return _ANSWERS.get(str(answer))


def _goods(seen: Seen) -> Goods | None:
    facts = seen.facts
    if _happened(facts, "goods_back", "return_received_at"):
        return Goods.BACK
    if _happened(facts, "return_sent", "return_waybill_at"):
        return Goods.COMING_BACK
    if _happened(facts, "signed", "signed_at") or facts.get("received") is True:
        return Goods.WITH_BUYER
    if _happened(facts, "shipped", "shipped_at"):
        return Goods.SENT
    return Goods.NOT_SENT if facts.get("shipped") is False else None


def _money(seen: Seen) -> Money | None:
    refunded = seen.facts.get("refunded_fen")
    paid = isinstance(refunded, int) and refunded > 0
    return Money.PAID if paid or (not seen.open and "refunded_fen" in seen.unknown) else None


def _arbitration(seen: Seen) -> Arbitration | None:
    if seen.dispute is not None:
        return Arbitration(seen.dispute.state)
    facts = seen.facts
    if not _happened(facts, "arbitration_applied", "arbitration_applied_at"):
        return None
    if not seen.open:
        return Arbitration.CLOSED
    asked = _happened(facts, "evidence_requested", "evidence_requested_at") and seen.turn is Turn.MERCHANT
    return Arbitration.EVIDENCE_DUE if asked else Arbitration.OPEN


def observed_states(seen: Seen) -> dict[Machine, State]:
    """Give the states that the platform's words tell; a machine they say nothing of is left out."""
    found: dict[Machine, State | None] = {
        Machine.DECISION: _decision(seen),
        Machine.GOODS: _goods(seen),
        Machine.MONEY: _money(seen),
        Machine.ARBITRATION: _arbitration(seen),
    }
    return {machine: state for machine, state in found.items() if state is not None}


# A handful of moves is made by all tickets: which of them contradict is worked out once.
observe = lru_cache(maxsize=1024)(observed)


def _is_not_told(machine: Machine, before: str, state: State, seen: Seen) -> bool:
    """Tell whether a source that cannot say that goods have come back shows them on their way: no news."""
    return (
        machine is Machine.GOODS
        and state is Goods.COMING_BACK
        and before in _HERE
        and "return_received_at" in seen.unknown
    )


_HERE = (Goods.BACK, Goods.INSPECTED)


def moved(before: Mapping[str, str], seen: Seen) -> tuple[dict[str, str], str]:
    """Give the four state fields after an observation, and what contradicts what we knew ('' for nothing)."""
    after, contradicted = dict(before), []
    for machine, state in observed_states(seen).items():
        if _is_not_told(machine, before[FIELD[machine]], state, seen):
            continue
        move = observe(machine, before[FIELD[machine]], state)
        after[FIELD[machine]] = move.after.value
        if move.contradicts:
            contradicted.append(f"{machine}:{move.before}>{move.after}")
    return after, ",".join(contradicted)
