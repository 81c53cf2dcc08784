from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from aftersale.jobs import door
from aftersale.returns import imports
from aftersale.returns.imports import JOB, run_parcel_import, start_parcel_import
from aftersale.returns.models import Parcel
from aftersale.tickets.imports import LEASE, cancel_import, folder_of
from aftersale.tickets.models import Import, ParkedRow
from tests.returns.bench import WAYBILL, coming_back, person
from tests.tickets.taking.notices import NOW, shop

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from aftersale.shops.models import Person, Shop

pytestmark = pytest.mark.django_db
HEADER = "退货物流单号,商家编码,良品数,不良数,重量(kg),备注,到货时间"


def clock() -> datetime:
    return NOW


@pytest.fixture(autouse=True)
def a_worker_that_waits() -> None:
    door.register(JOB, lambda _id, _now: None)


@pytest.fixture
def of() -> Shop:
    return shop()


@pytest.fixture
def chen() -> Person:
    return person()


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    number = count()

    def write(*rows: str) -> Path:
        path = tmp_path / f"仓库{next(number)}.csv"
        path.write_text("\n".join([HEADER, *rows]), encoding="utf-8-sig")
        return path

    return write


def run(of: Shop, by: Person, path: Path) -> Import:
    made = start_parcel_import([path], of, by.pk, NOW)
    done = run_parcel_import(made.pk, clock)
    assert done is not None
    return done


def test_a_warehouse_sheet_is_booked_and_every_row_accounted_for(
    of: Shop, chen: Person, sheet: Callable[..., Path]
) -> None:
    coming_back(of)
    path = sheet(
        f"{WAYBILL},CUP-350-BL,1,0,1.38,,2026-06-10 08:30",
        "YT1,DRS-M,1,0,,,",
        "YT1,CUP-350-BL,0,1,,,",
        "YT2,DRS-M,两件,0,,,",
        "YT3,DRS-M,1,0,,,2026-06-11 09:00",
    )
    done = run(of, chen, path)
    assert (done.state, done.total_rows, done.done_rows) == ("done", 5, 5)
    assert done.counts == {
        "rows": 5,
        "taken": 3,
        "parked": 2,
        "new": 2,
        "changed": 0,
        "unchanged": 0,
        "refused": 1,
        "unclaimed": 1,
    }
    assert set(ParkedRow.objects.values_list("row", "code")) == {(5, "bad_count"), (6, "parcel_ahead")}
    assert {parcel.batch_id for parcel in Parcel.objects.all()} == {done.pk}
    assert not folder_of(done).exists()


def test_the_same_sheet_again_changes_nothing(of: Shop, chen: Person, sheet: Callable[..., Path]) -> None:
    path = sheet("YT1,DRS-M,1,0,1.2,,2026-06-10 08:30")
    run(of, chen, path)
    before = list(Parcel.objects.values())
    again = run(of, chen, path)
    assert (again.counts["unchanged"], again.counts["new"]) == (1, 0)
    assert list(Parcel.objects.values()) == before


def test_an_import_that_died_goes_on_where_it_was(
    of: Shop, chen: Person, sheet: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "_BATCH", 2)
    path = sheet(*(f"YT{number},DRS-M,1,0,,," for number in range(5)), "YT9,DRS-M,x,0,,,")
    made = start_parcel_import([path], of, chen.pk, NOW)
    ticks = count()

    def dying() -> datetime:
        if next(ticks) == 2:
            raise KeyboardInterrupt
        return NOW

    with pytest.raises(KeyboardInterrupt):
        run_parcel_import(made.pk, dying)
    assert Parcel.objects.count() == 2
    assert run_parcel_import(made.pk, clock) is None
    done = run_parcel_import(made.pk, lambda: NOW + LEASE * 2)
    assert done is not None
    assert (done.counts["new"], done.counts["unchanged"], done.counts["parked"]) == (5, 0, 1)
    assert ParkedRow.objects.count() == 1


def test_a_cancelled_import_stops_and_keeps_what_it_booked(
    of: Shop, chen: Person, sheet: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "_BATCH", 1)
    made = start_parcel_import([sheet("YT1,A,1,0,,,", "YT2,A,1,0,,,")], of, chen.pk, NOW)
    ticks = count()

    def cancelling() -> datetime:
        if next(ticks) == 1:
            cancel_import(made.pk)
        return NOW

    done = run_parcel_import(made.pk, cancelling)
    assert done is not None
    assert (done.state, Parcel.objects.count()) == ("cancelled", 1)


def test_a_sheet_that_is_none_is_refused_with_the_next_step(of: Shop, chen: Person, tmp_path: Path) -> None:
    path = tmp_path / "别的.csv"
    path.write_text("快递单号,收件人\n1,2\n", encoding="utf-8")
    done = run(of, chen, path)
    assert (done.state, done.message["code"]) == ("refused", "receipts.no_header")
    assert "良品数" in done.message["next_zh"]


def test_an_import_of_tickets_is_left_to_those_who_run_it(of: Shop, chen: Person) -> None:
    other = Import.objects.create(shop=of, person=chen, digest="0" * 64, created_at=NOW)
    assert run_parcel_import(other.pk, clock) is None
    other.refresh_from_db()
    assert other.state == "waiting"


def test_two_warehouse_sheets_of_one_name_are_both_booked(of: Shop, chen: Person, tmp_path: Path) -> None:
    paths = [tmp_path / str(number) / "仓库.csv" for number in (1, 2)]
    for number, path in enumerate(paths, 1):
        path.parent.mkdir()
        path.write_text(f"{HEADER}\nYT{number},DRS-M,1,0,,,", encoding="utf-8-sig")
    made = start_parcel_import(paths, of, chen.pk, NOW)
    run_parcel_import(made.pk, clock)
    assert sorted(Parcel.objects.values_list("waybill", flat=True)) == ["YT1", "YT2"]
