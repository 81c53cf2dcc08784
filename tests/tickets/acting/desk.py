"""Set a small desk up: a shop, people, tickets with their lines, and a platform with a ledger of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from aftersale.domain.states import Decision, Money
from aftersale.evidence.chain import genesis, verify_rows
from aftersale.evidence.models import Event
from aftersale.jobs import door
from aftersale.shops.models import Person, Shop
from aftersale.tickets.act import Intent, accept
from aftersale.tickets.change import subject_of
from aftersale.tickets.confirm import Seen, settle_by_observation
from aftersale.tickets.models import Action, OrderLine, Ticket
from aftersale.tickets.perform import Outside, perform
from aftersale.tickets.receipts import PERFORM
from tests.channels.scripted import Platform, ScriptedChannel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from aftersale.channels.base import Channel, Notice

NOW = datetime(2026, 6, 10, 2, tzinfo=UTC)
PAID = 12900
TICKET_NO = "7123450000000000678"
ORDER_NO = "6920000000000000001"


def later(**span: float) -> datetime:
    return NOW + timedelta(**span)


def make_shop(name: str = "云杉家居旗舰店", channel: str = "scripted", **fields: object) -> Shop:
    return Shop.objects.create(platform="douyin", name=name, channel=channel, created_at=NOW, **fields)


def make_person(name: str = "小王") -> Person:
    return Person.objects.create(username=name, name=name)


def make_line(shop: Shop, paid_fen: int | None = PAID, line_no: str = "1") -> OrderLine:
    return OrderLine.objects.create(shop=shop, order_no=ORDER_NO, line_no=line_no, paid_fen=paid_fen)


def said(**facts: object) -> str:
    return json.dumps({"facts": facts, "unknown": [], "sources": {}, "services": []})


def make_ticket(
    shop: Shop, line: OrderLine | None = None, number: str = TICKET_NO, **fields: object
) -> Ticket:
    known: dict[str, object] = {
        "order_no": ORDER_NO,
        "status": "待商家处理",
        "open": True,
        "turn": "merchant",
        "lane": "ours",
        "stage": "decide",
        "step": "refund_full_unshipped",
        "decision_state": Decision.PROPOSED,
        "money_state": Money.NONE,
        "amount_fen": PAID,
        "applied_at": NOW,
        "channel": "douyin",
        "rank": 10,
        "observed": said(),
        "observed_at": NOW,
        "notice_digest": b"\0" * 32,
        "seen_at": NOW,
        "queue_at": NOW,
        "head": genesis("ticket", str(shop.pk), number),
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Ticket.objects.create(shop=shop, ticket_no=number, line=line, **{**known, **fields})


def refund(fen: int = PAID, **more: object) -> Intent:
    return Intent("refund", fen, **more)  # type: ignore[arg-type]


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def reread(action: Action) -> Action:
    return Action.objects.get(pk=action.pk)


def reserved(line: OrderLine) -> int:
    return OrderLine.objects.get(pk=line.pk).reserved_fen


def kinds(ticket: Ticket) -> list[str]:
    events = Event.objects.filter(subject_kind="ticket", subject_id=ticket.pk).order_by("sequence")
    return list(events.values_list("kind", flat=True))


def chain_is_whole(ticket: Ticket) -> bool:
    rows = [
        (
            str(event.subject_id),
            event.sequence,
            bytes(event.previous),
            bytes(event.payload),
            bytes(event.hash),
        )
        for event in Event.objects.filter(subject_id=ticket.pk).order_by("sequence")
    ]
    start = subject_of(ticket).genesis
    ends = fresh(ticket)
    whole = not list(verify_rows(rows, lambda _: start))
    return whole and len(rows) == ends.sequence and (not rows or rows[-1][4] == bytes(ends.head))


@dataclass
class Rung:
    """Hear alarms instead of people."""

    heard: list[tuple[str, str | None]] = field(default_factory=list)

    def __call__(
        self, kind: str, shop: Shop, ticket: Ticket | None, params: Mapping[str, object], now: datetime
    ) -> None:
        assert shop.pk
        assert params
        assert now.tzinfo
        self.heard.append((kind, ticket.ticket_no if ticket else None))


def take(shop: Shop, notice: Notice, now: datetime) -> None:
    """Take a notice in as intake does, as far as money goes."""
    ticket = Ticket.objects.get(shop=shop, ticket_no=notice.ticket_no)
    paid = notice.facts["refunded_fen"]
    assert isinstance(paid, int)
    state = Money.PAID if paid else ticket.money_state
    settle_by_observation(ticket, state, now, Seen(paid_fen=paid, closed=not notice.open))


@dataclass
class Desk:
    """Hold a platform and everything that reaches it."""

    platform: Platform
    rung: Rung = field(default_factory=Rung)
    channel: Channel = field(default_factory=ScriptedChannel)
    step: Callable[[str], None] = lambda _: None

    @classmethod
    def at(cls, folder: Path, *faults: str, knows_keys: bool = True) -> Desk:
        desk = cls(Platform(folder / "platform.jsonl", list(faults), knows_keys=knows_keys))
        desk.open()
        return desk

    def open(self) -> None:
        door.register(PERFORM, lambda action_id, now: perform(action_id, now, self.outside))

    @property
    def outside(self) -> Outside:
        from aftersale.channels.registry import channel_of  # noqa: PLC0415  # the real one for all other names

        return Outside(
            alarm=self.rung,
            take=take,
            channel_of=lambda name: self.channel if name == self.channel.name else channel_of(name),
            hands_of=lambda shop, now: self.platform,  # noqa: ARG005  # one platform for all
            step=self.step,
        )

    def perform(self, action: Action, now: datetime = NOW) -> str | None:
        return perform(action.pk, now, self.outside)


def approve(ticket: Ticket, person: Person, intent: Intent | None = None, now: datetime = NOW) -> Action:
    ticket = fresh(ticket)
    return accept(ticket, person, intent or refund(), now, ticket.sequence)
