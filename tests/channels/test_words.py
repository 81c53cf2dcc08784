from __future__ import annotations

import pytest

from aftersale.channels.base import Turn
from aftersale.channels.spreadsheet import standing, words
from aftersale.channels.standing import UNSEEN
from aftersale.domain.vocabulary import APPLY_TYPES, REASONS

# What 抖店 prints, by the words of its after-sale list, and 快手 in the two generations of its own.
STANDINGS = [
    ("douyin", "待商家处理", Turn.MERCHANT, "none"),
    ("douyin", "待买家退货", Turn.BUYER, "agreed"),
    ("douyin", "待商家收货", Turn.MERCHANT, "agreed"),
    ("douyin", "待商家发货", Turn.MERCHANT, "agreed"),
    ("douyin", "换货待买家收货", Turn.BUYER, "agreed"),
    ("douyin", "已拒绝", Turn.BUYER, "rejected"),
    ("douyin", "商家二次拒绝", Turn.BUYER, "rejected"),
    ("douyin", "平台介入", Turn.PLATFORM, None),
    ("douyin", "待商家举证", Turn.MERCHANT, None),
    ("douyin", "同意退款，退款成功", Turn.DONE, "agreed"),
    ("douyin", "同意退款,退款成功", Turn.DONE, "agreed"),
    ("douyin", "退款成功", Turn.DONE, "agreed"),
    ("douyin", "换货成功", Turn.DONE, "agreed"),
    ("douyin", "售后关闭", Turn.DONE, None),
    ("douyin", "同意退款，退款失败", Turn.MERCHANT, "agreed"),
    ("kuaishou", "买家已经申请退款，等待卖家同意", Turn.MERCHANT, "none"),
    ("kuaishou", "买家退货退款申请", Turn.MERCHANT, "none"),
    ("kuaishou", "卖家已拒绝，等待买家处理", Turn.BUYER, "rejected"),
    ("kuaishou", "协商纠纷，等待平台处理", Turn.PLATFORM, None),
    ("kuaishou", "平台介入-已确认退货退款", Turn.PLATFORM, "agreed"),
    ("kuaishou", "卖家已经同意退款，等待买家退货", Turn.BUYER, "agreed"),
    ("kuaishou", "商品回寄信息待卖家确认", Turn.MERCHANT, "agreed"),
    ("kuaishou", "卖家已经同意退款，等待系统执行退款", Turn.PLATFORM, "agreed"),
    ("kuaishou", "售后成功", Turn.DONE, "agreed"),
    ("kuaishou", "退款关闭", Turn.DONE, None),
]
REASON_CODES = [
    ("7天无理由退货", "no_reason"),
    ("七天无理由退货", "no_reason"),
    ("多拍/拍错/不想要", "no_reason"),
    ("多拍／错拍／不想要", "no_reason"),
    ("商品质量问题", "quality_defect"),
    ("质量问题-开线", "quality_defect"),
    ("商品信息描述不符", "not_as_described"),
    ("功能故障", "function_failure"),
    ("大小尺寸重量不符", "wrong_spec"),
    ("商品破损", "damaged"),
    ("包装/商品破损", "damaged"),
    ("少件/漏发", "missing_item"),
    ("空包裹", "missing_item"),
    ("发错货", "wrong_item"),
    ("卖家发错货", "wrong_item"),
    ("假冒品牌", "counterfeit"),
    ("未按约定时间发货", "late_shipment"),
    ("快递一直未送到", "logistics_stalled"),
    ("快递丢失", "logistics_lost"),
    ("拒签", "parcel_refused"),
    ("显示签收但未收到货", "signed_not_received"),
    ("其他", None),
    ("其他-商品质量问题", None),
    ("收到商品少件/错件/空包裹", None),
    ("没见过的原因", None),
]


@pytest.mark.parametrize(("channel", "word", "turn", "response"), STANDINGS)
def test_a_status_tells_whose_turn_it_is(channel: str, word: str, turn: Turn, response: str | None) -> None:
    found = standing.standing_of(channel, word)
    assert found is not None
    assert (found.turn, found.response, found.open) == (turn, response, turn is not Turn.DONE)


def test_the_same_word_ends_a_claim_on_one_platform_and_not_on_the_other() -> None:
    douyin, kuaishou = (standing.standing_of(channel, "退款失败") for channel in ("douyin", "kuaishou"))
    assert douyin is not None
    assert kuaishou is not None
    assert (douyin.open, kuaishou.open) == (True, False)


def test_a_status_nobody_has_seen_is_never_an_end() -> None:
    assert standing.standing_of("douyin", "星际退款中") is None
    assert UNSEEN.open
    assert UNSEEN.response is None


@pytest.mark.parametrize(("word", "reason"), REASON_CODES)
def test_a_reason_is_named_or_left_unknown(word: str, reason: str | None) -> None:
    assert words.reason_of(word) == reason


def test_only_the_seven_day_wording_counts_as_accepted_by_the_platform() -> None:
    assert words.is_seven_day("7天无理由退货")
    assert words.is_seven_day("七日无理由退换货")
    assert not words.is_seven_day("多拍/拍错/不想要")


def test_every_code_is_a_word_of_the_domain() -> None:
    assert set(words.REASONS.values()) <= set(REASONS)
    assert {claim.apply_type for claim in words.CLAIMS.values()} == set(APPLY_TYPES)
    assert not words.VAGUE_REASONS & words.REASONS.keys()


@pytest.mark.parametrize(
    ("word", "apply_type", "shipped"),
    [
        ("仅退款", "refund_only", None),
        ("退款", "refund_only", None),
        ("未发货退款", "refund_only", False),
        ("已发货仅退款", "refund_only", True),
        ("退货退款", "return_refund", None),
        ("换货", "exchange", None),
        ("维修", "repair", None),
        ("补寄", "reship", None),
        ("价保", "price_protect", None),
    ],
)
def test_a_claim_is_read_in_the_words_before_and_after_2025(
    word: str,
    apply_type: str,
    shipped: bool | None,  # noqa: FBT001 - a column of the table
) -> None:
    claim = words.CLAIMS[words.plain(word)]
    assert (claim.apply_type, claim.shipped) == (apply_type, shipped)


@pytest.mark.parametrize(
    ("word", "shipped"),
    [
        ("已发货", True),
        ("未发货", False),
        ("1/1已发货", True),
        ("0/2已发货", False),
        ("1/2已发货", None),
        ("待定", None),
    ],
)
def test_goods_that_left_only_in_part_are_not_said_to_have_left(
    word: str,
    shipped: bool | None,  # noqa: FBT001 - a column of the table
) -> None:
    assert standing.shipped_of(word) == shipped


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("已签收", "signed"),
        ("运输中", "in_transit"),
        ("已退回", "returned"),
        ("疑难件", "exception"),
        ("【杭州】您的快件已签收，签收人：本人", "signed"),
        ("【杭州】快件未签收，已退回", None),
        ("在火星上", None),
    ],
)
def test_tracking_is_read_from_a_word_or_the_last_message(word: str, state: str | None) -> None:
    assert standing.tracking_of(word) == state
