from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from aftersale.channels.base import SheetRefused
from aftersale.channels.register import Register, load_register, read_register
from aftersale.channels.register.words import CATEGORY_WORDS, COLUMN_OF, OPT_OUT_WORDS
from aftersale.domain.fact_table import FACTS
from aftersale.domain.vocabulary import CATEGORIES, Silence
from aftersale.sandbox import sheets
from aftersale.sandbox.world import make_world
from tests.triage.desk import NOW, as_json, order, ticket, write_orders, write_register, write_rows

if TYPE_CHECKING:
    from pathlib import Path


def read(tmp_path: Path, *rows: dict[str, str]) -> Register:
    return read_register(write_register(tmp_path / "shop", *rows) / "articles.csv", "zh")


def facts(tmp_path: Path, **cells: str) -> dict[str, object]:
    """Give the facts that one row states."""
    register = read(tmp_path, {"商家编码": "CUP-1"} | cells)
    assert register.faults == ()
    article = register.find("CUP-1", None)
    assert article is not None
    return dict(article.facts)


def test_a_row_states_facts_in_the_words_of_the_shop(tmp_path: Path) -> None:
    stated = facts(
        tmp_path, 无理由天数="15天", 运费险="是", 退货成本="12.50", 包退货运费="否", 质保天数="365"
    )
    assert stated == {
        "promise_no_reason_days": 15,
        "freight_insurance": True,
        "return_cost_fen": 1250,
        "shop_freight_promise": False,
        "warranty_days": 365,
    }


def test_the_values_of_the_facts_are_read_as_well(tmp_path: Path) -> None:
    stated = facts(
        tmp_path, category="electronics", opt_out_class="activation_devalue", freight_insurance="true"
    )
    assert stated["category"] == "electronics"
    assert stated["opt_out_class"] == "activation_devalue"
    assert stated["freight_insurance"] is True


def test_an_empty_cell_states_nothing(tmp_path: Path) -> None:
    assert facts(tmp_path, 类目="", 运费险="-", 无理由天数="") == {}


@pytest.mark.parametrize(
    ("category", "settled"),
    [
        ("生鲜", {"perishable": True, "durable_goods": False}),
        ("定制", {"custom_made": True}),
        ("家居日用", {"perishable": False}),
        ("食品", {"durable_goods": False}),
        ("虚拟商品", {"perishable": False, "virtual": True}),
        ("其他", {}),
    ],
)
def test_a_category_settles_only_what_is_certain(
    tmp_path: Path, category: str, settled: dict[str, bool]
) -> None:
    stated = facts(tmp_path, 类目=category)
    del stated["category"]
    assert stated == settled


def test_the_class_of_exclusion_answers_for_the_statutory_classes_too(tmp_path: Path) -> None:
    assert facts(tmp_path, 不支持无理由类别="无") == {
        "opt_out_class": "none",
        "custom_made": False,
        "perishable": False,
    }
    assert facts(tmp_path, 不支持无理由类别="鲜活易腐")["perishable"] is True
    assert facts(tmp_path, 不支持无理由类别="定作")["custom_made"] is True


def test_what_is_stated_outright_goes_before_what_follows_from_the_category(tmp_path: Path) -> None:
    assert facts(tmp_path, 类目="生鲜", 不支持无理由类别="无")["perishable"] is False


def test_every_fact_says_from_which_column_it_came(tmp_path: Path) -> None:
    article = read(tmp_path, {"商家编码": "CUP-1", "类目": "生鲜"}).find("CUP-1", None)
    assert article is not None
    assert set(article.origins.values()) == {"商品信息·类目"}
    assert article.origins.keys() == article.facts.keys()


@pytest.mark.parametrize(
    ("cells", "column", "value"),
    [
        ({"类目": "星星"}, "类目", "星星"),
        ({"无理由天数": "七天"}, "无理由天数", "七天"),
        ({"无理由天数": "99999"}, "无理由天数", "99999"),
        ({"运费险": "也许"}, "运费险", "也许"),
        ({"退货成本": "十块"}, "退货成本", "十块"),
        ({"退货成本": "-3"}, "退货成本", "-3"),
        ({"供应商": "=1+1"}, "供应商", "=1+1"),
        ({"商品ID": "3.5E+18"}, "商品ID", "3.5E+18"),
    ],
)
def test_a_fault_is_reported_with_row_column_and_value(
    tmp_path: Path, cells: dict[str, str], column: str, value: str
) -> None:
    register = read(tmp_path, {"商家编码": "CUP-0"}, {"商家编码": "CUP-1", "运费险": "是"} | cells)
    (fault,) = register.faults
    assert (fault.sheet, fault.row, fault.column, fault.value) == ("articles.csv", 3, column, value)
    assert "3" in fault.reason


def test_a_row_with_a_fault_states_nothing_and_is_not_dropped(tmp_path: Path) -> None:
    register = read(tmp_path, {"商家编码": "CUP-1", "运费险": "是", "类目": "星星"})
    article = register.find("CUP-1", None)
    assert article is not None
    assert article.facts == {}
    assert article.cells == {"商家编码": "CUP-1", "运费险": "是", "类目": "星星"}


def test_the_reason_names_what_may_stand_there(tmp_path: Path) -> None:
    (fault,) = read(tmp_path, {"商家编码": "CUP-1", "类目": "星星"}).faults
    assert "生鲜、食品" in fault.reason


def test_a_code_that_became_a_number_is_a_fault(tmp_path: Path) -> None:
    (fault,) = read(tmp_path, {"商家编码": "6.9E+12", "类目": "食品"}).faults
    assert fault.column == "商家编码"


def test_a_row_without_an_article_and_an_article_said_twice_are_faults(tmp_path: Path) -> None:
    twice = {"商家编码": "CUP-1", "类目": "食品"}
    register = read(tmp_path, {"商家编码": "", "类目": "食品"}, twice, twice | {"类目": "生鲜"})
    assert [fault.row for fault in register.faults] == [2, 4]
    article = register.find("CUP-1", None)
    assert article is not None
    assert article.facts["category"] == "food"


def test_an_article_is_found_by_its_code_or_else_by_its_product_id(tmp_path: Path) -> None:
    register = read(
        tmp_path,
        {"商家编码": "CUP-1", "商品ID": "35001", "类目": "食品"},
        {"商家编码": "", "商品ID": "35002", "类目": "玩具"},
        {"商家编码": "A", "商品ID": "35003", "类目": "玩具"},
        {"商家编码": "B", "商品ID": "35003", "类目": "玩具"},
    )
    assert register.find("CUP-1", None) is register.find("OTHER", "35001") is not None
    assert register.find(None, "35002") is register.find("35002", None) is not None
    # Two codes share this product: which of them is meant nobody knows.
    assert register.find("C", "35003") is None


def test_a_workbook_is_read_too_and_the_csv_goes_before_it(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "articles.xlsx")) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["商家编码", "无理由天数", "成本（元）"])
        sheet.write_row(1, 0, [22960, 15, 3.5])
    register, path = load_register(tmp_path, "zh")
    article = register.find("22960", None)
    assert article is not None
    assert article.facts == {"promise_no_reason_days": 15}
    assert path == tmp_path / "articles.xlsx"
    write_register(tmp_path, {"商家编码": "CUP-1"})
    assert load_register(tmp_path, "zh")[1] == tmp_path / "articles.csv"


def test_a_shop_without_a_register_has_an_empty_one(tmp_path: Path) -> None:
    for shop in (None, tmp_path, tmp_path / "missing"):
        register, path = load_register(shop, "zh")
        assert (register.articles, register.faults, path) == ((), (), None)


def test_a_table_that_names_no_article_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SheetRefused) as refusal:
        read(tmp_path, {"类目": "食品"})
    assert refusal.value.code == "register.no_key"
    assert "商品信息-待补" in refusal.value.next_step.zh


def test_the_register_of_the_generated_world_is_read_without_a_fault(tmp_path: Path) -> None:
    world = make_world(7, NOW)
    count = sheets.write_articles(world, tmp_path / "articles.csv")
    register = read_register(tmp_path / "articles.csv", "zh")
    assert (len(register.articles), register.faults) == (count, ())
    for article in world.articles:
        found = register.find(article.article_no, None)
        assert found is not None
        assert found.facts["category"] == article.category
        assert found.facts["freight_insurance"] is article.freight_insurance


def test_our_words_are_those_of_the_generated_world_and_cover_every_category() -> None:
    assert set(CATEGORY_WORDS) == set(CATEGORIES)
    assert all(word in CATEGORY_WORDS[code] for code, word in sheets.CATEGORIES.items())
    assert all(word in OPT_OUT_WORDS[code] for code, word in sheets.OPT_OUT_CLASSES.items())


def test_every_question_about_an_article_has_a_column() -> None:
    asked = {name for name, spec in FACTS.items() if spec.silence is Silence.REGISTER}
    assert asked - COLUMN_OF.keys() == set()


def test_an_article_is_described_once_for_all_its_tickets(tmp_path: Path) -> None:
    tickets = write_rows(tmp_path / "a.csv", *(ticket(number) for number in range(1, 5)))
    orders = write_orders(tmp_path / "o.csv", *(order(number) for number in range(1, 5)))
    register = {"商家编码": "CUP-1", "不支持无理由类别": "定作", "已标注并确认": "是", "无理由天数": "0"}
    shop = write_register(tmp_path / "shop", register)
    assert {line["rule"] for line in as_json(tickets, orders).tickets} == {"N01"}
    assert {line["rule"] for line in as_json(tickets, orders, shop=shop).tickets} == {"N02b"}


def test_of_one_ticket_the_sheet_knows_better_than_the_register(tmp_path: Path) -> None:
    shop = write_register(tmp_path / "shop", {"商家编码": "CUP-1", "批次": "2505C"})
    assert as_json(write_rows(tmp_path / "a.csv", ticket(1)), shop=shop).tickets[0]["rule"] == "N01"
