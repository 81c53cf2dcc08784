"""See that a program negotiates like a person: lines, promises, an agreement that somebody approves."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.roles import Role
from aftersale.negotiation.models import Negotiation, Offer
from aftersale.tickets.models import Action, Task
from tests.api.desk import answer, caller, error, make_person, now

if TYPE_CHECKING:
    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Ticket
    from tests.api.desk import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(shop: Shop) -> Caller:
    return caller(make_person("wang", Role.AGENT, shop))


def in_hours(hours: float) -> str:
    return (now() + timedelta(hours=hours)).isoformat()


def said(ticket: Ticket, **more: object) -> dict[str, object]:
    ticket.refresh_from_db()
    line = {"wants": "退80，打 13812345678", "gives": "补偿20元", "back_at": in_hours(3)}
    return {"expected_sequence": ticket.sequence, **line, **more}


def test_a_line_is_noted_once_and_read_with_both_positions(agent: Caller, ticket: Ticket) -> None:
    path, body = f"/tickets/{ticket.pk}/negotiation", said(ticket)
    assert answer(agent.get(path))["talk"] is None
    told = answer(agent.post(f"{path}/lines", body, key="one"), 201)
    assert told == answer(agent.post(f"{path}/lines", body, key="one"), 201)
    assert Offer.objects.count() == 2
    assert (told["talk"]["buyer_fen"], told["talk"]["shop_way"], told["talk"]["gap_fen"]) == (
        8000,
        "compensation",
        6000,
    )
    whole = answer(agent.get(path))
    assert [each["side"] for each in whole["rounds"]] == ["buyer", "shop"]
    assert "13812345678" not in whole["rounds"][0]["text"]
    assert "limit_fen" not in whole["talk"]
    (listed,) = answer(agent.get("/negotiations"))["talks"]
    assert listed["ticket_id"] == ticket.pk
    assert answer(agent.get("/negotiations", state="agreed"))["talks"] == []


def test_a_line_against_an_older_ticket_or_without_a_meaning_changes_nothing(
    agent: Caller, ticket: Ticket
) -> None:
    path = f"/tickets/{ticket.pk}/negotiation/lines"
    old = agent.post(path, {**said(ticket), "expected_sequence": ticket.sequence + 1})
    assert (old.status_code, error(old)["code"]) == (409, "ticket.overtaken")
    unsure = agent.post(path, said(ticket, gives="不寄回来不退款"))
    assert error(unsure)["code"] == "talk.way_unsure"
    assert error(agent.post(path, said(ticket, gives_way="magic")))["code"] == "talk.way_unknown"
    assert error(agent.post(path, said(ticket, wants="", gives="")))["code"] == "talk.empty"
    assert not Negotiation.objects.exists()
    chosen = said(ticket, gives="不寄回来不退款", gives_way="return_refund")
    assert answer(agent.post(path, chosen), 201)["talk"]["shop_way"] == "return_refund"


def test_talks_are_listed_page_by_page(agent: Caller, ticket: Ticket) -> None:
    answer(agent.post(f"/tickets/{ticket.pk}/negotiation/lines", said(ticket)), 201)
    ended = f"/tickets/{ticket.pk}/negotiation/end"
    answer(agent.post(ended, {"outcome": "apart"}))
    answer(agent.post(f"/tickets/{ticket.pk}/negotiation/lines", said(ticket)), 201)
    answer(agent.post(ended, {"outcome": "silent"}))
    first = answer(agent.get("/negotiations", state="ended", limit=1))
    second = answer(agent.get("/negotiations", state="ended", limit=1, before=first["next_before"]))
    assert [each["outcome"] for each in (*first["talks"], *second["talks"])] == ["silent", "apart"]
    assert second["next_before"] is None
    assert error(agent.post(ended, {"outcome": "apart"}))["code"] == "talk.over"


def test_an_agreement_is_a_promise_and_an_act_that_waits_for_a_person(agent: Caller, ticket: Ticket) -> None:
    path = f"/tickets/{ticket.pk}/negotiation"
    agreed = {"way": "compensation", "amount_fen": 3000, "until": in_hours(24), "text": "补偿 30 元"}
    none = agent.post(f"{path}/accept", {**agreed, "expected_sequence": ticket.sequence})
    assert error(none)["code"] == "talk.over"
    answer(agent.post(f"{path}/lines", said(ticket)), 201)
    ticket.refresh_from_db()
    told = answer(agent.post(f"{path}/accept", {**agreed, "expected_sequence": ticket.sequence}), 201)
    ticket.refresh_from_db()
    assert (told["verb"], told["review_id"], told["sequence"]) == ("compensate", None, ticket.sequence)
    assert Task.objects.get(pk=told["promise_id"]).params["text"] == "补偿 30 元"
    assert not Action.objects.exists()


def test_a_promise_stands_among_the_things_to_do_and_one_that_is_past_is_refused(
    agent: Caller, ticket: Ticket
) -> None:
    path = f"/tickets/{ticket.pk}/promises"
    made = answer(agent.post(path, {"text": "周五前补发", "until": in_hours(30)}), 201)
    assert Task.objects.get(pk=made["id"]).kind == "promise"
    past = agent.post(path, {"text": "x", "until": in_hours(-1)})
    assert error(past)["code"] == "promise.incomplete"


def test_who_may_not_propose_notes_no_line(shop: Shop, ticket: Ticket) -> None:
    finance = caller(make_person("fin", Role.FINANCE, shop))
    assert finance.post(f"/tickets/{ticket.pk}/negotiation/lines", said(ticket)).status_code == 403
