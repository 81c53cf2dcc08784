"""Turn what the platform says into notices: all of it, and no more than it says."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from aftersale.channels.base import Notice, Observed, Turn
from aftersale.channels.kuaishou import Kuaishou, contract
from aftersale.channels.kuaishou.notices import Case, notice_of, pictures
from aftersale.channels.kuaishou.values import Odd, Told
from aftersale.domain.errors import Rejected, Unavailable
from tests.channels.kuaishou.platform import (
    TICKET_NO,
    VERSION,
    Fields,
    Platform,
    order,
    refusing,
    ticket,
    well,
)
from tests.channels.sheets import reference


def case(told: Fields, beside: Fields | None) -> Case:
    return Case(Told(told), None if beside is None else Told(beside), Observed(contract.DETAIL, 1))


def noticed(told: Fields | None = None, beside: Fields | None = None) -> Notice:
    return notice_of(case(told or ticket(), beside or order()))


def test_a_ticket_is_told_with_all_that_its_answers_hold() -> None:
    notice = Kuaishou().read(TICKET_NO, Platform())
    assert notice is not None
    assert (notice.ticket_no, notice.order_no) == (TICKET_NO, "6920000000000000001")
    assert (notice.article, notice.article_no, notice.product_id) == (
        "双层玻璃杯",
        "CUP-350-BL",
        "11223344556677",
    )
    assert (notice.status, notice.claim, notice.reason) == (
        "买家已申请，待卖家同意",
        "仅退款",
        "商品质量问题",
    )
    assert (notice.open, notice.turn, notice.amount_fen) == (True, Turn.MERCHANT, 12_900)
    assert (notice.version, notice.buyer, notice.contact) == (
        str(VERSION),
        "buyer-0001",
        "张*，138****0000",
    )
    assert notice.services == ("运费险",)
    assert notice.facts == {
        "platform": "kuaishou",
        "applied_at": datetime.fromtimestamp(1_779_900_000, tz=UTC),
        "merchant_response": "none",
        "status_deadline": datetime.fromtimestamp(1_780_150_000, tz=UTC),
        "apply_type": "refund_only",
        "reason": "quality_defect",
        "paid_at": datetime.fromtimestamp(1_779_500_000, tz=UTC),
        "promised_ship_at": datetime.fromtimestamp(1_779_672_800, tz=UTC),
        "shipped_at": datetime.fromtimestamp(1_779_550_000, tz=UTC),
        "signed": True,
        "freight_insurance": True,
        "sku": "蓝 350ml",
        "province": "浙江省",
        "carrier": "顺丰",
        "freight_paid_fen": 0,
        "paid_fen": 12_900,
        "order_paid_fen": 12_900,
        "requested_refund_fen": 12_900,
        "article_no": "CUP-350-BL",
    }
    assert notice.unknown == {"signed_at"}
    assert set(notice.facts) <= set(notice.sources)


def test_a_ticket_that_the_platform_does_not_know_is_none() -> None:
    platform = Platform(answers={contract.DETAIL: refusing(300011, "not found")})
    assert Kuaishou().read(TICKET_NO, platform) is None


def test_a_ticket_of_another_shop_is_refused() -> None:
    with pytest.raises(Rejected) as refused:
        Kuaishou().read(TICKET_NO, Platform(answers={contract.DETAIL: refusing(300012, "not yours")}))
    assert refused.value.code == "channel.not_yours"


def test_a_number_that_is_none_is_not_asked_for() -> None:
    platform = Platform()
    with pytest.raises(Rejected):
        Kuaishou().read("A-1", platform)
    assert platform.asked == []


@pytest.mark.parametrize(
    "shown",
    [
        ticket(refundId=2200000000001),
        ticket(refundId=7123450000000001000),
        ticket(refundId=None),
        ticket(updateTime=None),
        ticket(createTime=None, submitTime=None),
        ticket(status=None),
        ticket(oid=None),
        ticket(refundFee=-1),
        ticket(expireTime="soon"),
    ],
    ids=range(9),
)
def test_an_answer_that_cannot_be_read_is_asked_for_again(shown: Fields) -> None:
    with pytest.raises(Unavailable) as fault:
        Kuaishou().read(TICKET_NO, Platform(shown=shown))
    assert fault.value.code == "channel.unreadable"


def test_an_order_that_is_kept_back_leaves_its_facts_unknown() -> None:
    notice = Kuaishou().read(TICKET_NO, Platform(order=None))
    assert notice is not None
    assert {"paid_fen", "paid_at", "shipped_at", "signed_at", "promised_ship_at"} <= notice.unknown
    assert notice.facts["requested_refund_fen"] == 12_900


def test_a_returned_parcel_and_the_claim_for_its_freight_are_told() -> None:
    told = ticket(
        handlingWay=1,
        status=22,
        logisticsInfo={"expressNo": "YT100", "expressCode": 6},
        returnFreightInfo={"returnFreightAmount": 800, "returnFreightStatus": 10},
    )
    notice = noticed(told)
    assert (notice.return_waybill, notice.return_freight_fen) == ("YT100", 800)
    assert notice.turn is Turn.MERCHANT
    assert notice.facts["return_sent"] is True
    assert "return_waybill_at" in notice.unknown


def test_a_claim_for_freight_that_was_answered_waits_no_more() -> None:
    told = ticket(status=22, returnFreightInfo={"returnFreightAmount": 800, "returnFreightStatus": 20})
    assert (noticed(told).return_freight_fen, noticed(told).turn) == (None, Turn.PLATFORM)


@pytest.mark.parametrize(
    ("status", "sent", "receipt", "facts", "unknown"),
    [
        (30, 0, 0, {"shipped": False}, set()),
        (40, 1_779_550_000_000, 1, {"signed": False}, set()),
        (40, 1_779_550_000_000, 0, {}, {"signed_at"}),
        (50, 1_779_550_000_000, 1, {"signed": True}, {"signed_at", "confirmed_at"}),
        (70, 0, 0, {"shipped": True, "signed": True}, {"shipped_at", "signed_at", "confirmed_at"}),
        (80, 0, 0, {}, {"shipped_at", "signed_at", "confirmed_at"}),
        (99, 0, 2, {"signed": True}, {"shipped_at", "signed_at", "confirmed_at"}),
    ],
)
def test_the_way_of_the_goods_is_told_by_the_order(
    status: int, sent: int, receipt: int, facts: dict[str, object], unknown: set[str]
) -> None:
    notice = noticed(ticket(receiptStatus=receipt), order(status=status, sendTime=sent))
    told = {name: notice.facts[name] for name in ("shipped", "signed") if name in notice.facts}
    assert told == facts
    assert notice.unknown == unknown


def test_what_was_confirmed_has_its_time() -> None:
    notice = noticed(beside=order(status=50, recvTime=1_779_800_000_000))
    assert notice.facts["confirmed_at"] == datetime.fromtimestamp(1_779_800_000, tz=UTC)


@pytest.mark.parametrize(
    ("paid", "freight", "asked", "known"),
    [(12_900, 0, 12_900, 12_900), (12_000, 900, 12_900, 12_900), (10_000, 900, 12_900, None)],
)
def test_what_was_paid_is_known_only_where_the_amounts_agree(
    paid: int, freight: int, asked: int, known: int | None
) -> None:
    notice = noticed(ticket(refundFee=asked), order(totalFee=paid, expressFee=freight))
    assert notice.facts.get("paid_fen") == known
    assert ("paid_fen" in notice.unknown) == (known is None)


@pytest.mark.parametrize(
    ("words", "reason"), [("7天无理由退货", "no_reason"), ("新的原因", None), ("", None)]
)
def test_a_reason_is_read_by_its_words(words: str, reason: str | None) -> None:
    notice = noticed(ticket(refundReasonDesc=words))
    assert notice.facts.get("reason") == reason
    assert notice.reason == (words or "原因代码 101")
    assert ("reason" in notice.unknown) == (reason is None)


def test_a_price_protection_is_a_claim_of_its_own() -> None:
    assert noticed(ticket(specialRefundType=1)).facts["apply_type"] == "price_protect"
    odd = noticed(ticket(specialRefundType=5))
    assert "apply_type" in odd.unknown


def test_flag_and_remarks_come_from_the_order_newest_last() -> None:
    notes = [
        {"createTime": 2, "note": "已联系", "flagTagCode": "blue_flag_tag_order"},
        {"createTime": 1, "note": "待联系", "flagTagCode": "red_flag_tag_order"},
    ]
    notice = noticed(beside={**order(), "orderNote": {"orderNoteInfo": notes}})
    assert (notice.flag, notice.remark) == ("blue", "待联系；已联系")


def test_a_carrier_nobody_has_named_is_shown_by_its_code() -> None:
    beside = {**order(), "orderLogisticsInfo": [{"expressCode": 777}]}
    assert noticed(beside=beside).facts["carrier"] == "快递编码 777"
    several = {**order(), "orderLogisticsInfo": [{"expressCode": 4}, {"expressCode": 9}]}
    assert "carrier" not in noticed(beside=several).facts


@pytest.mark.parametrize(
    "raw",
    [
        "https://a/1.jpg,https://a/2.jpg",
        '["https://a/1.jpg", "https://a/2.jpg"]',
        " https://a/1.jpg ; https://a/2.jpg ；https://a/1.jpg",
        ["https://a/1.jpg", "https://a/2.jpg", 7],
    ],
    ids=str,
)
def test_pictures_are_found_however_they_are_joined(raw: object) -> None:
    assert pictures(raw) == ("https://a/1.jpg", "https://a/2.jpg")


@pytest.mark.parametrize("raw", [None, "", "[", "没有", 7, {"a": 1}, "[7]", "javascript:alert(1)"])
def test_what_is_no_address_is_no_picture(raw: object) -> None:
    assert pictures(raw) == ()


def test_an_unreadable_field_is_named() -> None:
    with pytest.raises(Odd) as odd:
        noticed(ticket(refundFee="一百"))
    assert (odd.value.field, odd.value.value) == ("refundFee", "一百")


@pytest.mark.parametrize("schema", reference("platform_schemas/kuaishou_refund_interfaces.json"))
def test_the_samples_use_only_fields_that_the_platform_has(schema: object) -> None:
    shapes = json.loads(schema.read_text(encoding="utf-8"))["interfaces"]  # type: ignore[attr-defined]
    (detail,) = (shape for name, shape in shapes.items() if name.startswith("MerchantRefundDetailDataView"))
    fields = {each["field"] for each in detail["fields"]}
    # The one field that only the list has.
    assert set(ticket()) - fields == {"skuNick"}
    assert {"logisticsInfo", "returnFreightInfo", "specialRefundType"} <= fields


@pytest.mark.parametrize("listed", reference("platform_schemas/kuaishou_refund_api_methods.json"))
def test_every_refund_call_of_the_platform_is_recorded_with_its_verb(listed: object) -> None:
    calls = json.loads(listed.read_text(encoding="utf-8"))["apis"]  # type: ignore[attr-defined]
    assert {call["method"]: call["http"] for call in calls}.items() <= {
        call.method: call.verb for call in contract.CALLS.values()
    }.items()


def test_a_wrong_envelope_says_nothing_about_a_ticket() -> None:
    with pytest.raises(Unavailable):
        Kuaishou().read(TICKET_NO, Platform(answers={contract.DETAIL: well([])}))
