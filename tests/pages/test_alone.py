"""With one person at the desk nobody speaks of whose a ticket is, who has to agree, or of roles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from aftersale.domain.roles import Role
from aftersale.pages.urls import urlpatterns
from tests.api.desk import make_person, make_shop, make_ticket
from tests.pages.desk import soon, text_of, visitor, words_of

if TYPE_CHECKING:
    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Ticket
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db
OF_A_TEAM = re.compile("待分配|负责人|我来|分配|同事|交班|在岗|团队|组员|主管|角色|两个人|第二个人|我的单")
LISTS = [each.name for each in urlpatterns if not each.pattern.converters and each.name]
# Where a second person is added or is to come, what nobody alone is led to, and what programs may.
OF_PEOPLE = {"settings_people", "welcome", "handover", "assignment", "me"}


@pytest.fixture
def shop() -> Shop:
    return make_shop("阿桃的杯子铺")


@pytest.fixture
def owner(shop: Shop) -> Visitor:
    return visitor(make_person("阿桃", Role.OWNER, shop))


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    return make_ticket(shop, 1, queue_at=soon(2), due_at=soon(2), stable_until=None)


def of_a_team(said: str) -> list[str]:
    return OF_A_TEAM.findall(said)


@pytest.mark.usefixtures("ticket")
def test_no_list_speaks_of_a_team_or_leads_to_its_pages(owner: Visitor) -> None:
    for name in set(LISTS) - OF_PEOPLE:
        response = owner.client.get(reverse(name))
        if response.status_code == 200 and "html" in response["Content-Type"]:
            assert of_a_team(words_of(response)) == [], name
            assert reverse("handover") not in text_of(response), name


def test_neither_a_ticket_nor_a_batch_speaks_of_a_team(owner: Visitor, ticket: Ticket) -> None:
    page = owner.get("ticket", ticket.pk)
    assert of_a_team(words_of(page)) == []
    assert "同事" not in text_of(page)
    assert reverse("assign", args=[ticket.pk]) not in text_of(page)
    for kind in ("note", "label", "approve"):
        plan = owner.client.post(reverse("bulk"), {"kind": kind, "ticket": ticket.pk}, follow=True)
        assert of_a_team(words_of(plan)) == []


def test_more_rows_come_without_the_column_too(owner: Visitor, shop: Shop) -> None:
    for number in range(1, 53):
        make_ticket(shop, number, queue_at=soon(number))
    first = text_of(owner.get("queue"))
    cursor = re.findall(r"cursor=([^\"&]+)", first)[0]
    more = text_of(owner.client.get(f"{reverse('queue')}?cursor={cursor}", headers={"HX-Request": "true"}))
    assert more.count("<tr data-row") == 2
    assert 'class="less"' not in first + more


def test_with_the_second_person_it_begins(owner: Visitor, shop: Shop, ticket: Ticket) -> None:
    make_person("小王", Role.AGENT, shop)
    assert {"待分配"} <= set(of_a_team(words_of(owner.get("queue"))))
    assert "负责人" in words_of(owner.get("ticket", ticket.pk))
