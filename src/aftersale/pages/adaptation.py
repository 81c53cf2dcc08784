"""Prepare for a number of a platform that changes: whom it touches, what is to be done, what was seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.faults import NotHere
from aftersale.domain.roles import Permission
from aftersale.insight.desk import try_rules
from aftersale.library.confirmed import Seen, confirmed, is_for_platforms
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.rules import day_said, desk_of
from aftersale.pages.rules_edit import Written
from aftersale.shops.models import Membership, Person
from aftersale.shops.uploads import Kind, download_headers
from aftersale.tickets.adaptation import AdaptationRefused, Item, add_item, finish
from aftersale.tickets.models import Adaptation, RuleProof
from aftersale.tickets.publishing import newest_of
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aftersale.pages.rules import RuleDesk
    from aftersale.policy.rulebook import Parameter, ParameterValue

_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Coming:
    """Hold a value that is to hold, and the days left until then."""

    value: str
    platform: str
    code: str
    since: str
    days: int


def coming_of(found: Parameter, desk: RuleDesk) -> list[Coming]:
    """List the values of a number that begin after today, the first one first."""
    dated = [(value.effective[0], value) for value in found.values]
    later = sorted(((on, value) for on, value in dated if on and on > desk.today), key=lambda pair: pair[0])
    words = desk.words
    return [
        Coming(
            words.amount(value.value, found.unit),
            words.platform(value.platform),
            value.platform,
            on.isoformat(),
            (on - desk.today).days,
        )
        for on, value in later
    ]


def around(desk: RuleDesk, name: str) -> dict[str, Any]:
    """Give what the page of a number shows of the work before it changes."""
    return {
        "proofs": RuleProof.objects.filter(shop=desk.shop, parameter=name)
        .select_related("person")
        .defer("picture")
        .order_by("-id")[:20],
        "items": Adaptation.objects.filter(shop=desk.shop, parameter=name)
        .select_related("owner", "done_by")
        .order_by("done_at", "due_on", "id"),
        "colleagues": _colleagues(desk),
        "usual": [_("Training done"), _("Tools set up"), _("Way of work changed")],
    }


def _colleagues(desk: RuleDesk) -> Sequence[Person]:
    there = Membership.objects.filter(shop=desk.shop, person__is_active=True)
    return [each.person for each in there.select_related("person").order_by("person__name", "pk")]


def _parameter(desk: RuleDesk, name: str) -> Parameter:
    found = desk.book.parameters.get(name)
    if found is None:
        raise NotHere
    return found


@page
def touched(ask: Ask, name: str) -> HttpResponse:
    """Say which open tickets of the shop would be decided otherwise by a value that is to hold."""
    desk = desk_of(ask, Permission.MANAGE_SHOP)
    found = _parameter(desk, name)
    value = _later(found, ask, desk)
    if not is_for_platforms(found) or value is None:
        raise NotHere
    newest = newest_of(desk.shop.pk)
    platform = value.platform if value.platform != "any" else desk.shop.platform
    seen = Seen(value.value, platform, None, "-", str(ask.person), desk.today)
    files = confirmed(newest.files if newest else {}, found, seen)
    tried = try_rules(desk.shop.pk, files, ask.now, lang(), only_open=True)
    written = Written(files, 0, found=(), tried=tried)
    template = "_rules_found.html" if ask.part else "rules_touched.html"
    return shown(ask, template, written=written, desk=desk, here="parameters", parameter=found)


def _later(found: Parameter, ask: Ask, desk: RuleDesk) -> ParameterValue | None:
    on = day_said(ask, "since", desk.today)
    said = [each for each in found.values if each.effective[0] == on and on > desk.today]
    return next((each for each in said if each.platform == ask.said("platform")), None)


@require_POST
@page
def add(ask: Ask, name: str) -> HttpResponse:
    """Put something on the list of a number that changes."""
    desk = desk_of(ask, Permission.MANAGE_SHOP)
    found, said = _parameter(desk, name), ask.said("owner")
    number = int(said) if said.isascii() and said.isdigit() and len(said) <= _DIGITS else 0
    owner = next((each for each in (*_colleagues(desk), ask.person) if each.pk == number), None)
    if owner is None or not ask.said("due"):
        raise AdaptationRefused
    item = Item(ask.said("text"), owner, day_said(ask, "due", desk.today))
    add_item(desk.shop, found.name, item, ask.person, ask.now)
    return _back(found.name, desk.shop.pk)


@require_POST
@page
def done(ask: Ask, adaptation_id: int) -> HttpResponse:
    """Tick something off: whoever owns it, or who manages the shop."""
    item = Adaptation.objects.filter(pk=adaptation_id).first()
    mine = item is not None and item.owner_id == ask.person.pk
    ask.caller.let(Permission.VIEW if mine else Permission.MANAGE_SHOP, item.shop_id if item else None)
    if item is None:  # `let` has refused it already
        raise NotHere
    finish(item, ask.person, ask.now)
    return _back(item.parameter, item.shop_id)


def _back(name: str, shop_id: int) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('rule_parameter', args=[name])}?shop={shop_id}")


@page
def picture(ask: Ask, proof_id: int) -> HttpResponse:
    """Send the picture of a look into the rule centre."""
    found = RuleProof.objects.filter(pk=proof_id).first()
    ask.caller.let(Permission.VIEW, found.shop_id if found else None)
    if found is None or found.picture is None:
        raise NotHere
    kind = Kind(found.kind)
    name = f"{found.parameter}-{found.pk}.{kind.value}"
    return HttpResponse(bytes(found.picture), headers=download_headers(name, kind))
