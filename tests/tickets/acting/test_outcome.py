"""See how an outcome is learned: from a person, from the next import, by looking; and what contradicts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.errors import MoveRefused
from aftersale.domain.states import ActionState, Money
from aftersale.evidence.journal import Entry
from aftersale.evidence.models import PersonalValue
from aftersale.tickets.act import Intent
from aftersale.tickets.change import Overtaken, change
from aftersale.tickets.confirm import Seen, Settlement, StillSending, confirm, settle_by_observation
from aftersale.tickets.ledger import OverPaid
from aftersale.tickets.mend import doubt, look, mend, take_over
from aftersale.tickets.models import Action, Task
from aftersale.tickets.outcome import paid_when_first_seen
from aftersale.tickets.perform import LEASE
from tests.channels import scripted
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
    said,
)

if TYPE_CHECKING:
    from pathlib import Path

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

    def handed_over(self, intent: Intent | None = None) -> Action:
        action = approve(self.ticket, self.person, intent)
        assert self.desk.perform(action) == ActionState.HANDED_OVER
        return action

    def seen(self, money: str, **more: object) -> Settlement:
        return settle_by_observation(fresh(self.ticket), money, later(hours=1), Seen(**more))  # type: ignore[arg-type]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    desk = Desk.at(tmp_path)
    line = make_line(make_shop(channel="manual"))
    return Scene(desk, line, make_ticket(line.shop, line), make_person())


@pytest.fixture
def connected(scene: Scene) -> Scene:
    scene.line.shop.channel = "scripted"
    scene.line.shop.save()
    return scene


@pytest.mark.parametrize(
    ("outcome", "money", "held"),
    [(ActionState.DONE, Money.PAID, PAID), (ActionState.FAILED, Money.FAILED, 0)],
)
def test_a_person_says_what_happened_in_the_back_office(
    scene: Scene, outcome: str, money: str, held: int
) -> None:
    scene.handed_over()
    task = Task.objects.get()
    action = confirm(task, scene.person, outcome, later(minutes=9), "买家来电话说收到了")
    assert (action.state, scene.money, reserved(scene.line)) == (outcome, money, held)
    task.refresh_from_db()
    assert (task.done_by, task.outcome) == (scene.person, outcome)
    assert PersonalValue.objects.get().value == "买家来电话说收到了"
    assert chain_is_whole(scene.ticket)


def test_an_outcome_is_said_once(scene: Scene) -> None:
    action = scene.handed_over()
    confirm(action, scene.person, ActionState.DONE, NOW)
    with pytest.raises(MoveRefused):
        confirm(action, scene.person, ActionState.FAILED, NOW)
    assert reserved(scene.line) == PAID


def test_nobody_says_the_outcome_of_what_is_being_sent(connected: Scene) -> None:
    action = approve(connected.ticket, connected.person)
    refused: list[str] = []

    def meddle() -> None:
        with pytest.raises(StillSending) as caught:
            confirm(action, connected.person, ActionState.FAILED, NOW)
        refused.append(caught.value.code)

    connected.desk.platform.before_acting = meddle
    assert connected.desk.perform(action) == ActionState.DONE
    assert refused == ["action.still_sending"]


def test_what_is_no_outcome_is_refused(scene: Scene) -> None:
    with pytest.raises(ValueError, match="no outcome"):
        confirm(scene.handed_over(), scene.person, ActionState.CANCELLED, NOW)


def test_the_next_import_confirms_a_refund_by_hand(scene: Scene) -> None:
    action = scene.handed_over()
    settled = scene.seen(Money.PAID, paid_fen=PAID, closed=True)
    assert settled == Settlement(ended=(action.pk,))
    assert (reread(action).state, scene.money, reserved(scene.line)) == (ActionState.DONE, Money.PAID, PAID)
    assert Task.objects.get().outcome == ActionState.DONE
    assert kinds(scene.ticket)[-1] == "action_observed"
    assert chain_is_whole(scene.ticket)


def test_an_import_that_says_nothing_new_changes_nothing(scene: Scene) -> None:
    scene.handed_over()
    before = fresh(scene.ticket).sequence
    assert scene.seen(Money.SENDING, paid_fen=0) == Settlement()
    assert fresh(scene.ticket).sequence == before


def test_a_ticket_that_closed_unpaid_ends_what_was_handed_over(scene: Scene) -> None:
    action = scene.handed_over()
    scene.seen(scene.money, closed=True)
    assert (reread(action).state, reserved(scene.line)) == (ActionState.FAILED, 0)
    assert scene.money == Money.FAILED


def test_a_refund_made_outside_the_desk_is_counted_once_and_told(scene: Scene) -> None:
    assert scene.seen(Money.PAID, paid_fen=9900) == Settlement(outside_fen=9900)
    assert (reserved(scene.line), scene.money) == (9900, Money.PAID)
    assert scene.seen(Money.PAID, paid_fen=9900) == Settlement()
    outside = Action.objects.get()
    assert (outside.verb, outside.state, outside.amount_fen) == ("outside", ActionState.DONE, 9900)
    assert outside.approved_by is None
    assert scene.seen(Money.PAID, paid_fen=PAID).outside_fen == PAID - 9900
    assert reserved(scene.line) == PAID


def test_a_refund_made_outside_cancels_what_we_meant_to_send(connected: Scene) -> None:
    action = approve(connected.ticket, connected.person)
    assert connected.seen(Money.PAID, paid_fen=PAID).outside_fen == PAID
    assert reread(action).state == ActionState.CANCELLED
    assert reserved(connected.line) == PAID
    assert connected.desk.perform(action) is None
    assert connected.desk.platform.effects == []


def test_a_ticket_that_closed_takes_back_the_compensation_that_was_not_sent_yet(connected: Scene) -> None:
    action = approve(connected.ticket, connected.person, Intent("compensate", 500))
    assert connected.seen(Money.PAID, paid_fen=PAID).ended == ()
    assert connected.seen(Money.PAID, paid_fen=PAID, closed=True).ended == (action.pk,)
    assert reread(action).state == ActionState.CANCELLED
    assert connected.desk.perform(action) is None
    assert connected.desk.platform.effects == []


@pytest.mark.parametrize(("paid", "outside"), [(PAID - 1, 0), (PAID, 0), (PAID + 1, 1)])
def test_an_amount_that_differs_is_marked_and_counted_as_paid(scene: Scene, paid: int, outside: int) -> None:
    scene.handed_over()
    settled = scene.seen(Money.PAID, paid_fen=paid)
    assert (settled.differs, settled.outside_fen) == (paid != PAID, outside)
    assert reserved(scene.line) == paid
    assert bool(fresh(scene.ticket).contradicted) is (paid != PAID)


def test_an_earlier_refund_is_no_proof_of_a_later_one(scene: Scene) -> None:
    first = scene.handed_over(refund(5000))
    confirm(first, scene.person, ActionState.DONE, NOW)
    second = scene.handed_over(refund(2000))
    assert scene.seen(Money.PAID, paid_fen=5000) == Settlement()
    assert reread(second).state == ActionState.HANDED_OVER
    assert scene.seen(Money.PAID, paid_fen=7000).ended == (second.pk,)


def test_what_the_platform_took_back_may_be_given_again(scene: Scene) -> None:
    confirm(scene.handed_over(), scene.person, ActionState.DONE, NOW)
    scene.seen(Money.REVERSED)
    assert reserved(scene.line) == 0


@pytest.mark.parametrize(
    ("verb", "answered", "state"),
    [
        ("agree_return", "agreed", ActionState.DONE),
        ("agree_return", "rejected", ActionState.FAILED),
        ("agree_return", "none", ActionState.HANDED_OVER),
        ("agree_exchange", "agreed", ActionState.DONE),
        ("extend", "agreed", ActionState.HANDED_OVER),
    ],
)
def test_the_answer_on_the_platform_confirms_an_agreement(
    scene: Scene, verb: str, answered: str, state: str
) -> None:
    action = scene.handed_over(Intent(verb))
    scene.seen(Money.NONE, answered=answered)
    assert reread(action).state == state


def test_an_observation_of_a_ticket_that_changed_since_is_overtaken(scene: Scene) -> None:
    stale = fresh(scene.ticket)
    change(fresh(scene.ticket), Entry("noted", NOW))
    with pytest.raises(Overtaken):
        settle_by_observation(stale, Money.PAID, NOW, Seen(paid_fen=PAID))
    assert reserved(scene.line) == 0


def test_a_dead_senders_lease_ends_in_unknown_and_is_read(connected: Scene) -> None:
    action = approve(connected.ticket, connected.person)
    Action.objects.filter(pk=action.pk).update(state=ActionState.SENDING, lease_until=NOW + LEASE)
    just_before = mend(later(seconds=LEASE.total_seconds() - 1), connected.desk.outside)
    assert (just_before.expired, reread(action).state) == (0, ActionState.SENDING)
    assert mend(NOW + LEASE, connected.desk.outside).expired == 1
    assert reread(action).state == ActionState.UNKNOWN
    assert Task.objects.get().kind == "confirm_outcome"
    assert connected.desk.platform.effects == []


def test_what_a_dead_process_holds_is_unknown_at_once_and_what_a_living_one_holds_is_left(
    connected: Scene,
) -> None:
    action = approve(connected.ticket, connected.person)
    held = {"state": ActionState.SENDING, "lease_until": NOW + LEASE, "holder": "dead1"}
    Action.objects.filter(pk=action.pk).update(**held)
    assert take_over(["dead2", ""], NOW) == []
    assert reread(action).state == ActionState.SENDING
    assert take_over(["dead2", "dead1"], NOW) == [action.pk]
    assert take_over(["dead2", "dead1"], NOW) == []
    assert reread(action).state == ActionState.UNKNOWN
    assert look(action.pk, NOW, connected.desk.outside) == (True, False)
    assert connected.desk.platform.effects == []


def test_what_a_dead_process_was_reading_is_read_by_the_next_at_once(connected: Scene) -> None:
    connected.desk.platform.faults = [scripted.TIMES_OUT]
    action = approve(connected.ticket, connected.person)
    connected.desk.perform(action)
    reading = {"not_before": NOW + LEASE, "holder": "dead1"}
    Action.objects.filter(pk=action.pk).update(**reading)
    assert look(action.pk, NOW, connected.desk.outside) == (False, False)
    assert take_over(["dead2", ""], NOW) == []
    assert take_over(["dead1"], NOW) == [action.pk]
    assert take_over(["dead1"], NOW) == []
    assert look(action.pk, NOW, connected.desk.outside) == (True, False)
    assert connected.desk.platform.effects == []


def test_a_look_is_held_by_who_looks_and_by_nobody_after(connected: Scene) -> None:
    connected.desk.platform.faults = [scripted.TIMES_OUT]
    action = approve(connected.ticket, connected.person)
    connected.desk.perform(action)
    held: list[str] = []
    outside = replace(
        connected.desk.outside,
        holder=lambda: "living1",
        take=lambda *_: held.append(reread(action).holder),
    )
    assert look(action.pk, NOW, outside) == (True, False)
    assert (held, reread(action).holder) == (["living1"], "")


def test_a_claim_without_a_holder_is_nobody_s_who_has_died(connected: Scene) -> None:
    action = approve(connected.ticket, connected.person)
    Action.objects.filter(pk=action.pk).update(state=ActionState.SENDING, lease_until=NOW + LEASE)
    assert take_over([""], NOW) == []


def test_two_who_look_at_once_read_once(connected: Scene) -> None:
    connected.desk.platform.faults = [scripted.TIMES_OUT]
    action = approve(connected.ticket, connected.person)
    connected.desk.perform(action)
    assert look(action.pk, NOW, connected.desk.outside)[0]
    assert not look(action.pk, NOW, connected.desk.outside)[0]


def test_an_unknown_refund_that_was_paid_heals_by_reading(connected: Scene) -> None:
    connected.desk.platform.faults = [scripted.ACTS_THEN_TIMES_OUT]
    action = approve(connected.ticket, connected.person)
    connected.desk.perform(action)
    mended = mend(later(minutes=1), connected.desk.outside)
    assert (mended.read, mended.settled, mended.waiting) == (1, 1, 0)
    assert (reread(action).state, connected.money) == (ActionState.DONE, Money.PAID)


def test_an_unknown_outcome_is_looked_at_again_later_not_at_once(connected: Scene) -> None:
    connected.desk.platform.faults = [scripted.TIMES_OUT]
    action = approve(connected.ticket, connected.person)
    connected.desk.perform(action)
    assert mend(later(minutes=1), connected.desk.outside).read == 1
    assert mend(later(minutes=1), connected.desk.outside).read == 0
    assert mend(reread(action).not_before, connected.desk.outside).read == 1
    confirm(action, connected.person, ActionState.FAILED, later(hours=1))
    assert reserved(connected.line) == 0


def test_a_platform_that_cannot_be_read_settles_nothing(connected: Scene) -> None:
    connected.desk.platform.faults = [scripted.ACTS_THEN_TIMES_OUT]
    action = approve(connected.ticket, connected.person)
    connected.desk.perform(action)
    connected.line.shop.channel = "manual"
    connected.line.shop.save()
    mended = mend(later(minutes=1), connected.desk.outside)
    assert (mended.read, mended.settled, mended.waiting) == (0, 0, 1)
    assert reread(action).state == ActionState.UNKNOWN


def test_after_a_restore_nothing_open_is_taken_for_unsent(scene: Scene) -> None:
    handed = scene.handed_over(refund(100))
    other = make_ticket(scene.line.shop, scene.line, "7123450000000000679")
    intended = approve(other, scene.person, refund(200))
    assert doubt(scene.line.shop_id, later(hours=2)) == 2
    assert {reread(handed).state, reread(intended).state} == {ActionState.UNKNOWN}
    assert scene.desk.perform(intended, later(hours=3)) is None
    assert chain_is_whole(other)


def test_a_refund_before_the_desk_knew_the_ticket_is_counted_from_the_notice(scene: Scene) -> None:
    ticket = make_ticket(
        scene.line.shop, None, "7123450000000000680", observed=said(paid_fen=PAID, refunded_fen=PAID - 50)
    )
    row = paid_when_first_seen(ticket.pk, ticket.shop_id, ticket.ticket_no, PAID - 50, NOW)
    Action.objects.create(**row)
    with pytest.raises(OverPaid):
        approve(ticket, scene.person, refund(51))
    assert approve(ticket, scene.person, refund(50)).reserved_fen == 50
