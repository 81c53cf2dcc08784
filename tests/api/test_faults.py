"""See that every fault comes in one shape, in two languages, and tells what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tests.api.desk import error

if TYPE_CHECKING:
    from aftersale.tickets.models import Ticket
    from tests.api.desk import Caller

pytestmark = pytest.mark.django_db


def test_without_a_token_nobody_gets_in() -> None:
    response = Client().get("/api/tickets")
    assert response.status_code == 401
    assert error(response)["code"] == "not_signed_in"


def test_a_bad_token_does_not_fall_back_to_the_session(lead: Caller) -> None:
    client = Client()
    client.force_login(lead.person)
    assert client.get("/api/tickets").status_code == 200
    bad = client.get("/api/tickets", headers={"Authorization": "Bearer as_00000000_x"})
    assert bad.status_code == 401


def test_a_session_writes_only_with_its_csrf_token(lead: Caller, ticket: Ticket) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(lead.person)
    refused = client.post(f"/api/tickets/{ticket.pk}/notes", '{"text": "x"}', content_type="application/json")
    assert refused.status_code == 403
    assert error(refused)["code"] == "csrf.failed"


def test_a_session_needs_no_key(lead: Caller, ticket: Ticket) -> None:
    client = Client()
    client.force_login(lead.person)
    made = client.post(f"/api/tickets/{ticket.pk}/notes", '{"text": "x"}', content_type="application/json")
    assert made.status_code == 201


@pytest.mark.parametrize(
    ("asked", "word"), [("zh-CN,zh;q=0.9", "没有找到"), ("en-GB,en;q=0.8", "There is no such thing")]
)
def test_a_fault_is_said_in_the_language_asked_for(lead: Caller, asked: str, word: str) -> None:
    said = error(lead.post("/tickets/999999/notes", {"text": "x"}, **{"Accept-Language": asked}))
    assert said["message"].startswith(word)
    assert said["next_step"]


def test_what_cannot_be_read_is_listed_place_by_place(lead: Caller, ticket: Ticket) -> None:
    response = lead.post(f"/tickets/{ticket.pk}/notes", {"txet": "x"})
    assert response.status_code == 422
    said = error(response)
    assert {each["code"] for each in said["findings"]} == {"request.missing", "request.extra_forbidden"}
    assert all("这个值不能用" in each["message"] for each in said["findings"])


def test_a_limit_over_a_hundred_is_refused(lead: Caller) -> None:
    assert lead.get("/tickets", limit=101).status_code == 422
    assert lead.get("/tickets", limit=100).status_code == 200


def test_a_body_that_is_no_json_is_refused(lead: Caller, ticket: Ticket) -> None:
    client = Client()
    response = client.post(
        f"/api/tickets/{ticket.pk}/notes",
        "{",
        content_type="application/json",
        headers={"Authorization": f"Bearer {lead.secret}", "Idempotency-Key": "k"},
    )
    assert response.status_code == 400
    assert error(response)["code"] == "request.invalid"
