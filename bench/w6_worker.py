"""Do one thing on a desk in a process of its own: migrate, seed, sweep, standing or expire."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from time import sleep

import django

NOW = datetime(2026, 6, 8, 6, 0, tzinfo=UTC)
_VERB = "agree_to_return"


def seed(deadlines: int) -> None:
    """Put so many tickets of one shop in place of what was there, each with a clock at its last warning."""
    from aftersale.evidence.chain import genesis  # noqa: PLC0415
    from aftersale.evidence.models import Event  # noqa: PLC0415
    from aftersale.shops.models import Duty, NotifyTarget, Person, Shop  # noqa: PLC0415
    from aftersale.tickets.models import Alarm, Deadline, Outbox, Task, Ticket  # noqa: PLC0415

    for model in (Outbox, Alarm, Task, Deadline, Event, Ticket, Duty, Shop, Person):
        model.objects.all().delete()
    shop = Shop.objects.create(platform="douyin", name="bench", created_at=NOW, automatic=[_VERB])
    agent = Person.objects.create(username="agent")
    NotifyTarget.objects.create(person=agent, name="bench", url="wecombot://00000000")
    Duty.objects.create(
        shop=shop, person=agent, starts_at=NOW - timedelta(days=1), ends_at=NOW + timedelta(days=1)
    )
    usual = {
        "order_no": "1",
        "status": "",
        "open": True,
        "turn": "merchant",
        "lane": "ours",
        "stage": "decide",
    }
    usual |= {"step": _VERB, "channel": "manual", "rank": 1, "observed": "{}", "notice_digest": bytes(32)}
    times = dict.fromkeys(
        ("applied_at", "observed_at", "seen_at", "queue_at", "created_at", "changed_at"), NOW
    )
    tickets = Ticket.objects.bulk_create(
        Ticket(
            shop=shop,
            ticket_no=str(number),
            head=genesis("ticket", str(shop.pk), str(number)),
            **usual,
            **times,
        )
        for number in range(deadlines)
    )
    clock = {"kind": "respond_by", "source": "platform", "side": "merchant", "consequence": "approves_return"}
    clock |= {"state": "running"}
    due = NOW + timedelta(minutes=15)
    Deadline.objects.bulk_create(
        Deadline(ticket=ticket, shop=shop, starts_at=NOW, due_at=due, next_at=NOW, **clock)
        for ticket in tickets
    )


def run(latency_s: float) -> None:
    """Sweep until nothing is due; what the shop allowed costs a call of the platform each."""
    from django.db import connection  # noqa: PLC0415

    from aftersale.tickets.models import Task, Ticket  # noqa: PLC0415
    from aftersale.tickets.sweep import Hands, sweep  # noqa: PLC0415

    def carry_out(ticket: Ticket, verb: str, now: datetime) -> None:
        sleep(latency_s)
        Task.objects.create(shop=ticket.shop, ticket=ticket, kind=verb, created_at=now)

    hands = Hands(lambda *_: None, carry_out, lambda _: 0, lambda *_: None, lambda *_: True)
    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    while (done := sweep(NOW, 100, hands)).warned or done.overtaken:
        assert not done.all_errors, done.all_errors


def standing() -> str:
    """Tell how many clocks have stepped on, how many calls were made, and how many twice."""
    from aftersale.tickets.models import Deadline, Task  # noqa: PLC0415

    calls = Counter(Task.objects.values_list("ticket_id", flat=True))
    stepped = Deadline.objects.filter(step=1).count()
    return f"{stepped} {sum(calls.values())} {sum(count > 1 for count in calls.values())}"


def expire() -> None:
    """Let the time of every lease pass."""
    from aftersale.tickets.models import Deadline  # noqa: PLC0415

    Deadline.objects.exclude(lease_until=None).update(lease_until=NOW)


def main() -> None:
    """Do what the first argument says."""
    django.setup()
    from aftersale.config.fresh import lay_out  # noqa: PLC0415

    what, *rest = sys.argv[1:]
    if what == "migrate":
        lay_out()
    elif what == "seed":
        seed(int(rest[0]))
    elif what == "sweep":
        run(float(rest[0]))
    elif what == "expire":
        expire()
    else:
        print(standing())


if __name__ == "__main__":
    main()
