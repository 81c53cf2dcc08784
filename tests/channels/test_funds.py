from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.channels.base import Parked, SheetRefused
from aftersale.channels.funds import FundReader, Movement, Note, SheetKind, Taken
from aftersale.channels.funds.words import NO_HEADER, SCENES, TITLES, kind_of, read_signed
from aftersale.channels.spreadsheet.cells import Unreadable
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.money_legs import NATURES
from tests.channels.sheets import write_xlsx

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aftersale.channels.funds.read import Found

FUND = "动账时间,动帐流水号,动账方向,动账金额,动账账户,动账场景,计费类型,子订单号,订单号,售后编号,备注"
SETTLED = "结算时间,订单号,子订单号,结算金额,结算单类型,有结算前退款,结算前退款金额,收入合计,支出合计,备注"
# As the back office writes them.
REAL_FUND = (
    "动账时间,动帐流水号,动账方向,动账金额,动账账户,动账场景,计费类型,子订单号,订单号,售后编号,"
    "下单时间,商品ID,订单类型,订单实付应结,运费实付,实际平台补贴_运费,实际平台补贴,"
    "实际达人补贴,实际抖音支付补贴,实际抖音月付营销补贴,订单退款,平台服务费,佣金,渠道分成,"
    "招商服务费,站外推广费,其他分成,是否免佣,免佣金额,备注"
)
REAL_SETTLEMENT = (
    "结算时间,订单号,子订单号,结算金额,结算账户,结算单类型,有结算前退款,下单时间,商品ID,"
    "商品数量,业务类型,订单类型,订单总价,商品总价,运费,店铺劵,结算前退款金额,平台补贴,达人补贴,"
    "抖音支付补贴,抖音月付营销补贴,用户实付,收入合计,平台服务费,佣金,渠道分成,招商服务费,"
    "站外推广费,其他分成,其他分成说明,支出合计,是否免佣,免佣金额,备注"
)
SHORT_FUND = (
    "动账时间,动帐流水号,动账方向,动账金额,动账账户,动账场景,计费类型,子订单号,订单号,"
    "订单实付应结,运费实付,实际平台补贴,订单退款,平台服务费,佣金,招商服务费,站外推广费,备注"
)
EXPLAINED = "以T+7结算,主订单,子订单,实际到账,,,,,,"


def write(folder: Path, *rows: str, header: str = FUND, encoding: str = "utf-8-sig") -> Path:
    path = folder / "动账.csv"
    path.write_bytes("\r\n".join([header, *rows]).encode(encoding))
    return path


def read(path: Path, platform: str = "douyin") -> list[Found]:
    return list(FundReader(path, platform).rows())


def moved(found: Sequence[Found]) -> list[Movement]:
    return [each for one in found if isinstance(one, Taken) for each in one.movements]


def fund(**said: str) -> str:
    row = {
        "at": "2026-06-10 14:05:00",
        "serial": "\t8800000000000000011",
        "way": "出账",
        "fen": "129.00",
        "scene": "退款-结算后退款-退用户",
        "order": "\t6900000000000000001",
        "ticket": "'7100000000000000001",
    } | said
    return (
        f"{row['at']},{row['serial']},{row['way']},{row['fen']},货款,{row['scene']},,"
        f"{row['order']}1,{row['order']},{row['ticket']},-"
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030", "utf-16"])
def test_a_refund_in_a_fund_export_is_read_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    (one,) = moved(read(write(tmp_path, fund(), encoding=encoding)))
    assert (one.kind, one.fen, one.scene) == ("paid", -12900, "退款-结算后退款-退用户")
    assert (one.order_no, one.ticket_no) == ("6900000000000000001", "7100000000000000001")
    assert one.line_no == "69000000000000000011"
    assert one.at.astimezone(SHANGHAI).isoformat() == "2026-06-10T14:05:00+08:00"


@pytest.mark.parametrize(
    ("way", "amount", "fen"),
    [
        ("出账", '"¥1,299.90"', -129990),
        ("出账", "-129.00", -12900),
        ("入账", "129", 12900),
        ("收入", "0.01", 1),
        ("支出", "12元", -1200),
    ],
)
def test_an_amount_has_the_sign_of_its_direction(tmp_path: Path, way: str, amount: str, fen: int) -> None:
    (one,) = moved(read(write(tmp_path, fund(way=way, fen=amount))))
    assert one.fen == fen


@pytest.mark.parametrize("title", ["动帐流水号", "动账流水号"])
def test_both_spellings_of_the_serial_number_are_known(tmp_path: Path, title: str) -> None:
    (one,) = moved(read(write(tmp_path, fund(), header=FUND.replace("动帐流水号", title))))
    assert one.key.startswith("fund:8800000000000000011:")


def test_columns_may_stand_anywhere_and_unknown_ones_do_no_harm(tmp_path: Path) -> None:
    header = "说明,动账金额,新栏目,动账时间,动账方向,动账场景"
    (one,) = moved(read(write(tmp_path, "x,5.00,y,2026-06-10,入账,提现", header=header)))
    assert (one.kind, one.fen, one.order_no) == ("withdrawn", 500, "")


def test_a_scene_that_nobody_knows_is_kept_as_it_stands(tmp_path: Path) -> None:
    (one,) = moved(read(write(tmp_path, fund(scene="某种新扣费"))))
    assert (one.kind, one.scene) == ("", "某种新扣费")


def test_what_a_platforms_scenes_mean_is_said_for_that_platform_alone(tmp_path: Path) -> None:
    (one,) = moved(read(write(tmp_path, fund()), "kuaishou"))
    assert (one.kind, one.scene) == ("", "退款-结算后退款-退用户")


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (fund(at=""), "动账时间", "missing"),
        (fund(at="2025-13-45"), "动账时间", "bad_time"),
        (fund(fen=""), "动账金额", "missing"),
        (fund(fen="很多"), "动账金额", "bad_money"),
        (fund(fen="1.005"), "动账金额", "bad_money"),
        (fund(fen="=1+1"), "动账金额", "formula"),
        (fund(way=""), "动账方向", "missing"),
        (fund(way="冻结"), "动账方向", "bad_direction"),
        (fund(way="入账", fen="-5.00"), "动账金额", "direction_differs"),
        (fund(order="6.9E+18"), "订单号", "digits_lost"),
        (fund(ticket="7.1E+18"), "售后编号", "digits_lost"),
        (fund() + ",多了,一格", None, "row_width"),
    ],
)
def test_a_row_that_cannot_be_read_is_parked_with_its_place(
    tmp_path: Path, row: str, column: str | None, code: str
) -> None:
    first, parked = read(write(tmp_path, fund(), row))
    assert isinstance(first, Taken)
    assert isinstance(parked, Parked)
    if code != "digits_lost" or column != "订单号":
        assert parked.column == column
    assert (parked.row, parked.code) == (3, code)
    assert "3" in parked.message.zh
    assert dict(parked.cells)["动账账户"] == "货款"


def test_the_same_row_has_the_same_key_in_every_export(tmp_path: Path) -> None:
    every = moved(read(write(tmp_path, fund(), fund(serial="\t8800000000000000012"))))
    part = moved(read(write(tmp_path, fund(serial="\t8800000000000000012"))))
    assert [each.key for each in part] == [each.key for each in every][1:]


def test_rows_without_a_serial_number_that_say_the_same_are_two(tmp_path: Path) -> None:
    reader = FundReader(write(tmp_path, fund(serial=""), fund(serial="")), "douyin")
    keys = [each.key for each in moved(list(reader.rows()))]
    assert len(set(keys)) == 2
    assert [each.key for each in moved(list(reader.rows()))] == keys


def test_a_settlement_export_begins_below_its_explanation(tmp_path: Path) -> None:
    found = read(
        write(
            tmp_path,
            EXPLAINED,
            "2026-06-10 03:00:00,\t6900000000000000001,\t69000000000000000011,80.00,正常,是,49.00,90,-10,-",
            "2026-06-10 03:00:00,\t6900000000000000002,\t69000000000000000021,-3.50,正常,否,-,0,3.50,",
            header=SETTLED,
        )
    )
    assert found[0] == Note("动账.csv", 2)
    assert [(each.kind, each.fen) for each in moved(found)] == [
        ("settled", 8000),
        ("paid", -4900),
        ("settled", -350),
    ]


def test_only_the_line_below_the_header_may_be_an_explanation(tmp_path: Path) -> None:
    row = "2026-06-10,\t6900000000000000001,\t69000000000000000011,80.00,正常,否,-,,,"
    _first, total = read(write(tmp_path, row, "合计,,,80.00,,,,,,", header=SETTLED))
    assert isinstance(total, Parked)
    assert (total.column, total.code) == ("结算时间", "bad_time")


def test_what_kuaishou_settles_is_income_less_expense(tmp_path: Path) -> None:
    header = "订单号,实际结算时间,订单创建时间,合计收入(元),合计支出(元)"
    row = '2300000000001,2026-06-10 03:00:00,2026-06-01,"¥1,299.90",¥100.00'
    (one,) = moved(read(write(tmp_path, row, header=header), "kuaishou"))
    assert (one.kind, one.fen, one.order_no) == ("settled", 119990, "2300000000001")


def test_a_workbook_is_read_as_well(tmp_path: Path) -> None:
    rows = [FUND.split(","), [cell.strip("\t'") for cell in fund().split(",")]]
    (one,) = moved(read(write_xlsx(tmp_path / "动账.xlsx", rows)))
    assert (one.fen, one.order_no) == (-12900, "6900000000000000001")


@pytest.mark.parametrize("header", ["动账时间,动账金额", "订单号,结算时间", "随便"])
def test_a_sheet_of_something_else_is_refused_with_what_is_needed(tmp_path: Path, header: str) -> None:
    with pytest.raises(SheetRefused) as refusal:
        FundReader(write(tmp_path, "1,2", header=header), "douyin")
    assert refusal.value.code == "funds.no_header"
    assert refusal.value.message == NO_HEADER.format(name="动账.csv")


@pytest.mark.parametrize(
    ("header", "kind", "fields"),
    [
        (
            REAL_FUND,
            SheetKind.FUND,
            {"at", "serial", "direction", "amount", "scene", "ticket_no", "order_no"},
        ),
        (SHORT_FUND, SheetKind.FUND, {"at", "serial", "direction", "amount", "scene", "line_no", "order_no"}),
        (REAL_SETTLEMENT, SheetKind.SETTLEMENT, {"at", "amount", "refunded_before", "order_no", "scene"}),
    ],
)
def test_the_headers_that_platforms_write_are_recognised(
    header: str, kind: SheetKind, fields: set[str]
) -> None:
    found = kind_of(header.split(","))
    assert found is not None
    assert found[0] is kind
    assert found[1].keys() >= fields


@pytest.mark.parametrize("text", ["5-3", "--5", "1,2,3", "五元"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_signed(text)


def test_every_scene_means_a_kind_and_no_title_stands_for_two_things() -> None:
    assert {kind for scenes in SCENES.values() for kind in scenes.values()} <= set(NATURES)
    for fields in TITLES.values():
        titles = [title for names in fields.values() for title in names]
        assert len(titles) == len(set(titles))


CELLS = st.sampled_from(["", "1", "-5.00", "入账", "出账", "2026-06-10", "#N/A", "=A1", "-", "提现", "x"])


@given(rows=st.lists(st.lists(CELLS, min_size=11, max_size=11), max_size=12))
def test_every_row_is_taken_parked_or_a_note_once(
    tmp_path_factory: pytest.TempPathFactory, rows: Sequence[Sequence[str]]
) -> None:
    path = write(tmp_path_factory.mktemp("sheet"), *(",".join(cells) for cells in rows))
    filled = [number for number, cells in enumerate(rows, 2) if any(cells)]
    assert [each.row for each in read(path)] == filled
