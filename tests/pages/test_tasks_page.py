from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from aftersale.domain.roles import Role
from aftersale.tickets.models import Action, Task
from tests.api.desk import now
from tests.pages.desk import kinds, soon, text_of, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.tickets.models import Ticket
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


def a_task(ticket: Ticket, kind: str = "call", **fields: Any) -> Task:  # noqa: ANN401  # fields of the model
    return Task.objects.create(shop=ticket.shop, ticket=ticket, kind=kind, created_at=now(), **fields)


def an_action(ticket: Ticket) -> Action:
    return Action.objects.create(
        shop=ticket.shop,
        ticket=ticket,
        key="k",
        verb="refund",
        intent_no=1,
        amount_fen=12900,
        state="handed_over",
        approved_at=now(),
        not_before=now(),
        receipt={"message": {"zh": "在抖店后台点“同意退款”。", "en": "Press agree in the back office."}},
    )


@pytest.mark.parametrize("role", Role)
def test_everybody_of_the_shop_reads_what_is_to_be_done(
    role: Role, as_role: Callable[[Role], Visitor], ticket: Ticket
) -> None:
    a_task(ticket, "confirm_outcome", action=an_action(ticket))
    response = as_role(role).get("tasks")
    assert response.status_code == 200
    assert ticket.ticket_no in text_of(response)
    assert "在抖店后台点“同意退款”" in words_of(response)


@pytest.mark.parametrize("role", list(Role))
def test_whoever_has_tasks_in_the_menu_may_read_their_number(
    role: Role, as_role: Callable[[Role], Visitor]
) -> None:
    offered = reverse("tasks_count") in text_of(as_role(role).get("tasks"))
    assert as_role(role).get("tasks_count").status_code == (200 if offered else 403)


def test_the_menu_says_how_many_are_overdue(agent: Visitor, lead: Visitor, ticket: Ticket) -> None:
    assert reverse("tasks_count") in text_of(agent.get("queue"))
    a_task(ticket, due_at=soon(1))
    assert text_of(agent.get("tasks_count")) == ""
    a_task(ticket, due_at=soon(-1))
    a_task(ticket, "mention", assignee=lead.person, due_at=soon(-1))
    assert (text_of(agent.get("tasks_count")), text_of(lead.get("tasks_count"))) == ("1", "2")


def test_nothing_to_do_is_said_with_what_comes_here(agent: Visitor) -> None:
    assert agent.get("tasks").status_code == 200
    assert 'class="nothing"' in text_of(agent.get("tasks"))


def test_one_sees_ones_own_alone_when_asked(agent: Visitor, lead: Visitor, ticket: Ticket) -> None:
    a_task(ticket, assignee=lead.person, due_at=soon(1))
    assert ticket.ticket_no not in text_of(agent.get("tasks", mine="1"))
    assert ticket.ticket_no in text_of(lead.get("tasks", mine="1"))


def test_a_task_is_done_once_and_is_one_event(agent: Visitor, ticket: Ticket) -> None:
    task = a_task(ticket)
    assert agent.post("task_done", task.pk).status_code == 302
    again = agent.post("task_done", task.pk)
    assert again.status_code == 422
    assert "已经有人做完" in words_of(again)
    assert kinds(ticket) == ["imported", "task_done"]


def test_the_task_of_an_action_is_ended_by_its_outcome_alone(agent: Visitor, ticket: Ticket) -> None:
    task = a_task(ticket, action=an_action(ticket))
    response = agent.post("task_done", task.pk)
    assert response.status_code == 422
    assert "确认" in words_of(response)
    task.refresh_from_db()
    assert task.done_at is None


def test_who_only_reads_ends_nothing(as_role: Callable[[Role], Visitor], ticket: Ticket) -> None:
    response = as_role(Role.READ_ONLY).post("task_done", a_task(ticket).pk)
    assert response.status_code == 403
    assert kinds(ticket) == ["imported"]


def test_a_stranger_sees_and_ends_nothing(stranger: Visitor, ticket: Ticket) -> None:
    task = a_task(ticket)
    assert ticket.ticket_no not in text_of(stranger.get("tasks"))
    assert stranger.post("task_done", task.pk).status_code == 404
