"""See that what answers no application is sent once and stands in nobody's way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.channels.verbs import BESIDE, PARAMS, Verb
from aftersale.domain.states import ActionState, Decision, Money
from aftersale.evidence.models import Event
from aftersale.tickets.beside import NEEDS, VERBS, NotWhole, do
from aftersale.tickets.confirm import Seen, settle_by_observation
from aftersale.tickets.models import Action
from tests.tickets.acting.desk import (
    NOW,
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
    reread,
)

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.shops.models import Person
    from aftersale.tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.at(tmp_path, knows_keys=False)


@pytest.fixture
def ticket() -> Ticket:
    shop = make_shop()
    return make_ticket(shop, make_line(shop), version="v7")


@pytest.fixture
def person() -> Person:
    return make_person()


def test_every_verb_beside_the_answer_says_what_it_needs() -> None:
    assert set(NEEDS) == set(VERBS) == BESIDE | {Verb.REPLY_SERVICE}
    assert all(set(needed) <= PARAMS[verb] for verb, needed in NEEDS.items())


def test_a_remark_is_sent_and_decides_nothing(desk: Desk, ticket: Ticket, person: Person) -> None:
    action = do(ticket, person, Verb.REMARK, {"text": "已电话联系", "other": "x"}, NOW)
    assert (action.params, action.guard) == ({"text": "已电话联系"}, "v7")
    assert desk.perform(action) == ActionState.DONE
    after = fresh(ticket)
    assert (after.decision_state, after.money_state) == (Decision.PROPOSED, Money.NONE)
    assert kinds(ticket) == ["beside", "action_sending", "action_done"]
    assert chain_is_whole(ticket)


def test_what_is_written_stands_in_no_event(desk: Desk, ticket: Ticket, person: Person) -> None:
    del desk
    do(ticket, person, Verb.REMARK, {"text": "王女士，138"}, NOW)
    assert "王女士" not in b"".join(bytes(event.payload) for event in Event.objects.all()).decode()


def test_a_remark_waits_for_nobody_and_keeps_nobody_waiting(
    desk: Desk, ticket: Ticket, person: Person
) -> None:
    remark = do(ticket, person, Verb.REMARK, {"text": "先联系"}, NOW)
    refund = approve(ticket, person)
    assert desk.perform(refund) == ActionState.DONE
    assert desk.perform(remark) == ActionState.DONE


def test_an_observation_settles_no_remark(desk: Desk, ticket: Ticket, person: Person) -> None:
    remark = do(ticket, person, Verb.REMARK, {"text": "先联系"}, NOW)
    settle_by_observation(fresh(ticket), Money.PAID, NOW, Seen(paid_fen=12900, closed=True))
    assert reread(remark).state == ActionState.INTENDED
    assert desk.perform(remark) == ActionState.DONE


def test_the_same_press_twice_is_one_and_later_it_is_another(
    ticket: Ticket, person: Person, desk: Desk
) -> None:
    del desk
    first = do(ticket, person, Verb.FLAG, {"flag": "red"}, NOW)
    assert do(ticket, person, Verb.FLAG, {"flag": "red"}, later(seconds=5)) == first
    assert do(ticket, person, Verb.FLAG, {"flag": "blue"}, later(seconds=5)) != first
    assert do(ticket, person, Verb.FLAG, {"flag": "red"}, later(seconds=11)) != first


@pytest.mark.parametrize(
    ("verb", "params"),
    [
        (Verb.REMARK, {"text": ""}),
        (Verb.FLAG, {"flag": "pink"}),
        (Verb.RETURN_WAYBILL, {"waybill": "SF1"}),
        (Verb.REFUND, {}),
        ("dance", {}),
    ],
)
def test_what_does_not_say_all_it_needs_is_refused(
    ticket: Ticket, person: Person, verb: str, params: dict[str, object]
) -> None:
    with pytest.raises(NotWhole):
        do(ticket, person, verb, params, NOW)
    assert not Action.objects.exists()
    assert fresh(ticket).sequence == 0
