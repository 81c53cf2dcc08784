"""See that a push wakes the desk up and never tells it anything, however it comes."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.registry import CHANNELS
from aftersale.connections import connecting, pushes
from aftersale.connections.models import Link, Push, PushMessage
from aftersale.evidence.models import Event
from aftersale.shops.models import Shop
from aftersale.shops.models.shop import ConnectionState
from aftersale.tickets.models import Alarm, ParkedRow, Ticket
from tests.connections.desk import number
from tests.connections.interface import Hiding
from tests.connections.platform import signature

if TYPE_CHECKING:
    from tests.connections.desk import Desk

pytestmark = pytest.mark.django_db


def followed(desk: Desk) -> list[str | None]:
    """Do what the jobs of all waiting messages do."""
    waiting = PushMessage.objects.filter(state="waiting").order_by("pk").values_list("pk", flat=True)
    return [pushes.follow(each, desk.clock) for each in list(waiting)]


@pytest.fixture(autouse=True)
def at_the_time_of_the_test(connected: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let jobs send with the clock of the test."""
    monkeypatch.setattr(pushes, "hands_of", lambda _shop, _now: connected.hands())


def test_a_push_is_answered_at_once_and_its_ticket_read_later(connected: Desk) -> None:
    connected.book.change(number(1))
    calls = len(connected.book.calls)
    answer = connected.push(connected.said())
    assert (answer.status, answer.body) == (200, b'{"code":0}')
    assert len(connected.book.calls) == calls, "the platform waits for our answer alone"
    assert connected.numbers() == []
    assert followed(connected) == ["read"]
    assert connected.numbers() == [number(1)]
    assert connected.link.pushed_at == connected.clock()


def test_what_a_push_says_is_not_believed(connected: Desk) -> None:
    connected.book.change(number(1))
    lie = connected.said() | {"status": "paid", "fen": 99}
    connected.push(lie)
    followed(connected)
    assert connected.status() == "asked"


def test_the_same_message_again_is_one_message(connected: Desk) -> None:
    connected.book.change(number(1))
    for _ in range(3):
        assert connected.push(connected.said(), connected.said()).status == 200
    assert PushMessage.objects.count() == 1
    followed(connected)
    connected.push(connected.said())
    assert followed(connected) == []
    assert len(connected.book.named("read")) == 1


def test_messages_out_of_order_end_where_the_platform_is(connected: Desk) -> None:
    connected.book.change(number(1))
    first = connected.said(1, "m-1")
    connected.clock.on(minutes=1)
    connected.book.change(number(1), "paid", 12900)
    second = connected.said(1, "m-2")
    connected.push(second)
    connected.push(first)
    followed(connected)
    assert connected.status() == "paid"
    assert set(PushMessage.objects.values_list("state", flat=True)) == {"read"}
    assert len(connected.book.named("read")) == 1, "one look answers both"


def test_a_push_of_a_week_ago_changes_nothing(connected: Desk) -> None:
    connected.book.change(number(1))
    old = connected.said()
    connected.push(old)
    followed(connected)
    connected.book.change(number(1), "paid", 12900)
    connected.poll(minutes=5)
    events = Event.objects.count()
    connected.clock.on(days=8)
    pushes.forget(connected.clock())
    connected.push(old)
    followed(connected)
    connected.clock.on(days=100)
    assert pushes.forget(connected.clock()) > 0
    assert PushMessage.objects.count() == 0
    connected.push(old)
    followed(connected)
    assert connected.status() == "paid"
    assert Event.objects.count() == events


@pytest.mark.parametrize("secret", ["", "other-secret"])
def test_a_wrong_signature_changes_nothing_and_is_counted(connected: Desk, secret: str) -> None:
    assert connected.push(connected.said(), secret=secret).status == 400
    assert PushMessage.objects.count() == Push.objects.count() == 0
    link = connected.link
    assert (link.refused_count, link.refused_code, link.pushed_at) == (1, "push.signature", None)


def test_refused_pushes_are_written_down_once_a_second_at_most(connected: Desk) -> None:
    for _ in range(50):
        connected.push(connected.said(), secret="x")  # noqa: S106  # made up
    assert connected.link.refused_count == 1
    connected.clock.on(seconds=1)
    connected.push(connected.said(), secret="x")  # noqa: S106  # made up
    assert connected.link.refused_count == 2


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'[{"kind": "200"}]', b"\xff\xfe", b"null"])
def test_a_signed_push_that_cannot_be_read_changes_nothing(connected: Desk, body: bytes) -> None:
    headers = {"event-sign": signature(body)}
    answer = pushes.receive("douyin", connected.link.push_path, headers, body, connected.clock())
    assert answer
    assert answer.status == 400
    assert PushMessage.objects.count() == 0
    assert connected.link.refused_code == "push.unreadable"


def test_an_address_that_no_shop_has_answers_as_one_whose_keys_do_not_fit(connected: Desk) -> None:
    wrong = connected.push(connected.said(), secret="other")  # noqa: S106  # made up
    nobody = connected.push(connected.said(), path="nobody")
    assert nobody == wrong
    other = pushes.receive("kuaishou_", "x", {}, b"", connected.clock())
    assert other is None


def test_a_shop_that_was_disconnected_takes_no_push(connected: Desk) -> None:
    path = connected.link.push_path
    connecting.disconnect(connected.link, connected.by)
    assert connected.push(connected.said(), path=path).status == 400
    assert connected.push(connected.said(), secret="").status == 400
    assert PushMessage.objects.count() == 0


def test_what_waits_when_a_shop_parts_rings_nobody(connected: Desk) -> None:
    connected.push(connected.said())
    connecting.disconnect(connected.link, connected.by)
    assert followed(connected) == []
    PushMessage.objects.update(state="waiting")
    assert followed(connected) == ["waiting"]
    assert connected.state == ConnectionState.NONE
    assert Alarm.objects.count() == 0


def test_a_test_message_is_answered_and_counts_as_heard(connected: Desk) -> None:
    answer = connected.push({"kind": "test"})
    assert answer.body == b'{"code":0}'
    assert connected.link.pushed_at == connected.clock()
    assert PushMessage.objects.count() == 0


def test_a_message_about_no_ticket_is_kept_aside(connected: Desk) -> None:
    connected.push(connected.said() | {"no": ""})
    assert PushMessage.objects.get().state == "aside"
    assert followed(connected) == []


def test_a_ticket_that_cannot_be_read_waits_and_is_tried_again(connected: Desk) -> None:
    connected.book.change(number(1))
    connected.push(connected.said())
    connected.book.faults["read"] = [503, 503, 503]
    assert followed(connected) == ["waiting"]
    assert followed(connected) == [None], "not due yet"
    connected.clock.on(minutes=1)
    assert pushes.waiting_messages(connected.clock(), 10) == [PushMessage.objects.get().pk]
    assert followed(connected) == ["read"]
    assert connected.numbers() == [number(1)]


def test_a_ticket_that_the_platform_does_not_know_is_said_so(connected: Desk) -> None:
    connected.push(connected.said(7))
    assert followed(connected) == ["unknown"]
    assert Ticket.objects.count() == 0


def test_a_push_to_a_shop_that_is_shut_out_waits_until_it_is_let_in(connected: Desk) -> None:
    connected.book.change(number(1))
    connected.book.revoked = True
    connected.push(connected.said())
    assert followed(connected) == ["waiting"]
    assert connected.state == ConnectionState.UNAUTHORISED
    connecting.authorise(connected.link, "good", connected.by)
    connected.clock.on(minutes=40)
    assert followed(connected) == ["read"]


def test_the_body_is_kept_encrypted_and_for_a_week(connected: Desk) -> None:
    connected.push(connected.said())
    assert json.loads(Push.objects.get().body)[0]["no"] == number(1)
    assert number(1) not in str(Push.objects.extra(select={"raw": "body"}).values_list("raw", flat=True)[0])
    connected.clock.on(days=6)
    pushes.forget(connected.clock())
    assert Push.objects.count() == 1
    connected.clock.on(days=2)
    pushes.forget(connected.clock())
    assert Push.objects.count() == 0
    assert PushMessage.objects.count() == 1


def test_an_old_worker_that_comes_back_does_not_undo_what_is_known(connected: Desk) -> None:
    assert Link.objects.get().complete_until is not None
    before = connected.link.complete_until
    connected.clock.on(minutes=-5)
    connected.poll_once()
    assert before
    assert connected.link.complete_until == before
    assert timedelta(0) <= before - connected.clock()


def test_a_ticket_that_the_platform_will_not_show_is_parked_and_not_asked_for_again(
    connected: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    hiding = Hiding(number(9))
    monkeypatch.setitem(CHANNELS, "douyin", hiding)
    connected.push(connected.said(9))
    assert followed(connected) == ["unknown"]
    connected.clock.on(hours=1)
    assert followed(connected) == []
    assert hiding.refused == 1
    row = ParkedRow.objects.get()
    assert (row.state, row.code, row.value) == ("parked", "told_refused", number(9))
    assert "isv.business-failed:12001" in row.reason["zh"]


def twin(desk: Desk, platform_shop_id: str, **fields: object) -> Shop:
    """Give another shop; it has the same app unless told otherwise."""
    name = f"店{Shop.objects.count()}"
    at = {"created_at": desk.clock()}
    shop = Shop.objects.create(platform="douyin", name=name, platform_shop_id=platform_shop_id, **at)
    Link.objects.create(shop=shop, push_path=name, **{"app_key": desk.link.app_key, **at, **fields})
    return shop


def test_a_message_is_kept_for_the_shop_that_it_names_whatever_address_it_came_to(connected: Desk) -> None:
    other = twin(connected, "88")
    named = connected.said(1, "m-1") | {"shop": "88"}
    own, unnamed = connected.said(2, "m-2") | {"shop": "77"}, connected.said(3, "m-3")
    for _ in range(2):
        connected.push(named, own, unnamed)
    kept = PushMessage.objects.order_by("message_id").values_list("message_id", "shop_id", "state")
    assert list(kept) == [
        ("m-1", other.pk, "waiting"),
        ("m-2", connected.shop.pk, "waiting"),
        ("m-3", connected.shop.pk, "waiting"),
    ]
    assert Push.objects.count() == 1
    assert set(Link.objects.values_list("pushed_at", flat=True)) == {connected.clock()}, "no wizard waits"


def test_a_message_of_a_shop_that_nobody_has_here_is_put_aside_and_said_once(connected: Desk) -> None:
    twin(connected, "88", app_key="another app")
    for count in (1, 2):
        connected.push(connected.said(count, f"m-{count}") | {"shop": "88"})
    assert set(PushMessage.objects.values_list("shop_id", "state")) == {(connected.shop.pk, "aside")}
    assert followed(connected) == []
    assert connected.book.named("read") == []
    row = ParkedRow.objects.get()
    assert (row.code, row.value, row.shop_id) == ("told_other_shop", "88", connected.shop.pk)
    assert Link.objects.get(app_key="another app").pushed_at is None


def test_a_shop_whose_id_nobody_knows_yet_takes_what_comes_to_its_address(connected: Desk) -> None:
    Shop.objects.filter(pk=connected.shop.pk).update(platform_shop_id="")
    connected.shop.refresh_from_db()
    connected.push(connected.said(1, "m-1") | {"shop": "88"})
    assert PushMessage.objects.values_list("shop_id", "state").get() == (connected.shop.pk, "waiting")
    assert not ParkedRow.objects.exists()


def test_of_two_shops_that_say_they_are_the_same_the_one_that_is_let_in_counts(connected: Desk) -> None:
    let_in = twin(connected, "88", access_until=connected.clock())
    twin(connected, "88")
    connected.push(connected.said() | {"shop": "88"})
    assert PushMessage.objects.get().shop_id == let_in.pk
