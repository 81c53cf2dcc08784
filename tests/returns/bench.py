"""Set up a returns bench: shops, somebody who counts, tickets that wait for goods."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from aftersale.channels.base import Turn
from aftersale.evidence.chain import Stored, verify
from aftersale.evidence.models import Event
from aftersale.returns.counted import Counted, CountedLine
from aftersale.returns.flow import Booking, Outcome, receive
from aftersale.returns.matching import PARCEL, subject_of
from aftersale.shops.models import Person
from aftersale.tickets.change import TICKET
from aftersale.tickets.change import subject_of as ticket_subject
from aftersale.tickets.judging import facts_from
from aftersale.tickets.models import StoredDecision, Ticket
from tests.tickets.taking.notices import APPLIED, ASKED, NOW, took

if TYPE_CHECKING:
    from aftersale.channels.base import Notice
    from aftersale.domain.facts import Facts
    from aftersale.returns.models import Parcel
    from aftersale.shops.models import Shop

WAYBILL = "SF1390000000001"

COMING_BACK: Notice = replace(
    ASKED,
    claim="退货退款",
    status="待商家收货",
    return_waybill=WAYBILL,
    facts={
        **{name: value for name, value in ASKED.facts.items() if name != "status_deadline"},
        "apply_type": "return_refund",
        "reason": "no_reason",
        "shipped": True,
        "shipped_at": APPLIED - timedelta(minutes=50),
        "signed_at": APPLIED - timedelta(minutes=30),
        "merchant_response": "agreed",
        "merchant_agreed_at": APPLIED + timedelta(hours=1),
        "return_sent": True,
        "return_waybill_at": APPLIED + timedelta(hours=2),
        "goods_back": False,
    },
    newest_at=APPLIED + timedelta(hours=2),
    turn=Turn.MERCHANT,
)


def person(name: str = "老陈") -> Person:
    return Person.objects.create_user(name, name=name)


def coming_back(shop: Shop, number: int = 1, **said: Any) -> Ticket:  # noqa: ANN401  # fields of a notice
    """Take in a ticket whose goods are on their way back."""
    notice = replace(COMING_BACK, ticket_no=f"71{number:017}", order_no=f"69{number:017}", **said)
    took(shop, [notice])
    return Ticket.objects.get(shop=shop, ticket_no=notice.ticket_no)


def box(good: int = 1, bad: int = 0, **told: Any) -> Counted:  # noqa: ANN401  # fields of a parcel
    """Count one article in a box."""
    article = told.pop("article_no", "CUP-350-BL")
    expected = told.pop("expected", None)
    lines = told.pop("lines", (CountedLine(article, good, bad, expected),))
    return Counted(told.pop("waybill", WAYBILL), lines, **told)


def book(shop: Shop, by: Person, *parcels: Counted, hours: int = 0) -> list[Outcome]:
    return receive(shop, parcels, Booking(by.pk, NOW + timedelta(hours=hours), "desk"))


def kinds(of: Ticket | Parcel) -> list[str]:
    kind = TICKET if isinstance(of, Ticket) else PARCEL
    rows = Event.objects.filter(subject_kind=kind, subject_id=of.pk).order_by("sequence")
    return list(rows.values_list("kind", flat=True))


def is_whole(of: Ticket | Parcel) -> bool:
    kind = TICKET if isinstance(of, Ticket) else PARCEL
    rows = Event.objects.filter(subject_kind=kind, subject_id=of.pk).order_by("sequence")
    stored = [Stored(e.sequence, bytes(e.previous), bytes(e.payload), bytes(e.hash)) for e in rows]
    subject = ticket_subject(of) if isinstance(of, Ticket) else subject_of(of)
    return verify(subject.genesis, stored) == []


def judged_on(ticket: Ticket) -> Facts:
    """Give the facts of the newest decision."""
    return facts_from(StoredDecision.objects.filter(ticket=ticket).order_by("-id")[0].facts)
