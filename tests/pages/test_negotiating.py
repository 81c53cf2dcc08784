"""Negotiating on a ticket: one line to type, a promise in the queue, an agreement that a person confirms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.domain.clock import SHANGHAI
from aftersale.negotiation.models import Negotiation, Offer
from aftersale.tickets.models import Action, Task, Ticket
from tests.pages.desk import kinds, seen, soon, text_of, words_of

if TYPE_CHECKING:
    from datetime import datetime

    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


def typed(moment: datetime) -> str:
    """Write a time as a browser sends it."""
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


def line(visitor: Visitor, ticket: Ticket, **said: object) -> str:
    """Note a line and give what the panel says then."""
    form = {
        "do": "line",
        "wants": "退80",
        "gives": "补偿20元",
        "back_at": typed(soon(3)),
        **seen(ticket),
        **said,
    }
    response = visitor.post("negotiation", ticket.pk, part=True, **form)
    assert response.status_code == 200, text_of(response)
    return words_of(response)


def agreed(visitor: Visitor, ticket: Ticket, **said: object) -> str:
    """Note an agreement and give what the panel says then."""
    form = {
        "do": "agree",
        "way": "compensation",
        "amount": "30",
        "until": typed(soon(24)),
        "text": "补偿 30 元",
        **seen(ticket),
        **said,
    }
    response = visitor.post("negotiation", ticket.pk, part=True, **form)
    assert response.status_code == 200, text_of(response)
    return words_of(response)


def test_a_line_becomes_two_rounds_a_promise_in_the_queue_and_the_ticket_waits_for_the_buyer(
    agent: Visitor, ticket: Ticket
) -> None:
    said = line(agent, ticket)
    assert "买家要 部分退款" in said
    assert "我们给 赔偿损失 ¥20.00" in said
    assert kinds(ticket) == ["imported", "talked"]
    ticket.refresh_from_db()
    assert ticket.waits_for == "buyer"
    promise = Task.objects.get(kind="promise")
    assert "补偿20元" in promise.params["text"]
    assert promise.due_at == Negotiation.objects.get().back_at
    queue = words_of(agent.get("queue"))
    assert "补偿20元" in queue


def test_negotiating_ends_in_one_event_a_promise_and_an_act_that_a_person_confirms(
    agent: Visitor, ticket: Ticket
) -> None:
    line(agent, ticket)
    said = agreed(agent, ticket)
    assert "已谈妥" in said
    assert "小额打款 ¥30.00" in said
    assert kinds(ticket) == ["imported", "talked", "agreed", "task_done", "proposed"]
    assert not Action.objects.exists()
    promise = Task.objects.get(kind="promise", done_at=None)
    assert promise.params["text"] == "补偿 30 元"
    form = text_of(agent.get("approve", ticket.pk, part=True, verb="compensate", amount="30.00"))
    assert 'name="amount" value="30.00"' in form
    sent = {"verb": "compensate", "amount": "30.00", **seen(ticket)}
    assert agent.post("approve", ticket.pk, part=True, **sent).status_code == 200
    action = Action.objects.get()
    assert (action.verb, action.amount_fen, action.state) == ("compensate", 3000, "intended")
    assert "接下来" not in words_of(agent.get("negotiation", ticket.pk, part=True))


def test_rounds_of_both_sides_stand_with_who_accepted(agent: Visitor, ticket: Ticket) -> None:
    line(agent, ticket)
    agreed(agent, ticket)
    told = list(Offer.objects.order_by("number").values_list("side", "act", "amount_fen"))
    assert told == [
        ("buyer", "offer", 8000),
        ("shop", "offer", 2000),
        ("buyer", "accept", 3000),
        ("shop", "accept", 3000),
    ]
