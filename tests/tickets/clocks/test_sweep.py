from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from aftersale.channels.base import Turn
from aftersale.evidence.models import Event
from aftersale.shops.models import Shop
from aftersale.tickets.alarms import take_over
from aftersale.tickets.automatic import may_do
from aftersale.tickets.clocks import NO_SERVICE, Scene, wanted
from aftersale.tickets.deadlines import reset
from aftersale.tickets.firing import class_of
from aftersale.tickets.models import Alarm, Deadline, Import, Outbox, Ticket
from aftersale.tickets.steps import Clock, Stage
from aftersale.tickets.sweep import PUT_OFF, Swept, sweep
from aftersale.tickets.verbs import MOVES_NO_MONEY
from tests.tickets.clocks.desk import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    Crew,
    clock_of,
    lead_of,
    on_duty,
    row_of,
    shop_of,
    ticket_of,
)

pytestmark = pytest.mark.django_db
DUE = NOW + 5 * HOUR
SECOND = timedelta(seconds=1)


@pytest.fixture
def shop() -> Shop:
    return shop_of()


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    return ticket_of(shop)


def swept(now: datetime, crew: Crew | None = None) -> Swept:
    return sweep(now, 100, (crew or Crew()).hands)


def kinds(ticket: Ticket) -> list[str]:
    return list(
        Event.objects.filter(subject_id=ticket.pk).order_by("sequence").values_list("kind", flat=True)
    )


def test_a_clock_is_warned_of_at_each_step_and_then_missed(ticket: Ticket) -> None:
    row_of(ticket, clock_of(DUE), NOW)
    steps = [DUE - 4 * HOUR, DUE - HOUR, DUE - 15 * MINUTE]
    for number, moment in enumerate(steps, 1):
        assert swept(moment - SECOND).warned == 0
        assert swept(moment).warned == 1
        assert Deadline.objects.get().step == number
    assert swept(DUE - SECOND).missed == 0
    assert swept(DUE).missed == 1
    row = Deadline.objects.get()
    assert (row.state, row.next_at, row.ended_at) == ("missed", None, DUE)
    assert swept(DUE + DAY).missed == 0


def test_one_clock_has_one_alarm_that_is_renewed(ticket: Ticket) -> None:
    row_of(ticket, clock_of(DUE, consequence="approves_return"), NOW)
    for moment in (DUE - 4 * HOUR, DUE - HOUR, DUE - 15 * MINUTE):
        swept(moment)
    alarm = Alarm.objects.get()
    assert (alarm.rung, alarm.kind, alarm.due_at) == (3, "deadline", DUE)
    assert alarm.params == {"clock": "respond_by", "consequence": "approves_return"}


def test_a_forgotten_ticket_goes_to_the_lead_by_itself(shop: Shop, ticket: Ticket) -> None:
    agent, lead, crew = on_duty(shop), lead_of(shop), Crew()
    row_of(ticket, clock_of(DUE, consequence="approves_return"), NOW)
    swept(DUE - 4 * HOUR, crew)
    assert (len(crew.post.to(agent)), crew.post.to(lead)) == (1, [])
    swept(DUE - HOUR, crew)
    swept(DUE - 15 * MINUTE, crew)
    assert Alarm.objects.get().state == "escalated"
    assert len(crew.post.to(lead)) == 1
    swept(DUE, crew)
    assert len(crew.post.to(lead)) == 2


def test_a_missed_clock_goes_to_the_lead_even_from_who_has_taken_it_over(shop: Shop, ticket: Ticket) -> None:
    agent, lead, crew = on_duty(shop), lead_of(shop), Crew()
    row_of(ticket, clock_of(DUE), NOW)
    swept(DUE - 4 * HOUR, crew)
    take_over(Alarm.objects.get(), agent, DUE - 3 * HOUR)
    swept(DUE, crew)
    assert Alarm.objects.get().state == "escalated"
    assert "已超时" in crew.post.to(lead)[-1]
    assert kinds(ticket) == ["alarm_taken", "deadline_missed", "alarm_escalated"]


def test_it_does_not_escalate_once_the_agent_has_answered(shop: Shop, ticket: Ticket) -> None:
    lead, crew = lead_of(shop), Crew()
    on_duty(shop)
    row_of(ticket, clock_of(DUE), NOW)
    swept(DUE - 4 * HOUR, crew)
    reset(ticket, [], DUE - 3 * HOUR)
    done = swept(DUE + DAY, crew)
    assert (done.missed, done.alarms.escalated, crew.post.to(lead)) == (0, 0, [])
    assert Deadline.objects.get().state == "met"


def test_a_ticket_that_was_closed_without_a_reset_rings_no_more(ticket: Ticket) -> None:
    row_of(ticket, clock_of(DUE), NOW)
    swept(DUE - 4 * HOUR)
    Ticket.objects.update(open=False)
    assert swept(DUE - HOUR).warned == 0
    assert Alarm.objects.get().state == "over"
    assert Deadline.objects.get().state == "met"


def test_history_is_never_acted_on(ticket: Ticket) -> None:
    row_of(ticket, clock_of(NOW - DAY), NOW)
    done = swept(NOW)
    assert (done.missed, done.warned, Alarm.objects.count(), kinds(ticket)) == (0, 0, 0, [])


def test_a_paused_target_neither_warns_nor_falls_due(ticket: Ticket) -> None:
    row_of(ticket, clock_of(DUE, source="service", kind="resolve", paused=True), NOW)
    done = swept(DUE + DAY)
    assert (done.missed, done.warned, Deadline.objects.get().state) == (0, 0, "paused")


def test_the_buyers_clock_passes_without_an_alarm(ticket: Ticket) -> None:
    row_of(ticket, clock_of(DUE, side="buyer", kind="ship_back_by"), NOW)
    assert swept(DUE).passed == 1
    assert kinds(ticket) == ["deadline_passed"]
    assert Alarm.objects.count() == 0


def test_a_ticket_that_has_left_the_platforms_list_rings_no_more(ticket: Ticket) -> None:
    row_of(ticket, clock_of(DUE), NOW)
    Ticket.objects.update(lane="missing")
    assert swept(DUE - 4 * HOUR).warned == 0
    assert swept(DUE).passed == 1
    assert Alarm.objects.count() == 0


def test_what_a_missed_clock_meant_stands_in_the_event(ticket: Ticket) -> None:
    row_of(ticket, clock_of(DUE), NOW)
    swept(DUE)
    payload = bytes(Event.objects.get(kind="deadline_missed").payload).decode()
    assert '"consequence":"approves_refund"' in payload
    assert '"clock":"respond_by"' in payload


@pytest.mark.parametrize(
    ("kind", "consequence", "left", "expected"),
    [
        ("respond_by", "approves_refund", HOUR + SECOND, "deadline"),
        ("respond_by", "approves_refund", HOUR, "money"),
        ("confirm_by", "may_refund", MINUTE, "money"),
        ("respond_by", "approves_return", MINUTE, "deadline"),
        ("evidence_by", "may_support_buyer", DAY, "evidence"),
        ("evidence_by", "may_support_buyer", timedelta(0), "deadline"),
        ("respond_by", "approves_refund", timedelta(0), "deadline"),
    ],
)
def test_an_alarm_has_the_class_of_its_clock(
    ticket: Ticket, kind: str, consequence: str, left: timedelta, expected: str
) -> None:
    row = row_of(ticket, clock_of(NOW + DAY, kind=kind, consequence=consequence), NOW)
    row.due_at = NOW + left
    assert class_of(row, NOW) == expected


def test_a_target_of_the_shops_own_wakes_nobody(ticket: Ticket) -> None:
    row = row_of(ticket, clock_of(NOW + MINUTE, source="service", kind="submit_evidence"), NOW)
    assert class_of(row, NOW) == "deadline"


def test_nothing_is_done_by_itself_unless_the_shop_said_so(ticket: Ticket) -> None:
    crew = Crew()
    row_of(ticket, clock_of(DUE), NOW)
    for moment in (DUE - 4 * HOUR, DUE - HOUR, DUE - 15 * MINUTE, DUE):
        swept(moment, crew)
    assert crew.carried_out == []


def test_what_the_shop_allowed_is_done_once_at_the_last_warning(shop: Shop) -> None:
    Shop.objects.filter(pk=shop.pk).update(automatic=["agree_to_return"])
    ticket, crew = ticket_of(shop, step="agree_to_return"), Crew()
    row_of(ticket, clock_of(DUE), NOW)
    for moment in (DUE - 4 * HOUR, DUE - HOUR):
        swept(moment, crew)
    assert crew.carried_out == []
    assert swept(DUE - 15 * MINUTE, crew).carried_out == 1
    swept(DUE, crew)
    assert crew.carried_out == [(ticket.pk, "agree_to_return")]


def test_nothing_is_done_for_a_shop_that_is_held_or_a_ticket_that_needs_a_person(shop: Shop) -> None:
    Shop.objects.filter(pk=shop.pk).update(automatic=["agree_to_return"])
    crew = Crew()
    row_of(ticket_of(shop, step="agree_to_return", needs_person=True), clock_of(DUE), NOW)
    swept(DUE - 15 * MINUTE, crew)
    Shop.objects.filter(pk=shop.pk).update(held=True)
    row_of(ticket_of(shop, step="agree_to_return"), clock_of(DUE), NOW)
    swept(DUE - 15 * MINUTE, crew)
    assert crew.carried_out == []


@pytest.mark.parametrize(("stable_for", "carried"), [(-SECOND, 0), (0 * SECOND, 0), (SECOND, 1)])
def test_nothing_is_done_by_itself_on_a_decision_that_is_stable_no_longer(
    shop: Shop, stable_for: timedelta, carried: int
) -> None:
    Shop.objects.filter(pk=shop.pk).update(automatic=["agree_to_return"])
    last, crew = DUE - 15 * MINUTE, Crew()
    ticket = ticket_of(shop, step="agree_to_return", stable_until=last + stable_for)
    row_of(ticket, clock_of(DUE), NOW)
    done = swept(last, crew)
    assert (done.warned, done.carried_out, len(crew.carried_out)) == (1, carried, carried)


def test_where_what_was_allowed_fails_people_are_warned_all_the_same(shop: Shop) -> None:
    Shop.objects.filter(pk=shop.pk).update(automatic=["agree_to_return"])
    ticket = ticket_of(shop, step="agree_to_return")
    row_of(ticket, clock_of(DUE), NOW)
    done = swept(DUE - 15 * MINUTE, Crew(poison=ticket.pk))
    assert (done.warned, done.carried_out, len(done.all_errors), Alarm.objects.count()) == (1, 0, 1, 1)


@pytest.mark.parametrize(
    ("automatic", "verb", "allowed"),
    [
        ([], "agree_to_return", False),
        (["agree_to_return"], "agree_to_return", True),
        (["*"], "agree_to_return", True),
        (["*"], "refund_only", False),
        (["*"], "a_verb_of_next_year", False),
        (["refund_only"], "refund_only", True),
        (["reject"], "reject", False),
        (["*", "human_review"], "human_review", False),
    ],
)
def test_what_moves_money_is_listed_by_its_own_name(automatic: list[str], verb: str, allowed: bool) -> None:  # noqa: FBT001
    assert may_do(automatic, verb) is allowed


def test_no_verb_that_moves_no_money_is_a_remedy_that_pays() -> None:
    from tests.policy.books import book  # noqa: PLC0415  # loading the rules takes a second

    paying = {name for name, remedy in book().remedies.items() if remedy.pays != "none"}
    assert paying & MOVES_NO_MONEY == set()


def test_a_poisonous_row_is_put_off_and_the_others_go_on(shop: Shop) -> None:
    broken, sound = ticket_of(shop, turn="merchant"), ticket_of(shop)
    row_of(broken, clock_of(DUE - SECOND), NOW)
    row_of(sound, clock_of(DUE), NOW)
    Deadline.objects.filter(ticket=broken).update(source="service")
    Shop.objects.filter(pk=shop.pk).update(hours={"mon": "never"})
    done = swept(DUE - 15 * MINUTE)
    assert (done.warned, len(done.all_errors)) == (1, 1)
    assert Deadline.objects.get(ticket=broken).lease_until == DUE - 15 * MINUTE + PUT_OFF
    Shop.objects.filter(pk=shop.pk).update(hours={})
    assert swept(DUE - 15 * MINUTE + PUT_OFF).missed == 2


def test_two_clocks_of_one_ticket_end_in_one_sweep(ticket: Ticket) -> None:
    row_of(ticket, clock_of(DUE), NOW)
    row_of(ticket, clock_of(DUE, kind="refund_by", consequence="breaks_law"), NOW)
    done = swept(DUE)
    assert (done.missed, done.overtaken, done.all_errors) == (2, 0, [])
    assert kinds(ticket).count("deadline_missed") == 2


def test_a_claim_of_somebody_else_is_left_alone_until_its_lease_ends(ticket: Ticket) -> None:
    row_of(ticket, clock_of(DUE), NOW)
    Deadline.objects.update(lease_until=DUE + MINUTE)
    assert swept(DUE).missed == 0
    assert swept(DUE + MINUTE).missed == 1


def test_a_missed_target_of_the_shop_gives_way_to_the_next_end(ticket: Ticket) -> None:
    row_of(ticket, clock_of(DUE, source="service", kind="first_response"), NOW)
    row_of(ticket, clock_of(NOW + 2 * DAY), NOW)
    Ticket.objects.update(due_at=DUE, due_kind="first_response", queue_at=DUE)
    swept(DUE)
    ticket.refresh_from_db()
    assert (ticket.due_at, ticket.due_kind, ticket.queue_at) == (NOW + 2 * DAY, "respond_by", NOW + 2 * DAY)


def test_a_missed_clock_of_the_platform_stays_on_top_of_the_queue(ticket: Ticket) -> None:
    row_of(ticket, clock_of(DUE), NOW)
    row_of(ticket, clock_of(NOW + 2 * DAY, kind="refund_by"), NOW)
    Ticket.objects.update(due_at=DUE, due_kind="respond_by", queue_at=DUE)
    swept(DUE)
    ticket.refresh_from_db()
    assert (ticket.due_at, ticket.queue_at) == (DUE, DUE)


def test_an_open_ticket_whose_decision_is_stable_no_longer_is_judged_again(shop: Shop) -> None:
    before = ticket_of(shop, stable_until=NOW + SECOND)
    due, closed = ticket_of(shop, stable_until=NOW), ticket_of(shop, stable_until=NOW, open=False)
    crew = Crew()
    assert swept(NOW, crew).redecided == 1
    assert crew.redecided == [due.pk]
    assert {before.pk, closed.pk}.isdisjoint(crew.redecided)
    assert swept(NOW, crew).redecided == 0


def test_a_ticket_that_cannot_be_judged_is_put_off_and_says_so(shop: Shop) -> None:
    broken, sound = ticket_of(shop, stable_until=NOW - DAY), ticket_of(shop, stable_until=NOW)
    crew = Crew(poison=broken.pk)
    done = swept(NOW, crew)
    assert (crew.redecided, len(done.all_errors)) == ([sound.pk], 1)
    assert kinds(broken) == ["redecide_failed"]
    assert swept(NOW + MINUTE, crew).all_errors == []
    assert len(swept(NOW + PUT_OFF, crew).all_errors) == 1


def test_waiting_and_orphaned_imports_are_taken_up() -> None:
    def batch(state: str, lease: datetime | None) -> int:
        made = Import.objects.create(digest="d", state=state, lease_until=lease, created_at=NOW)
        return made.pk

    waiting, orphaned = batch("waiting", None), batch("running", NOW)
    batch("running", NOW + SECOND), batch("done", None), batch("waiting", NOW + SECOND)
    crew = Crew()
    assert swept(NOW, crew).imports == 2
    assert crew.imports == [waiting, orphaned]


def test_a_part_that_fails_as_a_whole_does_not_stop_the_others(ticket: Ticket) -> None:
    row_of(ticket, clock_of(DUE), NOW)
    crew = Crew()

    def broken(_now: datetime) -> int:
        raise OSError("no room left")

    crew.mend_actions = broken  # type: ignore[method-assign]
    done = swept(DUE, crew)
    assert (done.missed, done.all_errors) == (1, ["actions: OSError: no room left"])


def test_a_sweep_does_no_more_than_it_was_asked_for(shop: Shop) -> None:
    for _ in range(5):
        row_of(ticket_of(shop), clock_of(DUE), NOW)
    assert sweep(DUE, 3, Crew().hands).missed == 3
    assert sweep(DUE, 3, Crew().hands).missed == 2


def test_reminders_of_what_is_not_urgent_wait_for_the_morning(shop: Shop, ticket: Ticket) -> None:
    night = NOW.replace(hour=23)
    agent, crew = on_duty(shop, quiet_from=22 * 60, quiet_until=8 * 60), Crew()
    row_of(ticket, clock_of(night + 4 * HOUR, consequence="approves_return"), NOW)
    swept(night, crew)
    assert crew.post.to(agent) == []
    assert Outbox.objects.get().not_before == night + 9 * HOUR


def test_money_due_within_the_hour_wakes_who_is_on_duty(shop: Shop, ticket: Ticket) -> None:
    night = NOW.replace(hour=23)
    agent, crew = on_duty(shop, quiet_from=22 * 60, quiet_until=8 * 60), Crew()
    row_of(ticket, clock_of(night + HOUR), night - HOUR)
    swept(night, crew)
    assert "一小时内涉及退款" in crew.post.to(agent)[0]


def test_a_warning_by_the_rules_of_the_platform_names_what_follows(ticket: Ticket) -> None:
    scene = Scene("douyin", "refund_only", Stage.DECIDE, Turn.MERCHANT, NOW)
    row_of(
        ticket,
        wanted(Clock("respond_by", int(DUE.timestamp()), from_platform=True), scene, NO_SERVICE)[0],
        NOW,
    )
    lead, crew = lead_of(ticket.shop), Crew()
    swept(DUE - 4 * HOUR, crew)
    assert "超时平台将自动同意退款" in crew.post.to(lead)[0]
