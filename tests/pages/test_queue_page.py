from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from aftersale.domain.roles import Role
from aftersale.shops.models.shop import Connection
from aftersale.tickets.models import Import
from aftersale.tickets.models.batch import BatchRow
from tests.api.desk import make_person, make_shop, make_ticket, now
from tests.pages.clock import stop_at
from tests.pages.desk import queries, soon, text_of, visitor, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Ticket
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


def order_of(text: str, *numbers: str) -> list[int]:
    return [text.index(number) for number in numbers]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.WAREHOUSE])
def test_everybody_of_the_shop_reads_the_queue_and_only_some_may_approve(
    role: Role, as_role: Callable[[Role], Visitor], ticket: Ticket
) -> None:
    response = as_role(role).get("queue")
    assert response.status_code == 200
    assert ticket.ticket_no in text_of(response)
    offered = reverse("approve", args=[ticket.pk]) in text_of(response)
    assert offered == (role in {Role.OWNER, Role.LEAD, Role.AGENT})


def test_what_runs_out_first_stands_on_top(agent: Visitor, shop: Shop) -> None:
    late, early = (
        make_ticket(shop, number, queue_at=soon(hours), due_at=soon(hours))
        for number, hours in ((1, 9), (2, 1))
    )
    first, second = order_of(text_of(agent.get("queue")), early.ticket_no, late.ticket_no)
    assert first < second


def test_the_time_left_is_said_in_words_and_never_by_colour_alone(agent: Visitor, shop: Shop) -> None:
    make_ticket(shop, 1, queue_at=soon(0.7), due_at=soon(0.7))
    text = text_of(agent.get("queue"))
    assert "clock-red" in text
    assert "剩 41 分" in text


def test_days_left_are_said_in_the_language_of_the_page(agent: Visitor, shop: Shop) -> None:
    make_ticket(shop, 1, queue_at=soon(80), due_at=soon(80))
    assert "3 天" in words_of(agent.get("queue"))


def test_how_old_the_data_are_is_said_of_shops_that_live_on_sheets(agent: Visitor, shop: Shop) -> None:
    done = {"state": "done", "created_at": now(), "ended_at": now(), "files": ["售后.csv"]}
    Import.objects.create(shop=shop, kind="tickets", **done)
    assert "数据截至" in words_of(agent.get("queue_read", part=True))
    Connection.objects.create(shop=shop, state="connected", since=now())
    assert "数据截至" not in words_of(agent.get("queue_read", part=True))


def test_a_ticket_says_goods_claim_reason_amount_and_what_to_do(agent: Visitor, ticket: Ticket) -> None:
    said = words_of(agent.get("queue"))
    for word in ("双层玻璃杯 蓝", ticket.ticket_no, "¥129.00", "同意退款（未发货）", "待分配"):
        assert word in said


def test_an_empty_queue_says_what_comes_next(agent: Visitor) -> None:
    assert "下次导入后" in words_of(agent.get("queue"))


def test_filters_that_fit_nothing_say_how_to_get_out(agent: Visitor, ticket: Ticket) -> None:
    response = agent.get("queue", least="99999")
    assert ticket.ticket_no not in text_of(response)
    assert "清除" in words_of(response)


@pytest.mark.parametrize("typed", ["129", "129.00", "¥129", "1,29", " 129 ", "１２９", "￥129"])
def test_an_amount_is_read_as_people_type_it(typed: str, agent: Visitor, shop: Shop) -> None:
    cheap = make_ticket(shop, 1, amount_fen=12899)
    dear = make_ticket(shop, 2, amount_fen=12900)
    text = text_of(agent.get("queue", least=typed))
    assert dear.ticket_no in text
    assert cheap.ticket_no not in text


@pytest.mark.parametrize(
    "query",
    [
        {"tab": "unshipped"},
        {"who": "free"},
        {"claim": "refund_only"},
        {"reason": "no_reason"},
        {"article": "CUP-350-BL"},
        {"due": "24"},
        {"least": "100", "most": "200"},
    ],
    ids="+".join,
)
def test_each_filter_keeps_what_fits(query: dict[str, str], agent: Visitor, shop: Shop) -> None:
    fits = make_ticket(shop, 1, queue_at=soon(2))
    assert fits.ticket_no in text_of(agent.get("queue", **query))


@pytest.mark.parametrize(
    "query",
    [
        {"tab": "shipped"},
        {"who": "mine"},
        {"claim": "exchange"},
        {"reason": "damaged"},
        {"article": "OTHER"},
        {"due": "1"},
        {"most": "100"},
    ],
    ids="+".join,
)
def test_each_filter_leaves_out_what_does_not_fit(query: dict[str, str], agent: Visitor, shop: Shop) -> None:
    other = make_ticket(shop, 1, queue_at=soon(2))
    assert other.ticket_no not in text_of(agent.get("queue", **query))


def test_nonsense_in_an_address_asks_for_nothing_and_breaks_nothing(agent: Visitor, ticket: Ticket) -> None:
    nonsense = {"tab": "<b>", "who": "x", "shop": "0", "due": "soon", "least": "many", "person": "٣"}
    assert agent.get("queue", **nonsense).status_code == 200
    assert ticket.ticket_no in text_of(agent.get("queue", tab="<b>", least="many", due="soon"))


def test_a_foreign_shop_in_the_address_shows_nothing(stranger: Visitor, shop: Shop, ticket: Ticket) -> None:
    assert ticket.ticket_no not in text_of(stranger.get("queue", shop=shop.pk))


def test_more_rows_come_as_a_part_and_a_made_up_place_is_refused(agent: Visitor, shop: Shop) -> None:
    numbers = {make_ticket(shop, number, queue_at=soon(number)).ticket_no for number in range(1, 54)}
    first = text_of(agent.get("queue"))
    cursor = first.split("cursor=")[1].split('"')[0]
    more = agent.client.get(f"{reverse('queue')}?cursor={cursor}", headers={"HX-Request": "true"})
    shown = {number for number in numbers if number in text_of(more)}
    assert shown == {number for number in numbers if number not in first}
    assert "<html" not in text_of(more)
    refused = agent.get("queue", cursor="made-up")
    assert refused.status_code == 422
    assert "从第一页开始" in words_of(refused)


def test_counters_follow_the_filters_and_come_as_a_part(agent: Visitor, shop: Shop) -> None:
    make_ticket(shop, 1, reason="damaged")
    make_ticket(shop, 2)
    part = agent.get("queue_counters", reason="damaged")
    assert "<html" not in text_of(part)
    assert "<b>1</b>" in text_of(part)
    assert "<b>2</b>" in text_of(agent.get("queue_counters"))


def test_every_number_around_the_queue_comes_anew_with_the_tabs(agent: Visitor, shop: Shop) -> None:
    make_ticket(shop, 1, queue_at=soon(0.5), due_at=soon(0.5))
    page, part = text_of(agent.get("queue")), text_of(agent.get("queue_counters", part=True))
    for name, words in (("queue-total", "1"), ("queue-due", "1 小时内 1"), ("queue-whose", "待分配 1")):
        assert page.count(f'id="{name}"') == 1
        assert f'id="{name}"' in part
        assert words in " ".join(re.sub(r"<[^>]+>", " ", part.split(f'id="{name}"')[1]).split())
    assert part.count('hx-swap-oob="true"') == 3


def test_the_queue_speaks_english_when_asked(shop: Shop, ticket: Ticket) -> None:
    page = visitor(make_person("jo", Role.AGENT, shop), "en").get("queue")
    assert ticket.ticket_no in text_of(page)
    assert "Claim, reason, state" in words_of(page)
    assert '<html lang="en"' in text_of(page)


@pytest.mark.parametrize("shops", [1, 7])
def test_the_queue_asks_few_queries_and_stays_small(shops: int) -> None:
    owned = [make_shop(f"{number}号店") for number in range(shops)]
    for number in range(60):
        make_ticket(owned[number % shops], number + 1, queue_at=soon(number))
    somebody = visitor(make_person("many", Role.LEAD, *owned))
    asked = queries(somebody, reverse("queue"))
    assert asked <= 10
    assert len(somebody.get("queue").content) < 100_000


@pytest.mark.parametrize(
    ("step", "fields", "doable"),
    [
        ("refund_full_unshipped", {}, True),
        ("agree_to_return", {}, True),
        ("send", {}, False),
        ("reship", {}, True),
        ("reject", {}, False),
        ("negotiate", {}, False),
        ("refund_full_unshipped", {"amount_fen": None}, False),
        ("refund_full_unshipped", {"needs_person": True}, False),
        ("inspect_then_refund", {"goods_state": "back"}, False),
        ("inspect_then_refund", {"goods_state": "inspected"}, True),
    ],
)
def test_the_bar_counts_only_what_a_batch_would_do(
    step: str, fields: dict[str, object], *, doable: bool, agent: Visitor, shop: Shop
) -> None:
    ticket = make_ticket(shop, 1, step=step, **{"stable_until": None, **fields})
    assert ("data-doable" in text_of(agent.get("queue"))) is doable
    agent.post("bulk", kind="approve", ticket=ticket.pk)
    assert (BatchRow.objects.get().state == "ready") is doable


def test_what_speaks_of_no_goods_is_called_by_its_place(agent: Visitor, shop: Shop) -> None:
    request = make_ticket(shop, 1, article="", tab="service")
    said = text_of(agent.get("queue"))
    assert re.search(r"data-open>平台服务单</a>", said)
    assert request.ticket_no in said


def test_a_warehouse_is_not_offered_to_take_a_ticket(
    as_role: Callable[[Role], Visitor], ticket: Ticket
) -> None:
    chen = as_role(Role.WAREHOUSE)
    assert "我来处理" not in words_of(chen.get("search", q=ticket.article))
    assert "我来处理" not in words_of(chen.get("ticket", ticket.pk))


def test_a_page_tells_the_desks_own_time_so_that_browsers_count_down_by_it(
    agent: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = datetime(2026, 6, 10, 0, 30, tzinfo=UTC)
    stop_at(moment, monkeypatch)
    answer = agent.get("queue")
    assert answer["Desk-Now"] == moment.isoformat()
    assert f'data-now="{moment.isoformat()}"' in text_of(answer)
    assert agent.get("queue_counters", part=True)["Desk-Now"] == moment.isoformat()
