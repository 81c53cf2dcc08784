from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from aftersale.domain.roles import MAY, Permission, Role
from aftersale.tickets.models import Action, StopOrder
from tests.api.desk import make_person, make_ticket, now
from tests.pages.desk import PART, kinds, text_of, visitor, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.shops.models import Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


def listed(shop: Shop, number: int = 1, **said: object) -> StopOrder:
    """Put an order on the list as a refund of unsent goods does."""
    ticket = make_ticket(shop, number)
    action = Action.objects.create(
        shop=shop,
        ticket=ticket,
        key=f"{shop.pk}-{number}",
        verb="refund",
        intent_no=1,
        approved_at=now(),
        not_before=now(),
    )
    fields = {"article": ticket.article, "article_no": ticket.article_no, "order_no": ticket.order_no} | said
    return StopOrder.objects.create(shop=shop, ticket=ticket, action=action, at=now(), **fields)


@pytest.fixture
def chen(as_role: Callable[[Role], Visitor]) -> Visitor:
    return as_role(Role.WAREHOUSE)


def test_what_waits_stands_first_with_its_order_goods_and_where_the_platform_sees_it(
    shop: Shop, chen: Visitor
) -> None:
    row, sent = listed(shop), listed(shop, 2)
    type(sent.ticket).objects.filter(pk=sent.ticket_id).update(goods_state="sent")
    page = words_of(chen.get("stops"))
    assert page.index(row.order_no) < page.index(sent.order_no)
    assert row.article in page
    assert "未发货" in page
    assert '<span class="chip chip-bad">已发货</span>' in text_of(chen.get("stops"))


@pytest.mark.parametrize(
    ("outcome", "event"), [("stopped", "dispatch_stopped"), ("too_late", "dispatch_too_late")]
)
def test_one_press_settles_one_order_with_an_event(
    shop: Shop, chen: Visitor, outcome: str, event: str
) -> None:
    row, other = listed(shop), listed(shop, 2)
    chen.post("stops_settle", one=row.pk, outcome=outcome)
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, row.settled_by, other.state) == (outcome, chen.person, "waiting")
    assert kinds(row.ticket)[-1] == event


def test_many_are_settled_at_once_and_none_of_them_twice(shop: Shop, chen: Visitor) -> None:
    rows = [listed(shop, number) for number in (1, 2, 3)]
    chen.post("stops_settle", one=rows[0].pk, outcome="too_late")
    chen.post("stops_settle", pick=[row.pk for row in rows], outcome="stopped")
    states = list(StopOrder.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["too_late", "stopped", "stopped"]
    assert "已截住 2 单" in words_of(chen.get("stops"))


def test_a_list_of_order_numbers_that_came_back_settles_those_orders(shop: Shop, chen: Visitor) -> None:
    rows = [listed(shop, number) for number in (1, 2)]
    chen.post("stops_settle", orders=f"{rows[0].order_no}\n6900000000000009999", outcome="too_late")
    assert list(StopOrder.objects.order_by("pk").values_list("state", flat=True)) == ["too_late", "waiting"]


@pytest.mark.parametrize("typed", [{"outcome": "stopped"}, {"pick": 1, "outcome": "waiting"}, {}])
def test_nothing_chosen_or_no_word_of_a_warehouse_changes_nothing(
    shop: Shop, chen: Visitor, typed: dict[str, object]
) -> None:
    row = listed(shop)
    said = {name: row.pk if name == "pick" else value for name, value in typed.items()}
    assert chen.post("stops_settle", **said).status_code == 422
    row.refresh_from_db()
    assert row.state == "waiting"


def test_an_order_of_another_shop_is_not_there(elsewhere: Shop, shop: Shop, chen: Visitor) -> None:
    foreign, mine = listed(elsewhere), listed(shop, 2)
    assert chen.post("stops_settle", pick=[mine.pk, foreign.pk], outcome="stopped").status_code == 404
    assert set(StopOrder.objects.values_list("state", flat=True)) == {"waiting"}


@pytest.mark.parametrize("role", Role)
def test_the_list_is_for_who_handles_parcels(role: Role, as_role: Callable[[Role], Visitor]) -> None:
    wanted = 200 if Permission.RECEIVE in MAY[role] else 403
    assert as_role(role).get("stops").status_code == wanted
    assert as_role(role).get("stops_sheet").status_code == wanted


def test_the_navigation_counts_what_waits(shop: Shop, chen: Visitor, agent: Visitor) -> None:
    assert text_of(chen.get("stops_count")) == ""
    listed(shop)
    assert '<a href="/stops/">截单表 <b hx-get="/stops/count/"' in text_of(chen.get("bench"))
    assert text_of(chen.get("stops_count")) == "1"
    assert 'href="/stops/"' not in text_of(agent.get("queue"))


def test_an_empty_list_says_when_something_comes(chen: Visitor) -> None:
    assert "没有要截的订单" in words_of(chen.get("stops"))


def test_all_order_numbers_are_copied_in_one_go(shop: Shop, chen: Visitor) -> None:
    rows = [listed(shop, number) for number in (1, 2)]
    assert f'data-copy="{rows[0].order_no}\n{rows[1].order_no}"' in text_of(chen.get("stops"))


def test_the_workbook_keeps_numbers_as_text_and_runs_nothing(shop: Shop, chen: Visitor) -> None:
    row = listed(shop, article="=1+1", article_no="+cmd|x")
    response = chen.get("stops_sheet")
    assert "attachment" in response["Content-Disposition"]
    with ZipFile(BytesIO(response.content)) as book:
        page, texts = (
            book.read(f"xl/{name}.xml").decode() for name in ("worksheets/sheet1", "sharedStrings")
        )
    assert all(f">{text}</t>" in texts for text in (row.order_no, "=1+1", "+cmd|x", "订单号", "商家编码"))
    assert "<f>" not in page
    assert set(re.findall(r'<c [^>]*t="(\w+)"', page)) == {"s"}


def test_a_ticket_says_what_became_of_its_order(shop: Shop, chen: Visitor, agent: Visitor) -> None:
    row, free = listed(shop), make_ticket(shop, 9)
    assert "等仓库确认" in words_of(agent.get("ticket_stop", row.ticket_id, part=True))
    chen.post("stops_settle", one=row.pk, outcome="too_late")
    assert "已经发出" in words_of(agent.get("ticket_stop", row.ticket_id, part=True))
    assert words_of(agent.get("ticket_stop", free.pk, part=True)) == ""


def test_the_list_speaks_english_when_asked(shop: Shop) -> None:
    row = listed(shop)
    jo = visitor(make_person("jo", Role.WAREHOUSE, shop), "en")
    jo.post("stops_settle", one=row.pk, outcome="stopped")
    response = jo.client.get("/stops/", headers=PART)
    assert "Nothing to stop" in words_of(response)
