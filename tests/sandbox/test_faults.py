from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.sandbox.running import Running, end, running, start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def _knobs_off(sandbox: Running) -> Iterator[None]:
    yield
    sandbox.control("faults", verb="DELETE")


def spoil(sandbox: Running, kind: str, **more: object) -> None:
    sandbox.control("faults", {"kind": kind, "method": "afterSale.operate", "times": 1, **more})


def refund(sandbox: Running, ticket: str) -> object:
    return sandbox.operate(201, ticket)


@pytest.mark.parametrize(("kind", "paid"), [("timeout_before", 0), ("timeout_after", 1)])
def test_an_answer_that_never_comes_may_have_been_acted_on(sandbox: Running, kind: str, paid: int) -> None:
    ticket = sandbox.raise_ticket("home", "shipped")
    spoil(sandbox, kind)
    with pytest.raises(http.client.RemoteDisconnected):
        refund(sandbox, ticket)
    assert len(sandbox.refunds(ticket)) == paid
    refund(sandbox, ticket)
    assert len(sandbox.refunds(ticket)) == 1


def test_half_a_body_is_cut_after_acting(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home", "shipped")
    spoil(sandbox, "half")
    with pytest.raises(http.client.IncompleteRead):
        refund(sandbox, ticket)
    assert len(sandbox.refunds(ticket)) == 1


@pytest.mark.parametrize(
    ("kind", "status", "paid"), [("html", 200, 0), ("error_before", 502, 0), ("error_after", 502, 1)]
)
def test_what_is_no_json_comes_with_its_status(sandbox: Running, kind: str, status: int, paid: int) -> None:
    ticket = sandbox.raise_ticket("home", "shipped")
    spoil(sandbox, kind)
    text = json.dumps({"items": [{"aftersale_id": ticket}], "type": 201}, separators=(",", ":"))
    url = sandbox.douyin_url("afterSale.operate", text, access_token=sandbox.token("home"))
    answer = sandbox.http(url, body=text.encode())
    assert answer.status == status
    with pytest.raises(ValueError, match="Expecting value"):
        json.loads(answer.body)
    assert len(sandbox.refunds(ticket)) == paid


def test_numbers_can_come_as_texts_and_rounded(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home", "return")
    sandbox.control("faults", {"kind": "wrong_type", "times": 1})
    assert sandbox.douyin("afterSale.Detail", {"after_sale_id": ticket})["code"] == "10000"
    sandbox.control("faults", {"kind": "rounded_ids", "times": 1})
    rounded = sandbox.detail(ticket)["after_sale_info"]["after_sale_id"]
    assert rounded == int(float(int(ticket)))


@pytest.mark.parametrize(
    ("kind", "code"), [("throttle", 60000), ("ip_refused", 30002), ("token_revoked", 30001)]
)
def test_a_call_can_be_turned_away(sandbox: Running, kind: str, code: int) -> None:
    ticket = sandbox.raise_ticket("home", "shipped")
    spoil(sandbox, kind)
    answer = sandbox.operate(201, ticket)
    assert answer["code"] == code
    assert sandbox.refunds(ticket) == []
    sandbox.tokens.clear()
    assert sandbox.operate(201, ticket)["code"] == 10000


def test_the_buyer_can_change_the_ticket_between_reading_and_writing(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home", "shipped")
    version = sandbox.detail(ticket)["after_sale_info"]["update_time"]
    spoil(sandbox, "conflict")
    assert sandbox.operate(201, ticket, update_time=version)["code"] == 50002
    assert sandbox.refunds(ticket) == []


def test_too_many_calls_in_a_second_are_throttled(sandbox: Running) -> None:
    sandbox.control("limits", {"kuaishou_qps": 2})
    results = [sandbox.kuaishou("open.address.seller.list", {"addressType": 3})["result"] for _ in range(6)]
    sandbox.control("limits", {})
    assert 1016 in results


def test_a_rate_falls_with_the_dice_of_the_seed(sandbox: Running) -> None:
    sandbox.control("faults", {"kind": "throttle", "method": "order.logisticsCompanyList", "rate": 0.3})
    sandbox.control("limits", {"douyin_qps": 1000})
    codes = [sandbox.douyin("order.logisticsCompanyList", {})["code"] for _ in range(100)]
    sandbox.control("limits", {})
    assert 15 <= codes.count(60000) <= 45


@pytest.mark.parametrize("body", [b'{"kind":"unheard"}', b'{"kind":"delay","rate":2}', b"[]", b"{"])
def test_a_knob_that_makes_no_sense_is_refused(sandbox: Running, body: bytes) -> None:
    assert sandbox.http(f"{sandbox.addresses['control']}/faults", body=body).status == 400
    assert sandbox.get("faults") == []


def test_a_sandbox_that_was_killed_comes_back_as_it_was(tmp_path: Path) -> None:
    first = start(tmp_path)
    first.control("buyers", {"on": False})
    paid, waiting = (first.raise_ticket("home", "shipped") for _ in range(2))
    first.operate(201, paid)
    first.control("faults", {"kind": "throttle", "method": "nothing"})
    first.jump(5)
    before, faults, now = first.get("ledger"), first.get("faults"), first.now()
    first.process.kill()
    end(first)
    with running(tmp_path, "--seed", "1", "--tickets", "3") as again:
        after = again.get("ledger")
        assert (after["tickets"], after["refunds"]) == (before["tickets"], before["refunds"])
        assert again.get("faults") == faults
        assert now <= again.now() < now + 60_000
        again.tokens = first.tokens
        assert again.operate(201, paid)["code"] == 50002
        assert again.operate(201, waiting)["code"] == 10000


def test_one_port_can_serve_both(tmp_path: Path) -> None:
    with running(tmp_path, "--port", "0") as both:
        assert both.addresses["douyin"] == both.addresses["kuaishou"]
        assert both.token("home")
        assert both.kuaishou_token()


def test_what_a_client_sent_can_be_counted(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home", "shipped")
    spoil(sandbox, "error_after")
    with pytest.raises(ValueError, match="Expecting value"):
        refund(sandbox, ticket)
    refund(sandbox, ticket)
    calls = sandbox.get(f"calls?ticket={ticket}&method=afterSale.operate")
    assert [each["faults"] for each in calls] == [["error_after"], []]


def test_no_page_of_a_browser_reaches_the_control_interface(sandbox: Running) -> None:
    place = urlsplit(sandbox.addresses["control"])
    for headers in ({"Origin": "https://pages.example.com"}, {"Host": "pages.example.com"}):
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=10)
        connection.request("POST", "/sandbox/clock", b'{"jump_seconds":1}', headers)
        assert connection.getresponse().status == 403
        connection.close()


def test_a_line_has_one_open_ticket_and_is_refunded_once(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home", "shipped", fen=100)
    order = sandbox.get(f"tickets/{ticket}")["order_no"]
    body = json.dumps({"shop": "home", "kind": "return", "order_no": order}).encode()
    url = f"{sandbox.addresses['control']}/tickets"
    assert sandbox.http(url, body=body).status == 409
    sandbox.operate(201, ticket)
    assert sandbox.http(url, body=body).status == 409
    more = json.dumps({"shop": "home", "kind": "shipped", "order_no": order, "fen": 100}).encode()
    assert sandbox.http(url, body=more).status == 200
