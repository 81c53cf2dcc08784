"""A replacement that is promised or sent holds one piece; what comes to nothing gives it back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from aftersale.channels.verbs import Verb
from aftersale.domain.states import ActionState, Decision, Money
from aftersale.evidence.models import Event
from aftersale.jobs import door
from aftersale.shops import stock as flows
from aftersale.shops.models import Product, Stock, StockHeld
from aftersale.shops.models.stock import StockSource
from aftersale.shops.stock import Count, StockGone
from aftersale.tickets.act import Intent, cancel
from aftersale.tickets.models import Action
from aftersale.tickets.outcome import FAIL, applied, locked
from aftersale.tickets.receipts import PERFORM
from aftersale.tickets.replacements import piece_not_sent
from tests.tickets.acting.desk import NOW, approve, fresh, kinds, make_person, make_shop, make_ticket

if TYPE_CHECKING:
    from aftersale.shops.models import Person
    from aftersale.tickets.models import Ticket

pytestmark = pytest.mark.django_db
EXCHANGE, SEND = (
    Intent(Verb.AGREE_EXCHANGE),
    Intent(Verb.SEND, params={"carrier": "shunfeng", "waybill": "SF1"}),
)


@pytest.fixture(autouse=True)
def nobody_sends() -> None:
    door.register(PERFORM, lambda _id, _now: None)


@pytest.fixture
def person() -> Person:
    return make_person()


@pytest.fixture
def ticket() -> Ticket:
    shop = make_shop()
    cup = Product.objects.create(shop=shop, article_no="CUP", changed_at=NOW)
    flows.count(cup, Count(1, date(2026, 6, 9), StockSource.PAGE))
    return make_ticket(shop, article_no="CUP", apply_type="exchange", step="exchange")


def left() -> int:
    return Stock.objects.get().left


def test_an_exchange_holds_a_piece_and_sending_it_holds_no_second(ticket: Ticket, person: Person) -> None:
    agreed = approve(ticket, person, EXCHANGE)
    assert left() == 0
    event = Event.objects.filter(subject_id=ticket.pk, kind="action_intended").latest("pk")
    assert b"piece_held" in bytes(event.payload)
    Action.objects.filter(pk=agreed.pk).update(state=ActionState.DONE)
    approve(ticket, person, SEND)
    assert (left(), StockHeld.objects.count()) == (0, 1)


def test_taking_an_approval_back_gives_the_piece_back(ticket: Ticket, person: Person) -> None:
    cancel(approve(ticket, person, EXCHANGE), person, NOW)
    assert left() == 1
    approve(ticket, person, EXCHANGE)
    assert left() == 0


def test_what_the_platform_refused_gives_the_piece_back(ticket: Ticket, person: Person) -> None:
    action = approve(ticket, person, EXCHANGE)
    Action.objects.filter(pk=action.pk).update(state=ActionState.HANDED_OVER)
    assert "piece_back" in applied(locked(action.pk), FAIL, NOW)
    assert left() == 1


def test_without_a_piece_nothing_is_promised_and_nothing_changes(ticket: Ticket, person: Person) -> None:
    approve(ticket, person, EXCHANGE)
    other = make_ticket(ticket.shop, number="712", article_no="CUP", apply_type="reship", step="reship")
    with pytest.raises(StockGone):
        approve(other, person, SEND)
    assert kinds(other) == []
    assert not Action.objects.filter(ticket=other).exists()
    assert fresh(other).decision_state == Decision.PROPOSED


@pytest.mark.parametrize(
    "fields", [{"apply_type": "repair", "step": "send"}, {"article_no": "MUG", "apply_type": "reship"}]
)
def test_own_goods_and_articles_that_nobody_counts_hold_nothing(
    ticket: Ticket, person: Person, fields: dict[str, Any]
) -> None:
    other = make_ticket(ticket.shop, number="712", **{"article_no": "CUP", **fields})
    approve(other, person, SEND)
    assert left() == 1


@pytest.mark.parametrize(
    ("money", "decision", "sent", "back"),
    [
        (Money.PAID, Decision.ACCEPTED, False, True),
        (Money.NONE, Decision.WITHDRAWN, False, True),
        (Money.NONE, Decision.ACCEPTED, False, False),
        (Money.PAID, Decision.ACCEPTED, True, False),
    ],
)
def test_a_ticket_that_closes_gives_back_only_what_was_not_sent(
    ticket: Ticket, person: Person, money: Money, decision: Decision, *, sent: bool, back: bool
) -> None:
    Action.objects.filter(pk=approve(ticket, person, EXCHANGE).pk).update(state=ActionState.DONE)
    if sent:
        approve(ticket, person, SEND)
    states = {"money_state": money, "decision_state": decision}
    assert bool(piece_not_sent(ticket.pk, states, NOW)) is back
    assert left() == int(back)
