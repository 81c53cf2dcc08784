from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.channels.base import SheetRefused
from aftersale.channels.spreadsheet import load_map, parse_map, read
from aftersale.channels.spreadsheet.columns import Kind
from aftersale.channels.spreadsheet.layout import Layout, recognise
from tests.channels import sheets

if TYPE_CHECKING:
    from pathlib import Path

WHICH = {
    "douyin_doudian.order": ("douyin", Kind.ORDER),
    "douyin_doudian.after_sale": ("douyin", Kind.AFTER_SALE),
    "douyin_order_export_short_variant.order": ("douyin", Kind.ORDER),
    "kuaishou.order": ("kuaishou", Kind.ORDER),
}
FOREIGN = ("settlement", "settlement_partial", "fund", "columns", "short")


def seen(*titles: str, name: str = "表.csv") -> Layout:
    return recognise(name, [(1, titles)])


def refused(*titles: str, name: str = "表.csv") -> SheetRefused:
    with pytest.raises(SheetRefused) as refusal:
        seen(*titles, name=name)
    return refusal.value


@pytest.mark.parametrize(
    ("titles", "channel", "kind"),
    [
        (sheets.DOUYIN_TICKETS, "douyin", Kind.AFTER_SALE),
        (sheets.DOUYIN_ORDERS, "douyin", Kind.ORDER),
        (sheets.KUAISHOU_TICKETS, "kuaishou", Kind.AFTER_SALE),
        (sheets.KUAISHOU_ORDERS, "kuaishou", Kind.ORDER),
    ],
)
def test_an_export_is_told_by_its_header(titles: list[str], channel: str, kind: Kind) -> None:
    for shown in (titles, titles[::-1], ["店铺", *titles], [f" {title}\t" for title in titles]):
        layout = seen(*shown)
        assert (layout.channel, layout.kind) == (channel, kind)


def test_every_header_of_the_reference_is_recognised_or_called_by_its_name() -> None:
    for name, titles in sheets.reference_headers():
        if name in WHICH:
            layout = seen(*titles)
            assert (layout.channel, layout.kind) == WHICH[name]
        elif name.split(".")[1] in FOREIGN:
            assert refused(*titles).code == "sheet.foreign"
        else:
            assert refused(*titles).code == "sheet.unknown_header"


def test_renamed_columns_are_found_under_their_other_names() -> None:
    layout = seen(
        "售后编号",
        "订单编号",
        "子订单编号",
        "退款类型",
        "退款状态",
        "申请时间",
        "退款金额(元)",
        "申请原因",
        "应付金额",
    )
    assert layout.channel == "douyin"
    assert {name: place.index for name, place in layout.places.items()} == {
        "ticket_no": 0,
        "order_no": 1,
        "line_no": 2,
        "claim": 3,
        "status": 4,
        "applied_at": 5,
        "refund_goods": 6,
        "reason": 7,
        "paid": 8,
    }


def test_width_of_brackets_and_the_unit_do_not_matter() -> None:
    narrow = [title.replace("（", "(").replace("）", ")") for title in sheets.DOUYIN_TICKETS]
    bare = [title.replace("（元）", "") for title in sheets.DOUYIN_TICKETS]
    assert (
        seen(*narrow).places.keys() == seen(*bare).places.keys() == seen(*sheets.DOUYIN_TICKETS).places.keys()
    )


def test_the_name_of_the_file_decides_only_where_the_header_does_not() -> None:
    plain = ("售后单号", "订单号", "售后类型", "售后状态", "申请时间")
    assert refused(*plain).code == "sheet.which_platform"
    assert seen(*plain, name="快手 6月.csv").channel == "kuaishou"
    assert seen(*plain, name="抖店 6月.csv").channel == "douyin"
    assert seen(*sheets.DOUYIN_TICKETS, name="快手 6月.csv").channel == "douyin"


def test_a_settlement_is_refused_with_what_to_export_instead() -> None:
    refusal = refused("结算时间", "订单号", "子订单号", "结算金额", "结算账户", "结算单类型")
    assert refusal.code == "sheet.foreign"
    assert "结算账单" in refusal.message.zh
    assert "售后工作台" in refusal.next_step.zh


def test_an_unknown_header_names_what_is_missing_what_is_there_and_how_to_say_it() -> None:
    refusal = refused("退单流水", "订单号", "商品单号", "售后类型", "售后状态", "申请时间")
    assert refusal.code == "sheet.unknown_header"
    assert refusal.missing == ("ticket_no",)
    assert refusal.headers[0] == "退单流水"
    assert "售后单号（ticket_no）" in refusal.message.zh
    assert "退单流水" in refusal.message.zh
    assert "--map" in refusal.next_step.zh
    assert refusal.example_map in refusal.next_step.en


def test_the_example_of_a_map_needs_only_the_missing_title(tmp_path: Path) -> None:
    titles = ["退单流水", "订单号", "商品单号", "售后类型", "售后状态", "申请时间"]
    example = refused(*titles).example_map
    sheet = sheets.write_csv(
        tmp_path / "怪 表.csv",
        [
            titles,
            ["7100000100017897123", "6905364880001789781", "-", "换货", "待商家处理", "2025-06-03 10:15:00"],
        ],
    )
    written = tmp_path / "map.yaml"
    written.write_text(example.replace("ticket_no: 售后单号", "ticket_no: 退单流水"), encoding="utf-8")
    reading = read([sheet], load_map(written))
    assert [notice.ticket_no for notice in reading.notices] == ["7100000100017897123"]


def test_a_map_goes_before_every_known_title_and_leaves_other_sheets_alone(tmp_path: Path) -> None:
    mapping = parse_map(
        "platform: douyin\nkind: after_sale\nticket_no: 我的编号\nreason: [我的原因, 另一个]\n"
    )
    titles = ["我的编号", *sheets.DOUYIN_TICKETS, "我的原因"]
    row = sheets.ticket(我的编号="7199999999999999123", 我的原因="商品破损")
    tickets = sheets.write_csv(tmp_path / "a.csv", sheets.lay(titles, [row]))
    orders = sheets.orders_csv(tmp_path / "b.csv", sheets.order())
    reading = read([tickets, orders], mapping)
    assert reading.notices[0].ticket_no == "7199999999999999123"
    assert reading.notices[0].facts["reason"] == "damaged"
    assert reading.orders_joined == 1


def test_a_map_written_for_the_tickets_does_not_bend_the_orders_beside_them(tmp_path: Path) -> None:
    titles = ["退单流水" if title == "售后单号" else title for title in sheets.KUAISHOU_TICKETS]
    spoiled = ["申请日" if title == "售后申请时间" else title for title in titles]
    example = refused(*spoiled).example_map.replace("applied_at: 售后申请时间", "applied_at: 申请日")
    assert "商品名称" in example
    row = {**sheets.kuaishou_ticket(1), "申请日": "2025-06-03"}
    tickets = sheets.write_csv(tmp_path / "a.csv", sheets.lay(spoiled, [row]))
    orders = sheets.write_csv(
        tmp_path / "b.csv", sheets.lay(sheets.KUAISHOU_ORDERS, [sheets.kuaishou_order(1)])
    )
    assert read([tickets, orders], parse_map(example)).orders_joined == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- 售后单号", "map.unreadable"),
        ("ticket_no: [", "map.unreadable"),
        ("ticket: 售后单号", "map.unknown_field"),
        ("ticket_no: {a: b}", "map.bad_title"),
        ("ticket_no: ''", "map.bad_title"),
        ("ticket_no: []", "map.bad_title"),
        ("platform: taobao", "map.bad_choice"),
        ("kind: settlement", "map.bad_choice"),
    ],
)
def test_a_map_that_says_what_it_may_not_is_refused_with_how_to_write_it(text: str, code: str) -> None:
    with pytest.raises(SheetRefused) as refusal:
        parse_map(text)
    assert refusal.value.code == code
    assert "ticket_no" in refusal.value.next_step.zh


def test_a_map_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SheetRefused) as refusal:
        load_map(tmp_path / "没有.yaml")
    assert refusal.value.code == "map.unreadable"


def test_title_lines_and_blank_rows_may_stand_above_the_header(tmp_path: Path) -> None:
    lines = sheets.lay(sheets.DOUYIN_TICKETS, [sheets.ticket()])
    sheet = sheets.write_csv(tmp_path / "a.csv", [["售后单导出 2025-06"], [], ["", ""], *lines])
    reading = read([sheet])
    assert [(notice.observed.row, notice.observed.sheet) for notice in reading.notices] == [(5, "a.csv")]
