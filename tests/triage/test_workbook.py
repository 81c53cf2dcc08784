from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest
from python_calamine import CalamineWorkbook

from aftersale.domain.errors import AftersaleError
from aftersale.triage import TriageOptions
from aftersale.triage.flow import find
from aftersale.triage.tables import harmless
from aftersale.triage.workbook import write_workbook
from tests.triage.desk import JUDGE, NOW, run, ticket, write_register, write_rows

if TYPE_CHECKING:
    from pathlib import Path

    from tests.triage.desk import Ran

SHEETS = ["工作清单", "概览", "按动作分组", "判断依据", "待补商品信息", "没读进来"]


def write(tmp_path: Path, *rows: dict[str, str], **options: object) -> tuple[Path, Ran]:
    """Run over these rows and write the workbook."""
    out = tmp_path / "待办 清单.xlsx"
    sheet = write_rows(tmp_path / "售后.csv", *rows)
    return out, run(TriageOptions((sheet,), out=out, **options))  # type: ignore[arg-type]


def cells(out: Path, name: str) -> list[list[object]]:
    return [list(row) for row in CalamineWorkbook.from_path(out).get_sheet_by_name(name).to_python()]


def part(out: Path, name: str) -> str:
    with zipfile.ZipFile(out) as archive:
        return archive.read(name).decode()


def test_the_workbook_has_its_six_sheets(tmp_path: Path) -> None:
    out, _ = write(tmp_path, ticket(1))
    assert CalamineWorkbook.from_path(out).sheet_names == SHEETS


def test_the_worklist_has_one_row_a_ticket_with_ids_as_text(tmp_path: Path) -> None:
    out, _ = write(tmp_path, ticket(1), ticket(2), ticket(3, 售后状态="同意退款，退款成功"))
    header, *rows = cells(out, "工作清单")
    place = header.index("售后单号")
    assert [row[place] for row in rows] == [f"710000000000000000{number}" for number in (1, 2, 3)]
    assert [row[header.index("金额")] for row in rows] == [129.0, 129.0, 129.0]


def test_the_header_is_frozen_and_every_column_can_be_filtered(tmp_path: Path) -> None:
    out, _ = write(tmp_path, ticket(1))
    page = part(out, "xl/worksheets/sheet1.xml")
    assert 'state="frozen"' in page
    assert '<autoFilter ref="A1:AA2"' in page


def test_urgency_is_said_in_colour_and_in_words(tmp_path: Path) -> None:
    out, _ = write(tmp_path, ticket(1, 自动处理截止时间="2026-06-10 09:30:00"))
    assert "FFFCE4E4" in part(out, "xl/styles.xml")
    assert cells(out, "工作清单")[1][0] == "1 小时内"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t="])
def test_a_cell_that_looks_like_a_formula_stays_text(tmp_path: Path, start: str) -> None:
    title = f"{start}HYPERLINK('x')"
    out, _ = write(tmp_path, ticket(1, 商品名称=title, 商家备注="=1+1"))
    sheets = [name for name in zipfile.ZipFile(out).namelist() if name.startswith("xl/worksheets/")]
    assert all("<f>" not in part(out, name) and "<hyperlink" not in part(out, name) for name in sheets)


def test_rows_that_one_sheet_cannot_hold_go_on_in_a_second(tmp_path: Path) -> None:
    sheet, out = (
        write_rows(tmp_path / "a.csv", *(ticket(number) for number in range(1, 8))),
        tmp_path / "b.xlsx",
    )
    write_workbook(out, find(TriageOptions((sheet,)), JUDGE, NOW).result, NOW, most_rows=3)
    pages = [cells(out, name) for name in ("工作清单", "工作清单 2", "工作清单 3")]
    assert [len(page) for page in pages] == [4, 4, 2]
    assert {str(page[0]) for page in pages} == {str(pages[0][0])}
    place = pages[0][0].index("售后单号")
    assert len({row[place] for page in pages for row in page[1:]}) == 7


def test_the_small_tables_disarm_formulas_and_keep_long_ids() -> None:
    assert harmless("=cmd()") == "'=cmd()"
    assert harmless("@SUM(A1)") == "'@SUM(A1)"
    assert harmless("+86") == "'+86"
    assert harmless("7100000000000000001") == "'7100000000000000001"
    assert harmless("CUP-1") == "CUP-1"


def test_tickets_of_one_action_are_joined_for_the_batch_search(tmp_path: Path) -> None:
    rows = [ticket(number) for number in range(1, 6)]
    out, _ = write(tmp_path, *rows, ticket(6, 售后原因="商品破损"), separator=" ", batch_size=3)
    header, *groups = cells(out, "按动作分组")
    assert header[-1] == "售后单号（可粘贴到平台批量搜索）"
    told = [(group[0], group[3], group[4], str(group[-1]).split(" ")) for group in groups]
    agreed = [f"710000000000000000{number}" for number in range(1, 6)]
    assert told == [
        ("同意退货，到货验货", "1/2", 3.0, agreed[:3]),
        ("同意退货，到货验货", "2/2", 2.0, agreed[3:]),
        ("请买家补凭证", "1/1", 1.0, ["7100000000000000006"]),
    ]


def test_shops_are_searched_apart(tmp_path: Path) -> None:
    out, _ = write(tmp_path, ticket(1, 门店名称="甲店"), ticket(2, 门店名称="乙店"), separator="\\n")
    assert [(group[2], group[4]) for group in cells(out, "按动作分组")[1:]] == [("甲店", 1.0), ("乙店", 1.0)]


def test_a_batch_never_outgrows_a_cell(tmp_path: Path) -> None:
    rows = [ticket(number) for number in range(1, 2001)]
    out, _ = write(tmp_path, *rows, batch_size=100_000)
    groups = cells(out, "按动作分组")[1:]
    assert [group[4] for group in groups] == [1600.0, 400.0]
    numbers = [number for group in groups for number in str(group[-1]).split(",")]
    assert numbers == [row["售后单号"] for row in rows]


def test_the_reasoning_says_what_it_rests_on_and_what_nobody_alleges(tmp_path: Path) -> None:
    out, _ = write(tmp_path, ticket(1), ticket(2, 售后状态="待买家退货"))
    header, *rows = cells(out, "判断依据")
    (row,) = (dict(zip(map(str, header), line, strict=True)) for line in rows)
    assert row["规则"] == "N01"
    assert "[N01] 消法25" in str(row["条款"])
    assert "平台按7天无理由受理 = 是 (平台受理的原因（售后原因）)" in str(row["用到的信息（来源）"])
    assert "未见主张：" in str(row["未见主张"])
    assert "未成年人下单" in str(row["未见主张"])
    assert "无人否认：退货地址有效" in str(row["未见主张"])
    assert "若鲜活易腐 = 是 → " in str(row["什么会改变结果"])


def test_the_overview_counts_and_sums(tmp_path: Path) -> None:
    out, _ = write(tmp_path, ticket(1), ticket(2, 自动处理截止时间="2026-06-10 08:00:00"))
    told = {str(row[0]): row[1:] for row in cells(out, "概览")}
    assert told["待商家处理"] == ["2", 258.0]
    assert told["已超时"][0] == "1"
    assert told["同意退货，到货验货"] == ["1", 129.0]
    assert told["有明确建议的未完结单（不是“协商”）"][0] == "100.0%"


def test_what_was_not_read_stands_beside_the_result_too(tmp_path: Path) -> None:
    shop = write_register(tmp_path / "shop", {"商家编码": "CUP-1", "类目": "星星"})
    spoilt = ticket(2) | {"售后单号": "7.1E+18"}
    out, ran = write(tmp_path, ticket(1), spoilt, shop=shop)
    table = [row[:4] for row in cells(out, "没读进来")[1:]]
    assert table == [
        ["售后.csv", 3.0, "售后单号", "7.1E+18"],
        ["articles.csv", 2.0, "类目", "星星"],
    ]
    beside = (tmp_path / "待办 清单-没读进来.csv").read_text(encoding="utf-8-sig")
    assert "7.1E+18" in beside
    assert "星星" in beside
    assert "没读进来 1 行" in ran.said


def test_nothing_is_written_beside_when_everything_was_read(tmp_path: Path) -> None:
    write(tmp_path, ticket(1))
    assert not (tmp_path / "待办 清单-没读进来.csv").exists()
    assert list(tmp_path.glob("*.partial")) == []


def test_the_folder_of_the_result_is_made(tmp_path: Path) -> None:
    sheet, out = write_rows(tmp_path / "a.csv", ticket(1)), tmp_path / "周三" / "待办.xlsx"
    assert run(TriageOptions((sheet,), out=out)).code == 0
    assert out.is_file()


def test_a_result_that_is_no_workbook_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(AftersaleError) as refusal:
        run(TriageOptions((tmp_path / "missing.csv",), out=tmp_path / "待办.csv"))
    assert refusal.value.code == "out.not_xlsx"


def test_a_result_never_replaces_the_sheet_it_was_read_from(tmp_path: Path) -> None:
    sheet = write_rows(tmp_path / "售后.xlsx", ticket(1))
    with pytest.raises(AftersaleError) as refusal:
        run(TriageOptions((sheet,), out=tmp_path / "." / "售后.xlsx"))
    assert refusal.value.code == "out.is_input"
    assert sheet.read_bytes().startswith(b"\xef\xbb\xbf")


def test_a_place_that_cannot_be_written_is_said_with_the_way_out(tmp_path: Path) -> None:
    taken = tmp_path / "待办.xlsx"
    taken.mkdir()
    with pytest.raises(AftersaleError) as refusal:
        run(TriageOptions((write_rows(tmp_path / "a.csv", ticket(1)),), out=taken))
    assert refusal.value.code == "out.not_written"
    assert "请先关掉" in refusal.value.next_step.zh
    assert list(tmp_path.glob("*.partial")) == []
