"""The command tells a warehouse's sheet by its header, and asks who counted where that is not plain."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ops.desks import OwnDesk

SHEET = "退货物流单号,商家编码,良品数,不良数\nYT1,A,1,0\nYT2,A,三,0\n"
SHOP = """
    from datetime import UTC, datetime
    from aftersale.shops.models import Shop
    Shop.objects.create(platform="douyin", name="R", created_at=datetime(2026, 6, 10, tzinfo=UTC))
"""
BOOKED = """
    from aftersale.returns.models import Parcel
    print(*(f"{each.waybill} {each.recorded_by.username}" for each in Parcel.objects.all()))
"""


def test_a_warehouse_sheet_is_booked_by_the_import_command(desk: OwnDesk, tmp_path: Path) -> None:
    path = tmp_path / "rec.csv"
    path.write_text(SHEET, encoding="utf-8-sig")
    desk.python(SHOP)
    nobody = desk.run("import", path, "--shop", "R")
    assert (nobody.returncode, "--by" in nobody.stderr) == (3, True), nobody.stderr
    nowhere = desk.run("import", path)
    assert (nowhere.returncode, "--shop" in nowhere.stderr) == (3, True), nowhere.stderr
    desk.run("user", "add", "boss", "--make-up")
    done = desk.run("import", path, "--shop", "R", "--json")
    assert done.returncode == 1, done.stderr
    parked, last = (json.loads(line) for line in done.stdout.splitlines())
    assert parked["parked"]["row"] == 3
    assert (last["summary"]["rows"], last["summary"]["new"], last["summary"]["parked"]) == (2, 1, 1)
    assert desk.python(BOOKED) == "YT1 boss"
