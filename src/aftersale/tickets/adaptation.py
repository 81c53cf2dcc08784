"""Keep what people saw of a platform's numbers, and a list of what to do before a new one holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aftersale.domain.errors import AftersaleError
from aftersale.evidence.journal import Entry, record
from aftersale.evidence.shop_journal import subject_of, together
from aftersale.texts import Text
from aftersale.tickets.models import Adaptation, RuleProof

if TYPE_CHECKING:
    from datetime import date, datetime

    from aftersale.shops.models import Person, Shop

_LONGEST, _WHERE = 200, 300


class AdaptationRefused(AftersaleError):
    """Refuse something to do that says nothing."""

    def __init__(self) -> None:
        super().__init__(
            "adaptation.incomplete",
            Text(zh="要写清做什么、谁负责、哪天前。", en="Say what is to be done, by whom, until when."),
            Text(zh="补上再添加。", en="Complete it, then add it."),
        )


class Seen(NamedTuple):
    """Say what stands in the rule centre: the number, of which platform, from when, and where."""

    value: int
    platform: str
    since: date | None
    where: str


class Picture(NamedTuple):
    """Hold a picture as it was uploaded, with its ending."""

    content: bytes
    kind: str


def prove(
    shop: Shop, parameter: str, seen: Seen, picture: Picture | None, by: tuple[Person, datetime]
) -> RuleProof:
    """Keep that somebody saw a number in the platform's rule centre, with one event of the shop."""
    person, now = by
    with together():
        made = RuleProof.objects.create(
            shop=shop,
            parameter=parameter,
            platform=seen.platform,
            value=seen.value,
            since=seen.since,
            where=seen.where.strip()[:_WHERE],
            picture=picture.content if picture else None,
            kind=picture.kind if picture else "",
            person=person,
            at=now,
        )
        data = {"proof": str(made.pk), "parameter": parameter, "value": seen.value, "where": made.where}
        since = seen.since.isoformat() if seen.since else None
        record(subject_of(shop.pk), Entry("parameter_seen", now, person.pk, {**data, "since": since}))
    return made


class Item(NamedTuple):
    """Say what is to be done, by whom, until which day."""

    text: str
    owner: Person
    due_on: date


def add_item(shop: Shop, parameter: str, item: Item, person: Person, now: datetime) -> Adaptation:
    """Put something on the list of a changed number; raises AdaptationRefused."""
    text = item.text.strip()[:_LONGEST]
    if not text:
        raise AdaptationRefused
    with together():
        made = Adaptation.objects.create(
            shop=shop, parameter=parameter, text=text, owner=item.owner, due_on=item.due_on, created_at=now
        )
        data = {"item": str(made.pk), "parameter": parameter, "owner": str(item.owner.pk), "text": text}
        entry = Entry("adaptation_added", now, person.pk, {**data, "due_on": item.due_on.isoformat()})
        record(subject_of(shop.pk), entry)
    return made


def finish(item: Adaptation, person: Person, now: datetime) -> None:
    """Tick something off, once."""
    with together():
        if Adaptation.objects.filter(pk=item.pk, done_at=None).update(done_at=now, done_by=person):
            entry = Entry("adaptation_done", now, person.pk, {"item": str(item.pk)})
            record(subject_of(item.shop_id), entry)
