"""Nothing of a sheet is lost without a word: files of one name, rows not taken, sheets that come late."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from aftersale.api.imports import LIMITS, kept
from aftersale.domain.roles import Role
from aftersale.evidence.models import Event
from aftersale.shops.models import Membership, Person, Shop
from aftersale.tickets.imports import Given, run_import, start_import
from aftersale.tickets.models import Import, ParkedRow, Ticket
from aftersale.tickets.models.intake import ImportState
from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.parking import StillParked, take_again
from aftersale.tickets.placing import OtherPlatform
from aftersale.tickets.scope import Scope, hold
from tests.tickets.taking.notices import NOW, shop, utc
from tests.tickets.taking.sheets import PAID, TITLES, counts, imported, row, sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MONEY = "应付金额（元）"


def lead(*shops: Shop) -> Person:
    person = Person.objects.create_user("小王", password="a long enough password")  # noqa: S106  # a test's
    for each in shops:
        Membership.objects.create(person=person, shop=each, role=Role.LEAD)
    return person


def run(given: Given, now: datetime = NOW, person: Person | None = None) -> Import:
    made = start_import(given, person.pk if person else None, now)
    done = made if made.ended_at else run_import(made.pk, lambda: now)
    assert done is not None
    return done


def brought(path: Path, numbers: Sequence[int], of: Shop, as_of: datetime, now: datetime) -> Import:
    return run(Given([sheet(path, [row(n) for n in numbers])], of, as_of=as_of), now)


def test_two_files_of_one_name_are_both_imported(tmp_path: Path) -> None:
    of, paths = shop(), []
    for number in (1, 2):
        (tmp_path / str(number)).mkdir()
        paths.append(sheet(tmp_path / str(number) / "售后.csv", [row(number)]))
    done = run(Given(paths, of))
    assert counts(done) == {"rows": 2, "new": 2}
    assert done.files == ["1-售后.csv", "2-售后.csv"]


def test_two_uploads_of_one_name_lie_apart_under_their_own_name() -> None:
    uploads = [SimpleUploadedFile("售后.csv", text) for text in (b"a,b\n1,2\n", b"a,b\n3,4\n")]
    with kept(list(uploads), LIMITS) as paths:
        assert [path.read_bytes() for path in paths] == [b"a,b\n1,2\n", b"a,b\n3,4\n"]
        assert [path.name for path in paths] == ["售后.csv", "售后.csv"]


def test_a_file_given_twice_is_one_file(tmp_path: Path) -> None:
    path = sheet(tmp_path / "a.csv", [row(1)])
    assert counts(run(Given([path, path], shop()))) == {"rows": 1, "new": 1}


def test_a_ticket_whose_row_could_not_be_read_is_not_missing(tmp_path: Path) -> None:
    of = shop()
    imported(sheet(tmp_path / "a.csv", [row(n) for n in range(3)]), of)
    rows = [row(0), row(1, **{MONEY: "坏"}), row(2)]
    done = imported(sheet(tmp_path / "b.csv", rows), of)
    assert counts(done) == {"rows": 3, "unchanged": 2, "parked": 1}
    assert not Ticket.objects.filter(lane=Lane.MISSING).exists()


def test_a_ticket_whose_row_names_an_unknown_shop_is_not_missing(tmp_path: Path) -> None:
    of = shop()
    imported(sheet(tmp_path / "a.csv", [row(n) for n in range(3)]), of)
    done = imported(sheet(tmp_path / "b.csv", [row(0), row(1, 店铺名称="新店"), row(2)]), of)
    assert counts(done) == {"rows": 3, "unchanged": 2, "other_shop": 1}


@pytest.mark.parametrize(("late", "missing"), [(DAY, 0), (2 * DAY, 1), (3 * DAY, 1)])
def test_an_older_sheet_that_comes_late_finds_nothing_missing_that_a_newer_one_showed(
    tmp_path: Path, late: timedelta, missing: int
) -> None:
    of, last = shop(), NOW + 4 * DAY
    brought(tmp_path / "a.csv", (1, 2, 3), of, NOW, NOW)
    brought(tmp_path / "b.csv", (1, 2, 3, 4), of, NOW + 2 * DAY, NOW + 2 * DAY)
    done = brought(tmp_path / "c.csv", (1, 3), of, NOW + late, last)
    assert done.counts["missing"] == missing


def test_seeing_an_unchanged_ticket_again_writes_no_event_and_never_goes_back(tmp_path: Path) -> None:
    of = shop()
    brought(tmp_path / "a.csv", (1, 2, 3), of, NOW, NOW)
    events = Event.objects.filter(subject_kind="ticket").count()
    brought(tmp_path / "b.csv", (3, 2, 1), of, NOW + DAY, NOW + DAY)
    brought(tmp_path / "c.csv", (2, 3, 1), of, NOW - DAY, NOW + 2 * DAY)
    assert set(Ticket.objects.values_list("seen_at", flat=True)) == {utc(NOW + DAY)}
    assert Event.objects.filter(subject_kind="ticket").count() == events


def test_the_same_file_is_read_again_once_its_other_shop_was_added(tmp_path: Path) -> None:
    shop("一店")
    path = sheet(tmp_path / "a.csv", [row(1, 店铺名称="一店"), row(2, 店铺名称="二店")])
    assert counts(run(Given([path], None))) == {"rows": 2, "new": 1, "other_shop": 1}
    added = shop("二店")
    assert counts(run(Given([path], None))) == {"rows": 2, "new": 1, "unchanged": 1}
    assert Ticket.objects.filter(shop=added).count() == 1


def test_the_same_file_is_read_again_for_another_person_or_another_time(tmp_path: Path) -> None:
    of = shop()
    given = Given([sheet(tmp_path / "a.csv", [row(1)])], of)
    run(given)
    assert "same_as" in run(given).message
    assert "same_as" not in run(given, NOW, lead(of)).message
    later = Given(given.files, of, as_of=NOW + DAY)
    assert "same_as" not in run(later, NOW + DAY).message
    assert "same_as" in run(later, NOW + DAY).message


def parked_in(path: Path, of: Shop | None, bad: list[str], *good: list[str]) -> ParkedRow:
    done = imported(sheet(path, [bad, *good]), of)
    return ParkedRow.objects.get(batch=done)


def test_a_mended_row_of_a_ticket_of_another_shop_is_refused_with_both_names(tmp_path: Path) -> None:
    one, other = shop("一店"), shop("二店")
    imported(sheet(tmp_path / "a.csv", [row(1)]), one)
    imported(sheet(tmp_path / "b.csv", [row(2)]), other)
    parked = parked_in(tmp_path / "c.csv", other, row(1, **{MONEY: "坏"}), row(2))
    with pytest.raises(StillParked) as refused:
        take_again(parked, {MONEY: "10"}, lead(one, other).pk, NOW)
    assert "一店" in refused.value.message.zh
    assert "二店" in refused.value.message.zh
    parked.refresh_from_db()
    assert (parked.state, Ticket.objects.filter(shop=other).count()) == ("parked", 1)


def test_a_mended_row_is_not_taken_into_a_shop_on_another_platform(tmp_path: Path) -> None:
    one, other = shop("一店"), shop("快手店", "kuaishou")
    parked = parked_in(tmp_path / "a.csv", one, row(1, **{MONEY: "坏"}), row(2))
    with pytest.raises(OtherPlatform):
        take_again(parked, {MONEY: "10", "店铺名称": "快手店"}, lead(one, other).pk, NOW)


def test_a_bad_row_of_a_merged_sheet_goes_to_the_shop_of_its_column(tmp_path: Path) -> None:
    shop("一店")
    other = shop("二店")
    bad, good = row(1, 店铺名称="二店", **{MONEY: "坏"}), row(2, 店铺名称="一店")
    parked = parked_in(tmp_path / "a.csv", None, bad, good)
    assert parked.shop == other
    take_again(parked, {MONEY: "10"}, lead(other).pk, NOW)
    assert Ticket.objects.get(ticket_no__endswith="1").shop == other


def test_a_bad_row_of_a_shop_that_was_added_later_is_taken_once_mended(tmp_path: Path) -> None:
    shop("一店")
    bad, good = row(1, 店铺名称="二店", **{MONEY: "坏"}), row(2, 店铺名称="一店")
    parked = parked_in(tmp_path / "a.csv", None, bad, good)
    assert parked.shop is None
    added = shop("二店")
    take_again(parked, {MONEY: "10"}, lead(added).pk, NOW)
    assert ParkedRow.objects.filter(pk=parked.pk, state="taken", shop=added).exists()
    assert Event.objects.filter(kind="row_taken", shop_id=added.pk).count() == 1


def stores(path: Path, title: str, *names: str) -> Path:
    titles = [title if each == "店铺名称" else each for each in TITLES]
    rows = [row(number, 店铺名称=name) for number, name in enumerate(names)]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([titles, *rows])
    return path


def test_a_physical_store_is_not_read_as_a_shop_where_the_shop_was_given(tmp_path: Path) -> None:
    of = shop("云杉家居")
    done = imported(stores(tmp_path / "a.csv", "门店名称", "杭州一店", "杭州二店", "-"), of)
    assert counts(done) == {"rows": 3, "new": 3}
    assert Ticket.objects.filter(shop=of).count() == 3


def test_a_physical_store_that_bears_the_name_of_a_shop_is_that_shop(tmp_path: Path) -> None:
    of, other = shop("云杉家居"), shop("杭州一店")
    imported(stores(tmp_path / "a.csv", "门店名称", "杭州一店", "杭州二店"), of)
    assert [Ticket.objects.filter(shop=each).count() for each in (of, other)] == [1, 1]


def test_an_unknown_name_under_the_shop_column_stays_unknown(tmp_path: Path) -> None:
    done = imported(stores(tmp_path / "a.csv", "所属店铺", "杭州一店"), shop("云杉家居"))
    assert done.message["code"] == "import.unknown_shop"


def dies_at(call: int) -> Callable[[], datetime]:
    """Make a clock that dies when it is read for the nth time, as a worker does while it saves."""
    left = iter(range(call - 1, -1, -1))

    def clock() -> datetime:
        if next(left) == 0:
            raise KeyboardInterrupt
        return NOW

    return clock


def test_a_crash_before_a_batch_was_written_down_parks_no_row_twice(tmp_path: Path) -> None:
    rows = [row(0, **{MONEY: "坏"}), row(1), row(2)]
    made = start_import(Given([sheet(tmp_path / "a.csv", rows)], shop()), None, NOW)
    with pytest.raises(KeyboardInterrupt):
        # Read at the claim, at the start of the run, and when the batch is written down.
        run_import(made.pk, dies_at(3))
    assert (Ticket.objects.count(), ParkedRow.objects.count()) == (0, 0)
    done = run_import(made.pk, lambda: NOW + timedelta(hours=1))
    assert done is not None
    assert counts(done) == {"rows": 3, "new": 2, "parked": 1}
    assert ParkedRow.objects.count() == 1


def test_a_crash_at_the_end_parks_no_row_twice(tmp_path: Path) -> None:
    made = start_import(Given([sheet(tmp_path / "a.csv", [row(1), row(1), row(2)])], shop()), None, NOW)
    with pytest.raises(KeyboardInterrupt):
        run_import(made.pk, dies_at(4))
    done = run_import(made.pk, lambda: NOW + timedelta(hours=1))
    assert done is not None
    assert (done.state, done.counts["rows"], done.counts["parked"]) == (ImportState.DONE, 3, 1)
    assert ParkedRow.objects.count() == 1


def sized(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """Let every batch hold so many rows."""
    for name in ("FIRST", "MOST", "FEWEST"):
        monkeypatch.setattr(f"aftersale.tickets.pace.{name}", rows)


@pytest.mark.parametrize("call", range(3, 12))
def test_a_run_that_cuts_its_batches_otherwise_counts_no_row_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    """Bad rows, rows that come again and new ones, cut by twos before the crash and by fives after it."""
    rows = [row(n, **({MONEY: "坏"} if n % 5 == 1 else {})) for n in range(13)]
    rows += [row(n, PAID) for n in (2, 4, 7)]
    made = start_import(Given([sheet(tmp_path / "a.csv", rows)], shop()), None, NOW)
    sized(monkeypatch, 2)
    with pytest.raises(KeyboardInterrupt):
        run_import(made.pk, dies_at(call))
    sized(monkeypatch, 5)
    done = run_import(made.pk, lambda: NOW + timedelta(hours=1))
    assert done is not None
    assert counts(done) == {"rows": 16, "new": 10, "parked": 6}
    assert (Ticket.objects.count(), ParkedRow.objects.count(), done.done_rows) == (10, 6, 16)


@pytest.mark.parametrize("call", range(3, 10))
def test_a_run_that_goes_on_counts_what_the_one_before_it_found_missing(tmp_path: Path, call: int) -> None:
    of = shop()
    imported(sheet(tmp_path / "a.csv", [row(n) for n in range(8)]), of)
    again = sheet(tmp_path / "b.csv", [row(n) for n in (0, 7, 7)])
    made = start_import(Given([again], of), None, NOW)
    with pytest.raises(KeyboardInterrupt):
        run_import(made.pk, dies_at(call))
    done = run_import(made.pk, lambda: NOW + timedelta(hours=1))
    assert done is not None
    assert counts(done) == {"rows": 3, "unchanged": 2, "parked": 1, "missing": 6}
    assert Ticket.objects.filter(lane=Lane.MISSING).count() == 6


@pytest.mark.parametrize(
    ("after", "held"),
    [(-timedelta(seconds=1), True), (timedelta(), True), (timedelta(seconds=1), False)],
)
def test_the_hold_of_a_shop_ends_with_the_first_sheet_newer_than_the_restore(
    tmp_path: Path, after: timedelta, *, held: bool
) -> None:
    of, other = shop("一店"), shop("二店")
    for each in (of, other):
        hold(each.pk, NOW)
    brought(tmp_path / "a.csv", (1, 2), of, NOW + after, NOW + DAY)
    of.refresh_from_db()
    other.refresh_from_db()
    assert (of.held, other.held) == (held, True)
    assert Event.objects.filter(kind="hold_ended", shop_id=of.pk).count() == int(not held)


def test_a_partial_sheet_ends_no_hold(tmp_path: Path) -> None:
    of = shop()
    hold(of.pk, NOW)
    given = Given([sheet(tmp_path / "a.csv", [row(1)])], of, Scope(partial=True), NOW + DAY)
    run(given, NOW + 2 * DAY)
    of.refresh_from_db()
    assert of.held
