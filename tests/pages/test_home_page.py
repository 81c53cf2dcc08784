from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.roles import Role
from aftersale.shops.models import Connection
from aftersale.shops.models.shop import ConnectionState
from aftersale.tickets.models import Import
from tests.api.desk import make_person, make_ticket, now
from tests.pages.desk import soon, text_of, visitor, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Ticket
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


def figures(text: str) -> dict[str, tuple[str, int]]:
    """Read each figure of the page: its address and number."""
    found = re.findall(
        r'<a class="figure" href="([^"]+)"><span class="quiet">([^<]+)</span><b[^>]*>(\d+)', text
    )
    return {name: (address.replace("&amp;", "&"), int(number)) for address, name, number in found}


@pytest.mark.parametrize("role", Role)
def test_everybody_of_the_shop_sees_the_day_at_a_glance(
    role: Role, as_role: Callable[[Role], Visitor]
) -> None:
    assert as_role(role).get("home").status_code == 200


def test_each_figure_opens_the_tickets_that_make_it_up(agent: Visitor, shop: Shop) -> None:
    for number, hours in enumerate((-1, 0.5, 3, 20), 1):
        make_ticket(shop, number, queue_at=soon(hours), due_at=soon(hours))
    shown = figures(text_of(agent.get("home")))
    assert [number for _address, number in shown.values()][:4] == [1, 2, 3, 4]
    for address, number in shown.values():
        assert text_of(agent.client.get(address)).count('id="row-') == number


def test_who_has_how_much_is_counted_with_nobodys_share(lead: Visitor, agent: Visitor, shop: Shop) -> None:
    for number in (1, 2, 3):
        make_ticket(shop, number, queue_at=soon(1), assignee=agent.person if number < 3 else None)
    text = text_of(lead.get("home"))
    assert words_of(lead.get("home")).count("待分配") >= 1
    address = re.search(rf'href="([^"]*person={agent.person.pk}[^"]*)"', text)
    assert address
    assert text_of(lead.client.get(address[1].replace("&amp;", "&"))).count('id="row-') == 2


def test_charts_carry_their_numbers_as_a_table_and_as_data(agent: Visitor, shop: Shop) -> None:
    make_ticket(shop, 1, applied_at=now() - timedelta(hours=2), queue_at=soon(1.5))
    text = text_of(agent.get("home"))
    told = [
        json.loads(each) for each in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', text)
    ]
    assert {chart["kind"] for chart in told} >= {"bars", "columns", "line"}
    assert all(len(chart["names"]) == len(chart["series"][0]["values"]) for chart in told)
    assert text.count("<details><summary") >= 4


def test_an_article_number_cannot_break_out_of_the_data(agent: Visitor, shop: Shop) -> None:
    make_ticket(shop, 1, article_no="</script><b>", applied_at=now())
    assert "</script><b>" not in text_of(agent.get("home"))


def test_data_say_how_old_they_are(agent: Visitor, shop: Shop) -> None:
    assert "还没有导入" in words_of(agent.get("home"))
    Import.objects.create(shop=shop, files=["a"], digest="d", state="done", created_at=now(), ended_at=now())
    assert "第 1 次导入" in words_of(agent.get("home"))


def test_what_stands_in_the_way_of_a_shop_is_said_on_every_page(agent: Visitor, shop: Shop) -> None:
    type(shop).objects.filter(pk=shop.pk).update(held=True)
    Connection.objects.create(shop=shop, state=ConnectionState.UNAUTHORISED, since=now())
    said = words_of(agent.get("queue"))
    assert f"{shop.name}：" in said
    assert text_of(agent.get("queue")).count('role="alert"') == 2


def test_figures_of_another_shop_are_not_counted(stranger: Visitor, ticket: Ticket) -> None:
    shown = figures(text_of(stranger.get("home")))
    assert {number for _address, number in shown.values()} == {0}
    assert ticket.article_no not in text_of(stranger.get("home"))


def test_the_home_page_speaks_english_when_asked(shop: Shop) -> None:
    jo = visitor(make_person("jo", Role.LEAD, shop), "en")
    assert "Who has how much" in words_of(jo.get("home"))
