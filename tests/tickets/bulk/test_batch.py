"""See that many tickets are done in one go: as was shown, once, each by itself, to be taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django_tasks_db.models import DBTaskResult

from aftersale.domain.roles import Permission, Role
from aftersale.domain.states import ActionState, Goods
from aftersale.evidence.models import Event
from aftersale.jobs import door
from aftersale.shops.models import Membership
from aftersale.tickets import batch
from aftersale.tickets.act import accept
from aftersale.tickets.batch import AT_ONCE, LEASE, NothingChosen, Wanted
from aftersale.tickets.batch_rows import LEFT_OUT, Hand
from aftersale.tickets.labels import LabelRefused, labels_of, stick, take_off
from aftersale.tickets.models import Action, Batch, Note, Ticket
from aftersale.tickets.models.batch import BatchKind, BatchState
from aftersale.tickets.queries import Filters
from tests.tickets.acting.desk import (
    NOW,
    PAID,
    Desk,
    approve,
    fresh,
    kinds,
    later,
    make_shop,
    refund,
    reserved,
)
from tests.tickets.bulk.desk import HOUR, colleague, hand_of, numbered, planned, told

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.shops.models import Person, Shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk")]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    door.register(batch.JOB, batch.run)
    return Desk.at(tmp_path)


@pytest.fixture
def shop() -> Shop:
    return make_shop()


@pytest.fixture
def person(shop: Shop) -> Person:
    return colleague("小王", Role.AGENT, shop)


def test_a_plan_says_what_would_happen_and_changes_nothing(shop: Shop, person: Person) -> None:
    first, second = numbered(shop, 1), numbered(shop, 2, step="agree_to_return")
    made = planned(person, [first, second])
    rows = list(made.rows.order_by("id").values_list("verb", "amount_fen", "state"))
    assert rows == [("refund", PAID, "ready"), ("agree_return", None, "ready")]
    assert (made.state, Action.objects.count(), kinds(first)) == ("planned", 0, [])


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"step": "negotiate"}, "no_act"),
        ({"step": "reject"}, "refusal"),
        ({"needs_person": True}, "needs_person"),
        ({"open": False, "lane": "done"}, "not_ours"),
        ({"lane": "waiting"}, "not_ours"),
        ({"stage": "paying"}, "paying"),
        ({"stable_until": NOW}, "stale"),
        ({"step": "inspect_then_refund"}, "not_inspected"),
        ({"amount_fen": None}, "amount_unknown"),
        ({"amount_fen": PAID + 1}, "over_paid"),
        ({"paid_fen": None}, "paid_unknown"),
    ],
)
def test_what_cannot_be_done_at_one_press_is_left_out_and_says_why(
    shop: Shop, person: Person, fields: dict[str, object], code: str
) -> None:
    made = planned(person, [numbered(shop, 1, **fields)])  # type: ignore[arg-type]
    assert told(made) == [("left_out", code)]
    row = made.rows.get()
    assert (row.message["zh"], row.message["en"]) == (LEFT_OUT[code].zh, LEFT_OUT[code].en)
    assert batch.begin(made, NOW).state == BatchState.DONE
    assert Action.objects.count() == 0


def test_goods_that_were_looked_at_are_one_bulk_refund(shop: Shop, person: Person) -> None:
    fields = {"step": "inspect_then_refund", "goods_state": Goods.INSPECTED}
    made = planned(person, [numbered(shop, number, **fields) for number in (1, 2)])  # type: ignore[arg-type]
    batch.begin(made, NOW)
    assert list(Action.objects.values_list("verb", flat=True)) == ["refund_received"] * 2


def test_a_ticket_with_an_open_action_or_in_a_shop_without_the_role_is_left_out(
    shop: Shop, person: Person
) -> None:
    elsewhere = make_shop("别家")
    Membership.objects.create(person=person, shop=elsewhere, role=Role.READ_ONLY)
    pending, foreign = numbered(shop, 1), numbered(elsewhere, 2)
    approve(pending, person)
    assert told(planned(person, [pending, foreign])) == [
        ("left_out", "pending"),
        ("left_out", "not_permitted"),
    ]


def test_two_tickets_of_one_line_cannot_both_have_what_is_left(shop: Shop, person: Person) -> None:
    first = numbered(shop, 1)
    second = numbered(shop, 2, amount_fen=1)
    Ticket.objects.filter(pk=second.pk).update(line=first.line)
    assert told(planned(person, [first, fresh(second)])) == [("ready", ""), ("left_out", "over_paid")]


def test_each_ticket_gets_its_own_action_with_time_to_take_it_back(shop: Shop, person: Person) -> None:
    tickets = [numbered(shop, number) for number in range(3)]
    made = batch.begin(planned(person, tickets), NOW)
    assert told(made) == [("done", "")] * 3
    assert {action.not_before for action in Action.objects.all()} == {NOW + timedelta(seconds=30)}
    assert [kinds(ticket) for ticket in tickets] == [["action_intended"]] * 3
    assert (made.state, made.ended_at) == (BatchState.DONE, NOW)


def test_beginning_twice_does_nothing_twice(shop: Shop, person: Person) -> None:
    made = planned(person, [numbered(shop, 1)])
    again = Batch.objects.get(pk=made.pk)
    batch.begin(made, NOW)
    batch.begin(again, later(seconds=1))
    batch.run(made.pk, later(seconds=2))
    assert Action.objects.count() == 1


def test_a_ticket_that_changed_since_the_plan_fails_alone_and_can_be_looked_at_again(
    shop: Shop, person: Person
) -> None:
    moved, still = numbered(shop, 1), numbered(shop, 2)
    made = planned(person, [moved, still])
    Ticket.objects.filter(pk=moved.pk).update(sequence=5)
    batch.begin(made, NOW)
    assert told(made) == [("failed", "ticket.overtaken"), ("done", "")]
    again = batch.plan(
        Wanted(BatchKind.APPROVE, batch.failed_tickets(made)), person, None, hand_of(person), NOW
    )
    batch.begin(again, NOW)
    assert (told(again), Action.objects.count()) == ([("done", "")], 2)


def test_what_a_fault_nobody_foresaw_did_to_one_ticket_stops_no_other(
    shop: Shop, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = numbered(shop, 1), numbered(shop, 2)
    made = planned(person, [broken, sound])

    def fragile(ticket: Ticket, *rest: Any) -> Action:  # noqa: ANN401  # as `accept` has it
        if ticket == broken:
            raise ValueError("nobody thought of that")
        return accept(ticket, *rest)

    monkeypatch.setattr(batch, "accept", fragile)
    batch.begin(made, NOW)
    assert told(made) == [("failed", "batch.unexpected"), ("done", "")]
    assert kinds(broken) == []


def test_a_role_that_was_taken_away_in_between_stops_the_batch(shop: Shop, person: Person) -> None:
    made = planned(person, [numbered(shop, 1)])
    Membership.objects.filter(person=person).update(role=Role.TRAINEE)
    batch.begin(made, NOW)
    assert told(made) == [("failed", "permission.denied")]


def test_all_that_was_not_sent_is_taken_back_at_once(shop: Shop, person: Person, desk: Desk) -> None:
    tickets = [numbered(shop, number) for number in range(3)]
    made = batch.begin(planned(person, tickets), NOW)
    sent = Action.objects.order_by("id")[0]
    desk.perform(sent, later(seconds=30))
    assert batch.undo(made, person, later(seconds=31)) == (2, 1)
    assert told(made) == [("done", ""), ("undone", ""), ("undone", "")]
    assert [reserved(ticket.line) for ticket in tickets if ticket.line] == [PAID, 0, 0]
    assert batch.undo(made, person, later(seconds=32)) == (0, 1)
    assert Action.objects.filter(state=ActionState.CANCELLED).count() == 2


def test_a_large_batch_goes_on_slice_by_slice_until_it_is_done(shop: Shop, person: Person) -> None:
    tickets = [numbered(shop, number) for number in range(AT_ONCE + 3)]
    made = batch.begin(planned(person, tickets), NOW)
    assert (made.state, Action.objects.count()) == (BatchState.RUNNING, 0)
    assert DBTaskResult.objects.filter(args_kwargs__args=[batch.JOB, made.pk]).count() == 1
    batch.run(made.pk, later(seconds=1))
    assert Action.objects.count() == AT_ONCE
    batch.run(made.pk, later(seconds=2))
    made.refresh_from_db()
    assert (made.state, Action.objects.count()) == (BatchState.DONE, AT_ONCE + 3)
    batch.run(made.pk, later(seconds=3))
    assert Action.objects.count() == AT_ONCE + 3


def test_a_batch_whose_worker_died_is_taken_up_when_its_lease_is_over(shop: Shop, person: Person) -> None:
    made = planned(person, [numbered(shop, 1)])
    Batch.objects.filter(pk=made.pk).update(state=BatchState.RUNNING, lease_until=NOW + LEASE)
    batch.run(made.pk, later(seconds=1))
    assert (Action.objects.count(), batch.take_up(NOW + LEASE)) == (0, 0)
    assert batch.take_up(NOW + 2 * LEASE) == 1
    assert batch.take_up(NOW + 2 * LEASE) == 0
    batch.run(made.pk, NOW + 2 * LEASE)
    assert Action.objects.count() == 1


def test_all_that_match_are_read_page_by_page_up_to_a_limit(shop: Shop) -> None:
    for number in range(7):
        numbered(shop, number, queue_at=NOW + number * HOUR)
    found = batch.matching([shop.pk], Filters(lane="ours"), 5)
    assert found == list(Ticket.objects.order_by("queue_at").values_list("pk", flat=True)[:5])
    assert len(batch.matching([shop.pk], Filters(lane="ours"))) == 7


def test_a_batch_of_nothing_is_refused(person: Person) -> None:
    with pytest.raises(NothingChosen):
        planned(person, [])


def test_a_plan_that_nobody_began_is_forgotten_after_a_day(shop: Shop, person: Person) -> None:
    ticket = numbered(shop, 1)
    old, begun = planned(person, [ticket]), planned(person, [ticket])
    batch.begin(begun, NOW)
    planned(person, [ticket], NOW + 25 * HOUR)
    assert not Batch.objects.filter(pk=old.pk).exists()
    assert Batch.objects.filter(pk=begun.pk).exists()


def test_many_are_handed_over_or_noted_with_one_event_each(shop: Shop, person: Person) -> None:
    lead = colleague("周敏", Role.LEAD, shop)
    mine, free = numbered(shop, 1, assignee=person), numbered(shop, 2)
    permitted = hand_of(lead, Permission.ASSIGN).shops
    hand = Hand(permitted, person.pk, frozenset({shop.pk}))
    made = batch.plan(Wanted(BatchKind.ASSIGN, [mine.pk, free.pk]), lead, person, hand, NOW)
    assert told(made) == [("left_out", "same_person"), ("ready", "")]
    batch.begin(made, NOW)
    assert (fresh(free).assignee, kinds(free)) == (person, ["assigned"])
    noted = batch.plan(
        Wanted(BatchKind.NOTE, [mine.pk, free.pk]), lead, None, hand_of(lead, Permission.NOTE), NOW
    )
    batch.begin(noted, NOW, "先看这两单")
    assert [note.text for note in Note.objects.all()] == ["先看这两单"] * 2


def test_nobody_hands_a_ticket_to_somebody_of_another_shop(shop: Shop) -> None:
    lead = colleague("周敏", Role.LEAD, shop)
    stranger = colleague("外人", Role.AGENT, make_shop("别家"))
    hand = Hand(frozenset({shop.pk}), stranger.pk, frozenset())
    made = batch.plan(Wanted(BatchKind.ASSIGN, [numbered(shop, 1).pk]), lead, stranger, hand, NOW)
    assert told(made) == [("left_out", "not_a_colleague")]


def test_a_person_who_was_faster_is_not_overruled(shop: Shop, person: Person) -> None:
    ticket = numbered(shop, 1)
    made = planned(person, [ticket])
    accept(fresh(ticket), person, refund(100), NOW, ticket.sequence)
    batch.begin(made, NOW)
    assert told(made)[0][0] == "failed"
    assert Action.objects.get().amount_fen == 100


def test_sending_goods_needs_a_waybill_of_each_and_is_left_out(shop: Shop, person: Person) -> None:
    steps = ("send", "inspect_then_send")
    made = planned(person, [numbered(shop, n, step=step) for n, step in enumerate(steps, 1)])
    assert told(made) == [("left_out", "no_waybill")] * 2


def wanted(kind: BatchKind, person: Person, *tickets: Ticket) -> Batch:
    asked = Wanted(kind, [ticket.pk for ticket in tickets])
    return batch.plan(asked, person, None, hand_of(person, batch.NEEDS[kind]), NOW)


def test_the_time_to_receive_is_extended_where_something_comes_back(shop: Shop, person: Person) -> None:
    tickets = [
        numbered(shop, 1, stage="receive"),
        numbered(shop, 2, stage="decide"),
        numbered(shop, 3, stage="receive", lane="waiting"),
        numbered(shop, 4, stage="receive", step="inspect_then_refund", goods_state="back", needs_person=True),
    ]
    made = batch.begin(wanted(BatchKind.EXTEND, person, *tickets), NOW)
    assert told(made) == [
        ("done", ""),
        ("left_out", "not_receiving"),
        ("left_out", "not_ours"),
        ("done", ""),
    ]
    assert [action.verb for action in Action.objects.all()] == ["extend", "extend"]
    assert batch.undo(made, person, NOW) == (2, 0)


def test_a_label_is_stuck_on_each_once_with_one_event(shop: Shop, person: Person) -> None:
    tickets = [numbered(shop, number) for number in (1, 2)]
    stick(tickets[0], "大促", person, NOW)
    made = batch.begin(wanted(BatchKind.LABEL, person, *tickets), NOW, " 大促 ")
    assert told(made) == [("done", ""), ("done", "")]
    assert Event.objects.filter(kind="labelled").count() == 2
    assert [labels_of(ticket) for ticket in tickets] == [["大促"], ["大促"]]
    take_off(tickets[0], "大促", person, NOW)
    take_off(tickets[0], "大促", person, NOW)
    assert labels_of(tickets[0]) == []
    assert Event.objects.filter(kind="label_taken_off").count() == 1


@pytest.mark.parametrize("said", ["", "  ", "字" * 17, "13800138000"])
def test_a_label_is_a_short_word_that_tells_nothing_of_a_buyer(shop: Shop, person: Person, said: str) -> None:
    with pytest.raises(LabelRefused):
        stick(numbered(shop, 1), said, person, NOW)
