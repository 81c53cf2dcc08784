"""The platform's own deadline is that of the node the ticket is in, for the clock and for its consequence."""

from __future__ import annotations

import pytest

from aftersale.domain.facts import parse_facts
from tests.policy.books import judge

RETURN = {
    "platform": "douyin",
    "apply_type": "return_refund",
    "reason": "no_reason",
    "category": "apparel",
    "shipped_at": "2025-06-01T10:00:00+08:00",
    "signed_at": "2025-06-03T10:00:00+08:00",
    "applied_at": "2025-06-05T10:00:00+08:00",
    "merchant_agreed_at": "2025-06-05T12:00:00+08:00",
    "paid_fen": 12_900,
}
SENT = {"return_waybill_at": "2025-06-06T10:00:00+08:00"}
EVIDENCE = {"evidence_requested_at": "2025-06-06T10:00:00+08:00"}


@pytest.mark.parametrize(
    ("more", "clock", "guard"),
    [({}, "ship_back_by", "T07"), (SENT, "confirm_by", "T06"), (EVIDENCE, "evidence_by", "T05")],
)
def test_what_follows_from_a_clock_waits_for_the_platforms_deadline(
    more: dict[str, str], clock: str, guard: str
) -> None:
    deadline = "2025-07-20T10:00:00+08:00"
    early = parse_facts(RETURN | more | {"status_deadline": deadline, "now": "2025-07-20T09:59:59+08:00"})
    late = parse_facts(RETURN | more | {"status_deadline": deadline, "now": deadline})
    due = judge().decide(early).due_at(clock)
    assert due is not None
    assert due.source == "platform"
    assert guard not in judge().decide(early).verdict.flags
    assert guard in judge().decide(late).verdict.flags


def test_times_of_consent_and_refusal_say_the_merchants_answer() -> None:
    assert parse_facts(RETURN)["merchant_response"] == "agreed"
    later = {"merchant_rejected_at": "2025-06-06T12:00:00+08:00"}
    assert parse_facts(RETURN | later)["merchant_response"] == "rejected"
    earlier = {"merchant_rejected_at": "2025-06-05T11:00:00+08:00"}
    assert parse_facts(RETURN | earlier)["merchant_response"] == "agreed"
    assert parse_facts(RETURN, ["merchant_response"])["merchant_response"] is None


def test_an_unknown_answer_keeps_the_platforms_deadline() -> None:
    applied = {name: value for name, value in RETURN.items() if name != "merchant_agreed_at"}
    facts = parse_facts(applied | {"status_deadline": "2025-06-09T10:00:00+08:00"}, ["merchant_response"])
    due = judge().decide(facts).due_at("respond_by")
    assert due is not None
    assert due.source == "platform"


def test_an_amount_is_open_while_the_requested_one_is_not_known() -> None:
    assert judge().decide(parse_facts(RETURN, ["requested_refund_fen"])).amount_fen is None
    assert judge().decide(parse_facts(RETURN | {"requested_refund_fen": 500})).payable_fen == 500
