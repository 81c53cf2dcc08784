"""Read the real sheets of the reference folder beside the repository, where it is there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.base import Turn
from aftersale.channels.spreadsheet import read
from aftersale.domain.facts import facts_of_export
from tests.channels.sheets import reference

if TYPE_CHECKING:
    from pathlib import Path

TICKETS = reference("douyin_after_sales.csv")
ORDERS = reference("douyin_orders.csv")
WITH_AND_WITHOUT_ORDERS = [[*TICKETS], [*TICKETS, *ORDERS]] if TICKETS else []


@pytest.mark.parametrize("paths", WITH_AND_WITHOUT_ORDERS, ids=len)
def test_nothing_of_the_real_sheet_is_lost(paths: list[Path]) -> None:
    reading = read(paths)
    assert (reading.rows, len(reading.notices), len(reading.parked)) == (4412, 4412, 0)
    waiting = [notice for notice in reading.notices if notice.open]
    assert len(waiting) == 237
    assert all(notice.turn is Turn.MERCHANT and "status_deadline" in notice.facts for notice in waiting)
    for notice in reading.notices:
        facts_of_export(notice.facts, notice.unknown)


@pytest.mark.parametrize("tickets", TICKETS, ids=lambda path: path.name)
def test_the_reasons_of_the_real_sheet_are_known_but_for_other(tickets: Path) -> None:
    reasons = Counter(notice.facts.get("reason") for notice in read([tickets]).notices)
    assert reasons == {
        "no_reason": 2300,
        "missing_item": 428,
        "quality_defect": 427,
        "not_as_described": 423,
        "damaged": 419,
        None: 415,
    }


@pytest.mark.parametrize("orders", ORDERS, ids=lambda path: path.name)
def test_every_real_order_line_is_joined(orders: Path) -> None:
    reading = read([*TICKETS, orders])
    assert (reading.orders, reading.orders_joined, reading.orders_unused, reading.orders_parked) == (
        3897,
        3897,
        0,
        (),
    )
    assert all("paid_at" in notice.facts for notice in reading.notices)
