"""Working on one ticket together: names in notes, watching, who is at it, tickets of one order."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from aftersale.domain.roles import Role
from aftersale.tickets.models import Action, AtWork, Batch, BatchRow, Task, Ticket
from tests.api.desk import make_ticket, now
from tests.pages.desk import kinds, seen, text_of, visitor, words_of

if TYPE_CHECKING:
    from aftersale.shops.models import Person, Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(people: dict[Role, Person]) -> dict[str, Person]:
    """Give three colleagues with names, one of which begins like another."""
    named = {"小王": Role.AGENT, "小王子": Role.LEAD, "老陈": Role.WAREHOUSE}
    for name, role in named.items():
        people[role].name = name
        people[role].save()
    return {name: people[role] for name, role in named.items()}


def test_who_is_named_in_a_note_is_asked_to_read_it_once(team: dict[str, Person], ticket: Ticket) -> None:
    wang = visitor(team["小王"])
    wang.post("note", ticket.pk, text="@小王子 看一下金额，＠老陈 货到了吗")
    wang.post("note", ticket.pk, text="@小王子 急")
    asked = Task.objects.filter(kind="mention")
    assert {task.assignee for task in asked} == {team["小王子"], team["老陈"]}
    assert asked.count() == 2
    prince = visitor(team["小王子"])
    assert "小王 在备注里提到你" in words_of(prince.get("ticket", ticket.pk))
    listed = words_of(prince.get("tasks"))
    assert "备注里提到你" in listed
    assert "看一下金额" in listed
    assert "急" in listed


def test_a_note_that_names_a_colleague_asks_nobody_else(team: dict[str, Person], ticket: Ticket) -> None:
    visitor(team["小王"]).post("note", ticket.pk, text="@老陈 货到了吗")
    for other in ("小王", "小王子"):
        assert "货到了吗" not in words_of(visitor(team[other]).get("tasks"))
        assert "备注里提到你" not in words_of(visitor(team[other]).get("tasks"))


def test_whoever_is_named_says_that_it_was_read(
    team: dict[str, Person], people: dict[Role, Person], ticket: Ticket
) -> None:
    finance = people[Role.FINANCE]
    visitor(team["小王"]).post("note", ticket.pk, text=f"@{finance} 看一下这笔")
    task = Task.objects.get()
    assert visitor(people[Role.READ_ONLY]).post("task_done", task.pk).status_code == 403
    assert visitor(finance).post("task_done", task.pk).status_code == 302
    task.refresh_from_db()
    assert task.done_by == finance


def test_naming_oneself_or_nobody_asks_nobody(team: dict[str, Person], ticket: Ticket) -> None:
    visitor(team["小王"]).post("note", ticket.pk, text="@小王 记得回访，@路人 也是，小王子不用管")
    assert not Task.objects.exists()


def test_who_watches_is_told_of_what_colleagues_do_and_not_of_their_own(
    team: dict[str, Person], ticket: Ticket
) -> None:
    prince, wang = visitor(team["小王子"]), visitor(team["小王"])
    assert prince.post("watch", ticket.pk, on="1").status_code == 302
    assert "关注的人：小王子" in words_of(wang.get("ticket", ticket.pk))
    prince.post("note", ticket.pk, text="我先看看")
    assert not Task.objects.exists()
    wang.post("note", ticket.pk, text="已联系买家")
    wang.post("assign", ticket.pk, person=str(team["小王"].pk))
    told = Task.objects.get()
    assert (told.kind, told.assignee) == ("watched", team["小王子"])
    prince.post("watch", ticket.pk)
    Task.objects.all().delete()
    wang.post("note", ticket.pk, text="买家同意了")
    assert not Task.objects.exists()


def test_colleagues_see_who_is_at_a_ticket_and_nobody_is_locked_out(
    team: dict[str, Person], ticket: Ticket
) -> None:
    wang, prince = visitor(team["小王"]), visitor(team["小王子"])
    assert "正在处理" not in words_of(wang.post("here", ticket.pk, part=True))
    assert "小王正在处理" in words_of(prince.post("here", ticket.pk, part=True))
    assert prince.post("note", ticket.pk, text="我来").status_code == 302
    AtWork.objects.filter(person=team["小王"]).update(at=now() - timedelta(minutes=5))
    assert "正在处理" not in words_of(prince.post("here", ticket.pk, part=True))
    assert kinds(ticket) == ["imported", "noted"]


def test_a_stranger_is_not_seen_at_a_ticket(stranger: Visitor, ticket: Ticket) -> None:
    assert stranger.post("here", ticket.pk, part=True).status_code == 404
    assert stranger.post("watch", ticket.pk, on="1").status_code == 404
    assert not AtWork.objects.exists()


@pytest.fixture
def order(shop: Shop) -> list[Ticket]:
    """Give two tickets of one order."""
    one, other = make_ticket(shop, 1), make_ticket(shop, 2)
    Ticket.objects.filter(pk=other.pk).update(order_no=one.order_no, line=one.line)
    other.refresh_from_db()
    return [one, other]


def test_tickets_of_one_order_are_decided_in_one_form(agent: Visitor, order: list[Ticket]) -> None:
    page = text_of(agent.get("ticket", order[0].pk))
    assert "同一订单 2 张售后单，一起处理" in page
    for ticket in order:
        assert f'name="ticket" value="{ticket.pk}"' in page
    form = {"kind": "approve", "ticket": [str(ticket.pk) for ticket in order]}
    assert agent.post("bulk", **form).status_code == 302
    planned = Batch.objects.get()
    assert {row.ticket_id for row in BatchRow.objects.filter(batch=planned)} == {each.pk for each in order}
    assert not Action.objects.exists()


def test_a_second_application_shows_the_first_with_its_refusal(agent: Visitor, order: list[Ticket]) -> None:
    first, second = order
    said = {
        "reason_own": "已发货",
        "citation_own": "《电子商务法》第五十一条",
        "text": "您好，包裹已在路上。",
    }
    agent.post("refuse", first.pk, part=True, sure="仍要拒绝", **said, **seen(first))
    words = words_of(agent.get("ticket", second.pk))
    assert "第 2 次申请：前一次已拒绝" in words
    for told in ("原因：已发货", "《电子商务法》第五十一条", "您好，包裹已在路上。"):
        assert told in words
    assert "前一次已拒绝" not in words_of(agent.get("ticket", make_ticket(first.shop, 9).pk))


def test_the_buyer_in_this_shop_is_a_signal_and_no_ground_to_refuse(
    agent: Visitor, shop: Shop, elsewhere: Shop
) -> None:
    mine = [make_ticket(shop, number) for number in (1, 2, 3)]
    foreign = make_ticket(elsewhere, 4)
    buyer = mine[0].buyer
    assert buyer is not None
    Ticket.objects.filter(pk__in=[each.pk for each in mine]).update(buyer=buyer)
    Ticket.objects.filter(pk=mine[1].pk).update(money_state="paid")
    page = agent.get("ticket", mine[0].pk)
    assert "另有 2 个订单 2 张售后单 · 退款 1 · 拒绝 0" in words_of(page)
    assert 'title="只作参考，不能作为拒绝理由"' in text_of(page)
    assert foreign.ticket_no not in text_of(page)


def test_the_timeline_is_narrowed_to_one_side(agent: Visitor, ticket: Ticket) -> None:
    agent.post("note", ticket.pk, text="已打电话")
    page = reverse("ticket", args=[ticket.pk])
    shop, platform, buyer = (
        words_of(agent.client.get(f"{page}?side={side}")) for side in ("shop", "platform", "buyer")
    )
    assert "提出申请" in buyer
    assert "首次读到" not in buyer
    assert "已打电话" in shop
    assert "首次读到" not in shop
    assert "首次读到" in platform
    assert "已打电话" not in platform
    assert "已打电话" in words_of(agent.client.get(f"{page}?side=nonsense"))
