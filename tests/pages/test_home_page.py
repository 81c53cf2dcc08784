from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from aftersale.connections.models import Link
from aftersale.domain.roles import Role
from aftersale.shops.models import Connection
from aftersale.shops.models.shop import ConnectionState
from aftersale.tickets.models import Action, Import, Ticket
from tests.api.desk import make_person, make_ticket, now
from tests.pages.clock import stop_at
from tests.pages.desk import kinds, soon, text_of, visitor, words_of
from tests.tickets.taking.notices import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.shops.models import Person, Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


def figures(text: str) -> dict[str, tuple[str, int]]:
    """Read each figure of the page: its address and number."""
    found = re.findall(
        r'<a class="figure" href="([^"]+)"><span class="quiet">([^<]+)</span><b[^>]*>(\d+)', text
    )
    return {name: (address.replace("&amp;", "&"), int(number)) for address, name, number in found}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.WAREHOUSE])
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
    assert text_of(agent.get("queue")).count('role="alert"') == 1


def linked(shop: Shop, state: ConnectionState, **fields: object) -> None:
    Connection.objects.create(shop=shop, state=state, since=now())
    Link.objects.create(shop=shop, push_path="p", created_at=now(), **fields)


def test_a_shop_that_lost_its_authorisation_is_not_said_to_be_restored(agent: Visitor, shop: Shop) -> None:
    type(shop).objects.filter(pk=shop.pk).update(held=True)
    linked(shop, ConnectionState.UNAUTHORISED, fault={"code": "channel.unauthorised"})
    said = words_of(agent.get("queue"))
    assert "起授权失效" in said
    assert "恢复备份" not in said


def test_a_refused_address_is_said_as_such(agent: Visitor, shop: Shop) -> None:
    linked(shop, ConnectionState.UNAUTHORISED, fault={"code": "channel.address_not_listed"})
    said = words_of(agent.get("queue"))
    assert "平台不接受本系统的 IP" in said
    assert "授权失效" not in said


@pytest.mark.parametrize(
    ("left", "said", "loud"),
    [
        (timedelta(days=7, minutes=5), "", 0),
        (timedelta(days=7) - timedelta(minutes=5), "授权还剩 6 天到期", 0),
        (timedelta(days=3, minutes=5), "授权还剩 3 天到期", 0),
        (timedelta(days=1, minutes=5), "授权还剩 1 天到期", 1),
        (timedelta(minutes=5), "授权还剩 0 天到期", 1),
    ],
)
def test_an_authorisation_that_ends_within_a_week_is_said_where_the_day_begins(
    left: timedelta, said: str, loud: int, agent: Visitor, shop: Shop
) -> None:
    linked(shop, ConnectionState.CONNECTED, refresh_until=now() + left)
    page = agent.get("home")
    assert said in words_of(page)
    assert ("授权还剩" in words_of(page)) is bool(said)
    assert text_of(page).count('role="alert"') == loud


def test_figures_of_another_shop_are_not_counted(stranger: Visitor, ticket: Ticket) -> None:
    shown = figures(text_of(stranger.get("home")))
    assert {number for _address, number in shown.values()} == {0}
    assert ticket.article_no not in text_of(stranger.get("home"))


def test_the_home_page_speaks_english_when_asked(shop: Shop) -> None:
    jo = visitor(make_person("jo", Role.LEAD, shop), "en")
    assert "Open disputes" not in words_of(jo.get("home"))
    assert "Tonight cannot be foretold yet" in words_of(jo.get("home"))


def acted(shop: Shop, person: Person | None, number: int, **said: object) -> Ticket:
    """Let somebody act on a ticket an hour ago, two hours after it was applied for."""
    at = NOW - timedelta(hours=1)
    ticket = make_ticket(shop, number, applied_at=at - timedelta(hours=2))
    fields = {"verb": "refund", "intent_no": 1, "not_before": at, "amount_fen": 12900, **said}
    Action.objects.create(
        ticket=ticket, shop=shop, key=str(number), approved_by=person, approved_at=at, **fields
    )
    return ticket


def test_every_number_of_a_chart_opens_as_many_tickets_as_it_counts(agent: Visitor, shop: Shop) -> None:
    at = now() - timedelta(days=2)
    for number, reason in enumerate(("damaged", "damaged", "no_reason"), 1):
        make_ticket(shop, number, reason=reason, applied_at=at, queue_at=soon(number), money_state="paid")
    make_ticket(shop, 4, applied_at=at, arbitration_state="evidence_due", tab="auto", lane="done", open=False)
    page = text_of(agent.get("home"))
    tables = re.findall(r"<dl class=\"pairs\">(.*?)</dl>", page, re.DOTALL)
    links = [found for table in tables for found in re.findall(r'<a href="([^"]+)">([\d¥,]+)</a>', table)]
    assert len(links) >= 7
    for address, said in links:
        rows = text_of(agent.client.get(address.replace("&amp;", "&"))).count('id="row-')
        assert rows == int(said) if said.isdigit() else rows == 3, (address, said)


def missing_tonight(shop: Shop, person: Person) -> list[Ticket]:
    """Let a person who does one ticket an hour have five that run out in two hours."""
    acted(shop, person, 50)
    at = NOW + timedelta(hours=2)
    return [make_ticket(shop, n, queue_at=at, due_at=at, assignee=person) for n in range(1, 6)]


@pytest.fixture
def _at_nine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask every page at nine in the morning."""
    stop_at(NOW, monkeypatch)


at_nine = pytest.mark.usefixtures("_at_nine")


@at_nine
def test_what_was_done_without_a_person_is_counted_apart_with_its_money(agent: Visitor, shop: Shop) -> None:
    acted(shop, None, 1)
    acted(shop, None, 2, state="cancelled")
    acted(shop, agent.person, 3)
    make_ticket(shop, 4, applied_at=NOW, tab="auto", lane="done", open=False, money_state="paid")
    page = text_of(agent.get("home"))
    shown = figures(page)
    named = {
        name: number for name, (_address, number) in shown.items() if "近 30 天" in name or "近 7 天" in name
    }
    assert named["自动处理规则办的，近 30 天"] == 1
    assert named["平台自己处理的，近 30 天"] == 1
    assert named["在这里首次响应，近 7 天"] == 2
    assert words_of(agent.get("home")).count("¥129.00") == 3
    assert "一半在 2 小时 0 分 内" in words_of(agent.get("home"))
    for address, number in shown.values():
        assert text_of(agent.client.get(address)).count('id="row-') == number


@at_nine
def test_the_home_page_foretells_what_will_be_missed_and_opens_it(agent: Visitor, shop: Shop) -> None:
    missing_tonight(shop, agent.person)
    page = text_of(agent.get("home"))
    found = re.search(r'按现在的速度<a href="([^"]+)">今晚会超时 (\d+) 单</a>', page)
    assert found
    assert text_of(agent.client.get(found[1])).count('id="row-') == int(found[2]) == 3
    assert "看不出" in page
    assert "转给有空的人" not in page


@at_nine
def test_few_data_and_what_is_overdue_are_no_comfort(agent: Visitor, shop: Shop) -> None:
    acted(shop, agent.person, 50)
    make_ticket(shop, 1, queue_at=NOW + timedelta(hours=9), due_at=NOW + timedelta(hours=9))
    said = words_of(agent.get("home"))
    assert "今晚没有会超时的" not in said
    assert "今晚 24 点前到期 1 单，其中 1 单待分配" in said
    make_ticket(shop, 2, queue_at=NOW - timedelta(hours=1), due_at=NOW - timedelta(hours=1))
    assert "已超时 1 单" in words_of(agent.get("home"))


@at_nine
def test_the_lead_moves_what_would_be_missed_after_seeing_who_gets_what(
    lead: Visitor, agent: Visitor, shop: Shop
) -> None:
    tickets = missing_tonight(shop, agent.person)
    assert "把 3 单转给有空的人" in words_of(lead.get("home"))
    plan = lead.client.post(reverse("home_move"), follow=True)
    assert "还没有执行任何操作" in words_of(plan)
    batches = re.findall(r'name="batch" value="(\d+)"', text_of(plan))
    assert {Ticket.objects.get(pk=each.pk).assignee for each in tickets} == {agent.person}
    moved = text_of(plan).count("<tr data-row>")
    done = lead.client.post(reverse("home_move"), {"batch": batches, "sure": 1}, follow=True)
    assert f"已交出 {moved} 单" in words_of(done)
    given = [Ticket.objects.get(pk=each.pk) for each in tickets]
    assert sum(each.assignee != agent.person for each in given) == moved == 3
    assert "assigned" in kinds(next(each for each in given if each.assignee != agent.person))
    again = lead.client.post(reverse("home_move"), {"batch": batches, "sure": 1}, follow=True)
    assert again.status_code == 200
    assert [Ticket.objects.get(pk=each.pk).sequence for each in tickets] == [each.sequence for each in given]


@at_nine
def test_nothing_of_another_shop_stands_behind_a_number(
    stranger: Visitor, agent: Visitor, shop: Shop
) -> None:
    ticket = make_ticket(shop, 1, applied_at=NOW, reason="damaged", money_state="paid", tab="auto")
    asks = {"day": "", "reason": "damaged", "article": ticket.article_no, "refunded": "", "platform": ""}
    for what, key in asks.items():
        address = reverse("home_behind", args=[what])
        assert 'id="row-' in text_of(agent.client.get(address, {"key": key})), what
        assert 'id="row-' not in text_of(stranger.client.get(address, {"key": key}))
    assert stranger.get("home_behind", "weather").status_code == 404


@at_nine
def test_who_hands_no_tickets_over_moves_none(agent: Visitor, lead: Visitor, shop: Shop) -> None:
    missing_tonight(shop, agent.person)
    assert agent.client.post(reverse("home_move")).status_code == 403
    plan = lead.client.post(reverse("home_move"), follow=True)
    batches = re.findall(r'name="batch" value="(\d+)"', text_of(plan))
    boss = visitor(make_person("boss", Role.LEAD, shop))
    assert boss.client.post(reverse("home_move"), {"batch": batches, "sure": 1}).status_code == 404


def test_one_person_reads_nothing_of_loads_and_nobodys(shop: Shop) -> None:
    lone = visitor(make_person("lone", Role.OWNER, shop))
    make_ticket(shop, 1, queue_at=soon(1))
    said = words_of(lone.get("home"))
    assert "待分配" not in said
    assert "交班" not in said
    make_person("second", Role.AGENT, shop)
    assert "待分配" in words_of(lone.get("home"))


def test_what_runs_out_before_the_next_usual_sheet_is_named_at_home_and_where_sheets_come_in(
    agent: Visitor, shop: Shop
) -> None:
    ticket = make_ticket(shop, 1, queue_at=soon(0.1), due_at=soon(0.1))
    assert "下次导入前会超时" not in words_of(agent.get("home"))
    for hours in (13, 6):
        at = now() - timedelta(hours=hours)
        Import.objects.create(shop=shop, files=["a"], digest="d", state="done", created_at=at, ended_at=at)
    for name in ("home", "imports"):
        said = words_of(agent.get(name))
        assert f"{shop.name}：下次导入前会超时 1 单" in said
        assert ticket.ticket_no in said
        assert "这是估计" in said
