"""Write small after-sale sheets for tests of imports."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from aftersale.tickets.imports import Given, run_import, start_import
from tests.tickets.taking.notices import NOW

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Import
    from aftersale.tickets.scope import Scope

TITLES = (
    "售后单号", "订单号", "商品单号", "商品名称", "商品ID", "应付金额（元）", "商品发货状态", "售后类型",
    "退商品金额（元）", "售后状态", "售后申请时间", "售后原因", "自动处理截止时间", "商家退款时间",
    "商家编码", "店铺名称", "售后备注",
)  # fmt: skip
ORDER_TITLES = (
    "主订单编号", "子订单编号", "订单状态", "订单应付金额", "运费", "订单提交时间", "支付完成时间",
    "承诺发货时间", "发货时间", "省", "店铺名称", "商家备注",
)  # fmt: skip
ASKED, PAID = "待商家处理", "同意退款，退款成功"


def row(number: int, status: str = ASKED, **cells: str) -> list[str]:
    """Write one row; cells by title replace the usual ones."""
    usual = {
        "售后单号": f"\t7100000000000{number:06}",
        "订单号": f"\t6900000000000{number:06}",
        "商品单号": f"\t6900000000000{number:06}1",
        "商品名称": "双层玻璃杯 蓝",
        "商品ID": "3500000000000000101",
        "应付金额（元）": "129.00",
        "商品发货状态": "未发货",
        "售后类型": "仅退款",
        "退商品金额（元）": "129.00",
        "售后状态": status,
        "售后申请时间": f"2026-06-10 0{number % 8}:10:00",
        "售后原因": "多拍/拍错/不想要",
        "自动处理截止时间": "2026-06-12 08:00:00" if status == ASKED else "-",
        "商家退款时间": "-" if status == ASKED else "2026-06-10 08:59:00",
        "商家编码": "CUP-350-BL",
        "店铺名称": "-",
        "售后备注": "-",
    }
    return [({**usual, **cells})[title] for title in TITLES]


def sheet(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    """Write a sheet as the platform does: UTF-8 with a mark, numbers behind a tab."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([TITLES, *rows])
    return path


def orders(path: Path, numbers: Iterable[int], **cells: str) -> Path:
    """Write the order sheet of some rows; cells by title replace the usual ones."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        written = csv.writer(file)
        written.writerow(ORDER_TITLES)
        for number in numbers:
            usual = {
                "主订单编号": f"\t6900000000000{number:06}",
                "子订单编号": f"\t6900000000000{number:06}1",
                "订单状态": "待发货",
                "订单应付金额": "129.00",
                "运费": "0.00",
                "订单提交时间": "2026-06-08 10:00:00",
                "支付完成时间": "2026-06-08 10:01:00",
                "承诺发货时间": "2026-06-10 10:01:00",
                "省": "浙江省",
            }
            written.writerow([({**usual, **cells}).get(title, "-") for title in ORDER_TITLES])
    return path


def imported(given: Path, shop: Shop | None, scope: Scope | None = None, mapping: str = "") -> Import:
    """Import a sheet to its end, at the usual time."""
    about = Given([given], shop, scope, None, mapping) if scope else Given([given], shop, mapping=mapping)
    made = start_import(about, None, NOW)
    done = made if made.ended_at else run_import(made.pk, lambda: NOW)
    assert done is not None
    return done


def counts(done: Import) -> dict[str, int]:
    """Give the counts that are not zero."""
    return {name: count for name, count in done.counts.items() if count}
