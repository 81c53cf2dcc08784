"""Show who works in which shop and as what; let owners add people, change roles, help in again, let go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.faults import NotHere
from aftersale.domain.roles import ROLE_WORDS, Permission, Role
from aftersale.evidence.shop_journal import journal_person, together
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.settings import Secret, ended, parts_of, sees_people, shown_once
from aftersale.shops import people as flows
from aftersale.shops.models import Membership, Person, Shop
from aftersale.shops.permissions import NotAllowed
from aftersale.shops.second_factor import has_factor_column, has_second_factor
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from django.http import HttpResponse

    from aftersale.shops.people import NewPassword


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one person of a shop as the list shows it."""

    id: int
    name: str
    username: str
    role: str
    active: bool
    two_step: bool


@dataclass(frozen=True, slots=True)
class Crew:
    """Hold the people of one shop, or of the desk as a whole."""

    name: str
    rows: Sequence[Row]


@page
def people(ask: Ask) -> HttpResponse:
    """List people by shop, and add one."""
    if not sees_people(ask):
        raise NotAllowed(Permission.MANAGE_PEOPLE)
    if ask.request.method == "POST":
        return _add(ask)
    shops = _managed(ask)
    return shown(
        ask,
        "settings_people.html",
        parts=parts_of(ask, "settings_people"),
        crews=[crew for crew in [*_of_the_desk(ask), *map(_crew, shops)] if crew.rows],
        shops=shops,
        roles=_roles(),
    )


def _managed(ask: Ask) -> list[Shop]:
    return list(Shop.objects.filter(pk__in=ask.caller.shops(Permission.MANAGE_PEOPLE)).order_by("name"))


def _roles() -> list[tuple[str, str]]:
    return [(role.value, words.of(lang())) for role, words in ROLE_WORDS.items()]


def _crew(shop: Shop) -> Crew:
    held = Membership.objects.filter(shop=shop).select_related("person")
    found = held.annotate(two_step=has_factor_column("person")).order_by("-person__is_active", "person__name")
    return Crew(shop.name, [_row(each.person, each.role, two_step=each.two_step) for each in found])


def _of_the_desk(ask: Ask) -> list[Crew]:
    """Give the owners of everything and people without a shop, to whoever owns everything too."""
    if not ask.person.is_superuser:
        return []
    everybody = Person.objects.annotate(two_step=has_factor_column("pk")).order_by("-is_active", "name")
    owners, lone = everybody.filter(is_superuser=True), everybody.filter(memberships=None, is_superuser=False)
    return [
        Crew(_("All shops"), [_row(each, Role.OWNER, two_step=each.two_step) for each in owners]),
        Crew(_("In no shop"), [_row(each, "", two_step=each.two_step) for each in lone]),
    ]


def _row(person: Person, role: str, *, two_step: bool) -> Row:
    words = ROLE_WORDS[Role(role)].of(lang()) if role else _("no role")
    return Row(person.pk, str(person), person.username, words, person.is_active, two_step)


def _add(ask: Ask) -> HttpResponse:
    shop = _shop(ask)
    who = flows.Newcomer(
        ask.said("username"), ask.said("name") or ask.said("username"), _role(ask) or Role.AGENT
    )
    with together():
        made = flows.add_person(shop, who, ask.person, ask.now)
        journal_person(made.change, ask.person.pk, ask.now)
    return _password(ask, made)


def _password(ask: Ask, made: NewPassword) -> HttpResponse:
    secret = Secret(
        _("Password of {name}, shown this once").format(name=made.change.person.username),
        made.password,
        _("Hand it over in person. It has to be changed at the first sign-in."),
        reverse("settings_person", args=[made.change.person.pk]),
    )
    return shown_once(ask, secret)


def _shop(ask: Ask) -> Shop:
    said = ask.said("shop")
    number = int(said) if said.isascii() and said.isdigit() else 0
    ask.caller.let(Permission.MANAGE_PEOPLE, number)
    return Shop.objects.get(pk=number)


def _role(ask: Ask) -> Role | None:
    return next((role for role in Role if role.value == ask.said("role")), None)


def _person(ask: Ask, person_id: int) -> Person:
    """Find a person of a shop that the caller manages people of; foreign ones are not told apart."""
    found = Person.objects.filter(pk=person_id).first()
    if found is None:
        raise NotHere
    theirs = set(Membership.objects.filter(person=found).values_list("shop_id", flat=True))
    if not ask.person.is_superuser and not theirs & set(ask.caller.seen_shops()):
        raise NotHere
    if not ask.person.is_superuser and not theirs & ask.caller.shops(Permission.MANAGE_PEOPLE):
        raise NotAllowed(Permission.MANAGE_PEOPLE)
    return found


@page
def person(ask: Ask, person_id: int) -> HttpResponse:
    """Show one person: role by shop, and what can be done."""
    found = _person(ask, person_id)
    held = dict(Membership.objects.filter(person=found).values_list("shop_id", "role"))
    return shown(
        ask,
        "settings_person.html",
        parts=parts_of(ask, "settings_people"),
        person=found,
        places=[(shop, held.get(shop.pk, "")) for shop in _managed(ask)],
        roles=_roles(),
        two_step=has_second_factor(found),
        me=found.pk == ask.person.pk,
        may_all=flows.may_manage(ask.person, found),
    )


@require_POST
@page
def change(ask: Ask, person_id: int, what: str) -> HttpResponse:
    """Change one thing about a person, with an event in the journal of each shop that it is about."""
    found, flow = _person(ask, person_id), _FLOWS.get(what)
    if flow is None:
        raise NotHere
    return flow(ask, found)


def _set_role(ask: Ask, found: Person) -> HttpResponse:
    shop = _shop(ask)
    return _changed(ask, found, lambda: flows.set_role(found, shop, _role(ask), ask.person))


def _reset_password(ask: Ask, found: Person) -> HttpResponse:
    with together():
        made = flows.reset_password(found, ask.person, ask.now)
        journal_person(made.change, ask.person.pk, ask.now)
    return _password(ask, made)


def _changed(ask: Ask, found: Person, flow: Callable[[], flows.Change]) -> HttpResponse:
    with together():
        journal_person(flow(), ask.person.pk, ask.now)
    return ended(ask, _("Saved."), "settings_person", found.pk)


_FLOWS: Mapping[str, Callable[[Ask, Person], HttpResponse]] = {
    "role": _set_role,
    "password": _reset_password,
    "second_factor": lambda ask, found: _changed(
        ask, found, lambda: flows.reset_second_factor(found, ask.person)
    ),
    "deactivate": lambda ask, found: _changed(
        ask, found, lambda: flows.deactivate(found, ask.person, ask.now)
    ),
    "activate": lambda ask, found: _changed(ask, found, lambda: flows.activate(found, ask.person)),
}
