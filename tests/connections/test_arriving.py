"""See that a shop that goes from sheets to its interface and loses it has no double and no gap."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.base import Source
from aftersale.channels.registry import CHANNELS
from aftersale.connections import connecting
from aftersale.connections.connecting import ConnectRefused, Step, step_of
from aftersale.connections.models import Link
from aftersale.connections.standing import shut_out_now
from aftersale.domain.errors import ChannelError, Unauthorised
from aftersale.domain.states import ActionState
from aftersale.shops.models import Connection, Shop
from aftersale.shops.models.shop import ConnectionState
from aftersale.tickets.act import Intent, accept
from aftersale.tickets.confirm import confirm
from aftersale.tickets.models import Action, Alarm, ParkedRow, Task, Ticket
from aftersale.tickets.perform import perform
from aftersale.tickets.scope import hold
from tests.connections.desk import number
from tests.connections.interface import Hiding, noticed
from tests.connections.platform import APP, SECRET, T0
from tests.tickets.acting.desk import make_person
from tests.tickets.taking.notices import origin, took

if TYPE_CHECKING:
    from tests.connections.desk import Desk

pytestmark = pytest.mark.django_db


def sheet(desk: Desk, *counts: int) -> None:
    """Import a sheet that shows some tickets as the platform has them now."""
    rows = [noticed(desk.book.tickets[number(count)]) for count in counts]
    took(desk.shop, rows, origin(Source.SHEET, desk.clock(), desk.clock()))


def approved(desk: Desk, count: int) -> Action:
    ticket = Ticket.objects.get(ticket_no=number(count))
    person = make_person(f"p{count}")
    return accept(ticket, person, Intent("refund", 12900), desk.clock(), ticket.sequence)


def test_sheet_connect_revoked_sheet_reconnect_makes_no_double_and_no_gap(desk: Desk) -> None:
    book, clock = desk.book, desk.clock
    for count in (1, 2, 3):
        book.change(number(count))
        clock.on(minutes=10)
    sheet(desk, 1, 2, 3)
    desk.connect()
    desk.poll()
    assert desk.numbers() == [number(1), number(2), number(3)]
    waiting = [approved(desk, 1), approved(desk, 2)]

    book.revoked = True
    desk.poll()
    assert desk.state == ConnectionState.UNAUTHORISED
    book.change(number(4))
    clock.on(hours=5)
    sheet(desk, 1, 2, 3, 4)
    # The platform pays one of them meanwhile, by itself, and a new one comes that no sheet shows.
    book.change(number(1), "paid", 12900)
    clock.on(hours=5)
    book.change(number(5))
    clock.on(hours=5)
    for action in waiting:
        perform(action.pk, clock(), desk.outside)
        assert Action.objects.get(pk=action.pk).state == ActionState.INTENDED

    connecting.authorise(desk.link, "good", desk.by)
    assert (desk.state, desk.held) == (ConnectionState.CONNECTED, True)
    clock.on(minutes=20)
    assert perform(waiting[1].pk, clock(), desk.outside) is None, "nothing is sent before all was read"
    desk.poll()
    assert not desk.held
    assert desk.numbers() == [number(count) for count in range(1, 6)]
    clock.on(minutes=20)
    for action in waiting:
        perform(action.pk, clock(), desk.outside)
    desk.poll()
    assert [call["no"] for call in book.named("refund")] == [number(2)], (
        "the one that was paid is not paid again"
    )
    assert (desk.status(1), desk.status(2), desk.status(3)) == ("paid", "paid", "asked")
    assert Action.objects.get(pk=waiting[1].pk).state == ActionState.DONE
    assert Task.objects.filter(kind="authorise", done_at=None).count() == 0
    assert Alarm.objects.filter(kind="unauthorised", over_at=None).count() == 0


def test_every_waiting_action_is_read_again_before_the_hold_ends(connected: Desk) -> None:
    connected.book.change(number(1))
    connected.poll()
    approved(connected, 1)
    hold(connected.shop.pk, connected.clock())
    connected.clock.on(days=1)
    reads = len(connected.book.named("read"))
    connected.book.faults["read"] = [503, 503, 503]
    connected.poll_once()
    stood = [connected.held]
    connected.poll(minutes=3)
    assert [*stood, connected.held] == [True, False], "it could not be read, then it could"
    assert connected.book.named("read")[reads:] == [{"no": number(1)}]


def test_a_ticket_that_the_platform_will_not_show_holds_no_other(
    connected: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for count in (1, 2):
        connected.book.change(number(count))
    connected.poll()
    hidden, other = approved(connected, 1), approved(connected, 2)
    hold(connected.shop.pk, connected.clock())
    connected.clock.on(days=1)
    monkeypatch.setitem(CHANNELS, "douyin", Hiding(number(1)))
    connected.poll()
    connected.poll(hours=2)
    assert not connected.held
    connected.clock.on(minutes=20)
    for action in (hidden, other):
        perform(action.pk, connected.clock(), connected.outside)
    assert [call["no"] for call in connected.book.named("refund")] == [number(2)], "nothing goes out unread"
    task = Task.objects.get(done_at=None)
    assert (task.action_id, task.kind) == (hidden.pk, "confirm_outcome")
    (row,) = ParkedRow.objects.filter(state="parked")
    assert (row.code, row.value) == ("told_refused", number(1))
    confirm(task, make_person("p3"), ActionState.DONE, connected.clock())
    ticket = Ticket.objects.get(ticket_no=number(1))
    assert (ticket.money_state, ticket.contradicted) == ("paid", "")


def test_an_open_ticket_that_is_not_shown_keeps_no_gap_open(
    connected: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.book.change(number(1))
    connected.poll()
    monkeypatch.setitem(CHANNELS, "douyin", Hiding(number(1)))
    connected.clock.on(days=100)
    connected.poll()
    assert connected.events().count("poll_gap") == 1
    assert connected.link.fault == {}
    assert ParkedRow.objects.get().value == number(1)


def test_a_shop_is_led_through_the_steps_one_after_the_other(desk: Desk) -> None:
    def step() -> Step:
        return step_of(Link.objects.filter(shop=desk.shop).first(), desk.state)

    assert step() == Step.MODE
    connecting.choose_mode(desk.shop, "push", desk.by)
    assert step() == Step.KEYS
    connecting.set_keys(desk.link, {"app_key": APP, "secret": SECRET}, desk.by)
    assert step() == Step.AUTHORISE
    desk.book.faults["list"] = [403]
    with pytest.raises(ChannelError):
        connecting.authorise(desk.link, "good", desk.by)
    assert step() == Step.CHECK
    assert desk.link.fault["code"] == "scripted.unreadable"
    assert not desk.poll_once(), "who connects it looks first"
    connecting.check(desk.link, desk.by)
    assert step() == Step.FILL
    desk.poll()
    assert step() == Step.PUSH
    desk.push({"kind": "test"})
    assert step() == Step.DONE
    assert Shop.objects.get().channel == "douyin"
    kinds = [kind for kind in desk.events() if kind.startswith("shop_")]
    assert kinds == [
        "shop_connection_mode", "shop_connection_keys", "shop_connection_grant", "shop_connection",
    ]  # fmt: skip


def test_no_event_and_no_answer_holds_a_secret(connected: Desk) -> None:
    from aftersale.evidence.models import Event  # noqa: PLC0415  # one test looks at the bytes

    written = b"".join(bytes(row) for row in Event.objects.values_list("payload", flat=True)).decode()
    for secret in (SECRET, connected.book.access, connected.book.refresh):
        assert secret not in written
        assert secret not in repr(connected.link.__class__.objects.get())


def test_a_code_that_the_platform_does_not_know_is_refused_with_its_words(desk: Desk) -> None:
    connecting.choose_mode(desk.shop, "poll", desk.by)
    with pytest.raises(ConnectRefused):
        connecting.authorise(desk.link, "good", desk.by)
    connecting.set_keys(desk.link, {"app_key": APP, "secret": SECRET}, desk.by)
    with pytest.raises(Unauthorised):
        connecting.authorise(desk.link, "bad", desk.by)
    assert desk.link.fault["zh"] == "平台这样说。"
    assert desk.state == ConnectionState.NONE
    with pytest.raises(ConnectRefused, match="shop_id"):
        connecting.authorise(desk.link, "", desk.by)
    connecting.authorise(desk.link, "", desk.by, "78")
    assert (desk.state, Shop.objects.get().platform_shop_id) == (ConnectionState.CONNECTED, "78")


def test_the_authorisation_of_another_shop_is_refused(desk: Desk) -> None:
    desk.connect()
    Shop.objects.filter(pk=desk.shop.pk).update(platform_shop_id="77")
    twin = Shop.objects.create(platform="douyin", name="另一家", created_at=T0)
    link = connecting.choose_mode(twin, "poll", desk.by)
    connecting.set_keys(link, {"app_key": APP, "secret": SECRET}, desk.by)
    link = Link.objects.select_related("shop").get(pk=link.pk)
    with pytest.raises(ConnectRefused, match="taken"):
        connecting.authorise(link, "good", desk.by)


@pytest.mark.parametrize(
    "said", [{}, {"app_key": "a"}, {"secret": "s"}, {"app_key": "a" * 65, "secret": "s"}]
)
def test_keys_that_are_not_complete_are_refused(desk: Desk, said: dict[str, str]) -> None:
    connecting.choose_mode(desk.shop, "poll", desk.by)
    with pytest.raises(ConnectRefused):
        connecting.set_keys(desk.link, said, desk.by)


def test_what_opens_pushes_is_asked_for_where_they_come(desk: Desk) -> None:
    Shop.objects.update(platform="kuaishou")
    said = {"app_key": APP, "secret": SECRET, "sign_secret": "s"}
    connecting.choose_mode(desk.shop, "push", desk.by)
    with pytest.raises(ConnectRefused):
        connecting.set_keys(desk.link, said, desk.by)
    connecting.set_keys(desk.link, {**said, "message_key": "m"}, desk.by)
    connecting.choose_mode(desk.shop, "poll", desk.by)
    connecting.set_keys(desk.link, said, desk.by)
    assert desk.link.message_key == ""


def test_keys_of_another_app_take_the_tokens_with_them(connected: Desk) -> None:
    connecting.set_keys(connected.link, {"app_key": "app-2", "secret": SECRET}, connected.by)
    assert connected.link.access_until is None
    assert not connected.poll_once()


def test_a_shop_that_parts_keeps_its_place_and_forgets_its_keys(connected: Desk) -> None:
    known = connected.link.complete_until
    connecting.disconnect(connected.link, connected.by)
    link = connected.link
    assert (link.app_key, link.secret, link.access_token, link.complete_until) == ("", "", "", known)
    assert (connected.state, Shop.objects.get().channel) == (ConnectionState.NONE, "manual")
    connected.clock.on(days=2)
    connected.book.change(number(1))
    connected.clock.on(hours=1)
    connected.connect()
    connected.poll()
    assert connected.numbers() == [number(1)]
    assert known
    assert min(call["since"] for call in connected.book.named("list")[-2:]) < known.timestamp()


def test_a_shop_that_is_shut_out_is_said_with_what_counts_down_and_who_can_mend_it(connected: Desk) -> None:
    connected.book.change(number(1))
    connected.poll()
    Ticket.objects.update(due_at=connected.clock() + timedelta(hours=3))
    owner = make_person("店主")
    owner.is_superuser = True
    owner.save()
    connected.book.revoked = True
    connected.poll()
    (said,) = shut_out_now(connected_by_shop(connected), connected.clock())
    assert (said.shop, said.counting, said.owners) == ("云杉家居旗舰店", 1, ("店主",))


def connected_by_shop(desk: Desk) -> dict[int, Connection]:
    return {desk.shop.pk: desk.link.shop.connection}
