"""Show a personal value to a person who says why: an event each time, and a count that can be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.channels.interface import Shown
from aftersale.domain.errors import AftersaleError
from aftersale.evidence.journal import Entry
from aftersale.texts import Text
from aftersale.tickets.change import change
from aftersale.tickets.disclosures import disclose
from aftersale.tickets.models import Ticket, Unmasking

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from aftersale.shops.models import Person
    from aftersale.tickets.disclosures import Viewer

LONGEST_REASON = 200

SEALED: Mapping[str, Text] = {
    "receiver": Text(zh="收件人", en="receiver"),
    "phone": Text(zh="电话", en="telephone number"),
    "address": Text(zh="地址", en="address"),
}
"""What a platform keeps encrypted and opens one by one."""

FIELDS: Mapping[str, Callable[[Ticket], str]] = {
    "contact": lambda ticket: ticket.buyer.contact if ticket.buyer else "",
    "remark": lambda ticket: ticket.remark,
}
"""What can be shown."""

_WORDS = {
    "unmask.reason": (
        Text(zh="查看买家信息要写原因。", en="Looking at a buyer's data needs a reason."),
        Text(
            zh=f"写一句为什么要看，最多 {LONGEST_REASON} 字。",
            en=f"Write a sentence why, at most {LONGEST_REASON} characters.",
        ),
    ),
    "unmask.field": (
        Text(zh="没有这一项。", en="There is no such field."),
        Text(zh="可以看：contact（联系方式）、remark（备注）。", en="There are: contact, remark."),
    ),
    "unmask.nothing": (
        Text(zh="这一项没有内容，或者已经删除。", en="Nothing is kept there, or it was erased."),
        Text(zh="需要时到平台后台查看。", en="Look in the platform's back office if you need it."),
    ),
}


class UnmaskRefused(AftersaleError):
    """Refuse to show a value; nothing was shown."""

    def __init__(self, code: str) -> None:
        super().__init__(code, *_WORDS[code])


@transaction.atomic
def unmask(ticket: Ticket, field: str, viewer: Viewer, reason: str, now: datetime) -> str:
    """Give a personal value in clear and write down who looked, when and why; the caller asks who may.

    `field` is contact or remark. Raises UnmaskRefused without a reason, for another field, or for nothing.
    """
    reason = checked_reason(reason)
    if field not in FIELDS:
        raise UnmaskRefused("unmask.field")
    # Read under a lock: two people may look at the same time.
    current = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    value = FIELDS[field](current)
    if not value:
        raise UnmaskRefused("unmask.nothing")
    change(current, Entry("unmasked", now, viewer.person.pk, {"field": field}, {"reason": reason}))
    Unmasking.objects.create(ticket_id=ticket.pk, person=viewer.person, field=field, at=now)
    disclose(ticket, Shown.VIEWED, [field], viewer, now)
    ticket.sequence, ticket.head, ticket.changed_at = current.sequence, current.head, current.changed_at
    return value


def checked_reason(reason: str) -> str:
    """Give a reason without blanks around it; raises UnmaskRefused where there is none, or too long a one."""
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise UnmaskRefused("unmask.reason")
    return reason


@transaction.atomic
def note_opened(ticket: Ticket, field: str, viewer: Viewer, reason: str, now: datetime) -> None:
    """Write down that a sealed value was opened, by whom and why; of the value nothing stands there."""
    current = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    data = {"field": field, "opened_by": "platform"}
    change(current, Entry("unmasked", now, viewer.person.pk, data, {"reason": reason}))
    disclose(ticket, Shown.VIEWED, [field], viewer, now)


def opened_between(shop_id: int, since: datetime, until: datetime) -> int:
    """Count the sealed values of a shop that people had opened in [since, until)."""
    rows = Unmasking.objects.filter(ticket__shop_id=shop_id, field__in=SEALED)
    return rows.filter(at__gte=since, at__lt=until).count()


def unmaskings(person: Person, since: datetime) -> int:
    """Count how often a person looked since a time, so that a lead sees what is unusual."""
    return Unmasking.objects.filter(person=person, at__gte=since).count()
