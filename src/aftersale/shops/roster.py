"""Plan who is on duty when; whoever calls a flow asks for permission first and writes the journal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.errors import AftersaleError
from aftersale.shops.models import Duty, Membership
from aftersale.shops.settings import ShopChange
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aftersale.shops.models import Person, Shop

MOST_DAYS = 62

_WORDS: dict[str, tuple[Text, Text]] = {
    "duty.time": (
        Text(zh="没看懂值班的时间。", en="The time on duty cannot be read."),
        Text(zh="选日期和几点到几点；两个时间不能相同。", en="Choose the day and two different times."),
    ),
    "duty.days": (
        Text(zh="一次最多排 62 天。", en="At most 62 days are planned at a time."),
        Text(zh="天数写 1 到 62。", en="Write 1 to 62 days."),
    ),
    "duty.person": (
        Text(zh="这个人不在这家店。", en="This person does not work in the shop."),
        Text(zh="先给他一个角色。", en="Give the person a role first."),
    ),
    "duty.past": (
        Text(zh="这段时间已经过去。", en="This time is over."),
        Text(zh="选今天或以后。", en="Choose today or later."),
    ),
}


class DutyRefused(AftersaleError):
    """Refuse a time on duty, with the reason and a way on."""

    def __init__(self, code: str) -> None:
        super().__init__(code, *_WORDS[code])


@dataclass(frozen=True, slots=True)
class Shift:
    """Say who is to be on duty from which day on, between which times; `leads`: asked when nobody takes over.

    An end before the start is on the next day; the same times hold on `days` days in a row.
    """

    person: Person
    day: str
    starts: str
    ends: str
    days: int = 1
    leads: bool = False


def plan(shop: Shop, shift: Shift, now: datetime) -> ShopChange:
    """Put a person on duty; raises DutyRefused. Days that are over already are not planned."""
    if not 0 < shift.days <= MOST_DAYS:
        raise DutyRefused("duty.days")
    if not _works_in(shift.person, shop):
        raise DutyRefused("duty.person")
    spans = [span for span in _spans(shift) if span[1] > now]
    if not spans:
        raise DutyRefused("duty.past")
    with transaction.atomic():
        rows = [
            Duty(shop=shop, person=shift.person, leads=shift.leads, starts_at=starts_at, ends_at=ends_at)
            for starts_at, ends_at in spans
        ]
        Duty.objects.bulk_create(rows)
    said = {"person": str(shift.person.pk), "leads": shift.leads, "spans": [_said(*span) for span in spans]}
    return ShopChange(shop, "duty_planned", "", said)


def take_off(duty: Duty) -> ShopChange:
    """Take a person off duty."""
    said = {
        "person": str(duty.person_id),
        "leads": duty.leads,
        "spans": [_said(duty.starts_at, duty.ends_at)],
    }
    Duty.objects.filter(pk=duty.pk).delete()
    return ShopChange(duty.shop, "duty_removed", said, "")


def _works_in(person: Person, shop: Shop) -> bool:
    if not person.is_active:
        return False
    return person.is_superuser or Membership.objects.filter(person=person, shop=shop).exists()


def _spans(shift: Shift) -> Iterator[tuple[datetime, datetime]]:
    first, starts, ends = _read(shift)
    for number in range(shift.days):
        day = first + timedelta(days=number)
        last = day if ends > starts else day + timedelta(days=1)
        yield datetime.combine(day, starts, SHANGHAI), datetime.combine(last, ends, SHANGHAI)


def _read(shift: Shift) -> tuple[date, time, time]:
    try:
        day = date.fromisoformat(shift.day)
        starts, ends = time.fromisoformat(shift.starts), time.fromisoformat(shift.ends)
        day + timedelta(days=MOST_DAYS + 1)
    except (ValueError, OverflowError):
        raise DutyRefused("duty.time") from None
    if starts == ends or starts.tzinfo or ends.tzinfo:
        raise DutyRefused("duty.time")
    return day, starts, ends


def _said(starts_at: datetime, ends_at: datetime) -> str:
    return f"{starts_at.isoformat()} {ends_at.isoformat()}"
