"""Erase the personal values of a buyer, as far as no law asks to keep them.

First a plan shows what would go and what is held, then it is carried out: what may go goes at once, the rest
is dated and the sweep of retention.py sees to it. Value and salt go; events stay as they are, so that every
chain and log still verifies. Nothing of it can be undone. Who may do it is asked before.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
from django.db import connection, transaction

from aftersale.domain.errors import AftersaleError
from aftersale.evidence.journal import Entry
from aftersale.shops.rulebooks import judge_of
from aftersale.texts import Text
from aftersale.tickets.change import change
from aftersale.tickets.forgotten import Line, line_of, note_down
from aftersale.tickets.holds import holds, holds_under
from aftersale.tickets.models import Buyer, Erasure, IdempotencyKey, ParkedRow, SearchText, Ticket
from aftersale.tickets.parking import cells_of
from aftersale.tickets.parties import buyer_key
from aftersale.tickets.personal import OF_THE_TICKET, empty, found_in
from aftersale.tickets.search import BUYER_TOKEN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from aftersale.shops.models import Person
    from aftersale.tickets.holds import Hold

# A hold that nobody can date is looked at again so much later.
LOOK_AGAIN = timedelta(days=1)
ERASED = "erased"
"""The event that takes every personal value of the ticket before it."""
EXPIRED = "expired"
"""The ground of the sweep: the shop's own period is over."""


class Ground(StrEnum):
    """Name why a person may ask (PIPL 47): a code, for the event that holds it is never erased."""

    PURPOSE = "purpose"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    UNLAWFUL = "unlawful"
    OTHER = "other"


GROUND_WORDS: dict[Ground, Text] = {
    Ground.PURPOSE: Text(zh="处理目的已实现或不再需要", en="the purpose is achieved or gone"),
    Ground.ENDED: Text(zh="停止服务或保存期限已到", en="the service or the time to keep it has ended"),
    Ground.WITHDRAWN: Text(zh="买家撤回同意", en="the buyer withdrew consent"),
    Ground.UNLAWFUL: Text(zh="违法或违约处理", en="it was handled against law or agreement"),
    Ground.OTHER: Text(zh="法律规定的其他情形", en="another case that the law names"),
}


class ErasureRefused(AftersaleError):
    """Refuse to erase: nothing was changed."""


def _no_such_ground(reason: str) -> ErasureRefused:
    words = ", ".join(f"{ground} ({GROUND_WORDS[ground].en})" for ground in Ground)
    return ErasureRefused(
        "erasure.reason",
        Text(zh=f"“{reason}”不是删除的理由。", en=f"{reason!r} is no ground to erase."),
        Text(
            zh="选一个：" + "、".join(f"{ground}（{GROUND_WORDS[ground].zh}）" for ground in Ground),
            en=f"Choose one: {words}.",
        ),
    )


def _outdated() -> ErasureRefused:
    return ErasureRefused(
        "erasure.outdated",
        Text(
            zh="看过之后情况变了，什么都没有删除。",
            en="Things have changed since it was shown; nothing was erased.",
        ),
        Text(zh="请重新看一遍要删除的内容，再确认。", en="Look again at what would go, then confirm."),
    )


def _nobody(ticket: Ticket) -> ErasureRefused:
    return ErasureRefused(
        "erasure.no_buyer",
        Text(
            zh=f"售后单 {ticket.ticket_no} 上没有买家信息：平台没有给，或已经删除。",
            en=f"Ticket {ticket.ticket_no} names no buyer: none was told, or the buyer was erased.",
        ),
        Text(
            zh="其余内容到期后会自动删除；要更早，请缩短店铺的保存天数。",
            en="What else it holds goes with time; shorten the shop's own days for it to go sooner.",
        ),
    )


@dataclass(frozen=True, slots=True)
class TicketPlan:
    """Say what a ticket holds, by place, and what holds it; free where nothing does."""

    ticket_id: int
    ticket_no: str
    order_no: str
    what: dict[str, int]
    holds: tuple[Hold, ...]

    @property
    def until(self) -> datetime | None:
        """Give when the last hold ends; None where one cannot be dated, or nothing holds."""
        ends = [hold.until for hold in self.holds]
        return None if None in ends else max((end for end in ends if end), default=None)


@dataclass(frozen=True, slots=True)
class Plan:
    """Say what would go and what is held; `parked_rows` are rows of sheets that speak of the buyer."""

    buyer_id: int
    shop_id: int
    tickets: tuple[TicketPlan, ...]
    parked_rows: tuple[int, ...]

    @property
    def free(self) -> tuple[TicketPlan, ...]:
        """Give the tickets that may be erased now."""
        return tuple(ticket for ticket in self.tickets if not ticket.holds)

    @property
    def held(self) -> tuple[TicketPlan, ...]:
        """Give the tickets that must wait."""
        return tuple(ticket for ticket in self.tickets if ticket.holds)

    @property
    def whole(self) -> bool:
        """Tell whether the buyer as such goes: contact, mask and key."""
        return not self.held

    @property
    def digest(self) -> str:
        """Give a digest by which a confirmation names what was shown."""
        said = [
            (one.ticket_id, sorted(one.what.items()), sorted({hold.kind.value for hold in one.holds}))
            for one in self.tickets
        ]
        return sha256(msgspec.json.encode((self.buyer_id, said, self.parked_rows))).hexdigest()


@dataclass(frozen=True, slots=True)
class Erased:
    """Say what was erased (values by place) and what is held and dated; `refused`: nothing could go."""

    tickets: tuple[str, ...]
    places: dict[str, int] = field(default_factory=dict)
    held: tuple[TicketPlan, ...] = ()
    parked_rows: int = 0
    whole: bool = False

    @property
    def refused(self) -> bool:
        """Tell whether everything is held."""
        return bool(self.held) and not self.tickets


def buyer_of(ticket: Ticket) -> Buyer:
    """Give the buyer of a ticket; raises ErasureRefused where no source told one, or the buyer is gone."""
    if ticket.buyer is None:
        raise _nobody(ticket)
    return ticket.buyer


def plan_erasure(buyer: Buyer, now: datetime) -> Plan:
    """Show what erasing a buyer would take away and what is held; nothing is changed."""
    book = judge_of(buyer.shop_id, now).rulebook
    tickets = [
        TicketPlan(one.pk, one.ticket_no, one.order_no, found_in(one), tuple(holds_under(book, one, now)))
        for one in Ticket.objects.filter(buyer=buyer).order_by("pk")
    ]
    numbers = {number for one in tickets if not one.holds for number in (one.ticket_no, one.order_no)}
    held = {number for one in tickets if one.holds for number in (one.ticket_no, one.order_no)}
    whole = "" if held else buyer.key
    rows = rows_that_mention(buyer.shop_id, numbers - held, whole)
    return Plan(buyer.pk, buyer.shop_id, tuple(tickets), tuple(rows))


def erase_buyer(buyer: Buyer, person: Person, reason: str, now: datetime, seen: str | None = None) -> Erased:
    """Erase what may go now and date the rest; `seen` is the digest of the plan that the person confirmed.

    `reason` is a Ground. Raises ErasureRefused for another, or where the plan is not the one seen. A crash
    half way leaves the rest to the sweep.
    """
    if reason not in set(Ground):
        raise _no_such_ground(reason)
    plan = plan_erasure(buyer, now)
    if seen is not None and seen != plan.digest:
        raise _outdated()
    return erase(plan, person, Ground(reason), now)


def erase(plan: Plan, person: Person, reason: Ground, now: datetime) -> Erased:
    """Carry a plan out; a ticket that something holds by now is dated instead."""
    with overwriting():
        _ask(plan, person, reason, now)
        forgotten = {one.ticket_no: forget(one.ticket_id, now, person.pk) for one in plan.free}
        blank_rows(plan.parked_rows)
        forget_buyers([plan.buyer_id], now)
        whole = Buyer.objects.filter(pk=plan.buyer_id, erased_at__isnull=False).exists()
    places: Counter[str] = Counter()
    for found in forgotten.values():
        places.update(found or {})
    gone = tuple(number for number, found in forgotten.items() if found is not None)
    return Erased(gone, dict(places), plan.held, len(plan.parked_rows), whole)


@transaction.atomic
def _ask(plan: Plan, person: Person, reason: Ground, now: datetime) -> None:
    """Write the request down for every ticket of the buyer, and in the chain of each that is held."""
    lines = [_ask_for(one, plan.shop_id, person, reason, now) for one in plan.tickets]
    for one in plan.held:
        ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=one.ticket_id)
        data = {
            "why": reason.value,
            "holds": sorted({hold.kind.value for hold in one.holds}),
            "until": one.until.isoformat() if one.until else None,
        }
        change(ticket, Entry("erasure_held", now, person.pk, data))
    note_down(lines)


def _ask_for(one: TicketPlan, shop_id: int, person: Person, reason: Ground, now: datetime) -> Line:
    next_at = (one.until or now + LOOK_AGAIN) if one.holds else now
    row, _ = Erasure.objects.update_or_create(
        shop_id=shop_id,
        ticket_no=one.ticket_no,
        defaults={
            "why": reason.value,
            "person": person,
            "requested_at": now,
            "next_at": next_at,
            "erased_at": None,
        },
    )
    return line_of(row)


@transaction.atomic
def forget(
    ticket_id: int, now: datetime, actor: int | None, *, why: str = EXPIRED, anyway: bool = False
) -> dict[str, int] | None:
    """Erase one ticket: everything personal, in one transaction with one event that names places, not values.

    Gives what went by place, nothing where there was nothing; None where something holds it (`anyway`: it
    was erased before, and a backup brought it back).
    """
    ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket_id)
    held = () if anyway else holds(ticket, now)
    if held:
        _put_off(ticket, held, now)
        return None
    found = found_in(ticket)
    row = _row_of(ticket, why, now)
    if found:
        _empty(ticket, found, row.why, now, actor)
    if found or row.next_at:
        note_down([line_of(row, now)])
        Erasure.objects.filter(pk=row.pk).update(erased_at=now, next_at=None)
    return found


def _row_of(ticket: Ticket, why: str, now: datetime) -> Erasure:
    row, _ = Erasure.objects.get_or_create(
        shop_id=ticket.shop_id,
        ticket_no=ticket.ticket_no,
        defaults={"why": why, "requested_at": now, "next_at": now},
    )
    return row


def _put_off(ticket: Ticket, held: Iterable[Hold], now: datetime) -> None:
    ends = [hold.until for hold in held]
    dated = [end for end in ends if end]
    later = max(dated) if len(dated) == len(ends) else now + LOOK_AGAIN
    waiting = Erasure.objects.filter(shop_id=ticket.shop_id, ticket_no=ticket.ticket_no, erased_at=None)
    waiting.update(next_at=later)


def _empty(ticket: Ticket, found: dict[str, int], why: str, now: datetime, actor: int | None) -> None:
    buyer_id = ticket.buyer_id
    empty(ticket)
    _forget_tokens(ticket.pk)
    _forget_answers(ticket.ticket_no)
    blank = dict.fromkeys(OF_THE_TICKET, "")
    change(ticket, Entry(ERASED, now, actor, {"why": why, "places": found}), **blank, buyer_id=None)
    if buyer_id is not None:
        forget_buyers([buyer_id], now)


def _forget_answers(ticket_no: str) -> None:
    """Take away stored answers of the interface that speak of a ticket; they are kept for days only."""
    kept = IdempotencyKey.objects.exclude(body="").iterator()
    IdempotencyKey.objects.filter(pk__in=[each.pk for each in kept if ticket_no in each.body]).delete()


def _forget_tokens(ticket_id: int) -> None:
    """Take the keyed hashes of the buyer out of the text by which a ticket is found."""
    for row in SearchText.objects.filter(ticket_id=ticket_id):
        kept = " ".join(token for token in row.text.split() if not BUYER_TOKEN.fullmatch(token))
        SearchText.objects.filter(pk=row.pk).update(text=kept)


@transaction.atomic
def forget_buyers(buyer_ids: Collection[int], now: datetime) -> int:
    """Make nobody of buyers who have no ticket left: no contact, no mask, a key that no id leads to."""
    waiting = Buyer.objects.select_for_update(of=("self",)).filter(pk__in=buyer_ids)
    gone = 0
    for buyer_id in list(waiting.order_by("pk").values_list("pk", flat=True)):
        row = Buyer.objects.filter(pk=buyer_id, tickets=None, erased_at=None)
        gone += row.update(key=f"erased:{buyer_id}", mask="", contact="", erased_at=now)
    return gone


def rows_that_mention(shop_id: int, numbers: Collection[str], key: str = "") -> Iterator[int]:
    """Find parked rows of a shop that hold one of the numbers, or the buyer's id under its keyed hash."""
    rows = ParkedRow.objects.filter(shop_id=shop_id).exclude(cells="", value="").order_by("pk")
    for row in rows.iterator(500):
        said = [row.value, *(text for _, text in cells_of(row))]
        named = any(number in text for text in said for number in numbers)
        if named or (key and any(text and buyer_key(shop_id, text) == key for text in said)):
            yield row.pk


def blank_rows(row_ids: Collection[int]) -> int:
    """Take the texts out of parked rows; their places in the sheet stay on the list."""
    return ParkedRow.objects.filter(pk__in=row_ids).update(cells="", value="", reason={})


class overwriting:  # noqa: N801  # reads as what it does, in a with statement
    """Let SQLite write over what is deleted, in its log too; PostgreSQL does so when it vacuums."""

    def __enter__(self) -> None:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA secure_delete = ON")

    def __exit__(self, *_: object) -> None:
        if connection.vendor == "sqlite":
            transaction.on_commit(_empty_log)


def _empty_log() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
