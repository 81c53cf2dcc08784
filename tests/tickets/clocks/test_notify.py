from __future__ import annotations

import logging

import pytest

from aftersale.shops.models import NotifyTarget, Shop
from aftersale.tickets.alarms import Cause, raise_alarm
from aftersale.tickets.models import Alarm, Buyer, Outbox, Ticket
from aftersale.tickets.notify import BACK_OFF, MOST_ATTEMPTS, heard_at, message_of, send_due
from tests.tickets.clocks.desk import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    Post,
    at,
    on_duty,
    person_of,
    shop_of,
    target_of,
    ticket_of,
)  # fmt: skip

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return shop_of()


def rung(shop: Shop, kind: str = "deadline") -> Alarm:
    ticket = ticket_of(shop)
    params = {"clock": "respond_by", "consequence": "approves_refund"}
    return raise_alarm(Cause(kind, f"x:{ticket.pk}", shop, ticket, NOW + HOUR, params), NOW)


def test_a_message_says_shop_what_until_when_and_where(shop: Shop) -> None:
    alarm = rung(shop)
    assert alarm.ticket is not None
    zh, en = message_of(alarm, "zh", NOW), message_of(alarm, "en", NOW)
    assert zh.title == f"{shop.name} · 快到截止时间"
    tail = alarm.ticket.ticket_no[-4:]
    assert zh.body.splitlines() == [
        f"售后单尾号 {tail}", "处理售后申请", "超时平台将自动同意退款", "截止 06-08 15:00", "请接手",
        f"/tickets/{alarm.ticket_id}",
    ]  # fmt: skip
    assert "until 06-08 15:00" in en.body


def test_no_message_holds_anything_of_the_buyer_or_the_order(shop: Shop) -> None:
    buyer = Buyer.objects.create(shop=shop, key="k", mask="李**", contact="13800138000 杭州市")
    ticket = ticket_of(
        shop, buyer=buyer, remark="买家说要投诉", article="红色连衣裙", order_no="690099",
        return_waybill="SF99",        reason_said="不想要了", amount_fen=129_00,
    )  # fmt: skip
    for kind in ("deadline", "evidence", "money", "unauthorised", "unknown_outcome"):
        alarm = raise_alarm(Cause(kind, f"{kind}:{ticket.pk}", shop, ticket, NOW), NOW)
        for lang in ("zh", "en"):
            text = "".join(message_of(alarm, lang, NOW))
            personal = (
                "李",
                "138",
                "杭州",
                "投诉",
                "连衣裙",
                "690099",
                "SF99",
                "不想要",
                "129",
                ticket.ticket_no,
            )
            assert [word for word in personal if word in text] == []


def test_a_person_reads_their_language(shop: Shop) -> None:
    person, post = on_duty(shop, lang="en"), Post()
    rung(shop)
    send_due(NOW, 10, post)
    assert "deadline ahead" in post.to(person)[0]


@pytest.mark.parametrize(
    ("now", "heard"),
    [
        ("2026-06-08 21:59:59", "2026-06-08 21:59:59"),
        ("2026-06-08 22:00:00", "2026-06-09 08:00:00"),
        ("2026-06-09 00:00:00", "2026-06-09 08:00:00"),
        ("2026-06-09 07:59:59", "2026-06-09 08:00:00"),
        ("2026-06-09 08:00:00", "2026-06-09 08:00:00"),
        ("2028-02-28 23:00:00", "2028-02-29 08:00:00"),
        ("2028-02-29 23:00:00", "2028-03-01 08:00:00"),
    ],
)
def test_what_is_not_urgent_waits_for_the_end_of_quiet_hours(now: str, heard: str) -> None:
    assert heard_at(person_of("a", quiet_from=1_320, quiet_until=480), None, at(now)) == at(heard)


@pytest.mark.parametrize(
    ("now", "heard"),
    [
        ("2026-06-08 08:59:59", "2026-06-08 09:00:00"),
        ("2026-06-08 09:00:00", "2026-06-08 09:00:00"),
        ("2026-06-08 09:00:01", "2026-06-09 09:00:00"),
    ],
)
def test_a_digest_comes_at_its_minute_of_the_day(now: str, heard: str) -> None:
    assert heard_at(person_of("a"), 540, at(now)) == at(heard)


def test_a_digest_is_one_message_a_day(shop: Shop) -> None:
    person = on_duty(shop)
    person.notify_targets.update(digest_at=18 * 60)
    rung(shop), rung(shop), rung(shop)
    post = Post()
    assert send_due(NOW, 10, post).sent == 0
    assert send_due(at("2026-06-08 18:00"), 10, post).sent == 1
    (message,) = post.to(person)
    assert message.startswith("待办汇总：3 条")
    assert Outbox.objects.filter(sent_at=None).count() == 0


def test_what_is_urgent_waits_for_no_digest(shop: Shop) -> None:
    person, post = on_duty(shop), Post()
    person.notify_targets.update(digest_at=18 * 60)
    rung(shop, "money")
    send_due(NOW, 10, post)
    assert len(post.to(person)) == 1


def test_a_failure_is_retried_with_growing_waits_and_then_given_up(shop: Shop) -> None:
    person, post = on_duty(shop), Post(works=False)
    rung(shop)
    now = NOW
    for wait in BACK_OFF:
        assert send_due(now, 10, post).failed == 1
        assert send_due(now + wait * MINUTE - MINUTE / 60, 10, post).failed == 0
        now += wait * MINUTE
    assert send_due(now, 10, post).given_up == 1
    assert send_due(now + DAY, 10, post).failed == 0
    assert Outbox.objects.get().attempts == MOST_ATTEMPTS
    target = person.notify_targets.get()
    assert (target.failed_at, target.failure) == (now, "对方没有收下消息。")


def test_a_target_that_works_again_says_so(shop: Shop) -> None:
    person, post = on_duty(shop), Post()
    person.notify_targets.update(failed_at=NOW - DAY, failure="x")
    rung(shop)
    send_due(NOW, 10, post)
    target = person.notify_targets.get()
    assert (target.failed_at, target.failure) == (None, "")


def test_a_failure_never_repeats_the_address(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    person = on_duty(shop)
    rung(shop)

    def broken(url: str, _title: str, _body: str) -> bool:
        raise ConnectionError(url)

    with caplog.at_level(logging.DEBUG, logger="aftersale"):
        send_due(NOW, 10, broken)
    target = person.notify_targets.get()
    assert target.failure == "ConnectionError"
    assert target.url not in caplog.text


def test_one_target_that_fails_does_not_keep_the_others_waiting(shop: Shop) -> None:
    first, second = on_duty(shop), on_duty(shop)
    rung(shop)
    bad = first.notify_targets.get().url
    post = Post()

    def send(url: str, title: str, body: str) -> bool:
        if url == bad:
            raise ConnectionError(url)
        return post(url, title, body)

    done = send_due(NOW, 10, send)
    assert (done.failed, done.sent, len(post.to(second))) == (1, 1, 1)


def test_a_target_that_cannot_be_read_is_reported_and_passed_over(shop: Shop) -> None:
    first, second = on_duty(shop), on_duty(shop)
    rung(shop)
    from django.db import connection  # noqa: PLC0415  # to write what the model would never write

    with connection.cursor() as cursor:
        table = NotifyTarget._meta.db_table  # noqa: SLF001
        cursor.execute(f"UPDATE {table} SET url = 'k9.nonsense' WHERE person_id = %s", [first.pk])
    post = Post()
    done = send_due(NOW, 10, post)
    assert (done.sent, len(done.errors)) == (1, 1)
    assert len([title for title, *_ in post.sent]) == 1
    assert second.notify_targets.get().url == post.sent[0][0]


def test_a_message_that_another_sender_holds_is_left_alone_until_its_lease_ends(shop: Shop) -> None:
    person, post = on_duty(shop), Post()
    rung(shop)
    Outbox.objects.update(lease_until=NOW + MINUTE)
    send_due(NOW, 10, post)
    assert post.to(person) == []
    send_due(NOW + MINUTE, 10, post)
    assert len(post.to(person)) == 1


def test_a_newer_message_of_an_alarm_replaces_one_not_sent_yet(shop: Shop) -> None:
    on_duty(shop)
    alarm = rung(shop)
    raise_alarm(Cause("deadline", alarm.key, shop, alarm.ticket, NOW + HOUR), NOW + MINUTE)
    assert Outbox.objects.get().created_at == NOW + MINUTE


def test_a_target_switched_off_gets_nothing_more(shop: Shop) -> None:
    person, post = on_duty(shop), Post()
    other = target_of(person, active=False)
    rung(shop)
    NotifyTarget.objects.filter(person=person).update(active=False)
    done = send_due(NOW, 10, post)
    assert (post.sent, done.dropped) == ([], 1)
    assert Outbox.objects.filter(target=other).count() == 0


def test_a_message_without_an_alarm_is_sent(shop: Shop) -> None:
    person, post = on_duty(shop), Post()
    target = person.notify_targets.get()
    Outbox.objects.create(target=target, title="试发", body="收到即可用", created_at=NOW, not_before=NOW)
    send_due(NOW, 10, post)
    assert post.to(person) == ["试发\n收到即可用"]
    assert Ticket.objects.count() == 0
