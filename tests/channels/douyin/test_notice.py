"""Read tickets as 抖店 says them: what is said becomes facts, what is not stays unknown."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.channels.base import Notice, Parked, Turn
from aftersale.channels.douyin import Douyin
from aftersale.channels.douyin.lists import read_row
from aftersale.channels.douyin.shape import Shape, looks_rounded, parsed
from aftersale.channels.lasting import tells_of_order, with_order_kept
from aftersale.domain.errors import Unavailable
from aftersale.domain.facts import facts_of_export
from tests.channels.douyin.platform import Doudian, no, ok
from tests.channels.douyin.samples import (
    APPLIED,
    DEADLINE,
    LINE_NO,
    ORDER_NO,
    TICKET_NO,
    UPDATED,
    detail,
    listed,
    order,
)


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)


def row(item: dict[str, object]) -> Notice | Parked:
    return read_row(Shape(parsed(json.dumps(item))), 3)


def noticed(item: dict[str, object]) -> Notice:
    read = row(item)
    assert isinstance(read, Notice)
    facts_of_export(read.facts, read.unknown)
    return read


def shown(info: dict[str, Any] | None = None, process: dict[str, Any] | None = None) -> Notice:
    platform = Doudian(info=info or {}, process=process or {})
    read = Douyin().read(TICKET_NO, platform)
    assert read is not None
    facts_of_export(read.facts, read.unknown)
    return read


def test_a_row_of_the_list_becomes_a_notice() -> None:
    read = noticed(listed())
    assert (read.ticket_no, read.order_no, read.line_no) == (TICKET_NO, ORDER_NO, LINE_NO)
    assert (read.article, read.article_no, read.product_id) == (
        "双层玻璃杯",
        "CUP-350-BL",
        "3600000000000000011",
    )
    assert (read.status, read.claim, read.reason) == ("待商家同意", "已发货退款", "质量问题")
    assert (read.open, read.turn, read.amount_fen) == (True, Turn.MERCHANT, 12900)
    assert (read.version, read.newest_at, read.services) == (str(UPDATED), at(UPDATED), ("7天",))
    assert read.facts["applied_at"] == at(APPLIED)
    assert read.facts["status_deadline"] == at(DEADLINE)
    assert read.facts["apply_type"] == "refund_only"
    assert read.facts["reason"] == "quality_defect"
    assert read.facts["requested_refund_fen"] == read.facts["paid_fen"] == 12900
    assert {"shipped_at", "paid_at", "signed_at", "confirmed_at"} <= read.unknown


def test_reading_one_ticket_adds_what_its_order_says() -> None:
    read = shown()
    assert (read.ticket_no, read.order_no, read.evidence) == (
        TICKET_NO,
        ORDER_NO,
        ("https://p3.example.com/a.jpg",),
    )
    assert read.facts["paid_at"] == at(1_780_500_000)
    assert read.facts["shipped_at"] == at(1_780_600_000)
    assert read.facts["signed_at"] == at(1_780_800_000)
    assert read.facts["promised_ship_at"] == at(1_780_672_800)
    assert read.facts["paid_fen"] == read.facts["order_paid_fen"] == 12900
    assert (read.facts["live"], read.facts["province"]) == ("小蓝直播间", "浙江省")
    assert (read.buyer, read.contact) == ("open-1", "王*，1*********4")


def test_what_an_order_told_once_is_kept_when_newer_news_come_without_it() -> None:
    whole, bare = shown(), noticed(listed())
    assert tells_of_order(whole.sources)
    assert not tells_of_order(bare.sources)
    told = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in whole.facts.items()
    }
    kept = with_order_kept(bare, told, whole.sources)
    times = ("paid_at", "promised_ship_at", "shipped_at", "signed_at", "live", "province")
    assert {name: kept.facts.get(name) for name in times} == {name: whole.facts[name] for name in times}


def test_an_order_that_may_not_be_seen_leaves_its_times_unknown() -> None:
    platform = Doudian(answers={"order.orderDetail": no(30001, "isv.app-permissions-insufficient")})
    read = Douyin().read(TICKET_NO, platform)
    assert read is not None
    assert {"paid_at", "promised_ship_at", "signed_at"} <= read.unknown


def test_a_ticket_that_the_platform_does_not_know_is_no_ticket() -> None:
    platform = Doudian(answers={"afterSale.Detail": ok({})})
    assert Douyin().read(TICKET_NO, platform) is None


@pytest.mark.parametrize("status", [99, -1, None, "新状态"])
def test_a_status_nobody_has_seen_is_shown_as_it_came_and_put_before_a_person(status: object) -> None:
    read = noticed(listed(aftersale_status=status, status_text="平台的新说法"))
    assert (read.open, read.turn) == (True, Turn.MERCHANT)
    assert "平台的新说法" in read.status
    assert status is None or type(status) is str or str(status) in read.status
    assert "merchant_response" in read.unknown


def test_a_kind_nobody_has_seen_is_shown_as_it_came() -> None:
    read = noticed(listed(aftersale_type=42, type_text="以旧换新"))
    assert read.claim == "以旧换新（42）"
    assert "apply_type" in read.unknown


def test_a_reason_nobody_has_seen_stays_the_platforms_words() -> None:
    read = noticed(listed(reason_text="包装太漂亮舍不得拆"))
    assert read.reason == "包装太漂亮舍不得拆"
    assert "reason" in read.unknown


def test_a_reason_without_words_is_known_by_its_code_or_shown_as_it_came() -> None:
    assert shown({"reason": "", "reason_code": 8}).facts["reason"] == "function_failure"
    unseen = shown({"reason": "", "reason_code": 78})
    assert (unseen.reason, "reason" in unseen.unknown) == ("（78）", True)


def test_an_arbitration_status_nobody_has_seen_leaves_the_dispute_unknown() -> None:
    assert "arbitration_applied_at" in noticed(listed(arbitrate_status=9)).unknown


def test_money_counts_as_paid_back_only_where_it_was_really_paid() -> None:
    paid = shown({"after_sale_status": 12, "refund_status": 3, "real_refund_amount": 12000})
    assert (paid.open, paid.turn, paid.facts["refunded_fen"]) == (False, Turn.DONE, 12000)
    under_way = shown({"after_sale_status": 12, "refund_status": 2})
    assert (under_way.open, under_way.turn) == (True, Turn.PLATFORM)
    failed = shown({"after_sale_status": 12, "refund_status": 4})
    assert (failed.open, failed.turn) == (True, Turn.MERCHANT)
    closed = shown({"after_sale_status": 28, "refund_status": 1})
    assert (closed.open, "refunded_fen" in closed.facts) == (False, False)


def test_the_list_says_what_was_asked_for_and_never_what_was_paid_back() -> None:
    read = noticed(listed(aftersale_status=12, refund_status=3))
    assert "refunded_fen" in read.unknown


def test_an_amount_that_may_or_may_not_hold_the_freight_is_not_guessed() -> None:
    assert "requested_refund_fen" in noticed(listed(refund_post_amount=600)).unknown


@pytest.mark.parametrize(
    "said",
    [
        {"auto_audit_bits": [2]},
        {"auto_audit_bits": [27]},
        {"refund_type_text": "售后小助手"},
        {"refund_type_text": "极速退款助手"},
    ],
)
def test_what_the_platform_refunded_by_itself_is_told_apart(said: dict[str, object]) -> None:
    read = shown({"after_sale_status": 12, "refund_status": 3, "real_refund_amount": 12900, **said})
    assert (read.turn, read.facts["refunded_fen"]) == (Turn.PLATFORM_DONE, 12900)
    assert "merchant_response" in read.unknown


def test_an_assistant_named_in_the_list_is_told_apart() -> None:
    read = noticed(listed(aftersale_status=12, refund_status=3, refund_type=3))
    assert read.turn is Turn.PLATFORM_DONE
    assert read.facts["service_tags"] == frozenset({"fast_refund"})


def test_a_time_out_is_the_platforms_decision() -> None:
    log = [{"role": 4, "operator": "系统", "text": "商家超时未处理，系统自动同意退款", "action": ""}]
    read = shown({"after_sale_status": 12, "refund_status": 3}, {"record_logs_list": log})
    assert read.turn is Turn.PLATFORM_DONE


@pytest.mark.parametrize("bits", [[7], [9], [17], [400], []])
def test_what_the_shop_ended_itself_is_not_the_platforms(bits: list[int]) -> None:
    assert shown({"after_sale_status": 12, "refund_status": 3, "auto_audit_bits": bits}).turn is Turn.DONE


def test_the_way_of_the_money_in_the_detail_names_no_assistant() -> None:
    assert shown({"after_sale_status": 12, "refund_status": 3, "refund_type": 4}).turn is Turn.DONE


def test_a_dispute_that_wants_evidence_has_its_own_deadline() -> None:
    info = {
        "arbitrate_status": 4,
        "arbitrate_status_deadline": "1781200000",
        "arbitrate_create_time": 1781000000,
    }
    read = shown(process={"arbitrate_info": info})
    assert read.turn is Turn.MERCHANT
    assert read.facts["status_deadline"] == at(1_781_200_000)
    assert read.facts["arbitration_applied_at"] == at(1_781_000_000)


def test_goods_sent_back_carry_waybill_and_time() -> None:
    back = {"return": {"tracking_no": "YT001", "company_code": "yuantong", "logistics_time": "1781000000"}}
    read = shown({"after_sale_status": 11, "after_sale_type": 0}, {"logistics_info": back})
    assert read.return_waybill == "YT001"
    assert read.facts["return_waybill_at"] == at(1_781_000_000)
    assert read.facts["merchant_response"] == "agreed"


def test_an_unshipped_claim_on_goods_that_left_says_that_they_left() -> None:
    read = noticed(listed(aftersale_type=2))
    assert "shipped_at" in read.unknown
    assert read.facts["shipped"] is True


def line(**changes: object) -> dict[str, object]:
    return {
        "sku_order_id": LINE_NO,
        "order_status": 3,
        "pay_amount": 12900,
        "product_name": "杯子",
        **changes,
    }


@pytest.mark.parametrize(("status", "signed"), [(3, False), (5, True), (255, True)])
def test_an_order_line_that_was_received_is_signed_for(status: int, signed: bool) -> None:  # noqa: FBT001
    read = noticed(listed(order={"related_order_info": [line(order_status=status)]}))
    assert (read.facts.get("signed", False), "signed_at" in read.unknown) == (signed, True)


def test_a_buyer_who_says_that_the_goods_are_there_has_them() -> None:
    read = noticed(listed(got_pkg=1))
    assert read.facts["signed"] is True


def test_goods_that_the_order_says_are_sent_have_left_whatever_the_line_says() -> None:
    said = detail(after_sale_type=2)
    said["order_info"]["sku_order_infos"][0]["order_status"] = 2  # type: ignore[index]
    read = Douyin().read(TICKET_NO, Doudian(answers={"afterSale.Detail": ok(said)}))
    assert read is not None
    assert read.facts["shipped_at"] == at(1_780_600_000)
    assert read.facts["signed_at"] == at(1_780_800_000)


def test_goods_that_have_not_left_are_neither_tracked_nor_signed_for() -> None:
    read = noticed(listed(aftersale_type=2, order={"related_order_info": [line(order_status=2)]}))
    assert read.facts["shipped"] is False
    assert not {"signed_at", "first_scan_at"} & read.unknown


def test_an_order_is_signed_for_once_its_last_line_is() -> None:
    lines = [
        {"order_id": LINE_NO, "logistics_receipt_time": 1_780_800_000},
        {"order_id": "6920000000000000005"},
    ]
    said = detail()
    said["order_info"]["sku_order_infos"] = [line(), line(sku_order_id="6920000000000000005")]  # type: ignore[index]
    answers = {"afterSale.Detail": ok(said), "order.orderDetail": ok(order(sku_order_list=lines))}
    read = Douyin().read(TICKET_NO, Doudian(answers=answers))
    assert read is not None
    assert "signed_at" in read.unknown


def test_grey_is_a_flag_where_somebody_set_it() -> None:
    assert noticed(listed()).flag is None
    assert noticed({**listed(), "seller_logs": [{"star": 0, "content": "看过了"}]}).flag == "灰"
    assert noticed(listed(order={"order_flag": 5})).flag == "红"
    assert noticed(listed(order={"order_flag": 9})).flag == "9"


def test_a_ticket_that_is_final_is_open_no_more() -> None:
    assert not noticed(listed(aftersale_status=27, aftersale_status_to_final_time=UPDATED)).open


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"update_time": None}, "missing"),
        ({"apply_time": 0}, "missing"),
        ({"aftersale_id": ""}, "missing"),
        ({"aftersale_id": "AS-1"}, "not_an_id"),
        ({"aftersale_id": 7.12345e18}, "told_rounded"),
        ({"update_time": "昨天"}, "bad_time"),
        ({"status_deadline": 99}, "bad_time"),
        ({"refund_amount": -1}, "money_negative"),
        ({"refund_amount": 129.5}, "bad_money"),
        ({"refund_amount": "一百"}, "bad_money"),
    ],
)
def test_a_row_that_cannot_be_taken_is_parked_with_its_place_and_reason(
    changes: dict[str, Any], code: str
) -> None:
    parked = row(listed(**changes))
    assert isinstance(parked, Parked)
    assert (parked.sheet, parked.row, parked.code) == ("afterSale.List", 3, code)
    assert parked.message.zh
    assert parked.message.en


def test_ids_that_lost_digits_on_their_way_are_refused() -> None:
    rounded = float(TICKET_NO), float(ORDER_NO)
    by_javascript = [format(each, ".16g").replace(".", "").split("e")[0].ljust(19, "0") for each in rounded]
    item = listed(aftersale_id=by_javascript[0], related_id="", order={"shop_order_id": by_javascript[1]})
    item["order_info"]["related_order_info"] = []  # type: ignore[index]
    parked = row(item)
    assert isinstance(parked, Parked)
    assert parked.code == "told_rounded"


def test_a_detail_of_another_ticket_is_no_answer() -> None:
    platform = Doudian(info={"after_sale_id": int(float(TICKET_NO))})
    with pytest.raises(Unavailable) as refused:
        Douyin().read(TICKET_NO, platform)
    assert str(int(float(TICKET_NO))) in refused.value.message.zh


@given(st.lists(st.integers(2**56, 2**63 - 1).map(str), min_size=3, max_size=6, unique=True))
def test_ids_of_which_one_needs_all_its_digits_are_kept(ids: list[str]) -> None:
    exact = "7123450000000000677"
    assert not looks_rounded([*ids, exact])


@given(
    st.lists(
        st.integers(6_900_000_000_000_000_000, 7_200_000_000_000_000_000), min_size=2, max_size=5, unique=True
    )
)
def test_ids_that_went_through_a_double_are_found_out(ids: list[int]) -> None:
    assert looks_rounded([str(int(float(each))) for each in ids])


@given(st.integers(2**53, 2**63 - 1))
def test_an_id_above_what_a_double_holds_is_kept_to_its_last_digit(number: int) -> None:
    told = Shape(parsed(json.dumps({"a": number, "b": str(number)})))
    assert told.id("a") == told.id("b") == str(number)
