"""Set up a small desk: a shop, its people, tickets and clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeAlias

from aftersale.channels.base import Turn
from aftersale.domain.clock import SHANGHAI
from aftersale.evidence.chain import genesis
from aftersale.shops.models import Duty, Membership, NotifyTarget, Person, Shop
from aftersale.tickets.clocks import Wanted
from aftersale.tickets.deadlines import new_values
from aftersale.tickets.models import Deadline, Ticket
from aftersale.tickets.sweep import Hands

_numbers = count(1)
# What a test says of a row beside the usual.
Fields: TypeAlias = Any
# A Monday afternoon.
NOW = datetime(2026, 6, 8, 14, 0, tzinfo=SHANGHAI)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
OFFICE = {day: [["09:00", "12:00"], ["13:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def at(text: str) -> datetime:
    """Read a time in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def shop_of(name: str = "花花小店", **fields: Fields) -> Shop:
    fields = {"platform": "douyin", "created_at": NOW, **fields}
    return Shop.objects.create(name=f"{name}{next(_numbers)}", **fields)


def person_of(name: str, **fields: Fields) -> Person:
    return Person.objects.create(username=f"{name}-{next(_numbers)}", name=name, **fields)


def target_of(person: Person, **fields: Fields) -> NotifyTarget:
    number = next(_numbers)
    return NotifyTarget.objects.create(person=person, name="群", url=f"wecombot://key-{number:08d}", **fields)


def on_duty(shop: Shop, name: str = "小李", **fields: Fields) -> Person:
    """Put a person who can be reached on duty for a year."""
    person = person_of(name, **fields)
    target_of(person)
    Duty.objects.create(shop=shop, person=person, starts_at=NOW - 300 * DAY, ends_at=NOW + 300 * DAY)
    return person


def lead_of(shop: Shop, name: str = "王主管", **fields: Fields) -> Person:
    person = person_of(name, **fields)
    target_of(person)
    Membership.objects.create(shop=shop, person=person, role="lead")
    return person


def ticket_of(shop: Shop, **fields: Fields) -> Ticket:
    number = fields.pop("ticket_no", f"70000000000{next(_numbers):06d}")
    usual = {
        "order_no": "69001122334455",
        "status": "售后待处理",
        "open": True,
        "turn": Turn.MERCHANT,
        "lane": "ours",
        "stage": "decide",
        "step": "refund_only",
        "applied_at": NOW - DAY,
        "channel": "manual",
        "rank": 1,
        "observed": "{}",
        "observed_at": NOW,
        "notice_digest": b"\0" * 32,
        "seen_at": NOW,
        "queue_at": NOW + DAY,
        "created_at": NOW,
        "changed_at": NOW,
        "head": genesis("ticket", str(shop.pk), number),
    }
    return Ticket.objects.create(shop=shop, ticket_no=number, **{**usual, **fields})


def clock_of(due_at: datetime, **fields: Fields) -> Wanted:
    usual: dict[str, Any] = {
        "kind": "respond_by",
        "source": "platform",
        "side": "merchant",
        "consequence": "approves_refund",
        "starts_at": due_at - 2 * DAY,
    }
    return Wanted(due_at=due_at, **{**usual, **fields})


def new_row(ticket: Ticket, wanted: Wanted, seen_at: datetime) -> Deadline:
    """Give the row of a clock as it is first seen."""
    (values,) = new_values(ticket.pk, ticket.shop, [wanted], seen_at)
    return Deadline(**values)


def row_of(ticket: Ticket, wanted: Wanted, seen_at: datetime) -> Deadline:
    """Save the row of a clock as it is first seen."""
    row = new_row(ticket, wanted, seen_at)
    row.save()
    return row


class Post:
    """Take messages, or refuse them."""

    def __init__(self, *, works: bool = True) -> None:
        self.works = works
        self.sent: list[tuple[str, str, str]] = []

    def __call__(self, url: str, title: str, body: str) -> bool:
        if self.works:
            self.sent.append((url, title, body))
        return self.works

    def to(self, person: Person) -> list[str]:
        """Give what a person has got, title and text."""
        urls = {target.url for target in person.notify_targets.all()}
        return [f"{title}\n{body}" for url, title, body in self.sent if url in urls]


class Crew:
    """Stand in for the flows that the sweep calls, and note the calls."""

    def __init__(self, *, poison: int | None = None) -> None:
        self.redecided: list[int] = []
        self.carried_out: list[tuple[int, str]] = []
        self.imports: list[int] = []
        self.mended = 0
        self.post = Post()
        self._poison = poison

    def redecide(self, ticket: Ticket, now: datetime) -> None:
        if ticket.pk == self._poison:
            raise ValueError("these facts cannot be judged")
        self.redecided.append(ticket.pk)
        Ticket.objects.filter(pk=ticket.pk).update(stable_until=now + DAY)

    def carry_out(self, ticket: Ticket, verb: str, _now: datetime) -> None:
        if ticket.pk == self._poison:
            raise ValueError("this cannot be done")
        self.carried_out.append((ticket.pk, verb))

    def mend_actions(self, _now: datetime) -> int:
        return self.mended

    def take_up_import(self, pk: int, _now: datetime) -> None:
        self.imports.append(pk)

    @property
    def hands(self) -> Hands:
        return Hands(self.redecide, self.carry_out, self.mend_actions, self.take_up_import, self.post)


def utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
