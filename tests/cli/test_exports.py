"""Hold `triage` and `whatif` to the options that the command hands on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from aftersale.cli import app
from aftersale.sandbox.demo import NOW, DemoSheets, write_demo
from tests.triage.desk import ticket, write_register, write_rows

if TYPE_CHECKING:
    from pathlib import Path

TICKET = {
    "platform": "douyin",
    "apply_type": "return_refund",
    "reason": "damaged",
    "received": True,
    "damaged_on_arrival": True,
    "applied_at": "2025-06-05T10:00:00+08:00",
    "paid_fen": 1500,
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoSheets:
    """Write the demo into a folder with blanks and Chinese characters and give its smallest shop."""
    _, written = write_demo(tmp_path_factory.mktemp("demo") / "我的 表格")
    return min(written, key=lambda one: one.tickets)


def test_an_export_becomes_json_lines_whose_counts_add_up(demo: DemoSheets) -> None:
    arguments = ["triage", str(demo.after_sales), str(demo.orders), "--now", NOW.isoformat(), "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.stderr
    *lines, last = map(json.loads, result.stdout.splitlines())
    assert last["summary"]["rows"] == last["summary"]["tickets"] + last["summary"]["parked"] == len(lines)


def test_an_export_becomes_a_workbook_where_it_is_told(demo: DemoSheets, tmp_path: Path) -> None:
    out = tmp_path / "处理 建议.xlsx"
    result = CliRunner().invoke(
        app, ["triage", str(demo.after_sales), "--now", "2026-06-10T09:00", "--out", str(out), "--lang", "en"]
    )
    assert result.exit_code == 0, result.stderr
    assert out.is_file()


def test_a_what_if_knows_the_articles_of_the_folder_it_is_asked_about(tmp_path: Path) -> None:
    sheet, rules = write_rows(tmp_path / "售后.csv", ticket(1)), tmp_path / "rules"
    rules.mkdir()
    arguments = ["whatif", str(sheet), "--against", str(rules), "--json"]
    undescribed = json.loads(CliRunner().invoke(app, arguments).stdout)
    described = {"商家编码": "CUP-1", "类目": "定制", "定作": "是", "无理由天数": "0", "已标注并确认": "是"}
    write_register(rules, described)
    told = json.loads(CliRunner().invoke(app, arguments).stdout)
    assert {each["remedy"] for each in undescribed["staying"]} == {"return_refund"}
    assert {each["remedy"] for each in told["staying"]} != {"return_refund"}


def test_two_rulebooks_are_compared_over_lines_of_facts(tmp_path: Path) -> None:
    tickets, rules, page = tmp_path / "单.jsonl", tmp_path / "新 规则", tmp_path / "对比.html"
    tickets.write_text(json.dumps({"id": "1", "facts": TICKET}), encoding="utf-8")
    CliRunner().invoke(app, ["rules", "init", str(rules)])
    told = CliRunner().invoke(app, ["whatif", str(tickets), "--against", str(rules), "--json"])
    assert told.exit_code == 0, told.stderr
    assert json.loads(told.stdout)["changed"] == 1
    shown = CliRunner().invoke(app, ["whatif", str(tickets), "--against", str(rules), "--html", str(page)])
    assert shown.exit_code == 0, shown.stderr
    assert page.is_file()
