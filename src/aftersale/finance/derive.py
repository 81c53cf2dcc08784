"""Let legs follow from tickets and their actions: asked, intended, sent, paid, reversed, small payouts.

What is there already is counted, so that deriving again adds only what has changed since.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from aftersale.channels.base import Outcome
from aftersale.channels.verbs import PAYS, REFUNDS, Verb
from aftersale.domain.money_legs import LegKind
from aftersale.domain.states import ActionState
from aftersale.evidence.models import Event
from aftersale.finance.legs import BORNE, Leg, add
from aftersale.finance.models import MoneyLeg
from aftersale.tickets.change import TICKET
from aftersale.tickets.models import Action, Ticket
from aftersale.tickets.outcome import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

_SENT = frozenset({ActionState.UNKNOWN, ActionState.HANDED_OVER, ActionState.DONE, ActionState.FAILED})
_REFUNDS = frozenset({*REFUNDS, OUTSIDE})
_TICKET = (
    "id",
    "shop_id",
    "order_no",
    "amount_fen",
    "applied_at",
    "blamed",
    "observed_at",
    "changed_at",
    "sequence",
)
_ACTION = (
    "key",
    "ticket_id",
    "verb",
    "state",
    "amount_fen",
    "reserved_fen",
    "params",
    "receipt",
    "attempts",
    "approved_at",
    "not_before",
    "ended_at",
    "decision__liability",
)


class _Known(NamedTuple):
    """Hold what is in the ledger of some tickets: fen asked by ticket, fen paid by action, and by bearer."""

    asked: Mapping[int, int]
    paid: Mapping[str, int]
    borne: Mapping[str, Mapping[str, int]]


def derive(ticket_ids: Sequence[int]) -> set[int]:
    """Add the legs that some tickets are missing; gives the shops to which any were added."""
    tickets = Ticket.objects.filter(pk__in=ticket_ids).order_by("id").values(*_TICKET)
    of_shop: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for ticket in tickets:
        of_shop[ticket["shop_id"]].append(ticket)
    return {shop_id for shop_id, some in of_shop.items() if add(shop_id, filter(_moves, _legs(some)))}


def _moves(leg: Leg) -> bool:
    return leg.fen != 0


def _legs(tickets: Sequence[Mapping[str, Any]]) -> Iterator[Leg]:
    by_id = {ticket["id"]: ticket for ticket in tickets}
    actions = Action.objects.filter(ticket_id__in=by_id, verb__in=[*PAYS, OUTSIDE])
    found = list(actions.order_by("id").values(*_ACTION))
    known, sendings = _known(list(by_id)), _sendings(list(by_id))
    for ticket in tickets:
        yield from _asked(ticket, known)
    for action in found:
        yield from _of_action(by_id[action["ticket_id"]], action, known, sendings)


def _known(ticket_ids: Sequence[int]) -> _Known:
    kinds = [LegKind.ASKED, LegKind.PAID, LegKind.REVERSED]
    rows = MoneyLeg.objects.filter(ticket_id__in=ticket_ids, kind__in=kinds)
    asked: dict[int, int] = defaultdict(int)
    borne: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for ticket_id, kind, source, fen, who in rows.values_list(
        "ticket_id", "kind", "source", "fen", "liability"
    ):
        if kind == LegKind.ASKED:
            asked[ticket_id] += fen
        elif source.startswith("action:"):
            borne[source.split(":")[1]][who] += fen if kind == LegKind.PAID else -fen
    return _Known(asked, {key: sum(each.values()) for key, each in borne.items()}, borne)


def _sendings(ticket_ids: Sequence[int]) -> dict[str, datetime]:
    """Find when each action was sent first, in the journal."""
    events = Event.objects.filter(subject_kind=TICKET, subject_id__in=ticket_ids, kind="action_sending")
    first: dict[str, datetime] = {}
    for payload, at in events.order_by("id").values_list("payload", "at"):
        first.setdefault(json.loads(bytes(payload))["data"]["action"], at)
    return first


def _asked(ticket: Mapping[str, Any], known: _Known) -> Iterator[Leg]:
    """Give what a buyer asks for, and each change of it by the difference."""
    before, asked = known.asked.get(ticket["id"], 0), ticket["amount_fen"] or 0
    if asked != before:
        at = ticket["changed_at"] if before else ticket["applied_at"]
        yield _leg(LegKind.ASKED, asked - before, at, f"ticket:{ticket['id']}:{ticket['sequence']}", ticket)


def _leg(
    kind: LegKind, fen: int, at: datetime, source: str, ticket: Mapping[str, Any], liability: str = ""
) -> Leg:
    return Leg(kind, fen, at, source, ticket["order_no"], ticket["id"], liability)


def _of_action(
    ticket: Mapping[str, Any], action: Mapping[str, Any], known: _Known, sendings: Mapping[str, datetime]
) -> Iterator[Leg]:
    source, fen = f"action:{action['key']}", action["amount_fen"] or 0
    liable = _liable(ticket, action)
    if action["verb"] != OUTSIDE:
        yield _leg(LegKind.INTENDED, fen, action["approved_at"], f"{source}:intended", ticket, liable)
        if action["state"] == ActionState.CANCELLED:
            ended = action["ended_at"] or ticket["changed_at"]
            yield _leg(LegKind.INTENDED, -fen, ended, f"{source}:cancelled", ticket, liable)
        if action["attempts"] and action["state"] in _SENT:
            sent_at = sendings.get(action["key"], action["not_before"])
            yield _leg(LegKind.SENT, fen, sent_at, f"{source}:sent", ticket, liable)
    if action["state"] == ActionState.DONE:
        yield from _done(ticket, action, known)


def _liable(ticket: Mapping[str, Any], action: Mapping[str, Any]) -> str:
    """Say who bears it: as the platform ruled in a dispute, else as was decided here."""
    return str(ticket["blamed"] or action["decision__liability"] or "")


def _done(ticket: Mapping[str, Any], action: Mapping[str, Any], known: _Known) -> Iterator[Leg]:
    source, liable = f"action:{action['key']}", _liable(ticket, action)
    at = _paid_at(ticket, action)
    if action["verb"] in _REFUNDS:
        yield from _refunded(ticket, action, known.paid.get(action["key"]), at)
        yield from _borne(ticket, action, known.borne.get(action["key"], {}))
    else:
        freight = action["params"].get("purpose") == "return_freight"
        kind = LegKind.RETURN_FREIGHT if freight else LegKind.SMALL_PAYOUT
        yield _leg(kind, action["amount_fen"] or 0, at, f"{source}:payout", ticket, liable)
    freight = action["params"].get("return_freight_fen")
    if action["verb"] == Verb.REFUND_RECEIVED and isinstance(freight, int) and freight:
        yield _leg(LegKind.RETURN_FREIGHT, freight, at, f"{source}:freight", ticket, liable)


def _refunded(
    ticket: Mapping[str, Any], action: Mapping[str, Any], known_fen: int | None, at: datetime
) -> Iterator[Leg]:
    """Give what was paid, and where the platform took it back that as well.

    What an action holds once it is done is what was paid; the platform's reversal frees it.
    """
    source, liable = f"action:{action['key']}", _liable(ticket, action)
    held, paid = action["reserved_fen"], known_fen
    if paid is None:
        paid = held or action["amount_fen"] or 0
        yield _leg(LegKind.PAID, paid, at, f"{source}:paid", ticket, liable)
    if paid and not held:
        yield _leg(LegKind.REVERSED, paid, ticket["changed_at"], f"{source}:reversed", ticket, liable)


def _borne(ticket: Mapping[str, Any], action: Mapping[str, Any], borne: Mapping[str, int]) -> Iterator[Leg]:
    """Move what is in the ledger from who bore it to who bears it since a ruling; no money moves by it."""
    ruled = str(ticket["blamed"] or "")
    source = f"action:{action['key']}:{BORNE}:{ticket['sequence']}"
    for who, fen in borne.items():
        if ruled and fen and who != ruled:
            yield _leg(LegKind.PAID, -fen, ticket["changed_at"], f"{source}:{who}:out", ticket, who)
            yield _leg(LegKind.PAID, fen, ticket["changed_at"], f"{source}:{who}:in", ticket, ruled)


def _paid_at(ticket: Mapping[str, Any], action: Mapping[str, Any]) -> datetime:
    """Give when it was paid: the platform's own answer tells, else the newest time that it told of."""
    ended: datetime = action["ended_at"] or ticket["changed_at"]
    told: datetime = ticket["observed_at"]
    if action["receipt"].get("outcome") == Outcome.DONE:
        return ended
    outside = action["verb"] == OUTSIDE
    return told if told < ended and (outside or told > action["approved_at"]) else ended
