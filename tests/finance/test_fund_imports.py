from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from aftersale.finance import imports
from aftersale.finance.by_hand import name_scene
from aftersale.finance.imports import run_fund_import, start_fund_import
from aftersale.finance.models import FundRow
from aftersale.finance.refusals import SceneUnknown
from aftersale.tickets.imports import LEASE, cancel_import, folder_of
from aftersale.tickets.models import Import, ParkedRow
from tests.finance.books import NOW, Row, by, fund_sheet, number_of, on, read, settlement_sheet

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from aftersale.shops.models import Person, Shop

pytestmark = pytest.mark.django_db


def rows(number: int) -> list[Row]:
    return [
        Row(on(3), -100 - each, ticket_no=number_of(each), serial=f"88{each:017}") for each in range(number)
    ]


def test_every_row_is_accounted_for(shop: Shop, accountant: Person, tmp_path: Path) -> None:
    path = settlement_sheet(
        tmp_path,
        [
            "2026-05-20,\t6900000000000000001,\t69000000000000000011,80.00,正常,是,9.00,89,-9",
            "2026-05-20,\t6900000000000000002,\t69000000000000000021,很多,正常,否,-,0,0",
        ],
    )
    done = read(shop, accountant, path)
    assert done.state == "done"
    assert done.counts == {"rows": 3, "new": 1, "unchanged": 0, "parked": 1, "notes": 1, "late": 0}
    assert FundRow.objects.count() == 2
    parked = ParkedRow.objects.get()
    assert (parked.row, parked.column, parked.value, parked.code) == (4, "结算金额", "很多", "bad_money")
    assert "很多" in parked.reason["zh"]
    assert not folder_of(done).exists()


def test_the_same_file_twice_adds_nothing(shop: Shop, accountant: Person, tmp_path: Path) -> None:
    path = fund_sheet(tmp_path, [*rows(3), Row(on(4), -5, "提现"), Row(on(4), -5, "提现")])
    read(shop, accountant, path)
    before = list(FundRow.objects.values())
    again = read(shop, accountant, path)
    assert (again.counts["new"], again.counts["unchanged"]) == (0, 5)
    assert list(FundRow.objects.values()) == before


def test_a_longer_export_adds_only_what_is_new(shop: Shop, accountant: Person, tmp_path: Path) -> None:
    read(shop, accountant, fund_sheet(tmp_path, rows(3)))
    again = read(shop, accountant, fund_sheet(tmp_path, rows(5)))
    assert (again.counts["new"], again.counts["unchanged"]) == (2, 3)


def test_a_serial_number_that_says_something_else_now_is_parked(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    read(shop, accountant, fund_sheet(tmp_path, rows(1)))
    again = read(
        shop,
        accountant,
        fund_sheet(tmp_path, [Row(on(3), -999, ticket_no=number_of(0), serial=f"88{0:017}")]),
    )
    assert (again.counts["parked"], FundRow.objects.get().fen) == (1, -100)
    assert ParkedRow.objects.get().code == "serial_differs"


def test_an_import_that_died_goes_on_where_it_was(
    shop: Shop, accountant: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "_BATCH", 2)
    made = start_fund_import([fund_sheet(tmp_path, rows(5))], shop, accountant.pk, NOW)
    ticks = count()

    def dying() -> datetime:
        if next(ticks) == 2:
            raise KeyboardInterrupt
        return NOW

    with pytest.raises(KeyboardInterrupt):
        run_fund_import(made.pk, dying)
    assert FundRow.objects.count() == 2
    assert run_fund_import(made.pk, lambda: NOW) is None
    done = run_fund_import(made.pk, lambda: NOW + LEASE * 2)
    assert done is not None
    assert (done.counts["new"], done.counts["unchanged"], FundRow.objects.count()) == (5, 0, 5)


def test_a_cancelled_import_stops_and_keeps_what_it_took(
    shop: Shop, accountant: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "_BATCH", 1)
    made = start_fund_import([fund_sheet(tmp_path, rows(3))], shop, accountant.pk, NOW)
    ticks = count()

    def cancelling() -> datetime:
        if next(ticks) == 1:
            cancel_import(made.pk)
        return NOW

    done = run_fund_import(made.pk, cancelling)
    assert done is not None
    assert (done.state, FundRow.objects.count()) == ("cancelled", 1)


def test_a_sheet_of_something_else_is_refused_with_the_next_step(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    path = tmp_path / "别的.csv"
    path.write_text("订单号,收件人\n1,2\n", encoding="utf-8")
    done = read(shop, accountant, path)
    assert (done.state, done.message["code"]) == ("refused", "funds.no_header")
    assert "动账时间" in done.message["next_zh"]


def test_an_import_of_tickets_is_left_to_those_who_run_it(shop: Shop, accountant: Person) -> None:
    other = Import.objects.create(shop=shop, person=accountant, digest="0" * 64, created_at=NOW)
    assert run_fund_import(other.pk, lambda: NOW) is None


def test_a_scene_that_was_named_is_known_in_every_sheet_that_comes(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    read(shop, accountant, fund_sheet(tmp_path, [Row(on(3), -5, "运费险保费", serial="1" * 19)]))
    assert FundRow.objects.get().kind == ""
    assert name_scene(shop.pk, "运费险保费", "freight_insurance", by(accountant)) == 1
    read(shop, accountant, fund_sheet(tmp_path, [Row(on(4), -5, "运费险保费", serial="2" * 19)]))
    assert set(FundRow.objects.values_list("kind", flat=True)) == {"freight_insurance"}


@pytest.mark.parametrize(
    ("scene", "kind"), [("没有这个", "deducted"), ("提现", "deducted"), ("新扣费", "asked")]
)
def test_only_a_scene_that_nobody_knows_is_named_and_only_as_what_a_platform_tells(
    shop: Shop, accountant: Person, tmp_path: Path, scene: str, kind: str
) -> None:
    found = [Row(on(3), -5, "提现", serial="1" * 19), Row(on(3), -5, "新扣费", serial="2" * 19)]
    read(shop, accountant, fund_sheet(tmp_path, found))
    with pytest.raises(SceneUnknown):
        name_scene(shop.pk, scene, kind, by(accountant))
