from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.base import Notice, Turn
from aftersale.channels.spreadsheet import read
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.facts import facts_of_export
from tests.channels.sheets import (
    KUAISHOU_ORDERS,
    KUAISHOU_TICKETS,
    Row,
    douyin_csv,
    kuaishou_order,
    kuaishou_ticket,
    lay,
    order,
    orders_csv,
    ticket,
    write_csv,
)

if TYPE_CHECKING:
    from pathlib import Path


def told(tmp_path: Path, row: Row, line: Row | None = None) -> Notice:
    paths = [douyin_csv(tmp_path / "售后.csv", row)]
    if line is not None:
        paths.append(orders_csv(tmp_path / "订单.csv", line))
    (notice,) = read(paths).notices
    facts_of_export(notice.facts, notice.unknown)
    return notice


def told_by_kuaishou(tmp_path: Path, row: Row, line: Row | None = None) -> Notice:
    paths = [write_csv(tmp_path / "售后.csv", lay(KUAISHOU_TICKETS, [row], empty="--"))]
    if line is not None:
        paths.append(write_csv(tmp_path / "订单.csv", lay(KUAISHOU_ORDERS, [line], empty="")))
    (notice,) = read(paths).notices
    facts_of_export(notice.facts, notice.unknown)
    return notice


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_an_open_ticket_says_what_the_sheet_says_and_no_more(tmp_path: Path) -> None:
    notice = told(tmp_path, ticket())
    assert (notice.channel, notice.open, notice.turn) == ("douyin", True, Turn.MERCHANT)
    assert (notice.claim, notice.reason, notice.status) == ("退货退款", "7天无理由退货", "待商家处理")
    assert notice.amount_fen == 12900
    assert notice.facts == {
        "platform": "douyin",
        "apply_type": "return_refund",
        "reason": "no_reason",
        "platform_reason_accepted": True,
        "merchant_response": "none",
        "applied_at": at("2025-06-03 10:15:00"),
        "status_deadline": at("2025-06-05 10:15:00"),
        "article_no": "CUP-350-BL",
        "shipped": True,
        "signed": True,
        "paid_fen": 12900,
        "freight_paid_fen": 0,
        "requested_refund_fen": 12900,
    }
    assert notice.unknown == {"shipped_at", "signed_at", "first_scan_at", "promised_ship_at", "confirmed_at"}
    assert notice.sources["signed"] == "平台受理的原因"
    assert notice.sources["paid_fen"] == "应付金额（元）"


def test_times_are_aware_and_in_shanghai(tmp_path: Path) -> None:
    applied = told(tmp_path, ticket()).facts["applied_at"]
    assert isinstance(applied, datetime)
    assert applied.utcoffset() == timedelta(hours=8)
    assert applied == datetime(2025, 6, 3, 2, 15, tzinfo=UTC)


def test_the_claim_of_a_reason_proves_nothing(tmp_path: Path) -> None:
    facts = told(tmp_path, ticket(售后原因="发错货")).facts
    assert facts["reason"] == "wrong_item"
    assert "wrong_item" not in facts
    assert "platform_reason_accepted" not in facts


def test_the_order_sheet_adds_times_and_places(tmp_path: Path) -> None:
    line = order(
        订单完成时间="2025-06-06 08:00:00",
        省="浙江省",
        快递信息="SF123-顺丰速运,",
        仓库名称="一仓",
        旗帜颜色="红旗",
        商家备注="少发一个",
        达人昵称="阿桃",
        是否安心购="是",
    )
    notice = told(tmp_path, ticket(售后备注="已联系"), line)
    told_facts = {
        name: notice.facts.get(name) for name in ("carrier", "warehouse", "province", "sku", "live")
    }
    assert told_facts == {
        "carrier": "顺丰速运",
        "warehouse": "一仓",
        "province": "浙江省",
        "sku": "蓝 350ml",
        "live": "阿桃",
    }
    assert notice.facts["paid_at"] == at("2025-05-30 09:01:00")
    assert notice.facts["shipped_at"] == at("2025-05-31 08:00:00")
    assert notice.facts["promised_ship_at"] == at("2025-06-01 09:01:00")
    assert notice.facts["confirmed_at"] == at("2025-06-06 08:00:00")
    assert notice.facts["order_paid_fen"] == 12900
    assert (notice.flag, notice.remark, notice.services) == ("红旗", "少发一个；已联系", ("安心购",))
    assert notice.unknown == {"signed_at", "first_scan_at"}


LADDER = [
    ({"发货物流状态": "已签收"}, {"订单完成时间": "2025-06-06 08:00:00"}, True, "发货物流状态"),
    ({"发货物流状态": "运输中"}, {"订单完成时间": "2025-06-06 08:00:00"}, False, "发货物流状态"),
    ({}, {"订单完成时间": "2025-06-06 08:00:00"}, True, "订单表·订单完成时间"),
    ({}, {"订单状态": "已签收"}, True, "订单表·订单状态"),
    ({}, {}, True, "平台受理的原因"),
    ({"售后类型": "仅退款", "售后原因": "商品破损"}, {}, True, "平台受理的原因"),
    ({"售后类型": "仅退款", "售后原因": "多拍/拍错/不想要"}, {}, None, None),
    ({"售后类型": "仅退款", "售后原因": "快递一直未送到"}, {}, None, None),
    ({"售后类型": "退货退款", "售后原因": "拒签"}, {}, None, None),
    ({"售后类型": "换货", "售后原因": "其他"}, {}, True, "平台受理的原因"),
    ({"商品发货状态": "未发货", "售后类型": "仅退款"}, {"发货时间": "-"}, None, None),
]


@pytest.mark.parametrize(("row", "line", "signed", "source"), LADDER)
def test_sign_off_is_known_by_the_best_witness(
    tmp_path: Path,
    row: Row,
    line: Row,
    signed: bool | None,  # noqa: FBT001 - a column of the table
    source: str | None,
) -> None:
    notice = told(tmp_path, ticket(1, **row), order(1, **line))
    assert (notice.facts.get("signed"), notice.sources.get("signed")) == (signed, source)


def test_goods_that_never_left_are_not_asked_for(tmp_path: Path) -> None:
    notice = told(
        tmp_path,
        ticket(商品发货状态="未发货", 售后类型="仅退款", 售后原因="多拍/拍错/不想要"),
        order(发货时间="-"),
    )
    assert notice.facts["shipped"] is False
    assert (notice.facts["reason"], notice.facts["apply_type"]) == ("no_reason", "refund_only")
    assert notice.unknown == frozenset()


def test_two_sheets_that_disagree_about_dispatch_leave_it_unknown_while_the_ticket_is_open(
    tmp_path: Path,
) -> None:
    row = ticket(商品发货状态="未发货", 售后类型="仅退款")
    notice = told(tmp_path, row, order(发货时间="2025-06-04 08:00:00"))
    assert "shipped_at" in notice.unknown
    assert "shipped" not in notice.facts
    done = told(tmp_path, row | {"售后状态": "同意退款，退款成功"}, order(发货时间="2025-06-04 08:00:00"))
    assert done.facts["shipped"] is False


def test_a_ticket_at_the_buyer_has_no_deadline_of_ours(tmp_path: Path) -> None:
    notice = told(tmp_path, ticket(售后状态="待买家退货", 同意售后申请时间="2025-06-03 12:00:00"))
    assert notice.turn is Turn.BUYER
    assert "status_deadline" not in notice.facts
    assert notice.facts["merchant_agreed_at"] == at("2025-06-03 12:00:00")
    assert notice.facts["return_sent"] is False


def test_a_returned_parcel_is_known_by_its_waybill_its_time_and_its_tracking(tmp_path: Path) -> None:
    row = ticket(售后状态="待商家收货", 退货物流单号="SF777", 退货发货时间="2025-06-05 09:00:00")
    on_its_way = told(tmp_path, row)
    assert on_its_way.facts["return_waybill_at"] == at("2025-06-05 09:00:00")
    assert on_its_way.facts["agreed"] is True
    assert {"return_received_at", "merchant_agreed_at"} <= on_its_way.unknown
    assert told(tmp_path, row | {"退货物流状态": "已签收"}).facts["goods_back"] is True
    assert told(tmp_path, row | {"退货物流状态": "运输中"}).facts["goods_back"] is False


def test_a_refusal_and_a_dispute_are_told_without_their_times(tmp_path: Path) -> None:
    refused = told(tmp_path, ticket(售后状态="已拒绝"))
    assert (refused.facts["merchant_response"], refused.facts["rejected"]) == ("rejected", True)
    disputed = told(tmp_path, ticket(售后状态="平台介入", 仲裁状态="待商家举证"))
    assert disputed.turn is Turn.MERCHANT
    assert disputed.facts["evidence_requested"] is True
    assert "merchant_response" in disputed.unknown
    judged = told(tmp_path, ticket(售后状态="平台介入", 仲裁状态="客服同意"))
    assert judged.facts["judged"] is True
    odd = told(tmp_path, ticket(仲裁状态="没见过的词"))
    assert "arbitration_applied_at" in odd.unknown


def test_a_finished_ticket_says_what_was_refunded(tmp_path: Path) -> None:
    row = {"售后状态": "同意退款，退款成功", "退商品金额（元）": "100.00", "退运费金额（元）": "5.00"}
    notice = told(tmp_path, ticket(1, **row))
    assert (notice.open, notice.turn, notice.amount_fen) == (False, Turn.DONE, 10500)
    assert notice.facts["refunded_fen"] == 10500
    assert "requested_refund_fen" not in notice.facts


@pytest.mark.parametrize("row", [{"是否极速退款": "是"}, {"操作人": "系统"}, {"操作人": "售后小助手"}])
def test_what_the_platform_closed_by_itself_is_called_so(tmp_path: Path, row: Row) -> None:
    notice = told(tmp_path, ticket(1, 售后状态="同意退款，退款成功", **row))
    assert notice.turn is Turn.PLATFORM_DONE
    assert "merchant_response" in notice.unknown
    assert told(tmp_path, ticket(1, **row)).turn is Turn.MERCHANT


def test_freight_that_the_amount_payable_leaves_out_was_paid_too(tmp_path: Path) -> None:
    row = {
        "应付金额（元）": "100.00",
        "商品运费（元）": "8.00",
        "退商品金额（元）": "100.00",
        "退运费金额（元）": "8.00",
    }
    notice = told(tmp_path, ticket(1, **row))
    assert notice.facts["paid_fen"] == 10800
    assert notice.sources["paid_fen"] == "应付金额（元）＋商品运费（元）"


def test_more_refunded_than_paid_is_not_believed(tmp_path: Path) -> None:
    row = {"售后状态": "退款成功", "应付金额（元）": "100.00", "退商品金额（元）": "150.00"}
    notice = told(tmp_path, ticket(1, **row))
    assert "refunded_fen" in notice.unknown


def test_times_the_wrong_way_round_leave_the_step_and_drop_the_time(tmp_path: Path) -> None:
    notice = told(tmp_path, ticket(售后状态="待买家退货", 同意售后申请时间="2025-06-01 08:00:00"))
    assert notice.facts["agreed"] is True
    assert "merchant_agreed_at" in notice.unknown
    late = told(tmp_path, ticket(), order(发货时间="2025-05-29 08:00:00"))
    assert late.facts["shipped"] is True
    assert "shipped_at" in late.unknown


def test_words_nobody_has_seen_are_kept_and_leave_the_fact_unknown(tmp_path: Path) -> None:
    notice = told(
        tmp_path, ticket(售后状态="新状态", 售后类型="新类型", 售后原因="新原因", 商品发货状态="半路上")
    )
    assert (notice.status, notice.claim, notice.reason) == ("新状态", "新类型", "新原因")
    assert notice.open
    assert {"apply_type", "reason", "merchant_response", "shipped_at", "signed_at"} <= notice.unknown
    assert notice.sources["reason"] == "售后原因：新原因"


def test_other_is_a_reason_that_says_nothing(tmp_path: Path) -> None:
    notice = told(tmp_path, ticket(售后原因="其他"))
    assert notice.reason == "其他"
    assert "reason" in notice.unknown
    assert notice.sources["reason"] == "售后原因：其他"


def test_a_word_that_is_newer_than_the_ticket_says_since_when_it_is_used(tmp_path: Path) -> None:
    old = told(tmp_path, ticket(售后类型="退款", 售后申请时间="2025-05-01 10:00:00"))
    new = told(tmp_path, ticket(售后类型="退款"))
    assert old.facts["apply_type"] == new.facts["apply_type"] == "refund_only"
    assert old.sources["apply_type"] == "售后类型（2025-05-06 起的叫法）"
    assert new.sources["apply_type"] == "售后类型"


def test_a_kuaishou_ticket_is_read_with_its_order(tmp_path: Path) -> None:
    line = kuaishou_order(
        物流信息="【上海】2025-06-02 18:20:00 您的快件已签收，签收人：本人", **{"收货地址-省": "上海市"}
    )
    notice = told_by_kuaishou(tmp_path, kuaishou_ticket(), line)
    assert (notice.channel, notice.shop, notice.turn) == ("kuaishou", "云杉源头好物", Turn.MERCHANT)
    assert notice.facts["paid_fen"] == notice.facts["requested_refund_fen"] == 129990
    assert notice.facts["shipped_at"] == at("2025-05-31 08:00:00")
    assert notice.facts["signed_at"] == at("2025-06-02 18:20:00")
    assert (notice.facts["carrier"], notice.facts["province"]) == ("中通", "上海市")
    assert notice.facts["reason"] == "not_as_described"


def test_a_kuaishou_ticket_alone_does_not_know_what_was_paid(tmp_path: Path) -> None:
    notice = told_by_kuaishou(tmp_path, kuaishou_ticket(售后类型="退款", 售后原因="其他", 订单状态="--"))
    assert {"paid_fen", "order_paid_fen", "shipped_at", "reason"} <= notice.unknown
    assert notice.facts["requested_refund_fen"] == 129990


def test_an_unshipped_kuaishou_order_is_known_by_its_empty_dispatch_time(tmp_path: Path) -> None:
    row = kuaishou_ticket(售后类型="退款", 售后原因="拍错/多拍/不想要", 订单状态="--")
    notice = told_by_kuaishou(tmp_path, row, kuaishou_order(发货时间="", 订单状态="已关闭"))
    assert notice.facts["shipped"] is False


def test_the_five_columns_known_of_kuaishou_are_enough(tmp_path: Path) -> None:
    titles = ["订单编号", "售后状态", "售后类型", "申请时间", "退款金额"]
    sheet = write_csv(
        tmp_path / "a.csv", [titles, ["2300000000001", "售后成功", "退款", "2025-06-03 10:15:00", "¥12.00"]]
    )
    (notice,) = read([sheet]).notices
    assert (notice.channel, notice.ticket_no, notice.order_no) == (
        "kuaishou",
        "2300000000001",
        "2300000000001",
    )
    assert notice.sources["reason"] == "表里没有这一列"


def test_a_sign_off_is_dated_only_by_one_readable_time(tmp_path: Path) -> None:
    for message in ("已签收", "2025-06-01 8:00 揽收，2025-06-02 9:00 已签收", "2025-13-45 08:00 已签收"):
        notice = told(tmp_path, ticket(发货物流状态=message))
        assert notice.facts["signed"] is True
        assert "signed_at" in notice.unknown


def test_the_claim_itself_may_say_that_nothing_was_sent(tmp_path: Path) -> None:
    notice = told(tmp_path, ticket(商品发货状态="-", 售后类型="未发货退款"))
    assert notice.facts["shipped"] is False
    assert notice.sources["shipped"] == "售后类型"


def test_a_finished_ticket_without_an_amount_does_not_say_nothing_was_refunded(tmp_path: Path) -> None:
    row = {"售后状态": "退款成功", "退商品金额（元）": "-", "退运费金额（元）": "-"}
    notice = told(tmp_path, ticket(1, **row))
    assert "refunded_fen" in notice.unknown
    assert notice.amount_fen == 12900
    closed = told(tmp_path, ticket(售后状态="售后关闭"))
    assert not {"refunded_fen", "requested_refund_fen"} & closed.facts.keys()
