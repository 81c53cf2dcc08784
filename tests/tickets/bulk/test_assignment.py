"""Give tickets that wait to people on duty: by rule, to whoever has the least, within caps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.roles import Role
from aftersale.evidence.models import Event
from aftersale.tickets import handling
from aftersale.tickets.assignment import Dealt, Given, _give, deal_due, try_out
from aftersale.tickets.assignment_rules import (
    AssignmentRefused,
    Terms,
    add_rule,
    first,
    remove,
    set_share,
    turn,
)
from aftersale.tickets.handover import stand
from aftersale.tickets.models import AssignmentRule, Share, Ticket
from aftersale.tickets.models.presence import Here
from aftersale.tickets.sweep import sweep
from tests.tickets.bulk.desk import colleague, numbered
from tests.tickets.clocks.desk import NOW, Crew, person_of, shop_of

if TYPE_CHECKING:
    from aftersale.shops.models import Person, Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return shop_of()


@pytest.fixture
def lead(shop: Shop) -> Person:
    return colleague("lead", Role.LEAD, shop)


def taker(shop: Shop, name: str, cap: int, *skills: str, role: Role = Role.AGENT) -> Person:
    """Add a person who takes tickets."""
    person = colleague(name, role, shop)
    Share.objects.create(shop=shop, person=person, cap=cap, skills=list(skills))
    return person


def ruled(shop: Shop, lead: Person, terms: Terms | None = None) -> AssignmentRule:
    """Add a rule and turn it on."""
    rule = add_rule(shop, terms or Terms(), lead, NOW)
    turn(rule, lead, NOW, on=True)
    return rule


def had(*tickets: Ticket) -> list[Person | None]:
    return [Ticket.objects.get(pk=ticket.pk).assignee for ticket in tickets]


def test_what_waits_goes_to_whoever_has_the_least(shop: Shop, lead: Person) -> None:
    a, b = taker(shop, "a", 9), taker(shop, "b", 9)
    ruled(shop, lead)
    tickets = [numbered(shop, number) for number in range(1, 6)]
    numbered(shop, 9, assignee=a)
    assert deal_due(NOW, 100).given == 5
    assert sorted(str(each) for each in had(*tickets)) == ["a", "a", "b", "b", "b"]
    assert (b, a) == tuple(had(*tickets[:2]))


def test_each_ticket_given_has_one_event_that_names_the_rule(shop: Shop, lead: Person) -> None:
    a, rule, ticket = taker(shop, "a", 9), ruled(shop, lead), numbered(shop, 1)
    assert deal_due(NOW, 100).given == 1
    event = Event.objects.filter(subject_kind="ticket", subject_id=ticket.pk).get(kind="assigned")
    told = json.loads(bytes(event.payload))["data"]
    assert (event.actor, told) == (None, {"before": None, "after": str(a.pk), "rule": str(rule.pk)})


def test_nobody_is_given_more_than_the_cap_in_all_shops(shop: Shop, lead: Person) -> None:
    other = shop_of()
    a = taker(shop, "a", 2)
    numbered(other, 1, assignee=a)
    ruled(shop, lead)
    tickets = [numbered(shop, number) for number in (1, 2)]
    assert deal_due(NOW, 100).given == 1
    assert had(*tickets) == [a, None]


def test_ended_tickets_count_against_no_cap(shop: Shop, lead: Person) -> None:
    a = taker(shop, "a", 1)
    numbered(shop, 1, assignee=a, open=False, lane="done")
    ruled(shop, lead)
    assert (deal_due(NOW, 100).given, had(numbered(shop, 2))) == (0, [None])
    assert deal_due(NOW, 100).given == 1


@pytest.mark.parametrize("state", [Here.BREAK, Here.OFF])
def test_who_is_not_on_duty_gets_nothing(shop: Shop, lead: Person, state: Here) -> None:
    a, ticket = taker(shop, "a", 9), numbered(shop, 1)
    ruled(shop, lead)
    stand(a, state, NOW)
    assert deal_due(NOW, 100).given == 0
    stand(a, Here.ON, NOW)
    assert (deal_due(NOW, 100).given, had(ticket)) == (1, [a])


def test_who_left_the_shop_or_may_not_work_on_tickets_gets_nothing(shop: Shop, lead: Person) -> None:
    gone = taker(shop, "gone", 9)
    gone.memberships.all().delete()
    taker(shop, "finance", 9, role=Role.FINANCE)
    taker(shop, "nothing", 0)
    Share.objects.create(shop=shop, person=person_of("never here"), cap=9)
    ruled(shop, lead)
    numbered(shop, 1)
    assert deal_due(NOW, 100).given == 0


def test_the_first_rule_that_fits_is_the_only_one_that_counts(shop: Shop, lead: Person) -> None:
    big, anybody = taker(shop, "big", 1, "大额"), taker(shop, "any", 9)
    ruled(shop, lead, Terms(from_fen=50_000, skill="大额"))
    ruled(shop, lead)
    large = [numbered(shop, number, amount_fen=90_000) for number in (1, 2)]
    small = numbered(shop, 3, amount_fen=49_999)
    deal_due(NOW, 100)
    assert had(*large, small) == [big, None, anybody]


@pytest.mark.parametrize(
    ("fen", "fits"), [(9_999, False), (10_000, True), (19_999, True), (20_000, False), (None, False)]
)
def test_amounts_are_from_and_below_and_unknown_ones_fit_none(
    shop: Shop, lead: Person, fen: int | None, *, fits: bool
) -> None:
    taker(shop, "a", 9)
    ruled(shop, lead, Terms(from_fen=10_000, until_fen=20_000))
    ticket = numbered(shop, 1, amount_fen=fen)
    assert [each.why for each in try_out(shop.pk)] == ["" if fits else "no_rule"]
    deal_due(NOW, 100)
    assert (had(ticket) != [None]) is fits


def test_a_rule_names_a_tab(shop: Shop, lead: Person) -> None:
    a = taker(shop, "a", 9)
    ruled(shop, lead, Terms(tab="receive"))
    there, elsewhere = numbered(shop, 1, tab="receive"), numbered(shop, 2, tab="unshipped")
    deal_due(NOW, 100)
    assert had(there, elsewhere) == [a, None]


def test_what_is_not_ours_to_do_or_has_somebody_is_left_where_it_is(shop: Shop, lead: Person) -> None:
    taker(shop, "a", 9)
    ruled(shop, lead)
    tickets = [
        numbered(shop, 1, lane="waiting"),
        numbered(shop, 2, lane="done", open=False),
        numbered(shop, 3, assignee=lead),
    ]
    assert deal_due(NOW, 100).given == 0
    assert had(*tickets) == [None, None, lead]


def test_a_ticket_taken_meanwhile_is_not_moved(shop: Shop, lead: Person) -> None:
    a, rule, ticket, done = taker(shop, "a", 9), ruled(shop, lead), numbered(shop, 1), Dealt()
    as_read = Ticket.objects.get(pk=ticket.pk)
    handling.assign(ticket, lead, lead, NOW)
    _give(Given(as_read, a.pk, rule), NOW, done)
    assert (done.given, done.overtaken, had(ticket)) == (0, 1, [lead])


def test_who_became_full_meanwhile_gets_nothing(shop: Shop, lead: Person) -> None:
    a, rule, ticket, done = taker(shop, "a", 1), ruled(shop, lead), numbered(shop, 1), Dealt()
    numbered(shop, 2, assignee=a)
    _give(Given(ticket, a.pk, rule), NOW, done)
    assert (done.given, done.errors, had(ticket)) == (0, [], [None])


def test_a_dry_run_looks_at_rules_that_are_off_and_writes_nothing(shop: Shop, lead: Person) -> None:
    taker(shop, "a", 1, "食品")
    add_rule(shop, Terms(tab="receive", skill="快手"), lead, NOW)
    add_rule(shop, Terms(skill="食品"), lead, NOW)
    tickets = [numbered(shop, 1), numbered(shop, 2), numbered(shop, 3, tab="receive")]
    assert [each.why for each in try_out(shop.pk)] == ["", "full", "nobody"]
    assert deal_due(NOW, 100).given == 0
    assert had(*tickets) == [None, None, None]


def test_a_sweep_gives_what_waits_and_no_more_than_it_may(shop: Shop, lead: Person) -> None:
    taker(shop, "a", 9)
    ruled(shop, lead)
    for number in (1, 2, 3):
        numbered(shop, number)
    assert sweep(NOW, 2, Crew().hands).dealt.given == 2
    assert sweep(NOW, 2, Crew().hands).dealt.given == 1


def test_every_change_of_rules_is_an_event_of_the_shop(shop: Shop, lead: Person) -> None:
    one, two = ruled(shop, lead), add_rule(shop, Terms(skill="大额"), lead, NOW)
    first(two, lead, NOW)
    turn(one, lead, NOW, on=True)
    set_share(shop, lead, 20, ["大额", "大额"], (lead, NOW))
    assert list(AssignmentRule.objects.order_by("place")) == [two, one]
    remove(one, lead, NOW)
    told = Event.objects.filter(subject_kind="shop", subject_id=shop.pk).order_by("id")
    assert list(told.values_list("kind", flat=True)) == [
        "assignment_rule_added",
        "assignment_rule_turned",
        "assignment_rule_added",
        "assignment_rule_first",
        "share_changed",
        "assignment_rule_removed",
    ]
    assert Share.objects.get().skills == ["大额"]


@pytest.mark.parametrize(
    "terms", [Terms(tab="ended"), Terms(from_fen=2, until_fen=2), Terms(skill="x" * 33)], ids=str
)
def test_a_rule_that_names_nothing_is_refused(shop: Shop, lead: Person, terms: Terms) -> None:
    with pytest.raises(AssignmentRefused):
        add_rule(shop, terms, lead, NOW)


@pytest.mark.parametrize(("cap", "skills"), [(501, []), (-1, []), (1, ["x" * 33])])
def test_a_cap_or_a_skill_beyond_measure_is_refused(
    shop: Shop, lead: Person, cap: int, skills: list[str]
) -> None:
    with pytest.raises(AssignmentRefused):
        set_share(shop, lead, cap, skills, (lead, NOW))
