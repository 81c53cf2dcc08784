"""See a connection live beside the running sandbox: a dry run sends nothing, and an end is told in time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from aftersale.channels.verbs import Verb
from aftersale.config.wiring import HANDS
from aftersale.connections.upkeep import keep_up
from aftersale.domain.states import ActionState
from aftersale.shops.models import Duty
from aftersale.tickets.models import Action, Alarm, Task, Ticket
from aftersale.tickets.sweep import sweep
from tests.pages.desk import Visitor, seen, text_of, visitor, words_of
from tests.soak.test_story import raised
from tests.tickets.clocks.desk import target_of

if TYPE_CHECKING:
    from aftersale.config.soak.desk import Desk

WRITES = frozenset({"afterSale.operate", "open.seller.order.refund.approve"})
KEPT_S = 11
"""So long an approval can be taken back, and a second more."""


@pytest.fixture
def owner(desk: Desk) -> Visitor:
    return visitor(desk.person)


def approved(desk: Desk, owner: Visitor, key: str) -> Action:
    """Let a buyer apply and a person agree on the page; then let the worker send it."""
    number = str(raised(desk, key, "shipped", 1)[0]["ticket"])
    desk.work()
    ticket = Ticket.objects.get(ticket_no=number)
    amount = f"{(ticket.amount_fen or 0) / 100:.2f}"
    typed: dict[str, Any] = {"verb": Verb.REFUND, "amount": amount, "vouched": "1", **seen(ticket)}
    assert owner.post("approve", ticket.pk, **typed).status_code == 302
    desk.place.jump(timedelta(seconds=KEPT_S))
    desk.work()
    return Action.objects.select_related("ticket").get(ticket=ticket)


def writes(desk: Desk) -> list[str]:
    """Name every call to a platform that changes a ticket, as the sandbox heard it."""
    found = desk.place.client.get(f"{desk.place.addresses['control']}/calls").json()
    return [each["ticket"] for each in found if each["method"] in WRITES]


def paid(desk: Desk, ticket: Ticket) -> list[int]:
    refunds = desk.place.ledger()["refunds"]
    return [each["fen"] for each in refunds if each["ticket"] == ticket.ticket_no]


@pytest.mark.parametrize("key", ["home", "home_ks"])
def test_in_a_dry_run_an_approval_is_noted_as_not_sent_and_the_platform_hears_nothing(
    desk: Desk, owner: Visitor, key: str
) -> None:
    shop = desk.shops[key]
    owner.post("settings_connection_change", shop.pk, "dry-run", on="1")
    action = approved(desk, owner, key)
    assert action.state == ActionState.HANDED_OVER
    assert (writes(desk), paid(desk, action.ticket)) == ([], [])
    assert "试运行，什么都没有发给平台" in words_of(owner.get("action", action.pk, part=True))
    task = Task.objects.get(action=action)
    assert task.done_at is None
    desk.place.jump(timedelta(hours=1))
    desk.work()
    assert writes(desk) == [], "nothing is sent later either"
    owner.post("settings_connection_change", shop.pk, "dry-run", on="0")
    after = approved(desk, owner, key)
    assert after.state == ActionState.DONE, after.receipt
    assert writes(desk) == [after.ticket.ticket_no]
    assert paid(desk, after.ticket) == [after.ticket.amount_fen]
    assert paid(desk, action.ticket) == [], "what was handed to a person stays theirs"


@dataclass
class Post:
    """Keep what would reach the owner's group."""

    got: list[str] = field(default_factory=list)

    def __call__(self, _url: str, title: str, body: str) -> bool:
        self.got.append(f"{title}\n{body}")
        return True

    def about(self, shop: str) -> list[str]:
        """Give what was said of the end of a shop's authorisation."""
        return [each for each in self.got if each.startswith(f"{shop} · 授权快到期")]


def beat(desk: Desk, post: Post) -> None:
    """Let a worker see to authorisations and messages."""
    keep_up(desk.clock)
    sweep(desk.clock(), 100, replace(HANDS, mend_actions=lambda _now: 0, send=post))


def test_people_hear_seven_three_and_one_day_before_an_authorisation_ends_and_once_each(
    desk: Desk, owner: Visitor
) -> None:
    shop = desk.shops["home_ks"]
    target_of(desk.person)
    begin = desk.clock()
    Duty.objects.create(shop=shop, person=desk.person, starts_at=begin, ends_at=begin + timedelta(days=400))
    until, post = shop.link.refresh_until, Post()
    assert until
    told: list[tuple[float, str]] = []
    shown: list[tuple[float, bool, bool]] = []
    for left in (8, 7, 6.5, 5, 4, 3, 2.5, 2, 1, 0.5):
        desk.place.jump(until - timedelta(days=left) + timedelta(minutes=1) - desk.clock())
        for _ in range(3):
            beat(desk, post)
        words = post.about(shop.name)
        told += [(left, each) for each in words[len(told) :]]
        days = f"授权还剩 {int(left - 0.001)} 天到期"
        home = days in words_of(owner.get("home"))
        listed = f"还剩 {int(left - 0.001)} 天" in words_of(owner.get("settings_connections"))
        shown.append((left, home, listed))
    assert [left for left, _ in told] == [7, 3, 1]
    assert [left for left, home, _ in shown if home] == [7, 6.5, 5, 4, 3, 2.5, 2, 1, 0.5]
    assert all(listed for _, _, listed in shown)
    alarm = Alarm.objects.get(shop=shop, kind="authorisation", over_at=None)
    assert alarm.due_at
    # The platform tells what is left in whole seconds each time.
    assert abs(alarm.due_at - until) < timedelta(minutes=1)
    # Given anew, nothing speaks of it any more.
    desk.let_in_again("home_ks")
    beat(desk, post)
    assert not Alarm.objects.filter(shop=shop, over_at=None).exists()
    assert "授权还剩" not in text_of(owner.get("home"))
    assert len(post.about(shop.name)) == 3
