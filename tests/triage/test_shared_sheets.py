"""Hold the figures that a shop sees on its first export."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import median

import pytest

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.fact_table import FACTS
from aftersale.domain.vocabulary import Stage
from aftersale.sandbox import sheets
from aftersale.sandbox.world import make_world
from aftersale.triage import TriageOptions
from tests.triage.desk import NOW, Ran, as_json, run, write_register

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
MOST_FREQUENT = 20


@dataclass(frozen=True)
class Export:
    """Name the two sheets of a shop, the time they were exported, and what is in them."""

    after_sales: Path
    orders: Path
    now: datetime
    tickets: int
    open: int

    @property
    def rows(self) -> list[dict[str, str]]:
        """Read the after-sale sheet as text."""
        with self.after_sales.open(encoding="utf-8-sig", newline="") as file:
            return [{title: cell.strip() for title, cell in row.items()} for row in csv.DictReader(file)]


def shared() -> Export:
    newest = datetime(2025, 8, 31, 17, 31, tzinfo=SHANGHAI)
    return Export(SHARED / "douyin_after_sales.csv", SHARED / "douyin_orders.csv", newest, 4412, 237)


def generated(folder: Path) -> Export:
    world = make_world(7, NOW)
    shop = world.shop("home")
    after_sales, orders = folder / "售后.csv", folder / "订单.csv"
    tickets = sheets.write_douyin_after_sales(world, shop, after_sales)
    sheets.write_douyin_orders(world, shop, orders)
    still = sum(ticket.deadline_at is not None for ticket in world.tickets_of(shop))
    return Export(after_sales, orders, NOW, tickets, still)


# The real lines lie beside the repository, not in it: where they are missing the generated ones stand alone.
@pytest.fixture(scope="module", params=["generated", *(["shared"] if SHARED.is_dir() else [])])
def export(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Export:
    return shared() if request.param == "shared" else generated(tmp_path_factory.mktemp("export"))


@pytest.fixture(scope="module")
def ran(export: Export) -> Ran:
    return as_json(export.after_sales, export.orders, now=export.now)


@pytest.fixture(scope="module")
def described(export: Export, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """Run with a register for the articles that most tickets speak of."""
    counted = Counter(row["商家编码"] for row in export.rows)
    words = ("家居日用", "玩具", "食品", "其他", "定制")
    register = [
        {"商家编码": code, "类目": words[place % len(words)], "不支持无理由类别": "无", "已标注并确认": "否"}
        for place, (code, _) in enumerate(counted.most_common(MOST_FREQUENT))
    ]
    shop = write_register(tmp_path_factory.mktemp("shop"), *register)
    return as_json(export.after_sales, export.orders, shop=shop, now=export.now)


def open_of(ran: Ran) -> list[dict[str, object]]:
    return [ticket for ticket in ran.tickets if ticket["open"]]


def test_every_ticket_of_the_sheet_is_accounted_for(export: Export, ran: Ran) -> None:
    assert ran.summary == {
        "rows": export.tickets,
        "tickets": export.tickets,
        "open": export.open,
        "parked": 0,
    }
    assert {ticket["ticket_no"] for ticket in ran.tickets} == {row["售后单号"] for row in export.rows}


def test_four_of_five_open_tickets_get_a_proposal_with_at_most_one_question(ran: Ran) -> None:
    found = open_of(ran)
    assert sum(ticket["rule"] != "X01" for ticket in found) / len(found) >= 0.8
    assert median(len(ticket["ask"]) for ticket in found) <= 1  # type: ignore[arg-type]


def test_the_time_left_is_that_of_the_platform(export: Export, ran: Ran) -> None:
    told = {row["售后单号"]: row for row in export.rows}
    asked = [ticket for ticket in open_of(ran) if told[str(ticket["ticket_no"])]["售后状态"] == "待商家处理"]
    assert asked
    for ticket in asked:
        given = told[str(ticket["ticket_no"])]["自动处理截止时间"]
        assert ticket["due_at"] == f"{given.replace(' ', 'T')}+08:00"


def test_nobody_is_asked_for_the_condition_of_goods_that_are_not_back(export: Export, ran: Ran) -> None:
    condition = {name for name, spec in FACTS.items() if spec.stage is Stage.GOODS_BACK}
    back = {row["售后单号"] for row in export.rows if row["退货物流状态"] == "已签收"}
    away = [ticket for ticket in open_of(ran) if ticket["ticket_no"] not in back]
    assert away
    assert {question["fact"] for ticket in away for question in ticket["ask"]} & condition == set()  # type: ignore[attr-defined]


def test_with_the_frequent_articles_described_no_no_reason_ticket_falls_back(described: Ran) -> None:
    no_reason = [ticket for ticket in open_of(described) if ticket["reason"] == "no_reason"]
    assert no_reason
    assert [ticket["ticket_no"] for ticket in no_reason if ticket["rule"] == "X01"] == []


def test_the_figures_are_printed(export: Export) -> None:
    said = run(TriageOptions((export.after_sales, export.orders), lang="en"), export.now).said
    assert f"{export.open} open: " in said
    assert "open tickets with a proposal (not “negotiate”) " in said
    assert "questions an open ticket, median " in said
    assert f"rows in the sheets {export.tickets} · tickets {export.tickets} · rows not read 0" in said
