"""The ways to settle a ticket, side by side."""

from __future__ import annotations

from typing import Any

import pytest

from aftersale.domain.states import Goods
from aftersale.pages.ways import ways_of
from aftersale.pages.words import act_on
from aftersale.tickets import models
from tests.triage.desk import JUDGE
from tests.triage.test_trying import Ticket

CLAIMED: dict[str, Any] = {
    "reason": "damaged",
    "category": "food",
    "signed_at": "2026-06-05T09:00:00+08:00",
    "shipped_at": "2026-06-02T09:00:00+08:00",
    "paid_at": "2026-06-01T09:00:00+08:00",
}


@pytest.mark.parametrize(
    ("goods", "verb"),
    [
        (Goods.WITH_BUYER, "agree_return"),
        (Goods.COMING_BACK, "agree_return"),
        (Goods.BACK, "refund_received"),
        (Goods.INSPECTED, "refund_received"),
    ],
)
def test_a_return_is_agreed_to_before_the_goods_are_back_and_never_paid(goods: Goods, verb: str) -> None:
    ticket = models.Ticket(proposal="request_evidence", step="request_evidence", goods_state=goods)
    assert act_on(ticket, "return_refund") == verb
    assert act_on(ticket, "exchange") == "agree_exchange"


@pytest.mark.parametrize(
    ("asked", "verb"), [("exchange", "agree_exchange"), ("reship", "agree_reship"), ("return_refund", None)]
)
def test_the_goods_that_the_buyer_asks_for_are_among_the_ways_before_anything_is_proven(
    asked: str, verb: str | None
) -> None:
    ticket = Ticket(("damaged_on_arrival",), apply_type=asked, **CLAIMED)
    judged = ticket.judged()
    assert judged.step == "request_evidence"
    ways = {each.code: each for each in ways_of(judged.decision, JUDGE.rulebook, judged.step)}
    assert next(iter(ways)) == "request_evidence"
    assert [each.verb for code, each in ways.items() if code in {"exchange", "reship"}] == [verb][
        : bool(verb)
    ]
