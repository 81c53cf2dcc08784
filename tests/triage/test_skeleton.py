from __future__ import annotations

import csv
import os
from typing import TYPE_CHECKING

from python_calamine import CalamineWorkbook

from aftersale.channels.register import read_register
from aftersale.triage import TriageOptions
from tests.triage.desk import run, ticket, write_register, write_rows

if TYPE_CHECKING:
    from pathlib import Path

CUP, POT = (
    {"商家编码": "CUP-1", "商品名称": "玻璃杯"},
    {"商家编码": "POT-2", "商品ID": "35002", "商品名称": "煮锅"},
)
ROWS = [ticket(1, **CUP), ticket(2, **POT), ticket(3, **POT), ticket(4, **CUP, 售后状态="售后关闭")]


def triaged(tmp_path: Path, *rows: dict[str, str], shop: Path | None = None) -> list[dict[str, str]]:
    """Run over these rows and read the table beside the result."""
    sheet, out = write_rows(tmp_path / "a.csv", *(rows or ROWS)), tmp_path / "待办.xlsx"
    run(TriageOptions((sheet,), shop=shop, out=out))
    with (tmp_path / "待办-商品信息-待补.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fill_in(tmp_path: Path, lines: list[dict[str, str]]) -> None:
    with (tmp_path / "待办-商品信息-待补.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, lines[0].keys())
        writer.writeheader()
        writer.writerows(lines)


def test_the_article_with_most_tickets_stands_first(tmp_path: Path) -> None:
    lines = triaged(tmp_path)
    assert [(line["商家编码"], line["相关售后单"]) for line in lines] == [("POT-2", "2"), ("CUP-1", "1")]
    assert "不支持无理由类别" in lines[0]["待补的信息"]
    assert {line["类目"] for line in lines} == {""}


def test_questions_asked_equally_often_stand_in_the_order_of_the_columns(tmp_path: Path) -> None:
    (line,) = triaged(tmp_path, ticket(1, 售后原因="商品质量问题"))
    assert line["待补的信息"] == "瑕疵已说明、耐用"


def test_the_workbook_says_how_many_tickets_the_answers_settle(tmp_path: Path) -> None:
    triaged(tmp_path)
    book = CalamineWorkbook.from_path(tmp_path / "待办.xlsx")
    header, first, *_ = book.get_sheet_by_name("待补商品信息").to_python()
    told = dict(zip(map(str, header), first, strict=True))
    assert (told["商家编码"], told["待处理单数"], told["填完就能定的单数"]) == ("POT-2", 2.0, 2.0)
    assert "不支持无理由类别 (2)" in str(told["要填的信息（涉及单数）"])


def test_the_table_can_be_used_as_a_register_as_it_is(tmp_path: Path) -> None:
    triaged(tmp_path)
    register = read_register(tmp_path / "待办-商品信息-待补.csv", "zh")
    assert register.faults == ()
    assert register.find("POT-2", None) is not None


def test_known_answers_and_own_columns_are_taken_over(tmp_path: Path) -> None:
    known = {"商家编码": "POT-2", "类目": "数码家电", "颜色": "白"}
    absent = {"商家编码": "OLD-9", "类目": "玩具", "颜色": ""}
    shop = write_register(tmp_path / "shop", known, absent)
    pot, cup, old = triaged(tmp_path, shop=shop)
    assert (pot["商家编码"], pot["类目"], pot["颜色"]) == ("POT-2", "数码家电", "白")
    assert (cup["商家编码"], cup["类目"]) == ("CUP-1", "")
    assert (old["商家编码"], old["类目"], old["相关售后单"]) == ("OLD-9", "玩具", "0")


def test_the_register_itself_is_never_touched(tmp_path: Path) -> None:
    shop = write_register(tmp_path / "shop", {"商家编码": "POT-2", "类目": "星星"})
    before = (shop / "articles.csv").read_bytes()
    lines = triaged(tmp_path, shop=shop)
    assert (shop / "articles.csv").read_bytes() == before
    assert lines[0]["类目"] == "星星"


def test_what_was_typed_into_the_table_survives_the_next_run(tmp_path: Path) -> None:
    lines = triaged(tmp_path)
    lines[0]["类目"] = "数码家电"
    fill_in(tmp_path, lines)
    assert triaged(tmp_path)[0]["类目"] == "数码家电"


def test_of_two_answers_the_newer_file_holds(tmp_path: Path) -> None:
    shop = write_register(tmp_path / "shop", {"商家编码": "POT-2", "类目": "食品"})
    lines = triaged(tmp_path, shop=shop)
    lines[0]["类目"] = "数码家电"
    fill_in(tmp_path, lines)
    os.utime(shop / "articles.csv", (1, 1))
    assert triaged(tmp_path, shop=shop)[0]["类目"] == "数码家电"
    os.utime(tmp_path / "待办-商品信息-待补.csv", (0, 0))
    assert triaged(tmp_path, shop=shop)[0]["类目"] == "食品"


def test_a_table_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    spoilt = tmp_path / "待办-商品信息-待补.csv"
    spoilt.write_text("随手记\n", encoding="utf-8")
    triaged(tmp_path)
    assert spoilt.read_text(encoding="utf-8") == "随手记\n"
    assert read_register(tmp_path / "待办-商品信息-待补-2.csv", "zh").find("CUP-1", None) is not None


def test_an_article_without_a_code_is_known_by_its_product_id(tmp_path: Path) -> None:
    (line,) = triaged(tmp_path, ticket(1, 商家编码="-", 商品ID="3500000000000000101"))
    assert (line["商家编码"], line["商品ID"]) == ("", "'3500000000000000101")


def test_a_described_article_leaves_nothing_to_fill_in(tmp_path: Path) -> None:
    answers = {
        "类目": "家居日用",
        "不支持无理由类别": "无",
        "已标注并确认": "否",
        "下单单独确认": "否",
        "无理由天数": "0",
    }
    shop = write_register(tmp_path / "shop", {"商家编码": "CUP-1"} | answers)
    (line,) = triaged(tmp_path, ticket(1, **CUP), shop=shop)
    assert line["待补的信息"] == ""
