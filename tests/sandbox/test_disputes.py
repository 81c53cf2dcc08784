from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.running import Running

COMMENT = "发货前已检查，序列号与发出的一致"


def refused(sandbox: Running, kind: str = "return", shop: str = "home", **more: object) -> str:
    ticket = sandbox.raise_ticket(shop, kind, **more)
    sandbox.control(f"tickets/{ticket}/refuse", {})
    return ticket


def disputed(sandbox: Running, reason: str, kind: str = "return") -> str:
    ticket = refused(sandbox, kind, reason=reason)
    sandbox.control(f"tickets/{ticket}/dispute", {})
    return ticket


def submit(sandbox: Running, ticket: str, count: int, comment: str = COMMENT) -> dict[str, Any]:
    urls = [f"https://p.example.com/{number}.jpg" for number in range(count)]
    asked = {"aftersale_id": int(ticket), "comment": comment, "evidence": urls}
    answer: dict[str, Any] = sandbox.douyin("afterSale.submitEvidence", asked)
    return answer


def test_a_dispute_says_until_when_evidence_is_wanted(sandbox: Running) -> None:
    ticket = disputed(sandbox, "no_reason")
    info = sandbox.detail(ticket)["arbitrate_info"]
    assert (info["arbitrate_status"], info["is_required_evidence"]) == (4, True)
    assert info["arbitrate_id"].startswith(ticket)
    assert info["arbitrate_status_deadline"] == str(info["arbitrate_evidence_tmpl"]["dead_line"])
    assert sandbox.operate(101, ticket)["code"] == 50002


def test_a_shop_that_shows_enough_wins_and_nothing_is_paid(sandbox: Running) -> None:
    ticket = disputed(sandbox, "no_reason")
    assert submit(sandbox, ticket, 2)["code"] == 10000
    assert sandbox.detail(ticket)["arbitrate_info"]["arbitrate_status"] == 1
    sandbox.jump(2.1)
    info = sandbox.detail(ticket)["arbitrate_info"]
    assert (info["arbitrate_conclusion"], info["arbitrate_blame"]) == (2, 2)
    assert (sandbox.step(ticket), sandbox.refunds(ticket)) == ("closed", [])


@pytest.mark.parametrize(("count", "comment"), [(1, COMMENT), (4, "看图")])
def test_a_shop_that_shows_too_little_loses_at_the_deadline(
    sandbox: Running, count: int, comment: str
) -> None:
    ticket = disputed(sandbox, "no_reason", "shipped")
    submit(sandbox, ticket, count, comment)
    sandbox.control(f"tickets/{ticket}/judge", {})
    assert sandbox.detail(ticket)["arbitrate_info"]["arbitrate_conclusion"] == 3
    assert [each["by"] for each in sandbox.refunds(ticket)] == ["platform"]


def test_against_pictures_of_the_buyer_four_are_needed(sandbox: Running) -> None:
    ticket = refused(sandbox, "return", reason="no_reason")
    sandbox.control(f"tickets/{ticket}/modify", {})
    sandbox.control(f"tickets/{ticket}/refuse", {})
    sandbox.control(f"tickets/{ticket}/dispute", {})
    assert submit(sandbox, ticket, 3)["code"] == 10000
    due = sandbox.detail(ticket)["arbitrate_info"]["arbitrate_evidence_tmpl"]["dead_line"]
    assert sandbox.get(f"tickets/{ticket}")["due_at"] // 1000 == due
    sandbox.control(f"tickets/{ticket}/judge", {})
    assert sandbox.detail(ticket)["arbitrate_info"]["arbitrate_conclusion"] == 1
    assert sandbox.step(ticket) == "buyer_returns"


def test_evidence_after_the_ruling_is_refused(sandbox: Running) -> None:
    ticket = disputed(sandbox, "no_reason", "shipped")
    sandbox.control(f"tickets/{ticket}/judge", {})
    assert submit(sandbox, ticket, 4)["sub_code"] == "isv.business-failed:20309541"


def test_a_buyer_can_take_the_dispute_back(sandbox: Running) -> None:
    ticket = disputed(sandbox, "no_reason")
    sandbox.control(f"tickets/{ticket}/cancel-dispute", {})
    assert sandbox.detail(ticket)["arbitrate_info"]["arbitrate_status"] == 255
    assert sandbox.step(ticket) == "refused"


def test_a_dispute_needs_a_refusal(sandbox: Running) -> None:
    ticket = sandbox.raise_ticket("home", "return")
    answer = sandbox.http(f"{sandbox.addresses['control']}/tickets/{ticket}/dispute")
    assert answer.status == 409


def lost(sandbox: Running, kind: str = "shipped") -> str:
    ticket = disputed(sandbox, "no_reason", kind)
    submit(sandbox, ticket, 1)
    sandbox.control(f"tickets/{ticket}/judge", {})
    return ticket


def ask_again(sandbox: Running, ticket: str, *numbers: int) -> int:
    images = [f"https://p.example.com/{number}.jpg" for number in numbers]
    asked = json.dumps({"comment": COMMENT, "images": images}).encode()
    place = f"{sandbox.addresses['control']}/tickets/{ticket}/reconsider"
    return int(sandbox.http(place, body=asked).status)


def test_a_lost_ruling_turns_once_on_new_evidence_and_the_buyer_keeps_the_money(sandbox: Running) -> None:
    ticket = lost(sandbox)
    assert ask_again(sandbox, ticket, 0) == 409
    assert ask_again(sandbox, ticket, 1) == 200
    assert ask_again(sandbox, ticket, 2) == 409
    assert sandbox.detail(ticket)["arbitrate_info"]["arbitrate_conclusion"] == 3
    sandbox.jump(73)
    info = sandbox.detail(ticket)["arbitrate_info"]
    assert (info["arbitrate_conclusion"], info["arbitrate_blame"], "改判" in info["arbitrate_opinion"]) == (
        2,
        4,
        True,
    )
    assert len(sandbox.refunds(ticket)) == 1


def test_new_evidence_that_is_too_little_leaves_the_ruling(sandbox: Running) -> None:
    ticket = disputed(sandbox, "no_reason", "shipped")
    sandbox.control(f"tickets/{ticket}/judge", {})
    assert ask_again(sandbox, ticket, 1) == 200
    sandbox.control(f"tickets/{ticket}/judge", {})
    info = sandbox.detail(ticket)["arbitrate_info"]
    assert (info["arbitrate_conclusion"], "维持" in info["arbitrate_opinion"]) == (3, True)


def test_a_return_that_was_agreed_by_the_lost_ruling_is_closed(sandbox: Running) -> None:
    ticket = lost(sandbox, "return")
    assert sandbox.step(ticket) == "buyer_returns"
    assert ask_again(sandbox, ticket, 1, 2) == 200
    sandbox.control(f"tickets/{ticket}/judge", {})
    assert (sandbox.step(ticket), sandbox.refunds(ticket)) == ("closed", [])
    assert sandbox.detail(ticket)["arbitrate_info"]["arbitrate_blame"] == 2


def test_reconsideration_is_over_after_seven_days(sandbox: Running) -> None:
    ticket = lost(sandbox)
    sandbox.jump(7 * 24)
    assert ask_again(sandbox, ticket, 1) == 409


def test_on_kuaishou_evidence_goes_through_the_back_office(sandbox: Running) -> None:
    ticket = refused(sandbox, "return", "home_ks", reason="no_reason")
    sandbox.control(f"tickets/{ticket}/dispute", {})
    assert sandbox.kuaishou_detail(ticket)["status"] == 20
    images = ["https://p.example.com/1.jpg", "https://p.example.com/2.jpg"]
    sandbox.control(f"tickets/{ticket}/evidence", {"comment": COMMENT, "images": images})
    sandbox.control(f"tickets/{ticket}/judge", {})
    assert sandbox.kuaishou_detail(ticket)["status"] == 70
