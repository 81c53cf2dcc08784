"""Keep what was promised to a buyer as something to do with an end, so that it is not forgotten."""

from __future__ import annotations

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
    said = what.strip()[:_LONGEST]
    if not said or until <= now:
        raise PromiseRefused
    data = {"amount_fen": amount_fen, "until": until.isoformat()}
    change(ticket, Entry("promised", now, person.pk, data, {"text": said}))
    return Task.objects.create(
        shop_id=ticket.shop_id,
        ticket=ticket,
        kind=PROMISE,
        params={"text": said, "amount_fen": amount_fen, "by": person.pk},
        assignee=person,
        due_at=until,
        created_at=now,
    )
