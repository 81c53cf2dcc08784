"""See that an order line never promises more than was paid, in any order and from many hands at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import TYPE_CHECKING

import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersale.domain.errors import AftersaleError
from aftersale.domain.states import ActionState, Money
from aftersale.tickets.act import cancel
from aftersale.tickets.change import Overtaken
from aftersale.tickets.confirm import Seen, confirm, settle_by_observation
from aftersale.tickets.ledger import OverPaid, PaidUnknown, adopt, left_of, release, reserve
from aftersale.tickets.models import Action, OrderLine
from tests.channels import scripted
from tests.tickets.acting.desk import (
    NOW,
    PAID,
    Desk,
    approve,
    fresh,
    later,
    make_line,
    make_person,
    make_shop,
    make_ticket,
    refund,
    reserved,
    said,
)

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.shops.models import Person
    from aftersale.tickets.models import Ticket


@pytest.mark.django_db
@pytest.mark.parametrize(("fen", "fits"), [(PAID - 1, True), (PAID, True), (PAID + 1, False)])
def test_the_limit_is_what_was_paid(fen: int, fits: bool) -> None:  # noqa: FBT001  # a table of cases
    line = make_line(make_shop())
    ticket = make_ticket(line.shop, line)
    if fits:
        reserve(ticket, fen)
    else:
        with pytest.raises(OverPaid):
            reserve(ticket, fen)
    assert reserved(line) == (fen if fits else 0)
    assert left_of(ticket) == PAID - reserved(line)


@pytest.mark.django_db
def test_what_was_paid_must_be_known_or_vouched_for_by_a_person(tmp_path: Path) -> None:
    Desk.at(tmp_path)
    line = make_line(make_shop(), paid_fen=None)
    ticket, person = make_ticket(line.shop, line), make_person()
    with pytest.raises(PaidUnknown):
        approve(ticket, person, refund(100))
    action = approve(ticket, person, refund(100, paid_unknown_accepted=True))
    assert (action.reserved_fen, reserved(line), left_of(ticket)) == (100, 100, None)


@pytest.mark.django_db
def test_a_rule_cannot_vouch_for_what_nobody_knows(tmp_path: Path) -> None:
    from aftersale.tickets.act import accept  # noqa: PLC0415  # only here
    from tests.tickets.bulk.desk import allow  # noqa: PLC0415  # as above

    Desk.at(tmp_path)
    line = make_line(make_shop(), paid_fen=None)
    allow(line.shop, "refund_full_unshipped")
    with pytest.raises(PaidUnknown):
        accept(make_ticket(line.shop, line), None, refund(100, paid_unknown_accepted=True), NOW, 0)


@pytest.mark.django_db
def test_a_ticket_without_a_line_answers_for_its_own_amount(tmp_path: Path) -> None:
    desk, person = Desk.at(tmp_path), make_person()
    ticket = make_ticket(make_shop(), None, observed=said(paid_fen=PAID))
    desk.perform(approve(ticket, person, refund(PAID - 1)))
    with pytest.raises(OverPaid):
        approve(ticket, person, refund(2))
    desk.perform(approve(ticket, person, refund(1)))
    assert left_of(fresh(ticket)) == 0


@pytest.mark.django_db
def test_a_ticket_without_line_and_amount_needs_a_person(tmp_path: Path) -> None:
    Desk.at(tmp_path)
    ticket, person = make_ticket(make_shop(), None), make_person()
    with pytest.raises(PaidUnknown):
        approve(ticket, person, refund(1))
    assert approve(ticket, person, refund(1, paid_unknown_accepted=True)).reserved_fen == 1


@pytest.mark.django_db
def test_a_line_that_becomes_known_takes_over_what_its_ticket_holds(tmp_path: Path) -> None:
    Desk.at(tmp_path)
    shop, person = make_shop(), make_person()
    ticket = make_ticket(shop, None, observed=said(paid_fen=PAID))
    action = approve(ticket, person, refund(400))
    line = make_line(shop)
    adopt(ticket, line.pk)
    type(ticket).objects.filter(pk=ticket.pk).update(line=line)
    assert reserved(line) == 400
    cancel(action, person, NOW)
    assert reserved(line) == 0


_FAULTS = st.sampled_from(["", *scripted.FAULTS])
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["approve", "cancel", "send", "done", "failed", "shown", "unpaid"]),
        st.integers(0, 1),
        st.integers(1, 1500),
        _FAULTS,
    ),
    max_size=25,
)


_NUMBERS = count()


class _Story:
    """Play steps on two tickets of one line; money that came from outside is counted apart."""

    def __init__(self, folder: Path, paid_fen: int) -> None:
        number = str(next(_NUMBERS))
        (folder / number).mkdir()
        self.desk, self.person = Desk.at(folder / number, knows_keys=False), make_person(number)
        self.line = make_line(make_shop(number), paid_fen=paid_fen)
        self.tickets = [make_ticket(self.line.shop, self.line, number) for number in ("1", "2")]
        self.outside = 0

    def play(self, what: str, which: int, fen: int, fault: str) -> None:
        ticket = fresh(self.tickets[which])
        action = Action.objects.filter(ticket=ticket).exclude(verb="outside").order_by("-id").first()
        try:
            self._do(what, ticket, action, fen, fault)
        except AftersaleError:
            return

    def _do(self, what: str, ticket: Ticket, action: Action | None, fen: int, fault: str) -> None:
        if what == "approve":
            approve(ticket, self.person, refund(fen))
        elif what == "shown":
            shown = self.desk.platform.paid(ticket.ticket_no) + fen
            self.outside += settle_by_observation(ticket, Money.PAID, NOW, Seen(paid_fen=shown)).outside_fen
        elif what == "unpaid":
            settle_by_observation(ticket, Money.FAILED, NOW)
        elif action:
            self._go_on(what, action, fault)

    def _go_on(self, what: str, action: Action, fault: str) -> None:
        if what == "cancel":
            cancel(action, self.person, NOW)
        elif what == "send":
            self.desk.platform.faults = [fault] if fault else []
            self.desk.perform(action, later(days=1))
        else:
            confirm(action, self.person, ActionState(what), NOW)

    def check(self, paid_fen: int) -> None:
        held = Action.objects.filter(ticket__line=self.line).values_list("verb", "reserved_fen", "state")
        of_line = reserved(self.line)
        assert of_line == sum(fen for _, fen, _ in held)
        assert sum(fen for verb, fen, _ in held if verb != "outside") <= paid_fen
        assert all(fen == 0 for _, fen, state in held if state in {"failed", "cancelled"})
        if not self.outside:
            assert of_line <= paid_fen


@pytest.mark.django_db
@given(paid_fen=st.integers(0, 3000), steps=_STEPS)
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_order_of_events_promises_more_than_was_paid(
    tmp_path: Path, paid_fen: int, steps: list[tuple[str, int, int, str]]
) -> None:
    story = _Story(tmp_path, paid_fen)
    for step in steps:
        story.play(*step)
        story.check(paid_fen)


def _try(ticket: Ticket, person: Person) -> int:
    try:
        approve(ticket, person, refund(1000))
    except (OverPaid, Overtaken):
        return 0
    finally:
        connections.close_all()
    return 1


@pytest.mark.django_db(transaction=True)
def test_many_hands_at_once_never_promise_more_than_was_paid(tmp_path: Path) -> None:
    Desk.at(tmp_path)
    line, person = make_line(make_shop(), paid_fen=5500), make_person()
    tickets = [make_ticket(line.shop, line, str(number)) for number in range(16)]
    # A database in memory belongs to one connection; there the hands take turns.
    hands = 8 if connection.vendor == "postgresql" else 1
    if hands == 1:
        won = sum(_take_turn(ticket, person) for ticket in tickets)
    else:
        with ThreadPoolExecutor(hands) as pool:
            won = sum(pool.map(_try, tickets, [person] * len(tickets)))
    assert (won, reserved(line), Action.objects.count()) == (5, 5000, 5)


def _take_turn(ticket: Ticket, person: Person) -> int:
    try:
        approve(ticket, person, refund(1000))
    except OverPaid:
        return 0
    return 1


@pytest.mark.django_db
def test_what_is_released_is_free_again() -> None:
    line = make_line(make_shop())
    ticket = make_ticket(line.shop, line)
    reserve(ticket, PAID)
    release(ticket, PAID)
    assert OrderLine.objects.get().reserved_fen == 0
