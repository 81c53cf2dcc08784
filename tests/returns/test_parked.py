"""Rows of a warehouse sheet that were parked are mended and taken: a parcel whole, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.domain.roles import Permission, Role
from aftersale.evidence.models import Event
from aftersale.jobs import door
from aftersale.returns.imports import JOB
from aftersale.returns.models import Parcel
from aftersale.returns.parked import take_row
from aftersale.tickets.models import ParkedRow
from aftersale.tickets.parking import StillParked, cells_of
from tests.api.desk import answer, caller, make_person
from tests.returns.bench import person
from tests.returns.test_imports import HEADER, run
from tests.tickets.taking.notices import NOW, shop

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.shops.models import Person, Shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_worker_that_waits() -> None:
    door.register(JOB, lambda _id, _now: None)


@pytest.fixture
def of() -> Shop:
    return shop()


@pytest.fixture
def chen() -> Person:
    return person()


def parked(tmp_path: Path, of: Shop, chen: Person, *rows: str) -> list[ParkedRow]:
    path = tmp_path / "仓库.csv"
    path.write_text("\n".join([HEADER, *rows]), encoding="utf-8-sig")
    batch = run(of, chen, path)
    return list(ParkedRow.objects.filter(batch=batch).order_by("row"))


def pieces(waybill: str) -> list[tuple[str, int, int]]:
    lines = Parcel.objects.get(waybill=waybill).lines.order_by("article_no")
    return list(lines.values_list("article_no", "good", "bad"))


def test_a_mended_row_takes_the_rows_along_that_waited_for_it(tmp_path: Path, of: Shop, chen: Person) -> None:
    first, bad, other = parked(tmp_path, of, chen, "YT1,A,1,0,,,", "YT1,B,两件,0,,,", "YT2,A,三,0,,,")
    with pytest.raises(StillParked):
        take_row(bad, {}, chen.pk, NOW)
    assert not Parcel.objects.exists()
    take_row(bad, {"良品数": "2"}, chen.pk, NOW)
    assert pieces("YT1") == [("A", 1, 0), ("B", 2, 0)]
    for row, state in ((first, "taken"), (bad, "taken"), (other, "parked")):
        row.refresh_from_db()
        assert (row.state, bool(row.cells)) == (state, state == "parked")
    assert Event.objects.filter(kind="row_taken").count() == 2


def test_a_good_row_is_not_taken_without_the_bad_one_of_its_parcel(
    tmp_path: Path, of: Shop, chen: Person
) -> None:
    first, _bad = parked(tmp_path, of, chen, "YT1,A,1,0,,,", "YT1,B,两件,0,,,")
    with pytest.raises(StillParked) as refused:
        take_row(first, {}, chen.pk, NOW)
    assert "两件" in refused.value.message.zh
    assert not Parcel.objects.exists()


def test_a_parcel_that_had_not_arrived_yet_is_taken_once_it_has(
    tmp_path: Path, of: Shop, chen: Person
) -> None:
    (ahead,) = parked(tmp_path, of, chen, "YT3,A,1,0,,,2026-06-11 09:00")
    assert ["到货时间", "2026-06-11 09:00"] in cells_of(ahead)
    with pytest.raises(StillParked):
        take_row(ahead, {}, chen.pk, NOW)
    take_row(ahead, {"到货时间": "2026-06-10 08:00"}, chen.pk, NOW)
    assert pieces("YT3") == [("A", 1, 0)]


def test_whoever_counts_parcels_mends_their_rows_and_nobody_else(
    tmp_path: Path, of: Shop, chen: Person
) -> None:
    (bad,) = parked(tmp_path, of, chen, "YT1,A,两件,0,,,")
    asked = {"cells": {"良品数": "2"}}
    agent = caller(make_person("客服", Role.AGENT, of), Permission.VIEW, Permission.IMPORT)
    assert agent.post(f"/parked/{bad.pk}/take", asked).status_code == 403
    assert agent.get(f"/imports/{bad.batch_id}/parked").status_code == 403
    warehouse = caller(make_person("仓库", Role.WAREHOUSE, of))
    assert len(answer(warehouse.get(f"/imports/{bad.batch_id}/parked"))["rows"]) == 1
    answer(warehouse.post(f"/parked/{bad.pk}/take", asked))
    assert pieces("YT1") == [("A", 2, 0)]
