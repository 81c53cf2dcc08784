"""Let a lead say which tickets go to whom by themselves, see who would get what, and turn it on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.faults import NotHere
from aftersale.domain.roles import Permission
from aftersale.pages.acting import Incomplete, NotAnAmount
from aftersale.pages.asked import fen_of
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.handover import state_words
from aftersale.shops.models import Membership, Person, Shop
from aftersale.tickets import assignment_rules as flow
from aftersale.tickets.assignment import loads, rules_of, skills_of, try_out
from aftersale.tickets.assignment_rules import Terms
from aftersale.tickets.holders import HOLDS
from aftersale.tickets.models import AssignmentRule, Presence, Share
from aftersale.tickets.tabs import OURS, TAB_WORDS
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from django.http import HttpResponse

    from aftersale.tickets.assignment import Given

_EXAMPLES, _DIGITS = 5, 18


@dataclass(frozen=True, slots=True)
class Colleague:
    """Hold a person of the shop: how they stand, how much is open with them, how much may come."""

    person: Person
    state: str
    open: int
    cap: int | None
    skills: str


@dataclass(slots=True)
class Heap:
    """Hold the tickets that would go to one person, or that would go on waiting for the same reason."""

    name: str
    count: int = 0
    examples: tuple[Given, ...] = ()

    def take(self, given: Given) -> None:
        """Count a ticket; the first few are shown."""
        self.count += 1
        self.examples = (*self.examples, given)[:_EXAMPLES]


def why_words() -> dict[str, str]:
    """Say why a ticket would go on waiting."""
    return {
        "no_rule": _("no rule names it"),
        "nobody": _("nobody on duty takes such tickets"),
        "full": _("everybody who takes such tickets is full"),
    }


@page
def assignment(ask: Ask) -> HttpResponse:
    """Show the rules of a shop, its people, and who would get what just now."""
    shops = Shop.objects.filter(pk__in=ask.caller.shops(Permission.ASSIGN)).order_by("name")
    said = ask.said("shop")
    if said or not shops:
        ask.caller.let(
            Permission.ASSIGN, _number(said) if said else next(iter(ask.caller.seen_shops()), None)
        )
    shop = shops.get(pk=_number(said)) if said else shops[0]
    people = _people(shop)
    tried = try_out(shop.pk) if ask.said("try") else None
    return shown(
        ask,
        "assignment.html",
        shop=shop,
        shops=list(shops),
        rules=list(rules_of(shop.pk)),
        people=people,
        states=state_words(),
        tabs=[(code.value, TAB_WORDS[code].of(lang())) for code in OURS],
        tab_words={code.value: text.of(lang()) for code, text in TAB_WORDS.items()},
        skills=skills_of(Share.objects.filter(shop=shop)),
        heaps=None if tried is None else _heaps(tried, people),
        given=0 if tried is None else sum(each.person_id is not None for each in tried),
    )


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) <= _DIGITS else 0


def _people(shop: Shop) -> list[Colleague]:
    there = Membership.objects.filter(shop=shop, role__in=HOLDS, person__is_active=True)
    people = [each.person for each in there.select_related("person").order_by("person__name", "pk")]
    load = loads(person.pk for person in people)
    shares = {share.person_id: share for share in Share.objects.filter(shop=shop)}
    states = dict(Presence.objects.filter(person__in=people).values_list("person_id", "state"))
    return [
        _colleague(person, shares.get(person.pk), states.get(person.pk, "on"), load[person.pk])
        for person in people
    ]


def _colleague(person: Person, share: Share | None, state: str, number: int) -> Colleague:
    skills = " ".join(share.skills) if share else ""
    return Colleague(person, state, number, share.cap if share else None, skills)


def _heaps(tried: Sequence[Given], people: Sequence[Colleague]) -> list[Heap]:
    """Put together what goes to the same person; what goes on waiting stands last."""
    names, why = {each.person.pk: str(each.person) for each in people}, why_words()
    found: dict[tuple[bool, str], Heap] = {}
    for given in tried:
        waits = given.person_id is None
        name = why[given.why] if given.person_id is None else names.get(given.person_id, "")
        found.setdefault((waits, name), Heap(name)).take(given)
    return [found[key] for key in sorted(found, key=lambda key: (key[0], -found[key].count))]


def _shop(ask: Ask) -> Shop:
    number = _number(ask.said("shop"))
    ask.caller.let(Permission.ASSIGN, number)
    return Shop.objects.get(pk=number)


def _fen(said: str) -> int | None:
    if not said:
        return None
    fen = fen_of(said)
    if fen is None:
        raise NotAnAmount(said)
    return fen


@require_POST
@page
def add(ask: Ask) -> HttpResponse:
    """Add a rule as the last one, turned off."""
    shop = _shop(ask)
    terms = Terms(ask.said("tab"), _fen(ask.said("from")), _fen(ask.said("until")), ask.said("skill"))
    flow.add_rule(shop, terms, ask.person, ask.now)
    ask.tell(_("The rule is added, turned off. Try it, then turn it on."))
    return _back(shop)


@require_POST
@page
def change(ask: Ask, assignment_id: int) -> HttpResponse:
    """Turn a rule on or off, let it be asked first, or take it away."""
    rule = AssignmentRule.objects.select_related("shop").filter(pk=assignment_id).first()
    ask.caller.let(Permission.ASSIGN, rule.shop_id if rule else None)
    if rule is None:  # `let` has refused it already
        raise NotHere
    does = _DOES.get(ask.said("do"))
    if does is None:
        raise Incomplete
    does(rule, ask.person, ask.now)
    return _back(rule.shop)


_DOES: dict[str, Callable[[AssignmentRule, Person, datetime], None]] = {
    "on": lambda rule, person, now: flow.turn(rule, person, now, on=True),
    "off": lambda rule, person, now: flow.turn(rule, person, now, on=False),
    "first": flow.first,
    "remove": flow.remove,
}


@require_POST
@page
def share(ask: Ask) -> HttpResponse:
    """Say how many tickets a person of the shop may have, and what the person is good at."""
    shop = _shop(ask)
    of = Membership.objects.filter(shop=shop, person=_number(ask.said("person")), role__in=HOLDS)
    found = of.select_related("person").first()
    if found is None:
        raise NotHere
    cap = ask.said("cap") or "0"
    if not (cap.isascii() and cap.isdigit() and len(cap) <= _DIGITS):
        raise NotAnAmount(cap)
    words = ask.said("skills").replace("，", " ").replace("、", " ").replace(",", " ").split()
    flow.set_share(shop, found.person, int(cap), words, (ask.person, ask.now))
    return _back(shop)


def _back(shop: Shop) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('assignment')}?shop={shop.pk}")
