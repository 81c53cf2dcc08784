"""Keep what was promised to a buyer as something to do with an end, so that it is not forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.domain.errors import AftersaleError
from aftersale.evidence.journal import Entry
from aftersale.texts import Text
from aftersale.tickets.change import change
from aftersale.tickets.models import Task

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.shops.models import Person
    from aftersale.tickets.models import Ticket

PROMISE = "promise"
"""The task of doing what was promised."""
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Promise:
    """Hold what was promised, until when, and money where it is about money."""

    text: str
    until: datetime
    amount_fen: int | None = None


class PromiseRefused(AftersaleError):
    """Refuse a promise that says nothing or was due before it was given."""

    def __init__(self) -> None:
        super().__init__(
            "promise.incomplete",
            Text(zh="承诺要写内容，时间要在现在之后。", en="It needs a text, and an end that is to come."),
            Text(zh="补上再保存；已写的内容还在。", en="Complete it; what you wrote is kept."),
        )


@transaction.atomic
def promise(
    ticket: Ticket, person: Person, what: str, amount_fen: int | None, until: datetime, now: datetime
) -> Task:
    """Note a promise, with one event that holds its words as a personal value; raises PromiseRefused."""
    kept = Promise(what.strip()[:_LONGEST], until, amount_fen)
    check_promise(kept, now)
    data = {"amount_fen": amount_fen, "until": until.isoformat()}
    change(ticket, Entry("promised", now, person.pk, data, {"text": kept.text}))
    return to_keep(ticket, person, kept, now)


def check_promise(kept: Promise, now: datetime) -> None:
    """Let a promise pass that says something and ends later; raises PromiseRefused."""
    if not kept.text or kept.until <= now:
        raise PromiseRefused


def to_keep(ticket: Ticket, person: Person, kept: Promise, now: datetime) -> Task:
    """Put a promise among the things to do, for an event that the caller writes."""
    return Task.objects.create(
        shop_id=ticket.shop_id,
        ticket=ticket,
        kind=PROMISE,
        params={"text": kept.text, "amount_fen": kept.amount_fen, "by": person.pk},
        assignee=person,
        due_at=kept.until,
        created_at=now,
    )
