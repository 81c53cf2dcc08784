"""See that an order line never promises more than was paid, in any order and from many hands at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from django.db import connection, connections

from aftersale.tickets.act import cancel
from aftersale.tickets.change import Overtaken
from aftersale.tickets.ledger import OverPaid, PaidUnknown, adopt, left_of, release, reserve
from aftersale.tickets.models import Action, OrderLine
from tests.tickets.acting.desk import (
    NOW,
    PAID,
    Desk,
    approve,
    fresh,
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
