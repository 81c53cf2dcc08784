from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.base import Source
from aftersale.domain.roles import Role
from aftersale.evidence.models import Event
from aftersale.shops.models import Membership, Person
from aftersale.tickets.imports import Given, cancel_import, claim, run_import, start_import, waiting_imports
from aftersale.tickets.models import Import, ParkedRow, Ticket
from aftersale.tickets.models.intake import ImportState
from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.parking import StillParked, cells_of, drop, take_again
from aftersale.tickets.scope import Scope
from tests.tickets.taking.notices import NOW, origin, shop, took
from tests.tickets.taking.sheets import PAID, counts, imported, orders, row, sheet

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def person(name: str = "小王") -> Person:
    return Person.objects.create_user(name, password="a long enough password")  # noqa: S106  # a test's


def test_every_row_becomes_a_ticket_and_the_import_says_so(tmp_path: Path) -> None:
    done = imported(sheet(tmp_path / "a.csv", [row(n) for n in range(5)]), shop())
    assert (done.state, counts(done)) == (ImportState.DONE, {"rows": 5, "new": 5})
    assert Ticket.objects.filter(lane=Lane.OURS).count() == 5


def test_the_same_file_again_is_done_at_once_with_everything_unchanged(tmp_path: Path) -> None:
    of, path = shop(), sheet(tmp_path / "a.csv", [row(n) for n in range(5)])
    imported(path, of)
    events = Event.objects.count()
    again = imported(path, of)
    assert counts(again) == {"rows": 5, "unchanged": 5}
    assert "same_as" in again.message
    assert Event.objects.count() == events


def test_an_overlapping_sheet_changes_only_what_changed(tmp_path: Path) -> None:
    of = shop()
    imported(sheet(tmp_path / "a.csv", [row(n) for n in range(5)]), of)
    events = Event.objects.filter(subject_kind="ticket").count()
    rows = [row(2), row(3, PAID), row(4), row(5)]
    again = imported(sheet(tmp_path / "b.csv", rows), of, Scope(partial=True))
    assert counts(again) == {"rows": 4, "new": 1, "changed": 1, "unchanged": 2}
    changed = Event.objects.filter(subject_kind="ticket").order_by("id")[events:]
    assert {event.subject_id for event in changed} == set(
        Ticket.objects.filter(ticket_no__endswith=("3")).values_list("pk", flat=True)
    ) | set(Ticket.objects.filter(ticket_no__endswith=("5")).values_list("pk", flat=True))


def test_an_open_ticket_that_the_next_sheet_should_hold_and_does_not_is_missing_never_closed(
    tmp_path: Path,
) -> None:
    of = shop()
    imported(sheet(tmp_path / "a.csv", [row(n) for n in range(6)]), of)
    # The sheet covers the same days and the same status, and one ticket of them is gone.
    again = imported(sheet(tmp_path / "b.csv", [row(n) for n in range(6) if n != 3]), of)
    assert counts(again) == {"rows": 5, "unchanged": 5, "missing": 1}
    gone = Ticket.objects.get(lane=Lane.MISSING)
    assert (gone.open, gone.ticket_no[-1], gone.missing_at) == (True, "3", NOW)
    assert Event.objects.filter(subject_id=gone.pk, kind="missing").count() == 1


def test_a_missing_ticket_that_comes_back_is_no_longer_missing(tmp_path: Path) -> None:
    of = shop()
    imported(sheet(tmp_path / "a.csv", [row(n) for n in range(6)]), of)
    imported(sheet(tmp_path / "b.csv", [row(n) for n in range(6) if n != 3]), of)
    imported(sheet(tmp_path / "c.csv", [row(n) for n in range(7)]), of)
    assert not Ticket.objects.filter(lane=Lane.MISSING).exists()
    assert not Ticket.objects.exclude(missing_at=None).exists()


@pytest.mark.parametrize(
    "scope",
    [
        Scope(partial=True),
        Scope(states=frozenset({"待买家退货"})),
        Scope(until=NOW - timedelta(days=30), since=NOW - timedelta(days=60)),
    ],
    ids=["partial", "other states", "other days"],
)
def test_nothing_outside_the_stated_scope_is_missing(tmp_path: Path, scope: Scope) -> None:
    of = shop()
    imported(sheet(tmp_path / "a.csv", [row(n) for n in range(6)]), of)
    again = imported(sheet(tmp_path / "b.csv", [row(0), row(5)]), of, scope)
    assert "missing" not in counts(again)


def test_a_ticket_seen_later_by_another_source_is_not_missing(tmp_path: Path) -> None:
    of = shop()
    imported(sheet(tmp_path / "a.csv", [row(n) for n in range(6)]), of)
    Ticket.objects.filter(ticket_no__endswith="3").update(seen_at=NOW + timedelta(minutes=1), rank=Source.API)
    again = imported(sheet(tmp_path / "b.csv", [row(n) for n in range(6) if n != 3]), of)
    assert "missing" not in counts(again)


def test_a_sheet_of_another_shop_is_refused_with_both_names(tmp_path: Path) -> None:
    one, other = shop("一店"), shop("二店")
    imported(sheet(tmp_path / "a.csv", [row(n) for n in range(5)]), one)
    done = imported(sheet(tmp_path / "b.csv", [row(n) for n in range(4)]), other)
    assert done.state == ImportState.REFUSED
    assert "一店" in done.message["zh"]
    assert "二店" in done.message["zh"]
    assert Ticket.objects.filter(shop=other).count() == 0


def test_the_sheet_of_another_shop_is_refused_however_many_new_rows_stand_above(tmp_path: Path) -> None:
    one, other = shop("一店"), shop("二店")
    imported(sheet(tmp_path / "a.csv", [row(n) for n in range(200)]), one)
    imported(sheet(tmp_path / "b.csv", [row(n) for n in range(900, 920)]), other)
    # Newest first, as the platform exports: what is known begins far below the first batch.
    newest_first = sheet(tmp_path / "c.csv", [row(n) for n in reversed(range(320))])
    done = imported(newest_first, other)
    assert (done.state, done.message["code"], done.counts) == ("refused", "import.wrong_shop", {})
    assert (Ticket.objects.filter(shop=other).count(), ParkedRow.objects.count()) == (20, 0)
    assert counts(imported(newest_first, one)) == {"rows": 320, "new": 120, "unchanged": 200}


def test_a_merged_sheet_is_taken_though_an_unknown_shop_stands_above_all_others(tmp_path: Path) -> None:
    shop("一店")
    rows = [row(n, 店铺名称="新店" if n < 120 else "一店" if n < 130 else "-") for n in range(131)]
    done = imported(sheet(tmp_path / "a.csv", rows), None)
    assert counts(done) == {"rows": 131, "new": 10, "other_shop": 121}
    assert "没有写" in ParkedRow.objects.order_by("-row")[0].reason["zh"]


def test_an_order_sheet_says_whose_the_tickets_are(tmp_path: Path) -> None:
    one, other = shop("一店"), shop("二店")
    imported(sheet(tmp_path / "a.csv", [row(n) for n in range(5)]), one)
    rows = sheet(tmp_path / "b.csv", [row(n) for n in range(6)])
    made = start_import(
        Given([rows, orders(tmp_path / "c.csv", range(6), 店铺名称="一店")], other), None, NOW
    )
    done = run_import(made.pk, lambda: NOW)
    assert done is not None
    assert counts(done) == {"rows": 6, "new": 1, "changed": 5}
    assert Ticket.objects.filter(shop=one).count() == 6


def test_a_few_rows_of_another_shop_are_parked_and_the_rest_is_taken(tmp_path: Path) -> None:
    one, other = shop("一店"), shop("二店")
    imported(sheet(tmp_path / "a.csv", [row(1)]), one)
    imported(sheet(tmp_path / "b.csv", [row(n) for n in (2, 3)]), other)
    done = imported(sheet(tmp_path / "c.csv", [row(n) for n in (1, 2, 3, 4)]), other, Scope(partial=True))
    assert counts(done) == {"rows": 4, "new": 1, "unchanged": 2, "other_shop": 1}
    assert ParkedRow.objects.get(batch=done).code == "import.other_shop"


def test_a_merged_sheet_is_split_by_its_shop_column(tmp_path: Path) -> None:
    one, other = shop("一店"), shop("二店")
    rows = [row(n, 店铺名称="一店" if n % 2 else "二店") for n in range(4)]
    done = imported(sheet(tmp_path / "a.csv", rows), None)
    assert counts(done) == {"rows": 4, "new": 4}
    assert [Ticket.objects.filter(shop=each).count() for each in (one, other)] == [2, 2]


def test_a_person_brings_rows_only_into_shops_of_their_own(tmp_path: Path) -> None:
    one, _other, agent = shop("一店"), shop("二店"), person()
    Membership.objects.create(person=agent, shop=one, role=Role.AGENT)
    rows = [row(n, 店铺名称="一店" if n % 2 else "二店") for n in range(4)]
    given = Given([sheet(tmp_path / "a.csv", rows)], one)
    made = start_import(given, agent.pk, NOW)
    done = run_import(made.pk, lambda: NOW)
    assert done is not None
    assert counts(done) == {"rows": 4, "new": 2, "other_shop": 2}
    assert Ticket.objects.exclude(shop=one).count() == 0


def test_a_sheet_that_names_only_unknown_shops_is_refused_with_the_name(tmp_path: Path) -> None:
    done = imported(sheet(tmp_path / "a.csv", [row(1, 店铺名称="新店")]), shop("一店"))
    assert (done.state, done.message["code"]) == (ImportState.REFUSED, "import.unknown_shop")
    assert "新店" in done.message["zh"]


def test_a_sheet_without_any_shop_is_refused(tmp_path: Path) -> None:
    done = imported(sheet(tmp_path / "a.csv", [row(1)]), None)
    assert done.message["code"] == "import.no_shop"


def test_a_sheet_of_another_platform_is_refused(tmp_path: Path) -> None:
    done = imported(sheet(tmp_path / "a.csv", [row(1)]), shop("快手店", "kuaishou"))
    assert done.message["code"] == "import.other_platform"


def test_what_is_no_export_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    done = imported(path, shop())
    assert done.state == ImportState.REFUSED
    assert done.message["next_zh"]


def test_a_bad_row_is_parked_with_its_cells_and_taken_once_mended(tmp_path: Path) -> None:
    of, agent = shop(), person()
    bad = row(7, 售后申请时间="2025-13-45 10:00:00")
    done = imported(sheet(tmp_path / "a.csv", [row(1), bad]), of)
    assert counts(done) == {"rows": 2, "new": 1, "parked": 1}
    parked = ParkedRow.objects.get(batch=done)
    assert (parked.row, parked.column) == (3, "售后申请时间")
    assert ["售后申请时间", "2025-13-45 10:00:00"] in cells_of(parked)
    with pytest.raises(StillParked):
        take_again(parked, {}, agent.pk, NOW)
    take_again(parked, {"售后申请时间": "2026-06-10 07:10:00"}, agent.pk, NOW)
    parked.refresh_from_db()
    assert (parked.state, parked.cells, parked.ended_by) == ("taken", "", agent)
    assert Ticket.objects.filter(ticket_no__endswith="7").count() == 1


def test_a_parked_row_can_be_dropped_by_a_person_and_stays_on_record(tmp_path: Path) -> None:
    done = imported(sheet(tmp_path / "a.csv", [row(1), row(2, 售后申请时间="昨天")]), shop())
    parked = ParkedRow.objects.get(batch=done)
    drop(parked, person().pk, NOW)
    parked.refresh_from_db()
    assert (parked.state, parked.cells) == ("dropped", "")
    assert Event.objects.filter(kind="row_dropped").count() == 1


def test_a_ticket_in_two_rows_is_taken_once_and_the_older_row_is_parked(tmp_path: Path) -> None:
    of = shop()
    rows = [row(1), row(2), row(1, PAID)]
    done = imported(sheet(tmp_path / "a.csv", rows), of)
    assert counts(done) == {"rows": 3, "new": 2, "parked": 1}
    assert Ticket.objects.get(ticket_no__endswith="1").open is False
    wider = imported(sheet(tmp_path / "b.csv", [*rows, row(3)]), of)
    assert counts(wider) == {"rows": 4, "new": 1, "unchanged": 2, "parked": 1}


def test_one_worker_runs_an_import_and_another_takes_over_when_its_lease_has_ended(tmp_path: Path) -> None:
    made = start_import(Given([sheet(tmp_path / "a.csv", [row(1)])], shop()), None, NOW)
    assert claim(made.pk, NOW) is not None
    assert claim(made.pk, NOW) is None
    assert waiting_imports(NOW) == []
    later = NOW + timedelta(minutes=11)
    assert waiting_imports(later) == [made.pk]
    done = run_import(made.pk, lambda: later)
    assert done is not None
    assert counts(done) == {"rows": 1, "new": 1}


def test_a_cancelled_import_stops_and_what_it_took_stays(tmp_path: Path) -> None:
    made = start_import(Given([sheet(tmp_path / "a.csv", [row(1)])], shop()), None, NOW)
    assert cancel_import(made.pk)
    done = run_import(made.pk, lambda: NOW)
    assert done is not None
    assert done.state == ImportState.CANCELLED
    assert not cancel_import(made.pk)
    assert Import.objects.get().state == ImportState.CANCELLED


def test_an_import_that_was_cut_off_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aftersale.tickets.pace.FIRST", 2)
    monkeypatch.setattr("aftersale.tickets.pace.MOST", 2)
    made = start_import(Given([sheet(tmp_path / "a.csv", [row(n) for n in range(6)])], shop()), None, NOW)

    left = iter(range(4, -1, -1))

    def dies_after_five() -> None:
        if next(left) == 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_import(made.pk, lambda: NOW, dies_after_five)
    assert Ticket.objects.count() == 4
    done = run_import(made.pk, lambda: NOW + timedelta(minutes=11))
    assert done is not None
    assert counts(done) == {"rows": 6, "new": 6}
    assert Event.objects.filter(kind="imported").count() == 6


def test_sheet_then_interface_then_sheet_makes_no_double_and_no_gap(tmp_path: Path) -> None:
    """The token dies at 16:30: sheet, connect, revoked, sheet, reconnect."""
    of = shop()
    imported(sheet(tmp_path / "a.csv", [row(n) for n in range(4)]), of)
    from aftersale.channels.spreadsheet import read  # noqa: PLC0415

    by_interface = read([sheet(tmp_path / "api.csv", [row(0, PAID), *(row(n) for n in range(1, 5))])]).notices
    took(of, by_interface, origin(Source.API))
    imported(sheet(tmp_path / "b.csv", [row(1, PAID), *(row(n) for n in (2, 3, 4, 5))]), of)
    back = read([sheet(tmp_path / "api2.csv", [row(0, PAID), row(1, PAID), *(row(n) for n in range(2, 7))])])
    took(of, back.notices, origin(Source.API))
    assert Ticket.objects.count() == 7
    assert sorted(Ticket.objects.filter(open=False).values_list("ticket_no", flat=True)) == [
        notice.ticket_no for notice in by_interface[:2]
    ]
    assert not Ticket.objects.filter(lane=Lane.MISSING).exists()
