"""Goodwill that was promised stands in the queue and under To do until somebody has handed it over."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.roles import MAY, Permission, Role
from aftersale.shops.models import Goodwill, GoodwillGiven
from aftersale.tickets.models import Task
from tests.api.desk import answer, caller, now
from tests.pages.desk import kinds, soon, text_of, words_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.models import Ticket
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


def typed(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


def kept(shop: Shop, person: Person, kind: str = "coupon") -> Goodwill:
    return Goodwill.objects.create(
        shop=shop,
        kind=kind,
        name="满50减10",
        worth_fen=1_000,
        cost_fen=1_000,
        stock=1,
        since=date(2026, 1, 1),
        made_by=person,
        made_at=now(),
    )


@pytest.fixture
def given(shop: Shop, people: dict[Role, Person], agent: Visitor, ticket: Ticket) -> GoodwillGiven:
    """Promise the only coupon to the buyer."""
    coupon = kept(shop, people[Role.LEAD])
    agent.post("goodwill", ticket.pk, goodwill=coupon.pk, text="送您一张券，直接可用")
    return GoodwillGiven.objects.get()


@pytest.mark.usefixtures("given")
def test_it_comes_into_the_queue_and_under_to_do_with_what_to_do_and_the_words(
    agent: Visitor, ticket: Ticket
) -> None:
    task = Task.objects.get()
    assert task.due_at
    assert timedelta(hours=23) < task.due_at - now() <= timedelta(days=1)
    for page in ("queue", "tasks"):
        shown = agent.get(page)
        assert "到平台后台给买家发券：满50减10" in words_of(shown)
        assert 'data-copy="送您一张券，直接可用"' in text_of(shown)
        assert ticket.ticket_no in words_of(shown)


@pytest.mark.parametrize(
    ("kind", "words"),
    [("gift", "把赠品放进包裹寄出"), ("service_compensation", "安排这项服务"), ("upgrade", "改发升级的商品")],
)
def test_each_kind_says_what_is_to_be_done(
    kind: str, words: str, shop: Shop, people: dict[Role, Person], agent: Visitor, ticket: Ticket
) -> None:
    piece = kept(shop, people[Role.LEAD], kind)
    agent.post("goodwill", ticket.pk, goodwill=piece.pk, until=typed(soon(2)))
    assert f"{words}：满50减10" in words_of(agent.get("tasks"))


def test_a_tick_hands_it_over_and_is_taken_back_where_it_was_a_slip(
    agent: Visitor, ticket: Ticket, given: GoodwillGiven
) -> None:
    agent.post("task_done", Task.objects.get().pk, next="queue")
    given.refresh_from_db()
    assert given.delivered_at
    assert "到平台后台给买家发券" not in words_of(agent.get("queue"))
    assert "刚交出去的" in words_of(agent.get("tasks"))
    agent.post("goodwill_settle", ticket.pk, given.pk, "not_delivered", next="tasks")
    assert GoodwillGiven.objects.filter(delivered_at=None).count() == 1
    said = words_of(agent.get("tasks"))
    assert "到平台后台给买家发券" in said
    assert "刚交出去的" not in said
    assert kinds(ticket)[-3:] == ["goodwill_given", "goodwill_delivered", "goodwill_not_delivered"]


@pytest.mark.parametrize("what", ["delivered", "withdrawn"])
def test_what_is_said_on_the_ticket_ends_the_task_too(
    what: str, agent: Visitor, ticket: Ticket, given: GoodwillGiven
) -> None:
    agent.post("goodwill_settle", ticket.pk, given.pk, what)
    assert Task.objects.get().outcome == what
    again = agent.post("task_done", Task.objects.get().pk)
    assert again.status_code == 422


def test_what_the_buyer_used_is_no_slip(agent: Visitor, ticket: Ticket, given: GoodwillGiven) -> None:
    for what in ("delivered", "used"):
        agent.post("goodwill_settle", ticket.pk, given.pk, what)
    assert agent.post("goodwill_settle", ticket.pk, given.pk, "not_delivered").status_code == 422
    assert Task.objects.get().done_at


@pytest.mark.usefixtures("given")
def test_what_is_overdue_is_seen(agent: Visitor) -> None:
    Task.objects.update(due_at=now() - timedelta(hours=3))
    row = text_of(agent.get("queue")).partition('id="promise-')[2].partition("</tr>")[0]
    assert "clock-red" in row
    assert "超时 3 小时" in row


def test_a_time_that_has_passed_is_refused_and_nothing_is_held(
    shop: Shop, people: dict[Role, Person], agent: Visitor, ticket: Ticket
) -> None:
    coupon = kept(shop, people[Role.LEAD])
    late = typed(now() - timedelta(days=1))
    refused = agent.post("goodwill", ticket.pk, part=True, goodwill=coupon.pk, until=late)
    assert refused.status_code == 422
    assert "交付时间要在现在之后" in words_of(refused)
    assert late in text_of(refused)
    assert not Task.objects.exists()


@pytest.mark.usefixtures("given")
@pytest.mark.parametrize("role", Role)
def test_who_packs_parcels_may_tick_it(role: Role, as_role: Callable[[Role], Visitor]) -> None:
    response = as_role(role).post("task_done", Task.objects.get().pk)
    assert response.status_code == (302 if Permission.ANSWER in MAY[role] else 403)


@pytest.mark.usefixtures("given")
def test_a_program_ticks_it_once_it_was_handed_over(people: dict[Role, Person]) -> None:
    task, by = Task.objects.get(), caller(people[Role.AGENT])
    assert by.post(f"/tasks/{task.pk}/done", {"outcome": "cancelled"}).status_code == 422
    assert answer(by.post(f"/tasks/{task.pk}/done", {"outcome": "done"}))["outcome"] == "delivered"
