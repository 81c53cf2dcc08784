from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.base import Source, Turn
from aftersale.domain.states import ActionState, Goods
from aftersale.evidence.journal import Entry
from aftersale.evidence.models import Event, PersonalValue
from aftersale.jobs import door
from aftersale.tickets.act import Intent, accept, cancel
from aftersale.tickets.confirm import confirm
from aftersale.tickets.draft import Origin
from aftersale.tickets.fact_answers import answer, redecide
from aftersale.tickets.models import Action, Ticket
from aftersale.tickets.outcome import HAND_OVER, locked, move
from aftersale.tickets.receipts import PERFORM
from aftersale.tickets.refusal import DoneAlready, NotInspected
from aftersale.tickets.steps import INSPECT_THEN_REFUND
from aftersale.tickets.sweep import Swept, end_waits
from aftersale.tickets.talking import WaitInvalid, talked, whom_of
from aftersale.tickets.waiting import Whom, end, until
from tests.tickets.taking.notices import ASKED, NOW, shop, took

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.shops.models import Person, Shop

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LATER = NOW + HOUR


@pytest.fixture(autouse=True)
def nobody_performs() -> None:
    door.register(PERFORM, lambda _id, _now: None)


@pytest.fixture
def of() -> Shop:
    return shop()


@pytest.fixture
def person(django_user_model: type[Person]) -> Person:
    return django_user_model.objects.create(username="小王", name="小王")


@pytest.fixture
def ticket(of: Shop) -> Ticket:
    took(of, [ASKED])
    return Ticket.objects.get()


def at(moment: datetime) -> Origin:
    """Read a sheet of some moment an hour later."""
    return Origin("sheet", Source.SHEET, moment, LATER)


def placed(ticket: Ticket) -> tuple[str, str, str]:
    ticket.refresh_from_db()
    return ticket.lane, ticket.tab, ticket.waits_for


def approved(ticket: Ticket, person: Person, **said: object) -> Action:
    ticket.refresh_from_db()
    intent = Intent("refund", 12900, paid_unknown_accepted=True, **said)  # type: ignore[arg-type]
    return accept(ticket, person, intent, NOW, ticket.sequence)


def prepared(action: Action) -> Action:
    """Claim an action and hand it to people, as the worker does for a shop without a connection."""
    action = locked(action.pk)
    move(action, HAND_OVER, Entry("action_handed_over", NOW))
    return action


def asked(ticket: Ticket, person: Person, end: datetime = LATER) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(step="request_evidence")
    ticket.refresh_from_db()
    talked(ticket, person, "请补充开箱视频", end, NOW, ticket.sequence)


def last_event(ticket: Ticket) -> Event:
    event = Event.objects.filter(subject_kind="ticket", subject_id=ticket.pk).order_by("-sequence").first()
    assert event is not None
    return event


def test_what_was_approved_leaves_the_queue_and_what_was_taken_back_returns(
    ticket: Ticket, person: Person
) -> None:
    before = placed(ticket)
    action = approved(ticket, person)
    assert placed(ticket) == ("waiting", "platform", "platform")
    cancel(action, person, NOW)
    assert placed(ticket) == before == ("ours", "unshipped", "")


def test_what_is_prepared_for_the_back_office_is_under_way_until_it_is_done_there(
    ticket: Ticket, person: Person
) -> None:
    action = prepared(approved(ticket, person))
    assert placed(ticket) == ("waiting", "under_way", "hands")
    confirm(action, person, ActionState.DONE, NOW)
    assert placed(ticket) == ("waiting", "platform", "platform")


def test_what_did_not_work_comes_back(ticket: Ticket, person: Person) -> None:
    confirm(prepared(approved(ticket, person)), person, ActionState.FAILED, NOW)
    assert placed(ticket) == ("ours", "unshipped", "")


def test_the_same_act_is_not_done_twice_before_the_platform_was_read(of: Shop, person: Person) -> None:
    took(of, [ASKED])
    ticket = Ticket.objects.get()
    agree = Intent("agree_return")
    confirm(prepared(accept(ticket, person, agree, NOW, ticket.sequence)), person, ActionState.DONE, NOW)
    ticket.refresh_from_db()
    with pytest.raises(DoneAlready):
        accept(ticket, person, agree, NOW, ticket.sequence)
    end(ticket, "person", NOW, person)
    assert accept(ticket, person, agree, NOW, ticket.sequence).state == ActionState.INTENDED


def test_a_sheet_that_shows_nothing_new_puts_back_what_was_said_to_be_done(
    of: Shop, ticket: Ticket, person: Person
) -> None:
    confirm(prepared(approved(ticket, person)), person, ActionState.DONE, NOW)
    took(of, [ASKED], at(NOW - HOUR))
    assert placed(ticket)[2] == "platform"
    took(of, [ASKED], at(LATER))
    assert placed(ticket) == ("ours", "unshipped", "")
    assert last_event(ticket).kind == "wait_ended"


def test_a_sheet_that_shows_nothing_new_leaves_a_buyer_their_time(
    of: Shop, ticket: Ticket, person: Person
) -> None:
    asked(ticket, person)
    took(of, [ASKED], at(LATER))
    assert placed(ticket) == ("waiting", "buyer", "buyer")


def test_news_of_the_platform_ends_a_wait(of: Shop, ticket: Ticket, person: Person) -> None:
    asked(ticket, person)
    newer = replace(ASKED, remark="买家补了视频", newest_at=LATER)
    took(of, [newer], at(LATER))
    assert placed(ticket)[::2] == ("ours", "")


def test_what_is_the_buyers_turn_by_the_platform_waits_for_nobody_else(
    of: Shop, ticket: Ticket, person: Person
) -> None:
    asked(ticket, person)
    took(of, [replace(ASKED, turn=Turn.BUYER, status="待买家处理", newest_at=LATER)], at(LATER))
    assert placed(ticket) == ("waiting", "buyer", "")


def test_asking_the_buyer_is_one_event_with_the_words_as_a_personal_value(
    ticket: Ticket, person: Person
) -> None:
    asked(ticket, person)
    event = last_event(ticket)
    assert (event.kind, event.actor) == ("wait_begun", person.pk)
    assert PersonalValue.objects.get(event=event, name="text").value == "请补充开箱视频"
    assert ticket.decision_state == "asked"
    assert ticket.waits_until == LATER


def test_a_wait_into_the_past_is_refused(ticket: Ticket, person: Person) -> None:
    with pytest.raises(WaitInvalid):
        asked(ticket, person, NOW)
    assert placed(ticket)[2] == ""


def test_a_wait_that_is_over_comes_back_by_itself(ticket: Ticket, person: Person) -> None:
    asked(ticket, person)
    done = Swept()
    end_waits(NOW, 10, done)
    assert (done.waits, placed(ticket)[2]) == (0, "buyer")
    end_waits(LATER, 10, done)
    assert (done.waits, placed(ticket)[::2]) == (1, ("ours", ""))


def test_an_answer_ends_the_wait_for_it_and_the_turn_of_a_day_does_not(
    ticket: Ticket, person: Person
) -> None:
    asked(ticket, person)
    redecide(ticket, NOW)
    assert placed(ticket) == ("waiting", "buyer", "buyer")
    answer(ticket, "shipped_at", None, person.pk, NOW)
    assert placed(ticket)[::2] == ("ours", "")


@pytest.mark.parametrize("hours", [-1, 0.05, 0.2, 0.25, 0.4, 3, 100])
def test_what_waits_is_looked_at_again_before_its_time_runs_out(ticket: Ticket, hours: float) -> None:
    ticket.due_at = NOW + hours * HOUR
    again = until(ticket, NOW)
    assert NOW < again <= NOW + timedelta(days=1)
    assert again < ticket.due_at or hours < 0


def test_each_step_without_one_act_has_somebody_to_wait_for() -> None:
    assert whom_of("request_evidence") is whom_of("negotiate") is Whom.BUYER
    assert whom_of("intercept_or_refuse") is Whom.CARRIER
    assert whom_of("submit") is Whom.PLATFORM
    assert whom_of("human_review") is Whom.CHECK
    assert whom_of("refund_full_unshipped") is whom_of("wait") is None


@pytest.mark.parametrize(("goods", "held"), [(Goods.BACK, ""), (Goods.BACK, "bad_pieces"), (Goods.SENT, "")])
def test_a_return_that_nobody_looked_at_is_paid_only_on_a_persons_word(
    goods: Goods, held: str, ticket: Ticket, person: Person
) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(step=INSPECT_THEN_REFUND, goods_state=goods, held=held)
    with pytest.raises(NotInspected):
        approved(ticket, person)
    assert not Action.objects.exists()
    assert approved(ticket, person, inspected=True).state == ActionState.INTENDED
    assert b'"inspected":true' in bytes(last_event(ticket).payload)


def test_a_return_that_was_inspected_needs_no_word(ticket: Ticket, person: Person) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(step=INSPECT_THEN_REFUND, goods_state=Goods.INSPECTED)
    assert approved(ticket, person).state == ActionState.INTENDED
