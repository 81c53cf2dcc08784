"""Run a what-if as the command does, and write the files it reads."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

import duckdb
from rich.console import Console

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.facts import parse_facts
from aftersale.insight import WhatIfOptions, whatif
from aftersale.policy.bulk import store
from aftersale.policy.load import load
from aftersale.sandbox import sheets
from aftersale.sandbox.world import make_world
from aftersale.shops.rule_files import packaged_texts
from tests.policy.books import book

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import Any

    from aftersale.policy.rulebook import Rulebook
    from aftersale.texts import Lang

NOW = datetime(2026, 6, 10, 9, tzinfo=SHANGHAI)

_GENEROUS = """
layer: shop
platform: any
documents:
  - id: shop-policy
    short: 店铺售后政策
    title: {{zh: 本店售后政策, en: The shop's after-sale policy}}
    kind: shop_policy
    effective: [2000-01-01, null]
    source: {{zh: 本文件夹, en: this folder}}
    read_on: 2000-01-01
    confidence: H
rules:
  - id: SHOP-77
    title: {{zh: 这些商品直接退款, en: Refund these at once}}
    kind: entitle
    mode: D
    effective: [null, null]
    anchor: applied
    priority: 500
    when: "{when} and apply_type in ('refund_only', 'return_refund')"
    then: {{remedies: [refund_no_return], liability: merchant, freight: none}}
    evidence: []
    cite: [{{document: shop-policy, article: 小额商品}}]
    confidence: H
    note: {{zh: 商品归买家。, en: The buyer keeps the goods.}}
"""


@cache
def generous_where(when: str) -> Rulebook:
    """Compose a rulebook that differs in one rule: a refund without return where a condition holds."""
    return load(packaged_texts() | {"shop/rules.yaml": _GENEROUS.format(when=when)})


@dataclass(frozen=True, slots=True)
class Run:
    """Hold what one run gave."""

    code: int
    screen: str
    out: str

    @property
    def json(self) -> Any:  # noqa: ANN401  # a test reads the object as its reader would
        return json.loads(self.out)


def run(
    *tickets: Path, after: Rulebook, as_json: bool = False, html: Path | None = None, lang: Lang = "zh"
) -> Run:
    """Compare the packaged rulebook with another one."""
    screen, out = io.StringIO(), io.StringIO()
    options = WhatIfOptions(tickets, lang, as_json, html)
    code = whatif(options, book(), after, Console(file=screen, width=120, highlight=False), out)
    return Run(code, screen.getvalue(), out.getvalue())


def write_lines(path: Path, tickets: Iterable[object]) -> Path:
    """Write JSON Lines; a text stands as it is."""
    lines = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in tickets]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def write_parquet(path: Path, tickets: Iterable[dict[str, Any]], select: str = "*") -> Path:
    """Write the facts of tickets as a Parquet file; `select` may take columns away or change them."""
    with duckdb.connect() as connection:
        facts = ((str(one["id"]), parse_facts(one["facts"], one["unknown"])) for one in tickets)
        store(connection, "facts", facts)
        connection.sql(f"SELECT {select} FROM facts").write_parquet(str(path))
    return path


def write_sheets(folder: Path, *, platform: str = "douyin") -> tuple[Path, Path]:
    """Write the two sheets of one shop of the sandbox."""
    world = make_world(11, NOW, tickets=60)
    shop = next(shop for shop in world.shops if shop.platform == platform and not shop.by_sheet)
    suffix = "csv" if platform == "douyin" else "xlsx"
    after_sales, orders = folder / f"售后 单.{suffix}", folder / f"订单.{suffix}"
    if platform == "douyin":
        sheets.write_douyin_after_sales(world, shop, after_sales)
        sheets.write_douyin_orders(world, shop, orders)
    else:
        sheets.write_kuaishou_after_sales(world, shop, after_sales)
        sheets.write_kuaishou_orders(world, shop, orders)
    return after_sales, orders


def ticket(number: int, **facts: object) -> dict[str, Any]:
    """Make a ticket that asks to return goods without a reason, three days after it came."""
    usual: dict[str, object] = {
        "platform": "douyin",
        "apply_type": "return_refund",
        "reason": "no_reason",
        "paid_at": "2026-03-01T10:00:00+08:00",
        "shipped_at": "2026-03-02T10:00:00+08:00",
        "signed_at": "2026-03-04T10:00:00+08:00",
        "applied_at": "2026-03-07T10:00:00+08:00",
        "paid_fen": 1000 * number,
        "requested_refund_fen": 1000 * number,
        "article_no": "A-1",
    }
    return {"id": f"T{number}", "facts": usual | facts, "unknown": []}
