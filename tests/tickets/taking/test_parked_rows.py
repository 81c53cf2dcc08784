"""Every row that an import does not take is kept whole, to be taken once what stood in its way is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.tickets.imports import Given
from aftersale.tickets.models import ParkedRow, Ticket
from aftersale.tickets.parking import StillParked, cells_of, take_again
from tests.tickets.taking.notices import NOW, shop
from tests.tickets.taking.sheets import PAID, counts, imported, orders, row, sheet
from tests.tickets.taking.test_imports_again import MONEY, lead, run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def test_a_row_of_a_shop_that_was_added_later_is_taken_as_it_stands(tmp_path: Path) -> None:
    shop("一店")
    rows = [row(1, 店铺名称="一店"), row(2, 店铺名称="二店")]
    done = run(Given([sheet(tmp_path / "a.csv", rows)], None))
    parked = ParkedRow.objects.get(batch=done, code="import.shop_unknown")
    assert ["店铺名称", "二店"] in cells_of(parked)
    added = shop("二店")
    take_again(parked, {}, lead(added).pk, NOW)
    assert Ticket.objects.get(shop=added).ticket_no.endswith("2")


def test_a_row_whose_order_names_a_shop_that_is_not_known_never_goes_to_the_shop_given(
    tmp_path: Path,
) -> None:
    of = shop("一店")
    files = [sheet(tmp_path / "a.csv", [row(1), row(2)]), orders(tmp_path / "o.csv", [2], 店铺名称="新店")]
    done = run(Given(files, of))
    assert counts(done) == {"rows": 2, "new": 1, "other_shop": 1}
    parked, person = ParkedRow.objects.get(batch=done), lead(of)
    with pytest.raises(StillParked):
        take_again(parked, {}, person.pk, NOW)
    take_again(parked, {"店铺名称": "一店"}, person.pk, NOW)
    assert Ticket.objects.filter(shop=of).count() == 2
    done.refresh_from_db()
    assert counts(done) == {"rows": 2, "new": 2}


def test_a_row_of_another_shop_says_whose_it_is_and_is_taken_under_another_number(tmp_path: Path) -> None:
    one, other = shop("一店"), shop("二店")
    imported(sheet(tmp_path / "a.csv", [row(1)]), one)
    imported(sheet(tmp_path / "b.csv", [row(2), row(3)]), other)
    done = imported(sheet(tmp_path / "c.csv", [row(1), row(2), row(3)]), other)
    parked = ParkedRow.objects.get(batch=done)
    person = lead(one, other)
    with pytest.raises(StillParked, match="一店"):
        take_again(parked, {}, person.pk, NOW)
    take_again(parked, {"售后单号": "7100000000000000009"}, person.pk, NOW)
    assert Ticket.objects.filter(shop=other).count() == 3


def test_a_row_with_a_fact_that_cannot_be_is_taken_once_it_can(tmp_path: Path) -> None:
    done = imported(sheet(tmp_path / "a.csv", [row(1, **{MONEY: "999999999999.00"}), row(2)]), shop())
    assert counts(done) == {"rows": 2, "new": 1, "parked": 1}
    parked = ParkedRow.objects.get(batch=done)
    assert (parked.code, dict(cells_of(parked))[MONEY]) == ("facts.bad_value", "999999999999.00")
    take_again(parked, {MONEY: "129.00"}, lead(done.shop).pk if done.shop else 0, NOW)
    assert Ticket.objects.count() == 2
    parked.refresh_from_db()
    assert (parked.state, parked.cells) == ("taken", "")


def test_the_older_row_of_a_ticket_is_kept_whole_too(tmp_path: Path) -> None:
    done = imported(sheet(tmp_path / "a.csv", [row(1), row(2), row(1, PAID)]), shop())
    parked = ParkedRow.objects.get(batch=done)
    assert (parked.code, parked.row) == ("ticket_again", 2)
    assert dict(cells_of(parked))[MONEY] == "129.00"
