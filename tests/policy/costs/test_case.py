"""A case is read from a decision: what is known, what is assumed and said, what the buyer may insist on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.domain.clock import moment_of
from aftersale.domain.facts import parse_facts
from aftersale.policy.costs.case import ASSUMED, asked_for, entitled, lawful, read
from aftersale.policy.costs.ways import WAYS
from tests.policy.books import book, judge
from tests.policy.decided import decided

if TYPE_CHECKING:
    from aftersale.policy.decision import Decision

PAID = 1_780_000_000


def at(seconds: int) -> str:
    return moment_of(PAID + seconds).isoformat()


BASE: dict[str, object] = {
    "platform": "douyin",
    "apply_type": "return_refund",
    "reason": "no_reason",
    "applied_at": at(300_000),
    "paid_at": at(0),
    "shipped_at": at(10_000),
    "signed_at": at(200_000),
    "paid_fen": 12_900,
}
CRACKED: dict[str, object] = {"reason": "quality_defect", "quality_proven": "yes", "defect_severity": "major"}


def decision(*unknown: str, **facts: object) -> Decision:
    return judge().decide(parse_facts(BASE | facts, unknown))


def test_a_return_without_reason_is_the_buyers_right_and_his_freight() -> None:
    made = decision()
    found = read(made, 12_900, 12_900)
    assert (found.case.price_fen, found.case.refundable_fen, found.case.asked_fen) == (12_900, 12_900, 12_900)
    assert (found.case.fault, found.case.shop_pays_back, found.case.sound) == ("none", False, None)
    assert found.assumed == ("stock",)
    assert entitled(made, book()) == {"return_refund"}
    assert lawful(made)[0] == "return_refund"
    assert "reject" not in lawful(made)


def test_a_proven_flaw_gives_the_buyer_a_choice_and_a_part_refund_stays_an_offer() -> None:
    made = decision(**CRACKED)
    found = read(made, None, 5_000)
    assert (found.case.fault, found.case.sound, found.case.shop_pays_back) == ("major", False, True)
    assert (found.case.refundable_fen, found.case.asked_fen) == (12_900, 5_000)
    owed = entitled(made, book())
    assert {"return_refund", "exchange"} <= owed
    assert "partial_refund" not in owed
    assert owed <= set(lawful(made))


def test_what_nobody_has_confirmed_is_assumed_and_said() -> None:
    made = decision("quality_proven", "defect_severity", reason="quality_defect")
    found = read(made, 12_900, None)
    assert (found.case.fault, found.case.asked_fen) == ("minor", 12_900)
    assert {"open", "severity", "stock"} <= set(found.assumed)
    assert set(found.assumed) <= set(ASSUMED)
    assert lawful(made) == ("return_refund",)


@pytest.mark.parametrize(("pieces", "in_stock"), [(0, False), (1, True)])
def test_a_stock_that_is_known_counts_and_is_no_assumption(pieces: int, in_stock: bool) -> None:  # noqa: FBT001
    found = read(decision(), 12_900, 12_900, pieces)
    assert found.case.in_stock is in_stock
    assert "stock" not in found.assumed


def test_without_the_price_what_is_asked_for_stands_in_its_place() -> None:
    found = read(decision("paid_fen", paid_fen=0), None, 4_000)
    assert (found.case.price_fen, found.case.refundable_fen) == (4_000, 4_000)
    assert "paid" in found.assumed


@pytest.mark.parametrize(("left", "wanted"), [(1, 1), (0, 0), (-1, 0)])
def test_nothing_beyond_what_is_left_can_be_refunded(left: int, wanted: int) -> None:
    case = read(decision(), left, 12_900).case
    assert (case.refundable_fen, case.asked_fen) == (wanted, wanted)


def test_insured_freight_is_counted_as_the_shops_and_said() -> None:
    found = read(decision(**CRACKED, freight_insurance=True), 12_900, 12_900)
    assert "insured" in found.assumed
    assert found.case.shop_pays_back


@pytest.mark.parametrize(("resalable", "sound"), [(True, True), (False, False)])
def test_what_the_bench_has_seen_counts(resalable: bool, sound: bool) -> None:  # noqa: FBT001
    back = {"return_received_at": at(600_000), "resalable": resalable}
    assert read(decision(**back), 12_900, 12_900).case.sound is sound
    damaged = decision(**back, reason="damaged", damaged_on_arrival=True)
    assert read(damaged, 12_900, 12_900).case.sound is False


def test_the_tickets_own_freight_counts_where_somebody_told_it() -> None:
    assert read(decision(return_cost_fen=1_400), 1, 1).facts == {"return_freight_fen": 1_400}
    assert read(decision("return_cost_fen"), 1, 1).facts == {}


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        ({"apply_type": "exchange"}, "exchange"),
        ({"apply_type": "refund_only"}, "refund_no_return"),
        ({"apply_type": "refund_only", "shipped_at": None, "signed_at": None}, "refund_full_unshipped"),
        ({"apply_type": "price_protect"}, ""),
    ],
)
def test_what_is_asked_for_may_always_be_given(facts: dict[str, object], asked: str) -> None:
    made = decision(**facts)
    assert asked_for(made.facts) == asked
    assert not asked or asked in lawful(made)


def test_of_whatever_ticket_the_lawful_ways_have_a_cost_and_hold_all_that_is_owed() -> None:
    refused = 0
    for made in decided()[:1_500]:
        ways, owed = lawful(made), entitled(made, book())
        assert set(ways) <= set(WAYS)
        assert ("reject" in ways) is (made.verdict.preferred == "reject")
        refused += "reject" in ways
        assert "reject" not in owed
        read(made, None, None)
    assert refused
