"""Show who is on duty when and how people are reached; say when nobody would hear an alarm tonight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.views.decorators.http import require_POST

from aftersale.api.faults import NotHere
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.roles import Permission
from aftersale.evidence.shop_journal import journal_person, journal_shop, together
from aftersale.pages.acting import Incomplete
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.settings import ended, parts_of
from aftersale.shops.duty import Reach, nobody_tonight
from aftersale.shops.models import Duty, Membership, NotifyTarget, Person, Shop
from aftersale.shops.permissions import alone
from aftersale.shops.roster import Shift, plan, take_off
from aftersale.shops.targets import NewTarget, add_target, from_webhook, may_see, remove_target, schema_of
from aftersale.tickets.targets import SCHEMAS, check_target, own_hosts
from aftersale.tickets.trial import send_trial, trials
from aftersale.web.environment import at, lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.http import HttpResponse

    from aftersale.tickets.models import Outbox

_MOST = 200
_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one target as the list shows it: its address is never among that."""

    id: int
    who: str
    name: str
    service: str
    when: str
    state: str
    bad: bool
    going: bool


@dataclass(frozen=True, slots=True)
class Sentence:
    """Hold one sentence about tonight."""

    text: str
    bad: bool


@page
def messages(ask: Ask) -> HttpResponse:
    """Show tonight, the ways people are reached, and the roster."""
    led = ask.caller.shops(Permission.MANAGE_SHOP)
    shops = list(Shop.objects.filter(pk__in=led).order_by("name"))
    return shown(
        ask,
        "settings_messages.html",
        parts=parts_of(ask, "settings_messages"),
        tonight=_tonight(ask),
        lines=_lines(ask),
        people=[] if alone(ask.caller.places) else _looked_after(ask),
        services=[(code, words.of(lang())) for code, words in SCHEMAS.items()],
        duties=_duties(ask),
        led=led,
        shops=shops,
        crew=_crew(shops),
        today=f"{ask.now.astimezone(SHANGHAI):%Y-%m-%d}",
    )


def _tonight(ask: Ask) -> Sequence[Sentence]:
    """Say what is missing tonight, shops that miss the same in one sentence."""
    seen = set(ask.caller.seen_shops())
    alike: dict[tuple[datetime, datetime, Reach], list[str]] = {}
    for gap in nobody_tonight(ask.now):
        if gap.shop.pk in seen:
            alike.setdefault((gap.starts_at, gap.ends_at, gap.reach), []).append(gap.shop.name)
    return [_sentence(*span, "、".join(names)) for span, names in sorted(alike.items())]


def _sentence(start: datetime, end: datetime, reach: Reach, shops: str) -> Sentence:
    nobody = _("{shop}: nobody would be reached from {start} to {end}.")
    only = _("{shop}: only a lead would be reached from {start} to {end}.")
    said = nobody if reach is Reach.NOBODY else only
    return Sentence(said.format(shop=shops, start=at(start), end=at(end)), reach is Reach.NOBODY)


def _looked_after(ask: Ask) -> list[Person]:
    """Give the people whose targets the caller looks after, the caller first."""
    theirs = Membership.objects.filter(shop__in=ask.caller.shops(Permission.MANAGE_PEOPLE)).values("person")
    others = Person.objects.filter(pk__in=theirs, is_active=True).exclude(pk=ask.person.pk).order_by("name")
    return [ask.person, *(person for person in others if may_see(ask.person, person))]


def _lines(ask: Ask) -> list[Line]:
    rows = NotifyTarget.objects.filter(person__in=_looked_after(ask)).select_related("person")
    found = list(rows.order_by("person__name", "id"))
    tried = trials([row.pk for row in found])
    return [_line(row, tried.get(row.pk)) for row in found]


def _line(target: NotifyTarget, trial: Outbox | None) -> Line:
    schema = schema_of(target)
    service = SCHEMAS[schema].of(lang()) if schema in SCHEMAS else schema
    going = trial is not None and trial.sent_at is None and not trial.attempts
    state, bad = _state(target, trial, going=going)
    return Line(
        target.pk, str(target.person), target.name, service, _when(target.digest_at), state, bad, going
    )


def _state(target: NotifyTarget, trial: Outbox | None, *, going: bool) -> tuple[str, bool]:
    if going:
        return _("trial message on its way ..."), False
    if target.failed_at is not None:
        return _("failed {at}: {why}").format(at=at(target.failed_at), why=target.failure), True
    if trial is not None and trial.sent_at is not None:
        return _("trial message arrived {at}").format(at=at(trial.sent_at)), False
    return _("not tried yet"), False


def _when(digest_at: int | None) -> str:
    if digest_at is None:
        return _("at once")
    return _("once a day at {at}").format(at="{:02}:{:02}".format(*divmod(digest_at, _MINUTES)))


def _duties(ask: Ask) -> Sequence[Duty]:
    rows = Duty.objects.filter(shop__in=ask.caller.seen_shops(), ends_at__gt=ask.now)
    return list(rows.select_related("shop", "person").order_by("starts_at", "shop__name", "id")[:_MOST])


def _crew(shops: Sequence[Shop]) -> list[Person]:
    """Give who can be put on duty in any of some shops."""
    working = Membership.objects.filter(shop__in=shops).values("person")
    both = Person.objects.filter(pk__in=working) | Person.objects.filter(is_superuser=True)
    return list(both.filter(is_active=True).distinct().order_by("name")) if shops else []


def minute_of(said: str) -> int | None:
    """Read a time of the day as its minute; None where it is none."""
    hour, colon, minute = said.partition(":")
    if not (colon and hour.isascii() and hour.isdigit() and minute.isascii() and minute.isdigit()):
        return None
    return int(hour) * _MINUTES + int(minute) if len(said) <= len("09:00") else None


@require_POST
@page
def add(ask: Ask) -> HttpResponse:
    """Add a way to reach a person."""
    person = _whose(ask)
    digest = minute_of(ask.said("digest_at"))
    if ask.said("digest_at") and digest is None:
        raise Incomplete
    wanted = NewTarget(ask.said("name"), from_webhook(ask.said("url")), digest)
    with together():
        made, change = add_target(person, wanted, lambda url: check_target(url, own_hosts()))
        journal_person(change, ask.person.pk, ask.now)
    send_trial(made, ask.now)
    return ended(ask, _("Added. A trial message is on its way."), "settings_messages")


def _whose(ask: Ask) -> Person:
    said = ask.said("person")
    if not said:
        return ask.person
    found = Person.objects.filter(pk=int(said)).first() if said.isascii() and said.isdigit() else None
    if found is None or not may_see(ask.person, found):
        raise NotHere
    return found


def _target(ask: Ask, target_id: int) -> NotifyTarget:
    found = NotifyTarget.objects.select_related("person").filter(pk=target_id).first()
    if found is None or not may_see(ask.person, found.person):
        raise NotHere
    return found


@require_POST
@page
def test(ask: Ask, target_id: int) -> HttpResponse:
    """Send a trial message."""
    send_trial(_target(ask, target_id), ask.now)
    return ended(ask, _("A trial message is on its way."), "settings_messages")


@page
def state(ask: Ask, target_id: int) -> HttpResponse:
    """Show what became of a trial message; asked again while it is on its way."""
    found = _target(ask, target_id)
    return shown(ask, "_settings_target.html", line=_line(found, trials([found.pk]).get(found.pk)))


@require_POST
@page
def remove(ask: Ask, target_id: int) -> HttpResponse:
    """Remove a way to reach a person."""
    found = _target(ask, target_id)
    with together():
        journal_person(remove_target(found), ask.person.pk, ask.now)
    return ended(ask, _("Removed."), "settings_messages")


@require_POST
@page
def duty(ask: Ask) -> HttpResponse:
    """Put somebody on duty."""
    said, days = ask.said("shop"), ask.said("days") or "1"
    number = int(said) if said.isascii() and said.isdigit() else 0
    ask.caller.let(Permission.MANAGE_SHOP, number)
    shop, person = Shop.objects.get(pk=number), _on_duty(ask)
    count = int(days) if days.isascii() and days.isdigit() else 0
    shift = Shift(
        person, ask.said("day"), ask.said("starts"), ask.said("ends"), count, bool(ask.said("leads"))
    )
    with together():
        journal_shop(plan(shop, shift, ask.now), ask.person.pk, ask.now)
    return ended(ask, _("Planned."), "settings_messages")


def _on_duty(ask: Ask) -> Person:
    said = ask.said("person")
    shops = Shop.objects.filter(pk__in=ask.caller.shops(Permission.MANAGE_SHOP))
    found = next((person for person in _crew(list(shops)) if str(person.pk) == said), None)
    if found is None:
        raise NotHere
    return found


@require_POST
@page
def off_duty(ask: Ask, duty_id: int) -> HttpResponse:
    """Take somebody off duty."""
    found = Duty.objects.select_related("shop").filter(pk=duty_id).first()
    ask.caller.let(Permission.MANAGE_SHOP, found.shop_id if found else None)
    if found is None:
        raise NotHere
    with together():
        journal_shop(take_off(found), ask.person.pk, ask.now)
    return ended(ask, _("Taken off."), "settings_messages")
