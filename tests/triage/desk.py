"""Write small sheets and run the triage over them, as a shop would."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console

from aftersale.domain.clock import SHANGHAI
from aftersale.policy.decide import Judge
from aftersale.sandbox import headers
from aftersale.shops.rule_files import load_rulebook
from aftersale.triage import TriageOptions, triage

if TYPE_CHECKING:
    from pathlib import Path

JUDGE = Judge(load_rulebook())
NOW = datetime(2026, 6, 10, 9, tzinfo=SHANGHAI)
_COLUMNS = (*headers.DOUYIN_AFTER_SALES, "旗帜颜色", "商家备注")
_USUAL = {
    "商品名称": "玻璃杯",
    "商品ID": "3500000000000000101",
    "商家编码": "CUP-1",
    "应付金额（元）": "129.00",
    "退商品金额（元）": "129.00",
    "商品发货状态": "已发货",
    "发货物流状态": "已签收",
    "售后类型": "退货退款",
    "售后状态": "待商家处理",
    "售后申请时间": "2026-06-09 09:00:00",
    "自动处理截止时间": "2026-06-11 09:00:00",
    "售后原因": "7天无理由退货",
}


def ticket(number: int, **cells: str) -> dict[str, str]:
    """Write the row of one ticket: a no-reason return that waits for the shop, but for the cells named."""
    ids = {
        "售后单号": f"71000000000000{number:05d}",
        "订单号": f"6900000000{number:08d}",
        "商品单号": f"69000000000{number:08d}",
    }
    return _USUAL | ids | {name.replace("_元", "（元）"): cell for name, cell in cells.items()}


def write_rows(path: Path, *rows: dict[str, str]) -> Path:
    """Write an after-sale export of 抖店 with these rows."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, _COLUMNS, restval="-")
        writer.writeheader()
        writer.writerows(rows)
    return path


def order(number: int, **cells: str) -> dict[str, str]:
    """Write the order line of a ticket: paid and sent a week before, but for the cells named."""
    return {
        "主订单编号": f"6900000000{number:08d}",
        "子订单编号": f"69000000000{number:08d}",
        "订单状态": "已发货",
        "订单提交时间": "2026-06-01 09:00:00",
        "支付完成时间": "2026-06-01 09:00:00",
        "发货时间": "2026-06-02 09:00:00",
        "订单应付金额": "129.00",
    } | cells


def write_orders(path: Path, *rows: dict[str, str]) -> Path:
    """Write an order export of 抖店 with these rows."""
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.DictWriter(file, headers.DOUYIN_ORDERS, restval="-")
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_register(folder: Path, *rows: dict[str, str]) -> Path:
    """Write a product register with these rows into a shop's folder and return the folder."""
    folder.mkdir(exist_ok=True)
    columns = dict.fromkeys(title for row in rows for title in row)
    with (folder / "articles.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return folder


@dataclass(frozen=True)
class Ran:
    """Hold what a run returned, printed and wrote as JSON Lines."""

    code: int
    said: str
    lines: list[dict[str, Any]]

    @property
    def tickets(self) -> list[dict[str, Any]]:
        """Give the lines that are tickets."""
        return [line for line in self.lines if "ticket_no" in line]

    @property
    def parked(self) -> list[dict[str, Any]]:
        """Give what is said of the parked rows."""
        return [line["parked"] for line in self.lines if "parked" in line]

    @property
    def summary(self) -> dict[str, int]:
        """Give the account in the last line."""
        found: dict[str, int] = self.lines[-1]["summary"]
        return found


def run(options: TriageOptions, now: datetime = NOW, width: int = 200) -> Ran:
    """Run the triage on a terminal of this width."""
    screen, out = io.StringIO(), io.StringIO()
    console = Console(file=screen, width=width, color_system=None)
    code = triage(options, JUDGE, now, console, out)
    return Ran(code, screen.getvalue(), [json.loads(line) for line in out.getvalue().splitlines()])


def as_json(*sheets: Path, shop: Path | None = None, now: datetime = NOW) -> Ran:
    """Run the triage for its JSON Lines."""
    return run(TriageOptions(sheets, shop=shop, json=True), now)


def as_screen(*sheets: Path, shop: Path | None = None, lang: str = "zh", width: int = 200) -> str:
    """Run the triage for what it prints."""
    return run(TriageOptions(sheets, shop=shop, lang="en" if lang == "en" else "zh"), width=width).said
