"""See that every look at a buyer's values reaches the platform in the end, and that none is held up by it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.interface import Shown
from aftersale.connections import connecting, reporting
from aftersale.connections.revealing import reveal
from aftersale.shops.models import Shop
from aftersale.tickets.disclosures import Viewer, disclose
from aftersale.tickets.models import Disclosure, Ticket, Unmasking
from aftersale.tickets.unmasking import UnmaskRefused
from tests.connections.desk import number
from tests.connections.interface import Scripted
from tests.tickets.acting.desk import make_person

if TYPE_CHECKING:
    from tests.connections.desk import Desk

pytestmark = pytest.mark.django_db
FROM = {"address": "203.0.113.7", "path": "/tickets/1/buyer"}


def ticket_of(desk: Desk, count: int = 1) -> Ticket:
    desk.book.change(number(count))
    desk.poll()
    found = Ticket.objects.select_related("shop").get(ticket_no=number(count))
    found.sealed = {"phone": "#c#"}
    found.save(update_fields=["sealed"])
    return found


def look(desk: Desk, ticket: Ticket) -> str:
    viewer = Viewer(make_person(f"p{Disclosure.objects.count()}"), **FROM)
    return reveal(ticket, "phone", viewer, "回电", desk.clock(), lambda _shop, _now: desk.hands())


def report(desk: Desk, **later: float) -> int:
    desk.clock.on(**later)
    return reporting.report_due(desk.clock(), lambda _shop, _now: desk.hands())


def test_a_look_is_reported_once_with_its_order(connected: Desk) -> None:
    ticket = ticket_of(connected)
    assert look(connected, ticket) == "open #c#"
    assert connected.book.reports == {}
    assert (report(connected), report(connected, hours=1)) == (1, 0)
    row = Disclosure.objects.get()
    assert connected.book.reports == {row.key: ticket.order_no}
    assert (row.reported_at is not None, row.next_at, row.what) == (True, None, "phone")
    assert (row.address, row.path) == (FROM["address"], FROM["path"])
    assert len(connected.book.named("report")) == 1


def test_a_platform_that_is_down_stops_no_look_and_hears_of_each_in_the_end(connected: Desk) -> None:
    ticket = ticket_of(connected)
    connected.book.faults["report"] = [503] * 30
    for _ in range(3):
        look(connected, ticket)
    assert report(connected) == 0
    left = reporting.unreported([connected.shop.pk])[connected.shop.pk]
    assert (left.count, left.since) == (3, Disclosure.objects.earliest("at").at)
    assert left.fault["zh"]
    connected.book.faults["report"] = []
    for _ in range(4):
        report(connected, minutes=5)
    assert len(connected.book.reports) == 3
    assert reporting.unreported([connected.shop.pk]) == {}


def test_a_lost_answer_is_asked_for_again_under_the_same_key(connected: Desk) -> None:
    ticket = ticket_of(connected)
    look(connected, ticket)
    connected.book.faults["report"] = ["cut-after"] * 3
    report(connected)
    report(connected, minutes=5)
    assert list(connected.book.reports.values()) == [ticket.order_no]
    assert len(connected.book.named("report")) > 1


def test_one_that_the_platform_refuses_holds_up_no_other_and_comes_later_and_later(connected: Desk) -> None:
    bad, good = ticket_of(connected, 1), ticket_of(connected, 2)
    connected.book.refused = {bad.order_no}
    look(connected, bad)
    look(connected, good)
    for _ in range(3):
        report(connected, minutes=2)
    assert list(connected.book.reports.values()) == [good.order_no]
    row = Disclosure.objects.get(ticket=bad)
    for _ in range(12):
        report(connected, hours=7)
    row.refresh_from_db()
    assert row.next_at
    assert timedelta(hours=5) < row.next_at - connected.clock() <= timedelta(hours=6)
    connected.book.refused = set()
    assert report(connected, hours=7) == 1


def test_a_worker_that_died_half_way_leaves_it_to_the_next(connected: Desk) -> None:
    look(connected, ticket_of(connected))
    Disclosure.objects.update(tries=1, next_at=connected.clock() + timedelta(minutes=1))
    assert report(connected) == 0
    assert report(connected, seconds=61) == 1


def test_while_a_shop_is_not_let_in_its_reports_wait(connected: Desk) -> None:
    ticket = ticket_of(connected)
    look(connected, ticket)
    connected.shop.connection.state = "unauthorised"
    connected.shop.connection.save()
    disclose(ticket, Shown.DOWNLOADED, (), Viewer(make_person("p9"), **FROM), connected.clock())
    assert report(connected) == 0
    connected.connect()
    assert report(connected) == 2


def test_in_a_dry_run_a_look_is_reported_all_the_same(connected: Desk) -> None:
    connecting.set_dry_run(connected.link, connected.by, on=True)
    look(connected, ticket_of(connected))
    assert report(connected) == 1


def test_what_was_not_opened_is_not_reported(connected: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = ticket_of(connected)
    monkeypatch.setattr(Scripted, "reveal", lambda *_: {})
    with pytest.raises(UnmaskRefused):
        look(connected, ticket)
    assert not Disclosure.objects.exists()
    assert not Unmasking.objects.exists()


def test_a_shop_never_let_in_and_a_platform_that_takes_none_have_nothing_to_report(
    desk: Desk,
) -> None:
    alone = Ticket(shop=desk.shop, ticket_no=number(1))
    viewer = Viewer(make_person(), **FROM)
    disclose(alone, Shown.DOWNLOADED, (), viewer, desk.clock())
    desk.connect()
    desk.poll()
    Shop.objects.filter(pk=desk.shop.pk).update(platform="kuaishou")
    silent = Ticket(shop=Shop.objects.get(), ticket_no=number(1))
    disclose(silent, Shown.DOWNLOADED, (), viewer, desk.clock())
    assert not Disclosure.objects.exists()


def test_half_a_year_after_it_was_taken_it_goes_and_before_never(connected: Desk) -> None:
    ticket = ticket_of(connected)
    look(connected, ticket)
    report(connected)
    look(connected, ticket)
    assert reporting.forget(connected.clock.on(days=180)) == 0
    assert reporting.forget(connected.clock.on(days=10)) == 1
    assert Disclosure.objects.get().reported_at is None


def test_owners_are_main_accounts_and_an_account_tells_no_name(
    connected: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, bool]] = []

    def hear(_self: Scripted, _shop: str, disclosed: tuple[object, ...], _hands: object) -> None:
        told.extend((each.account, each.main) for each in disclosed)  # type: ignore[attr-defined]

    monkeypatch.setattr(Scripted, "report", hear)
    ticket = ticket_of(connected)
    look(connected, ticket)
    owner = make_person("小王")
    connected.shop.memberships.create(person=owner, role="owner")
    disclose(ticket, Shown.DOWNLOADED, (), Viewer(owner, **FROM), connected.clock())
    report(connected)
    assert [main for _, main in told] == [False, True]
    assert len({account for account, _ in told}) == 2
    assert all(len(account) == 32 and owner.name not in account for account, _ in told)
