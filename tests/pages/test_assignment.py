"""Say which tickets go to whom by themselves, as a lead does: try it, then turn it on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from aftersale.domain.roles import Role
from aftersale.tickets.assignment import deal_due
from aftersale.tickets.models import AssignmentRule, Share, Ticket
from tests.api.desk import make_person, now
from tests.pages.desk import text_of, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.shops.models import Person, Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role)
def test_only_who_assigns_sees_the_rules(role: Role, as_role: Callable[[Role], Visitor]) -> None:
    visitor = as_role(role)
    may = role in {Role.OWNER, Role.LEAD}
    assert visitor.get("assignment").status_code == (200 if may else 403)
    assert (reverse("assignment") in text_of(visitor.get("handover"))) is may


def test_alone_at_the_desk_nothing_is_assigned(stranger: Visitor) -> None:
    assert reverse("assignment") not in text_of(stranger.get("handover"))


@pytest.mark.usefixtures("ticket")
def test_a_rule_is_written_tried_and_turned_on(lead: Visitor, shop: Shop, people: dict[Role, Person]) -> None:
    agent = people[Role.AGENT]
    lead.post("assignment_share", shop=shop.pk, person=agent.pk, cap="20", skills="大额，食品")
    assert Share.objects.get().skills == ["大额", "食品"]
    lead.post("assignment_add", shop=shop.pk, **{"from": "100", "until": "", "tab": "", "skill": "大额"})
    rule = AssignmentRule.objects.get()
    assert (rule.from_fen, rule.until_fen, rule.on) == (10_000, None, False)
    said = words_of(lead.get("assignment", shop=shop.pk, **{"try": "1"}))
    assert "有 1 单会分给人" in said
    assert Ticket.objects.get().assignee is None
    lead.post("assignment_change", rule.pk, do="on")
    assert deal_due(now(), 10).given == 1
    assert Ticket.objects.get().assignee == agent


@pytest.mark.usefixtures("ticket")
def test_what_would_go_on_waiting_says_why(lead: Visitor) -> None:
    assert "没有规则提到" in words_of(lead.get("assignment", **{"try": "1"}))


def test_rules_change_places_and_go(lead: Visitor, shop: Shop) -> None:
    one, two = (AssignmentRule.objects.create(shop=shop, place=place) for place in (1, 2))
    lead.post("assignment_change", two.pk, do="first")
    assert list(AssignmentRule.objects.order_by("place")) == [two, one]
    lead.post("assignment_change", two.pk, do="off")
    lead.post("assignment_change", two.pk, do="remove")
    assert AssignmentRule.objects.get() == one
    assert lead.post("assignment_change", one.pk, do="dance").status_code == 422


def test_people_of_other_shops_and_amounts_that_are_none_are_refused(
    lead: Visitor, shop: Shop, elsewhere: Shop
) -> None:
    outsider = make_person("outsider", Role.AGENT, elsewhere)
    assert lead.post("assignment_share", shop=shop.pk, person=outsider.pk, cap="1").status_code == 404
    assert lead.post("assignment_share", shop=shop.pk, person=lead.person.pk, cap="x").status_code == 422
    assert lead.post("assignment_add", shop=shop.pk, **{"from": "x"}).status_code == 422
    assert lead.get("assignment", shop=elsewhere.pk).status_code == 404
