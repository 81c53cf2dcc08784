from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from aftersale.evidence.models import Event
from aftersale.finance.derive import derive
from aftersale.finance.following import follow, follow_shop
from aftersale.finance.models import CaughtUp, MoneyLeg
from aftersale.tickets.models import Action, OrderLine, Ticket
from tests.finance.books import NOW, a_person, a_ticket, an_action, on, utc
from tests.tickets.acting.desk import Desk, approve, later, make_line, make_ticket
from tests.tickets.acting.desk import make_shop as a_scripted_shop

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.shops.models import Shop

pytestmark = pytest.mark.django_db


def legs(of: Ticket) -> list[tuple[str, int]]:
    rows = MoneyLeg.objects.filter(ticket=of).order_by("id")
    return list(rows.values_list("kind", "fen"))


def test_a_refund_leaves_what_was_asked_decided_sent_and_paid(shop: Shop) -> None:
    ticket = a_ticket(shop)
    action = an_action(ticket, on(12))
    derive([ticket.pk])
    assert legs(ticket) == [("asked", 12_900), ("intended", 12_900), ("sent", 12_900), ("paid", 12_900)]
    paid = MoneyLeg.objects.get(kind="paid")
    assert (paid.at, paid.day, paid.month) == (utc(on(12)), "2026-05-12", "2026-05")
    assert (paid.source, paid.order_no) == (f"action:{action.key}:paid", ticket.order_no)


def test_deriving_again_adds_nothing(shop: Shop) -> None:
    ticket = a_ticket(shop)
    an_action(ticket, on(12))
    derive([ticket.pk])
    before = list(MoneyLeg.objects.values())
    assert derive([ticket.pk]) == set()
    assert list(MoneyLeg.objects.values()) == before


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        ("intended", ["asked", "intended"]),
        ("sending", ["asked", "intended"]),
        ("unknown", ["asked", "intended", "sent"]),
        ("handed_over", ["asked", "intended", "sent"]),
        ("failed", ["asked", "intended", "sent"]),
        ("done", ["asked", "intended", "sent", "paid"]),
    ],
)
def test_a_leg_says_no_more_than_what_is_known(shop: Shop, state: str, kinds: list[str]) -> None:
    ticket = a_ticket(shop)
    an_action(ticket, on(12), state)
    derive([ticket.pk])
    assert [kind for kind, _ in legs(ticket)] == kinds


def test_what_was_decided_and_cancelled_is_decided_no_more(shop: Shop) -> None:
    ticket = a_ticket(shop)
    an_action(ticket, on(12), "cancelled")
    derive([ticket.pk])
    assert legs(ticket)[1:] == [("intended", 12_900), ("intended", -12_900)]


def test_a_changed_claim_is_booked_by_the_difference(shop: Shop) -> None:
    ticket = a_ticket(shop)
    derive([ticket.pk])
    for sequence, fen in enumerate((10_000, 12_900), 2):
        Ticket.objects.filter(pk=ticket.pk).update(amount_fen=fen, sequence=sequence)
        derive([ticket.pk])
    assert legs(ticket) == [("asked", 12_900), ("asked", -2_900), ("asked", 2_900)]


def test_what_the_platform_paid_without_us_is_paid_when_the_platform_says(shop: Shop) -> None:
    ticket = a_ticket(shop, observed_at=on(3))
    an_action(ticket, on(28), verb="outside", receipt={"code": "observed.outside"})
    derive([ticket.pk])
    assert legs(ticket) == [("asked", 12_900), ("paid", 12_900)]
    assert MoneyLeg.objects.get(kind="paid").day == "2026-05-03"


def test_less_than_was_asked_is_booked_as_less(shop: Shop) -> None:
    ticket = a_ticket(shop)
    an_action(ticket, on(12), reserved_fen=9_900)
    derive([ticket.pk])
    assert legs(ticket)[-1] == ("paid", 9_900)


def test_a_refund_that_the_platform_took_back_is_reversed_and_may_be_paid_again(shop: Shop) -> None:
    ticket = a_ticket(shop)
    first = an_action(ticket, on(12))
    derive([ticket.pk])
    Action.objects.filter(pk=first.pk).update(reserved_fen=0)
    Ticket.objects.filter(pk=ticket.pk).update(money_state="reversed", changed_at=on(20))
    derive([ticket.pk])
    second = an_action(ticket, on(25))
    derive([ticket.pk])
    derive([ticket.pk])
    assert legs(ticket)[3:] == [
        ("paid", 12_900),
        ("reversed", 12_900),
        ("intended", 12_900),
        ("sent", 12_900),
        ("paid", 12_900),
    ]
    assert MoneyLeg.objects.get(kind="reversed").source == f"action:{first.key}:reversed"
    assert second.reserved_fen == 12_900


def test_a_small_payout_and_the_freight_of_a_return_are_legs_of_their_own(shop: Shop) -> None:
    ticket = a_ticket(shop)
    an_action(ticket, on(12), verb="compensate", amount_fen=2_000)
    an_action(ticket, on(13), verb="refund_received", params={"return_freight_fen": 800})
    derive([ticket.pk])
    found = dict(legs(ticket))
    assert (found["small_payout"], found["return_freight"]) == (2_000, 800)
    assert MoneyLeg.objects.get(kind="small_payout").liability == "merchant"


def test_the_journal_is_followed_from_where_it_was_left(tmp_path: Path) -> None:
    desk = Desk.at(tmp_path)
    shop = a_scripted_shop()
    ticket = make_ticket(shop, make_line(shop))
    action = approve(ticket, a_person())
    assert follow(NOW) > 0
    assert [kind for kind, _ in legs(ticket)] == ["asked", "intended"]
    assert desk.perform(action, later(minutes=1)) == "done"
    assert follow(NOW) > 0
    assert [kind for kind, _ in legs(ticket)] == ["asked", "intended", "sent", "paid"]
    assert follow(NOW) == 0
    assert CaughtUp.objects.get().event_id == Event.objects.order_by("-id")[0].pk


def test_when_it_was_sent_is_read_in_the_journal(tmp_path: Path) -> None:
    desk = Desk.at(tmp_path)
    shop = a_scripted_shop()
    ticket = make_ticket(shop, make_line(shop))
    action = approve(ticket, a_person())
    desk.perform(action, later(minutes=5))
    follow(NOW)
    sending = Event.objects.get(kind="action_sending")
    assert json.loads(bytes(sending.payload))["data"]["action"] == action.key
    assert MoneyLeg.objects.get(kind="sent").at == sending.at == later(minutes=5)


def test_a_whole_shop_can_be_gone_through_again(shop: Shop) -> None:
    for number in range(3):
        an_action(a_ticket(shop, number), on(12))
    follow_shop(shop.pk, NOW)
    assert MoneyLeg.objects.filter(kind="paid").count() == 3
    assert not OrderLine.objects.exists()
