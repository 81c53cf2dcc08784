"""Keep filters as views: named, counted, shared, in the order that a person likes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from aftersale.domain.roles import Role
from aftersale.tickets.models import SavedView
from aftersale.tickets.queries import Filters
from aftersale.tickets.views_saved import filters_of
from tests.api.desk import make_ticket
from tests.pages.desk import soon, text_of, words_of

if TYPE_CHECKING:
    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.models import Ticket
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


def kept(
    visitor: Visitor,
    name: str = "快到期",
    query: str = "tab=unshipped&due=4",
    **more: Any,  # noqa: ANN401  # what a form holds
) -> SavedView:
    response = visitor.post("views", name=name, query=query, **more)
    assert response.status_code == 302
    return SavedView.objects.latest("id")


def names(visitor: Visitor) -> list[str]:
    return re.findall(r"data-open>([^<]+)</a>", text_of(visitor.get("views")))


def test_a_filter_is_kept_and_stands_above_the_queue_with_its_number(agent: Visitor, shop: Shop) -> None:
    make_ticket(shop, 1, queue_at=soon(1), due_at=soon(1))
    make_ticket(shop, 2, queue_at=soon(9), due_at=soon(9))
    kept(agent)
    said = words_of(agent.get("queue"))
    assert "快到期 1" in said
    text = text_of(agent.get("queue", tab="unshipped", due="4"))
    assert 'href="/queue/?tab=unshipped&amp;due=4" aria-current="page"' in text


def test_within_an_hour_and_mine_depend_on_who_looks_and_when(
    agent: Visitor, lead: Visitor, shop: Shop
) -> None:
    make_ticket(shop, 1, assignee=agent.person)
    kept(agent, "我的", "who=mine", shared="1")
    assert "我的 1" in words_of(agent.get("queue", tab="buyer"))
    assert "我的 0" in words_of(lead.get("queue", tab="buyer"))


def test_what_lasts_of_a_view_is_a_filter_for_programs_too(agent: Visitor) -> None:
    view = kept(agent, query="tab=review&claim=return_refund&reason=quality&due=1&who=mine")
    assert filters_of(view) == Filters(
        lane="ours", tab="review", apply_type="return_refund", reason="quality"
    )
    assert filters_of(kept(agent, query="tab=waiting")) == Filters(lane="waiting")


def test_a_view_is_personal_until_it_is_shared(agent: Visitor, lead: Visitor, stranger: Visitor) -> None:
    view = kept(agent)
    assert (names(agent), names(lead)) == (["快到期"], [])
    agent.post("view_change", view.pk, do="rename", name="大家的", shared="1")
    assert (names(agent), names(lead), names(stranger)) == (["大家的"], ["大家的"], [])


def test_only_whoever_kept_a_view_changes_it(agent: Visitor, lead: Visitor, stranger: Visitor) -> None:
    view = kept(agent, shared="1")
    for visitor in (lead, stranger):
        assert visitor.post("view_change", view.pk, do="delete").status_code == 404
        assert visitor.post("view_change", view.pk, do="rename", name="x").status_code == 404
    assert reverse("view_change", args=[view.pk]) not in text_of(lead.get("views"))
    assert SavedView.objects.get().name == "快到期"


def test_views_are_ordered_and_deleted(agent: Visitor) -> None:
    for name in ("甲", "乙", "丙"):
        kept(agent, name)
    last = SavedView.objects.get(name="丙")
    agent.post("view_change", last.pk, do="up")
    assert names(agent) == ["甲", "丙", "乙"]
    agent.post("view_change", last.pk, do="up")
    agent.post("view_change", last.pk, do="up")
    assert names(agent) == ["丙", "甲", "乙"]
    agent.post("view_change", last.pk, do="down")
    agent.post("view_change", last.pk, do="delete")
    assert names(agent) == ["甲", "乙"]


@pytest.mark.parametrize("name", ["", "  ", "长" * 65])
def test_a_view_needs_a_name(agent: Visitor, name: str) -> None:
    assert agent.post("views", name=name, query="tab=review").status_code == 422
    assert not SavedView.objects.exists()


def test_what_an_address_does_not_know_is_not_kept(agent: Visitor) -> None:
    view = kept(agent, query="tab=review&evil=1&reason=x\0y")
    assert view.filters["asked"] == {"tab": "review", "who": "all", "reason": "xy"}


def test_a_view_that_a_program_made_has_no_chip_and_breaks_nothing(
    agent: Visitor, ticket: Ticket, people: dict[Role, Person]
) -> None:
    SavedView.objects.create(person=people[Role.AGENT], name="程序", filters={"stage": "decide"})
    response = agent.get("queue")
    assert response.status_code == 200
    assert ticket.ticket_no in text_of(response)
    assert "程序" not in words_of(response)


def test_the_queue_offers_to_keep_what_is_narrow(agent: Visitor) -> None:
    assert 'class="keep"' in text_of(agent.get("queue", due="4"))
    assert 'class="keep"' not in text_of(agent.get("queue"))


def test_without_views_the_page_says_how_to_make_one(agent: Visitor) -> None:
    response = agent.get("views")
    assert response.status_code == 200
    assert reverse("queue") in text_of(response)
