"""Positions of both sides: read as they are typed, compared, whose turn it is, what runs out when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.policy.talks.rounds import (
    Act,
    Meeting,
    Overlap,
    Pressing,
    Round,
    overlap_of,
    pressing,
    standing_of,
)
from aftersale.policy.talks.terms import Side, Terms, read_terms, ways_meant

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
PART, BOTH = "partial_refund", "compensation"
KEEPS, RETURNS = "refund_no_return", "return_refund"


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("said", "way", "fen"),
    [
        ("退80", PART, 8000),
        ("退80元", PART, 8000),
        ("补偿20", BOTH, 2000),
        ("赔我50块钱吧", BOTH, 5000),
        ("15块5补偿", BOTH, 1550),
        ("给你打款￥12.5", BOTH, 1250),
        ("要仅退款", "refund_no_return", None),
        ("不想退货，退一半", PART, None),
        ("退货退款", "return_refund", None),
        ("换一件 M 码", "exchange", None),
        ("补发一个杯盖", "reship", None),
        ("上门取件，退货", "pickup", None),
        ("修一下", "repair", None),
        ("送10元券", "coupon", 1000),
        ("退差价 6.6 元", "price_diff_refund", 660),
        ("先退30不行，退50元", PART, 5000),
        ("3天内给答复", "", None),
        ("要2个杯子", "", None),
        ("8折", "", None),
        ("您好", "", None),
        ("128", "", None),
        ("给30", "", 3000),
        ("退款金额：￥５８．００", PART, 5800),
        ("退50，不用寄回", KEEPS, 5000),
        ("退50，不用寄回来了", KEEPS, 5000),
        ("不用寄回，退您50元", KEEPS, 5000),
        ("退款50元不退货", KEEPS, 5000),
        ("无需退回，退 30", KEEPS, 3000),
        ("不寄回，退100", KEEPS, 10000),
        ("货不用退了，退一百", KEEPS, 10000),
        ("不用退，给您退20", KEEPS, 2000),
        ("退60不用退货", KEEPS, 6000),
        ("不需要退货，退80", KEEPS, 8000),
        ("免退货，退80", KEEPS, 8000),
        ("东西您留着，退40", KEEPS, 4000),
        ("商品不用寄回，退款40", KEEPS, 4000),
        ("不想寄回", KEEPS, None),
        ("别寄回来了，直接退50", KEEPS, 5000),
        ("全额退，不退货", KEEPS, None),
        ("不用退款", "", None),
        ("不用退50", PART, 5000),
        ("寄回来退50", RETURNS, 5000),
        ("要退货，运费你们出", RETURNS, None),
        ("先寄回再退款50元", RETURNS, 5000),
        ("退货退款，运费不用您出", RETURNS, None),
        ("换货，旧的不用寄回", "exchange", None),
        ("补发一个，坏的不用退回", "reship", None),
        ("补偿20，不用退货", BOTH, 2000),
        ("退50不寄回", KEEPS, 5000),
        ("补发一个明天前回", "reship", None),
        ("给20券不退货", "coupon", 2000),
        ("退30块,货留着", KEEPS, 3000),
        ("退59.9，留着用", KEEPS, 5990),
        ("退款50不用还了", KEEPS, 5000),
        ("补差价15", "price_diff_refund", 1500),
        ("补20运费", BOTH, 2000),
        ("退运费12", BOTH, 1200),
        ("给您补偿20元运费", BOTH, 2000),
        ("退货，运费10元我们出", RETURNS, None),
        ("退50，我们出10块运费", PART, 5000),
        ("换一件，来回运费我们出", "exchange", None),
        ("转20给您", BOTH, 2000),
        ("返现10元", BOTH, 1000),
        ("红包10", BOTH, 1000),
        ("赔3倍", BOTH, None),
        ("退三十", PART, 3000),
        ("退五块", PART, 500),
        ("退两百五十", PART, 25000),
        ("退一百二", PART, 12000),
        ("退一百零五", PART, 10500),
        ("退十二", PART, 1200),
        ("退一二三十", "", None),
        ("退一件的钱", "", None),
        ("退十天内的差价", "price_diff_refund", None),
        ("退三成", PART, None),
        ("退全部", KEEPS, None),
        ("全部退货", RETURNS, None),
        ("换大一码", "exchange", None),
        ("补寄少的那个配件", "reship_missing", None),
        ("退50，明天3点前回", PART, 5000),
        ("退80，打 13812345678", PART, 8000),
        ("给 13812345678 回电话", "", None),
        ("不同意退款", "", None),
        ("送个小礼品", "", None),
        ("不寄回来不退款", "", None),
        ("不退货就不能退50", "", 5000),
        ("不能不退货", "", None),
        ("不同意仅退款，退货退款", "", None),
        ("退货退款，不用寄回", "", None),
    ],
)
def test_what_is_typed_in_a_hurry_is_read_as_a_way_and_an_amount(
    said: str, way: str, fen: int | None
) -> None:
    assert read_terms(said) == Terms(way, fen)
    assert bool(Terms(way, fen)) is bool(way or fen is not None)


@pytest.mark.parametrize(
    ("said", "ways"),
    [
        ("不寄回来不退款", (KEEPS, RETURNS)),
        ("不退货就不能退50", (KEEPS, RETURNS)),
        ("不能不退货", (KEEPS, RETURNS)),
        ("不同意仅退款，退货退款", (KEEPS, RETURNS)),
        ("退货退款，不用寄回", (KEEPS, RETURNS)),
        ("退50，不用寄回", ()),
        ("寄回来退50", ()),
        ("不想退货，退一半", ()),
        ("退货运费你出，不用寄回", ()),
        ("换一件，旧的不退货也不寄回", ()),
        ("全退，我们出运费", (KEEPS, RETURNS)),
        ("全退，出10块运费", (KEEPS, RETURNS)),
        ("全退不寄回，运费我们出", ()),
        ("仅退款，不出运费", ()),
        ("您好", ()),
    ],
)
def test_a_line_that_leaves_open_whether_the_goods_come_back_names_both_ways(
    said: str, ways: tuple[str, ...]
) -> None:
    assert ways_meant(said) == ways


@pytest.mark.parametrize(
    ("paid", "way"), [(7999, "refund_no_return"), (8000, "refund_no_return"), (8001, PART)]
)
def test_all_that_was_paid_is_the_whole_price_and_one_fen_less_is_a_part(paid: int, way: str) -> None:
    assert read_terms("退80", paid).way == way


@pytest.mark.parametrize(
    ("said", "fen"),
    [("退一半", 4995), ("退20%", 1998), ("退三成，不用寄回", 2997), ("退货", None), ("仅退款", None)],
)
def test_a_share_of_the_price_is_an_amount_once_the_price_is_known(said: str, fen: int | None) -> None:
    assert read_terms(said, 9990).amount_fen == fen
    assert read_terms(said).amount_fen is None


@given(st.text(max_size=80))
def test_any_text_is_read_or_left_empty(said: str) -> None:
    amount = read_terms(said).amount_fen
    assert amount is None or amount >= 0


BUYER, SHOP = Terms(PART, 8000), Terms(BOTH, 2000)
NAMED: tuple[tuple[Terms, Terms, int | None, Overlap], ...] = (
    (Terms(), Terms(PART, 1), None, Overlap(Meeting.UNKNOWN)),
    (Terms(PART, 1), Terms(), None, Overlap(Meeting.UNKNOWN)),
    (Terms("exchange"), Terms("exchange"), None, Overlap(Meeting.MET)),
    (Terms("exchange"), Terms("", 500), None, Overlap(Meeting.UNKNOWN)),
    (Terms("exchange"), Terms("repair"), None, Overlap(Meeting.OTHER_WAY)),
    (BUYER, Terms(BOTH, 8000), None, Overlap(Meeting.MET, 8000, 8000)),
    (BUYER, Terms(PART, 9000), None, Overlap(Meeting.MET, 8000, 9000)),
    (BUYER, SHOP, None, Overlap(Meeting.APART, 2000, 2000, 6000)),
    (BUYER, SHOP, 7999, Overlap(Meeting.APART, 2000, 7999, 6000)),
    (BUYER, SHOP, 8000, Overlap(Meeting.WITHIN, 2000, 8000, 6000)),
    (BUYER, SHOP, 1000, Overlap(Meeting.APART, 2000, 2000, 6000)),
)


@pytest.mark.parametrize(("buyer", "shop", "limit", "found"), NAMED)
def test_two_positions_meet_lie_within_the_limit_or_apart(
    buyer: Terms, shop: Terms, limit: int | None, found: Overlap
) -> None:
    assert overlap_of(buyer, shop, limit) == found


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_where_both_can_meet_is_a_span_within_what_the_buyer_wants_and_the_shop_would_give(
    wants: int, gives: int, limit: int
) -> None:
    found = overlap_of(Terms(PART, wants), Terms(PART, gives), limit)
    assert found.low_fen is not None
    assert found.high_fen is not None
    assert found.low_fen <= found.high_fen
    if found.meeting is not Meeting.MET:
        assert found.high_fen <= max(limit, gives)
        assert found.gap_fen == wants - gives


def test_a_standing_counts_the_offers_of_the_shop_and_keeps_both_last_words() -> None:
    rounds = [
        Round(Side.BUYER, Act.OFFER, Terms(PART, 8000), NOON),
        Round(Side.PLATFORM, Act.WORD, Terms(), after(1)),
        Round(Side.SHOP, Act.OFFER, Terms(BOTH, 2000), after(2), after(60)),
        Round(Side.BUYER, Act.WORD, Terms(), after(3)),
        Round(Side.SHOP, Act.OFFER, Terms(BOTH, 3000), after(4), after(90)),
    ]
    found = standing_of(rounds, after(5), 5000)
    assert (found.buyer, found.shop) == (Terms(PART, 8000), Terms(BOTH, 3000))
    assert (found.rounds, found.turn, found.waits_since) == (2, Side.BUYER, None)
    assert (found.until, found.lapsed) == (after(90), False)
    assert found.overlap.meeting is Meeting.APART


def test_nothing_said_is_nobodys_turn() -> None:
    found = standing_of([], NOON)
    assert (found.turn, found.rounds, found.waits_since, found.lapsed) == (None, 0, None, False)
    assert found.overlap.meeting is Meeting.UNKNOWN


@pytest.mark.parametrize(("minute", "lapsed"), [(59, False), (60, True), (61, True)])
def test_an_offer_stands_until_its_end_and_not_at_it(minute: int, *, lapsed: bool) -> None:
    rounds = [Round(Side.SHOP, Act.OFFER, Terms(BOTH, 2000), NOON, after(60))]
    assert standing_of(rounds, after(minute)).lapsed is lapsed


def test_the_buyer_waits_since_the_first_word_that_has_no_answer() -> None:
    rounds = [
        Round(Side.BUYER, Act.OFFER, Terms(PART, 8000), NOON),
        Round(Side.SHOP, Act.WORD, Terms(), after(2)),
        Round(Side.BUYER, Act.WORD, Terms(), after(3)),
        Round(Side.BUYER, Act.WORD, Terms(), after(9)),
    ]
    found = standing_of(rounds, after(10))
    assert (found.waits_since, found.turn) == (after(3), Side.SHOP)


def test_both_accept_until_somebody_offers_or_declines_anew() -> None:
    given_ = [
        Round(Side.SHOP, Act.OFFER, Terms(BOTH, 2000), NOON),
        Round(Side.BUYER, Act.ACCEPT, Terms(), after(1)),
        Round(Side.SHOP, Act.ACCEPT, Terms(), after(2)),
        Round(Side.SHOP, Act.WORD, Terms(), after(3)),
    ]
    assert standing_of(given_, after(4)).accepted == {Side.BUYER, Side.SHOP}
    for act in (Act.DECLINE, Act.OFFER):
        later = [*given_, Round(Side.BUYER, act, Terms(), after(4))]
        assert standing_of(later, after(5)).accepted == frozenset()


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, Pressing.CALM), (2.9, Pressing.CALM), (3, Pressing.SOON), (59, Pressing.SOON), (60, Pressing.LATE)],
)
def test_an_answer_presses_from_its_target_on_and_is_late_after_an_hour(
    minutes: float, said: Pressing
) -> None:
    assert pressing(NOON, after(minutes), timedelta(minutes=3)) is said


def test_nobody_waits_where_nobody_spoke_and_a_long_target_is_late_only_past_itself() -> None:
    assert pressing(None, NOON, timedelta(minutes=3)) is Pressing.CALM
    assert pressing(NOON, after(119), timedelta(hours=2)) is Pressing.CALM
    assert pressing(NOON, after(120), timedelta(hours=2)) is Pressing.LATE
