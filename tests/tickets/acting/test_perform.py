"""See that an action is sent at most once, whatever the platform answers, and that the ticket follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.states import ActionState, Money
from aftersale.tickets.act import Intent
from aftersale.tickets.ledger import observe_paid
from aftersale.tickets.mend import mend
from aftersale.tickets.models import Task
from aftersale.tickets.perform import LEASE, due_actions
from tests.channels import scripted
from tests.channels.scripted import Platform, ScriptedChannel
from tests.tickets.acting.desk import (
    NOW,
    PAID,
    Desk,
    approve,
    chain_is_whole,
    fresh,
    kinds,
    later,
    make_line,
    make_person,
    make_shop,
    make_ticket,
    refund,
    reread,
    reserved,
)

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.channels.base import Hands, Outgoing, Receipt
    from aftersale.shops.models import Person
    from aftersale.tickets.models import OrderLine, Ticket

pytestmark = pytest.mark.django_db


@dataclass
class Scene:
    desk: Desk
    line: OrderLine
    ticket: Ticket
    person: Person

    @property
    def money(self) -> str:
        return fresh(self.ticket).money_state


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    desk = Desk.at(tmp_path, knows_keys=False)
    line = make_line(make_shop())
    return Scene(desk, line, make_ticket(line.shop, line), make_person())


def test_a_refund_that_is_done_is_paid(scene: Scene) -> None:
    action = approve(scene.ticket, scene.person)
    assert scene.desk.perform(action) == ActionState.DONE
    assert (scene.money, reserved(scene.line)) == (Money.PAID, PAID)
    assert kinds(scene.ticket) == ["action_intended", "action_sending", "action_done"]
    assert reread(action).receipt["version"] == "v2"
    assert chain_is_whole(scene.ticket)


def test_a_job_that_comes_twice_sends_once(scene: Scene) -> None:
    action = approve(scene.ticket, scene.person)
    scene.desk.perform(action)
    assert scene.desk.perform(action) is None
    assert len(scene.desk.platform.effects) == 1


def test_the_claim_is_written_before_anything_is_sent(scene: Scene) -> None:
    action = approve(scene.ticket, scene.person)
    found: list[tuple[str, str]] = []
    scene.desk.platform.before_acting = lambda: found.append((reread(action).state, scene.money))
    scene.desk.perform(action)
    assert found == [(ActionState.SENDING, Money.SENDING)]


@pytest.mark.parametrize(
    "fault",
    [
        scripted.TIMES_OUT,
        scripted.ACTS_THEN_TIMES_OUT,
        scripted.HTML,
        scripted.HALF,
        scripted.ACTS_HALF,
        scripted.BROKEN,
    ],
)
def test_an_answer_that_says_nothing_leaves_the_outcome_unknown_and_is_not_sent_again(
    scene: Scene, fault: str
) -> None:
    scene.desk.platform.faults = [fault]
    action = approve(scene.ticket, scene.person)
    assert scene.desk.perform(action) == ActionState.UNKNOWN
    acted = len(scene.desk.platform.effects)
    assert (scene.money, reserved(scene.line)) == (Money.UNKNOWN, PAID)
    assert scene.desk.rung.heard == [("unknown_outcome", scene.ticket.ticket_no)]
    assert due_actions(later(days=9)) == []
    assert scene.desk.perform(action, later(days=9)) is None
    mend(later(minutes=1), scene.desk.outside)
    assert len(scene.desk.platform.effects) == acted
    assert reread(action).state == (ActionState.DONE if acted else ActionState.UNKNOWN)


def test_a_platform_that_is_off_is_asked_again_later_and_later(scene: Scene) -> None:
    scene.desk.platform.faults = [scripted.OFF] * 3
    action = approve(scene.ticket, scene.person)
    now, waits = NOW, []
    for _ in range(3):
        assert scene.desk.perform(action, now) == ActionState.INTENDED
        assert scene.money == Money.INTENDED
        waits.append((reread(action).not_before - now).total_seconds())
        now = reread(action).not_before
    assert waits == [10, 20, 40]
    assert due_actions(now) == [action.pk]
    assert scene.desk.perform(action, now) == ActionState.DONE
    assert [effect["key"] for effect in scene.desk.platform.effects] == [action.key]


def test_an_hour_of_silence_loses_nothing(scene: Scene) -> None:
    action, now = approve(scene.ticket, scene.person), NOW
    while now < later(hours=1):
        scene.desk.platform.faults = [scripted.OFF]
        scene.desk.perform(action, now)
        assert reread(action).not_before - now <= later(minutes=10) - NOW
        now = reread(action).not_before
    assert scene.desk.perform(action, now) == ActionState.DONE
    assert len(scene.desk.platform.effects) == 1


def test_a_refusal_of_the_platform_is_final_and_frees_the_money(scene: Scene) -> None:
    scene.desk.platform.faults = [scripted.REFUSES]
    action = approve(scene.ticket, scene.person)
    assert scene.desk.perform(action) == ActionState.FAILED
    assert (scene.money, reserved(scene.line)) == (Money.FAILED, 0)
    assert reread(action).receipt["platform_code"] == "300018"
    again = approve(scene.ticket, scene.person, now=later(minutes=1))
    assert again.key != action.key


def test_a_revoked_token_stops_nothing_for_good_and_tells_people_once(scene: Scene) -> None:
    scene.desk.platform.faults = [scripted.REVOKED] * 2
    other = make_ticket(scene.line.shop, scene.line, "7123450000000000679")
    actions = [approve(each, scene.person, refund(100)) for each in (scene.ticket, other)]
    assert {scene.desk.perform(action) for action in actions} == {ActionState.INTENDED}
    assert [kind for kind, _ in scene.desk.rung.heard] == ["unauthorised", "unauthorised"]
    task = Task.objects.get()
    assert (task.kind, task.ticket) == ("authorise", None)
    assert scene.desk.perform(actions[0], later(minutes=11)) == ActionState.DONE


def test_a_shop_in_hold_sends_nothing_and_says_why(scene: Scene) -> None:
    action = approve(scene.ticket, scene.person)
    scene.line.shop.held = True
    scene.line.shop.save()
    assert scene.desk.perform(action) is None
    held = reread(action)
    assert (held.state, held.receipt["code"]) == (ActionState.INTENDED, "shop.held")
    assert "重新读取" in held.receipt["message"]["zh"]
    assert scene.desk.platform.effects == []
    scene.line.shop.held = False
    scene.line.shop.save()
    assert scene.desk.perform(action, held.not_before) == ActionState.DONE


def test_what_the_channel_cannot_do_is_handed_to_a_person(scene: Scene) -> None:
    action = approve(scene.ticket, scene.person, Intent("send", params={"waybill": "SF1"}))
    assert scene.desk.perform(action) == ActionState.HANDED_OVER
    task = Task.objects.get()
    assert (task.kind, task.action, task.assignee) == ("confirm_outcome", action, scene.person)
    assert "售后工作台" in task.params["words"]["zh"]


def test_a_refund_by_hand_stays_on_its_way_until_somebody_says_so(scene: Scene) -> None:
    scene.line.shop.channel = "manual"
    scene.line.shop.save()
    action = approve(scene.ticket, scene.person)
    assert scene.desk.perform(action) == ActionState.HANDED_OVER
    assert (scene.money, reserved(scene.line)) == (Money.SENDING, PAID)
    assert "¥129.00" in Task.objects.get().params["words"]["zh"]


def test_a_refund_that_is_not_covered_any_more_is_cancelled_and_shown(scene: Scene) -> None:
    action = approve(scene.ticket, scene.person)
    observe_paid(scene.line.pk, 1)
    assert scene.desk.perform(action) is None
    assert (reread(action).state, scene.money, reserved(scene.line)) == (ActionState.CANCELLED, Money.NONE, 1)
    assert Task.objects.get().kind == "over_paid"
    assert scene.desk.platform.effects == []


class _Breaks(ScriptedChannel):
    """Fail in a way that nobody foresaw, after it acted."""

    def perform(self, outgoing: Outgoing, hands: Hands) -> Receipt:
        super().perform(outgoing, hands)
        raise KeyError("token=secret")


class _SaysNothing(ScriptedChannel):
    """Come back without a receipt."""

    def perform(self, outgoing: Outgoing, hands: Hands) -> Receipt:
        super().perform(outgoing, hands)
        return None  # type: ignore[return-value]


@pytest.mark.parametrize("channel", [_Breaks(), _SaysNothing()])
def test_what_nobody_foresaw_is_unknown_and_repeats_no_secret(scene: Scene, channel: ScriptedChannel) -> None:
    scene.desk.channel = channel
    action = approve(scene.ticket, scene.person)
    assert scene.desk.perform(action) == ActionState.UNKNOWN
    assert "secret" not in str(reread(action).receipt)
    assert len(scene.desk.platform.effects) == 1


def _slow(desk: Desk, action_id: int) -> None:
    """Let the lease run out while the platform is still at it."""
    platform = Platform(desk.platform.book)
    looking = Desk(platform)
    desk.platform.after_acting = lambda: _mend(looking)
    assert action_id


def _mend(desk: Desk) -> None:
    mend(later(seconds=LEASE.total_seconds()), desk.outside)


def test_an_answer_after_the_lease_settles_what_was_seen_already_only_once(scene: Scene) -> None:
    action = approve(scene.ticket, scene.person)
    _slow(scene.desk, action.pk)
    scene.desk.perform(action)
    assert (reread(action).state, scene.money, reserved(scene.line)) == (ActionState.DONE, Money.PAID, PAID)
    assert len(scene.desk.platform.effects) == 1
    assert chain_is_whole(scene.ticket)
