"""Hold the folder that `rules init` writes, and what a shop may say of itself."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from aftersale.channels.register import load_register
from aftersale.cli import app
from aftersale.domain.clock import day_number
from aftersale.domain.errors import RulebookInvalid
from aftersale.library.checking import faults
from aftersale.library.shop_card import VOID, ShopCard, shop_card
from aftersale.library.shop_folder import FolderInUse, start
from aftersale.shops.rule_files import load_rulebook, packaged_texts, shop_texts

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 6, 10)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Start a shop folder."""
    start(tmp_path / "店 规则", TODAY)
    return tmp_path / "店 规则"


def with_examples(folder: Path) -> None:
    """Take the sign from every example."""
    for file in folder.glob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r"^# ", "", text, flags=re.MULTILINE), encoding="utf-8")


def test_a_new_folder_holds_rules_parameters_calendar_card_and_articles(shop: Path) -> None:
    names = {path.name for path in shop.iterdir()}
    assert names == {"articles.csv", "calendar.yaml", "parameters.yaml", "rules.yaml", "shop.yaml"}


def test_a_new_folder_loads_and_adds_one_rule_that_begins_today(shop: Path) -> None:
    book = load_rulebook(shop)
    (rule,) = [rule for rule in book.rules if rule.layer == "shop"]
    assert rule.id == "SHOP-01"
    assert [cite.effective_from for cite in rule.citations] == [TODAY]


def test_a_new_folder_is_clean_with_all_its_examples(shop: Path) -> None:
    with_examples(shop)
    assert faults(packaged_texts() | shop_texts(shop)) == ()


def test_the_examples_do_what_their_comments_say(shop: Path) -> None:
    with_examples(shop)
    book = load_rulebook(shop)
    assert {rule.id for rule in book.rules if rule.layer == "shop"} == {"SHOP-01", "SHOP-02", "SHOP-03"}
    confirmed = book.parameters["respond_unshipped_hours"].value_for("douyin", 1_750_000_000)
    assert confirmed is not None
    assert confirmed.confirmed_by is not None
    assert book.calendar.is_published(day_number(date(2030, 6, 3)))
    assert shop_card(shop_texts(shop)).intro


def test_the_register_of_a_new_folder_is_read_without_a_fault(shop: Path) -> None:
    register, file = load_register(shop, "zh")
    assert file == shop / "articles.csv"
    assert register.faults == ()
    (article,) = register.articles
    assert article.facts["promise_no_reason_days"] == 15


def test_the_register_begins_with_a_bom_for_spreadsheet_programs(shop: Path) -> None:
    assert (shop / "articles.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_nothing_is_overwritten_and_nothing_is_written_beside(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("mine", encoding="utf-8")
    with pytest.raises(FolderInUse):
        start(tmp_path, TODAY)
    assert [path.name for path in tmp_path.iterdir()] == ["rules.yaml"]
    assert (tmp_path / "rules.yaml").read_text(encoding="utf-8") == "mine"


def test_the_command_says_what_it_wrote_and_refuses_the_second_time(tmp_path: Path) -> None:
    folder = tmp_path / "店 规则"
    first = CliRunner().invoke(app, ["rules", "init", str(folder)])
    assert first.exit_code == 0
    assert f'aftersale rules check "{folder}"' in first.stdout
    second = CliRunner().invoke(app, ["rules", "init", str(folder)])
    assert second.exit_code == 3
    assert "没有改动" in second.stderr


def test_the_command_checks_rules_and_what_the_shop_says_of_itself(shop: Path) -> None:
    rules = (shop / "rules.yaml").read_text(encoding="utf-8")
    (shop / "rules.yaml").write_text(
        rules.replace("核实照片后直接退款", "本店拥有最终解释权"), encoding="utf-8"
    )
    (shop / "shop.yaml").write_text("layer: shop\nshop: {colour: red}\n", encoding="utf-8")
    found = CliRunner().invoke(app, ["rules", "check", str(shop)])
    assert found.exit_code == 1
    assert "shop.void_clause" in found.stdout
    assert "shop.bad_entry" in found.stdout
    assert "查出 2 处问题。" in found.stdout


def test_a_folder_that_does_not_load_is_checked_too(shop: Path) -> None:
    (shop / "rules.yaml").write_text("layer: shop\nrules:\n  - {id: S}\n", encoding="utf-8")
    found = CliRunner().invoke(app, ["rules", "check", str(shop)])
    assert found.exit_code == 1
    assert "rulebook.bad_entry" in found.stdout


@pytest.mark.parametrize("phrase", VOID)
def test_a_card_with_a_clause_that_the_law_makes_void_is_refused(phrase: str) -> None:
    with pytest.raises(RulebookInvalid, match=r"shop\.void_clause"):
        shop_card({"shop/shop.yaml": f"shop: {{name: 店, contact: 在线, intro: {phrase}}}"})


def test_a_card_with_an_unknown_entry_is_refused() -> None:
    with pytest.raises(RulebookInvalid, match=r"shop\.bad_entry"):
        shop_card({"shop/shop.yaml": "shop: {colour: red}"})


def test_without_a_card_there_is_a_default() -> None:
    assert shop_card({"shop/rules.yaml": "layer: shop"}) == ShopCard()


def test_a_shop_is_started_and_read_on_a_path_with_blanks_and_chinese_by_a_process(tmp_path: Path) -> None:
    folder = tmp_path / "我的 店铺" / "规则 一"
    program = "from aftersale.cli import main; main()"
    for arguments in (["init", str(folder)], ["show", "SHOP-01", "--shop", str(folder)]):
        answer = subprocess.run(
            [sys.executable, "-c", program, "rules", *arguments],
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr.decode()
    assert (folder / "rules.yaml").is_file()
