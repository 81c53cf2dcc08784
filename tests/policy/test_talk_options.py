"""Two or three ways for a buyer to choose from, an amount to begin with, words that are filled."""

from __future__ import annotations

import pytest

from aftersale.policy.talks.fill import filled, names_in, unknown_in
from aftersale.policy.talks.options import Choice, Lawful, choices_for, next_amount
from aftersale.policy.talks.rounds import overlap_of
from aftersale.policy.talks.terms import Terms

PART, BOTH, BACK = "partial_refund", "compensation", "return_refund"


def ways(*choices: Choice) -> list[str]:
    return [each.way for each in choices]


def test_what_the_decision_allows_is_offered_in_its_order_and_no_more_than_three() -> None:
    lawful = [Lawful(BACK, 9900), Lawful("exchange"), Lawful("repair"), Lawful(BOTH)]
    found = choices_for(lawful)
    assert ways(*found) == [BACK, "exchange", "repair"]
    assert found[0].amount_fen == 9900


def test_steps_of_the_shop_alone_are_no_choice_of_a_buyer() -> None:
    lawful = [Lawful("request_evidence"), Lawful("negotiate"), Lawful("reject"), Lawful("human_review")]
    assert ways(*choices_for(lawful)) == [PART, BOTH]


def test_what_the_buyer_wants_comes_first_where_it_is_allowed() -> None:
    lawful = [Lawful(BACK), Lawful("exchange")]
    assert choices_for(lawful, "exchange")[0] == Choice("exchange", None, wanted=True)
    assert ways(*choices_for(lawful, "refund_no_return")) == [BACK, "exchange"]


def test_one_allowed_way_gets_a_second_that_is_talked_about_with_its_amount() -> None:
    found = choices_for([Lawful(BACK, 9900)], amount_fen=2000)
    assert found == (Choice(BACK, 9900), Choice(PART, 2000))
    assert ways(*choices_for([Lawful(PART)])) == [PART, BOTH]


def test_a_buyer_who_keeps_the_goods_is_offered_what_costs_no_trip() -> None:
    lawful = [Lawful(BACK, 9900), Lawful("repair"), Lawful(BOTH)]
    assert ways(*choices_for(lawful, keeps_goods=True)) == ["pickup", "exchange", PART]
    nothing_travels = [Lawful(BOTH)]
    assert ways(*choices_for(nothing_travels, keeps_goods=True)) == [PART, BOTH]


@pytest.mark.parametrize(
    ("wants", "gives", "limit", "fen"),
    [
        (8000, 2000, 8000, 5000),
        (8000, 2000, 5000, 3500),
        (8000, 2000, None, None),
        (8000, 7950, 8000, None),
        (8000, 8000, None, None),
        (8000, 0, 199, None),
    ],
)
def test_the_next_amount_is_half_of_the_way_in_whole_yuan_within_the_limit(
    wants: int, gives: int, limit: int | None, fen: int | None
) -> None:
    assert next_amount(overlap_of(Terms(PART, wants), Terms(BOTH, gives), limit)) == fen


def test_nothing_is_suggested_where_nobody_named_an_amount() -> None:
    assert next_amount(overlap_of(Terms(), Terms(BOTH, 1))) is None


def test_a_reply_is_filled_and_what_is_not_known_stands_in_brackets() -> None:
    text = "{商品}：{方案}，{时间}前。{商品} {}"
    assert names_in(text) == ("商品", "方案", "时间")
    assert unknown_in(text, {"商品"}) == ("方案", "时间")
    assert filled(text, {"商品": "杯子", "方案": ""}) == "杯子：【方案】，【时间】前。杯子 {}"
