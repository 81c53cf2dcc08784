from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from python_calamine import CalamineWorkbook

from aftersale.domain.clock import SHANGHAI
from aftersale.triage import TriageOptions
from tests.triage.desk import (
    NOW,
    as_json,
    as_screen,
    order,
    run,
    ticket,
    write_orders,
    write_register,
    write_rows,
)

if TYPE_CHECKING:
    from pathlib import Path


def worklist(
    tmp_path: Path, *rows: dict[str, str], shop: Path | None = None, sent: bool = True
) -> list[dict[str, object]]:
    """Write a sheet, run, and read the worklist back by its titles."""
    sheet, out = write_rows(tmp_path / "抖店售后.csv", *rows), tmp_path / "待办.xlsx"
    orders = write_orders(
        tmp_path / "抖店订单.csv", *(order(number) for number in range(1, 9)) if sent else ()
    )
    run(TriageOptions((sheet, orders), shop=shop, out=out))
    header, *lines = CalamineWorkbook.from_path(out).get_sheet_by_name("工作清单").to_python()
    return [dict(zip(map(str, header), line, strict=True)) for line in lines]


def only(tmp_path: Path, **cells: str) -> dict[str, object]:
    """Give the line of one ticket."""
    return worklist(tmp_path, ticket(1, **cells))[0]


def numbers(lines: list[dict[str, object]]) -> list[int]:
    return [int(str(line["售后单号"])[-5:]) for line in lines]


RETURNED = {"售后状态": "待商家收货", "退货物流单号": "YT1", "同意售后申请时间": "2026-06-09 10:00:00"}


def test_what_expires_first_stands_first(tmp_path: Path) -> None:
    lines = worklist(
        tmp_path,
        ticket(1, 自动处理截止时间="2026-06-12 09:00:00"),
        ticket(2, 自动处理截止时间="2026-06-10 08:00:00"),
        ticket(3, 自动处理截止时间="2026-06-10 09:30:00"),
    )
    assert numbers(lines) == [2, 3, 1]
    assert [line["紧急程度"] for line in lines] == ["已超时", "1 小时内", "24 小时后"]


def test_of_two_that_expire_together_the_dearer_stands_first(tmp_path: Path) -> None:
    cheap, dear = (
        {"应付金额_元": "9.90", "退商品金额_元": "9.90"},
        {"应付金额_元": "899.00", "退商品金额_元": "899.00"},
    )
    assert numbers(worklist(tmp_path, ticket(1, **cheap), ticket(2, **dear))) == [2, 1]


def test_only_the_shops_turn_is_ranked_by_time(tmp_path: Path) -> None:
    lines = worklist(
        tmp_path,
        ticket(1, 售后状态="同意退款，退款成功"),
        ticket(2, 售后状态="待买家退货", 自动处理截止时间="2026-06-10 09:10:00"),
        ticket(3, 售后状态="平台介入"),
        ticket(4, 自动处理截止时间="2026-06-20 09:00:00"),
        ticket(5, 售后状态="待买家退货", 自动处理截止时间="2026-06-10 09:05:00"),
    )
    assert numbers(lines) == [4, 2, 5, 3, 1]
    assert [line["该谁处理"] for line in lines] == ["商家", "买家", "买家", "平台", "已结束"]


def test_a_ticket_that_the_platform_closed_by_itself_says_so(tmp_path: Path) -> None:
    line = only(tmp_path, 售后状态="同意退款，退款成功", 操作人="系统", 是否极速退款="是")
    assert line["该谁处理"] == "平台已自动处理"
    assert line["处理建议"] == "已结束"


@pytest.mark.parametrize(
    ("deadline", "said"),
    [
        ("2026-06-10 08:59:59", "已超时"),
        ("2026-06-10 09:00:00", "已超时"),
        ("2026-06-10 09:00:01", "1 小时内"),
        ("2026-06-10 10:00:00", "1 小时内"),
        ("2026-06-10 10:00:01", "4 小时内"),
        ("2026-06-10 13:00:00", "4 小时内"),
        ("2026-06-10 13:00:01", "24 小时内"),
        ("2026-06-11 09:00:00", "24 小时内"),
        ("2026-06-11 09:00:01", "24 小时后"),
    ],
)
def test_urgency_turns_on_the_second(tmp_path: Path, deadline: str, said: str) -> None:
    assert only(tmp_path, 自动处理截止时间=deadline)["紧急程度"] == said


def test_the_clock_says_what_happens_when_nobody_acts(tmp_path: Path) -> None:
    claim = {"售后类型": "仅退款", "自动处理截止时间": "2026-06-10 12:12:00"}
    assert only(tmp_path, **claim)["剩余时间"] == "还剩 3 小时 12 分 · 超时平台将自动同意退款 ¥129.00"


def test_a_return_on_its_way_is_refunded_by_the_clock(tmp_path: Path) -> None:
    line = only(tmp_path, **RETURNED, 自动处理截止时间="2026-06-10 09:20:00")
    assert line["剩余时间"] == "还剩 20 分 · 超时平台将自动退款 ¥129.00"
    assert line["售后状态"] == "待商家收货"


@pytest.mark.parametrize("claim", ["换货", "维修", "补寄"])
def test_a_claim_that_pays_nothing_is_confirmed_by_the_clock(tmp_path: Path, claim: str) -> None:
    line = only(tmp_path, **RETURNED, 售后类型=claim, 自动处理截止时间="2026-06-10 09:20:00")
    assert line["剩余时间"] == "还剩 20 分 · 超时平台将自动确认收货"


def test_where_the_sheet_gives_no_time_the_rules_do_and_it_is_said(tmp_path: Path) -> None:
    line = only(tmp_path, 自动处理截止时间="-")
    assert "（按规则推算）" in str(line["剩余时间"])
    assert line["截止时间"] == datetime(2026, 6, 11, 9)  # noqa: DTZ001 - a cell has no zone
    assert "due_estimated" in as_json(tmp_path / "抖店售后.csv").tickets[0]["flags"]


def test_an_overdue_ticket_sends_to_the_platform_first(tmp_path: Path) -> None:
    line = only(tmp_path, 自动处理截止时间="2026-06-10 07:00:00")
    assert line["剩余时间"] == "已超时 2 小时 0 分 · 平台多半已自动同意，先看平台状态"
    assert line["处理建议"] == "超时自动同意"
    assert "先看平台状态" in str(line["怎么做"])


def test_goods_that_are_not_back_are_inspected_on_arrival(tmp_path: Path) -> None:
    line = only(tmp_path)
    assert line["处理建议"] == "同意退货，到货验货"
    assert "到货后查：配件齐全、脏污或损坏" in str(line["怎么做"])
    assert line["待核实"] == ""


def test_once_agreed_a_returned_parcel_is_inspected_not_agreed_to_again(tmp_path: Path) -> None:
    assert only(tmp_path, **RETURNED)["处理建议"] == "到货验货，没问题就退款"
    assert only(tmp_path, **RETURNED, 售后原因="商品质量问题")["处理建议"] == "到货验货，没问题就退款"
    assert only(tmp_path, **RETURNED, 售后类型="换货")["处理建议"] == "到货验货，没问题就寄新的"


@pytest.mark.parametrize(
    ("cells", "stage", "proposal"),
    [
        ({"售后状态": "待商家发货", "售后类型": "补寄"}, "待商家发货", "寄出并填写单号"),
        ({"售后状态": "待买家退货"}, "待买家退货", "等买家寄回"),
        ({"售后状态": "换货待买家收货", "售后类型": "换货"}, "待买家收货", "等买家收货"),
        ({"售后状态": "商家一次拒绝"}, "已拒绝", "已拒绝，等买家处理"),
        ({"售后状态": "平台介入"}, "平台介入", "等平台处理"),
        ({"售后状态": "待商家举证"}, "平台介入", "提交举证材料"),
        ({"售后状态": "退款中"}, "退款中", "等平台退款"),
        ({"售后状态": "待买家处理"}, "待买家处理", "等买家处理"),
        ({"售后状态": "同意退款，退款失败"}, "同意退款，退款失败", "已同意，到平台继续办理"),
        ({"售后状态": "售后关闭"}, "售后关闭", "已结束"),
    ],
)
def test_each_stage_has_its_word_and_its_step(
    tmp_path: Path, cells: dict[str, str], stage: str, proposal: str
) -> None:
    line = only(tmp_path, **cells)
    assert (line["售后状态"], line["处理建议"]) == (stage, proposal)


def test_a_question_says_whom_to_ask_and_where_each_answer_leads(tmp_path: Path) -> None:
    asked = only(tmp_path, 售后原因="商品破损")["待核实"]
    assert asked == "问买家：到货时已破损？ 是 → 同意退货退款（L05）；否 → 请买家补凭证（Q13）"


def test_an_unsaid_reason_is_asked_with_its_usual_answers(tmp_path: Path) -> None:
    asked = str(only(tmp_path, 售后原因="其他")["待核实"])
    assert asked.startswith("问买家：售后原因？ 7天无理由 → ")
    assert "质量问题 → 请买家补凭证（Q05）" in asked


def test_evidence_is_listed_by_who_has_to_bring_it(tmp_path: Path) -> None:
    line = only(tmp_path, 售后原因="商品破损")
    assert "开箱视频" in str(line["向买家要的凭证"])
    assert "打包视频" in str(line["商家要备的凭证"])


def test_liability_and_freight_speak_as_agents_do(tmp_path: Path) -> None:
    shop = write_register(tmp_path / "shop", {"商家编码": "CUP-1", "类目": "家居日用", "运费险": "是"})
    line = worklist(tmp_path, ticket(1), shop=shop)[0]
    assert (line["责任方"], line["退货运费"]) == ("无", "运费险赔，其余买家出")


def test_freight_is_not_named_where_nothing_travels_back(tmp_path: Path) -> None:
    unshipped = {
        "商品发货状态": "未发货",
        "发货物流状态": "-",
        "售后类型": "仅退款",
        "售后原因": "多拍/拍错/不想要",
    }
    line = worklist(tmp_path, ticket(1, **unshipped), sent=False)[0]
    assert (line["处理建议"], line["退货运费"]) == ("同意退款（未发货）", "")


def test_flag_remark_and_shop_come_from_the_sheet_and_the_note_from_the_register(tmp_path: Path) -> None:
    shop = write_register(tmp_path / "shop", {"商家编码": "CUP-1", "批次备注": "2505C 手柄开裂"})
    told_by_sheet = ticket(1, 旗帜颜色="红", 商家备注="老客户", 门店名称="云杉家居")
    line = worklist(tmp_path, told_by_sheet, shop=shop)[0]
    told = (line["旗帜"], line["商家备注"], line["店铺"], line["商品批次备注"])
    assert told == ("红", "老客户", "云杉家居", "2505C 手柄开裂")


def test_a_refusal_is_for_a_person_to_confirm(tmp_path: Path) -> None:
    register = {"商家编码": "CUP-1", "不支持无理由类别": "定作", "已标注并确认": "是", "无理由天数": "0"}
    line = worklist(tmp_path, ticket(1), shop=write_register(tmp_path / "shop", register))[0]
    assert (line["处理建议"], line["规则"]) == ("拒绝", "N02b")
    assert "要由人确认" in str(line["怎么做"])


def test_the_screen_speaks_english_too(tmp_path: Path) -> None:
    sheet = write_rows(tmp_path / "a.csv", ticket(1, 自动处理截止时间="2026-06-10 09:40:00"))
    said = as_screen(sheet, lang="en")
    assert "40 min left" in said
    assert "the platform approves by itself" in said
    assert "Agree to the return" in said


def test_what_the_order_sheet_says_is_asked_for_once_and_not_on_every_ticket(tmp_path: Path) -> None:
    tickets = write_rows(tmp_path / "a.csv", ticket(1), ticket(2))
    assert as_json(tickets).tickets[0]["ask"] == []
    assert "把订单导出表一起给，2 单的这些信息就不用逐单查：付款时间" in as_screen(tickets)
    orders = write_orders(tmp_path / "o.csv", order(1), order(2))
    assert "把订单导出表一起给" not in as_screen(tickets, orders)


def test_a_later_clock_makes_an_open_ticket_overdue(tmp_path: Path) -> None:
    sheet = write_rows(tmp_path / "a.csv", ticket(1))
    assert "overdue" not in as_json(sheet, now=NOW).tickets[0]["flags"]
    later = datetime(2026, 6, 11, 9, tzinfo=SHANGHAI)
    assert {"T02", "overdue"} <= set(as_json(sheet, now=later).tickets[0]["flags"])
