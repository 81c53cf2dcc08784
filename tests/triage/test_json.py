from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from aftersale.domain.fact_table import FACTS
from aftersale.domain.vocabulary import LIABILITIES, REASONS
from aftersale.sandbox import sheets
from aftersale.sandbox.world import make_world
from aftersale.triage import TriageOptions, triage
from tests.triage.desk import JUDGE, NOW, as_json, run, ticket, write_rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aftersale.sandbox.model import Shop, World

    Writer = Callable[[World, Shop, Path], int]

WORLD = make_world(7, NOW)
SHOPS: list[tuple[str, Writer, Writer]] = [
    ("home", sheets.write_douyin_after_sales, sheets.write_douyin_orders),
    ("source_ks", sheets.write_kuaishou_after_sales, sheets.write_kuaishou_orders),
]
RULES = {rule.id for rule in JUDGE.rulebook.rules}
KEYS = [
    *("ticket_no", "order_no", "channel", "open", "reason", "amount_fen", "due_at", "rule", "proposal"),
    *("liability", "freight", "ask", "citations", "flags"),
]


@pytest.mark.parametrize(("key", "write_tickets", "write_lines"), SHOPS)
def test_rows_are_tickets_and_parked_rows(
    tmp_path: Path, key: str, write_tickets: Writer, write_lines: Writer
) -> None:
    shop, tickets, orders = WORLD.shop(key), tmp_path / "售后.csv", tmp_path / "订单.csv"
    rows = write_tickets(WORLD, shop, tickets)
    write_lines(WORLD, shop, orders)
    ran = as_json(tickets, orders)
    assert ran.summary["rows"] == rows == ran.summary["tickets"] + ran.summary["parked"]
    assert ran.summary["tickets"] == len(ran.tickets) == len({line["ticket_no"] for line in ran.tickets})
    assert ran.summary["parked"] == len(ran.parked)
    assert ran.summary["open"] == sum(line["open"] for line in ran.tickets)
    assert list(ran.lines[-1]) == ["summary"]


def test_a_sheet_without_what_was_paid_parks_only_its_bad_rows_and_counts_what_is_asked(
    tmp_path: Path,
) -> None:
    tickets = tmp_path / "售后.csv"
    rows = sheets.write_kuaishou_after_sales(WORLD, WORLD.shop("source_ks"), tickets)
    ran = as_json(tickets)
    parked = [(line["column"], line["value"]) for line in ran.parked]
    assert rows == len(ran.tickets) + len(parked)
    assert all("E+15" in value or "2025-13-45" in value for _, value in parked), parked
    assert all(
        line["amount_fen"] for line in ran.tickets if line["open"] and line["proposal"] == "return_refund"
    )


@pytest.mark.parametrize(("key", "write_tickets", "write_lines"), SHOPS)
def test_every_name_is_a_name_of_the_rulebook(
    tmp_path: Path, key: str, write_tickets: Writer, write_lines: Writer
) -> None:
    shop, tickets, orders = WORLD.shop(key), tmp_path / "售后.csv", tmp_path / "订单.csv"
    write_tickets(WORLD, shop, tickets)
    write_lines(WORLD, shop, orders)
    for line in as_json(tickets, orders).tickets:
        assert list(line) == KEYS
        assert line["reason"] is None or line["reason"] in REASONS
        assert line["liability"] in LIABILITIES
        assert line["proposal"] in JUDGE.rulebook.remedies if line["open"] else line["proposal"] is None
        assert all(question["fact"] in FACTS for question in line["ask"])
        assert all(question["could_become"] in JUDGE.rulebook.remedies for question in line["ask"])
        assert line["rule"] in RULES
        assert line["citations"][0]["rule"] == line["rule"]
        assert line["due_at"] is None or line["due_at"].endswith("+08:00")


def test_a_ticket_is_written_as_the_manual_says(tmp_path: Path) -> None:
    line = as_json(write_rows(tmp_path / "a.csv", ticket(1, 售后原因="商品破损"))).tickets[0]
    assert line["ticket_no"] == "7100000000000000001"
    assert (line["channel"], line["open"], line["reason"]) == ("douyin", True, "damaged")
    assert (line["amount_fen"], line["due_at"]) == (12900, "2026-06-11T09:00:00+08:00")
    assert (line["rule"], line["proposal"]) == ("Q13", "request_evidence")
    assert line["ask"] == [
        {"fact": "damaged_on_arrival", "who": "buyer", "rule": "L05", "could_become": "return_refund"}
    ]
    assert line["citations"][0] == {
        "short": "民法典620",
        "document": "民法典",
        "article": "620",
        "rule": "Q13",
        "effective_from": "2021-01-01",
    }


def test_a_closed_ticket_proposes_nothing(tmp_path: Path) -> None:
    line = as_json(write_rows(tmp_path / "a.csv", ticket(1, 售后状态="同意退款，退款成功"))).tickets[0]
    assert (line["open"], line["proposal"], line["due_at"], line["ask"]) == (False, None, None, [])


def test_a_parked_row_names_its_place_and_its_reason(tmp_path: Path) -> None:
    ran = as_json(write_rows(tmp_path / "a.csv", ticket(1), ticket(2, 售后申请时间="2025-13-45 08:00:00")))
    (parked,) = ran.parked
    assert list(parked) == ["sheet", "row", "column", "value", "reason"]
    assert (parked["sheet"], parked["row"], parked["column"]) == ("a.csv", 3, "售后申请时间")
    assert parked["value"] == "2025-13-45 08:00:00"
    assert "第 3 行的售后申请时间" in parked["reason"]


def test_with_json_standard_output_holds_nothing_else(tmp_path: Path) -> None:
    sheet, shown, out = write_rows(tmp_path / "a.csv", ticket(1)), io.StringIO(), io.StringIO()
    triage(TriageOptions((sheet,), json=True), JUDGE, NOW, Console(file=shown), out)
    assert [json.loads(line) for line in out.getvalue().splitlines()]
    assert shown.getvalue() == ""


def test_the_language_changes_no_key_and_no_code(tmp_path: Path) -> None:
    sheet = write_rows(tmp_path / "a.csv", ticket(1), ticket(2, 售后原因="其他"))
    zh = run(TriageOptions((sheet,), json=True, lang="zh")).lines
    assert run(TriageOptions((sheet,), json=True, lang="en")).lines == zh
