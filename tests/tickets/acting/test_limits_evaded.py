"""See that no detour leads around a shop's limits: a changed proposal, many small ones, a rule, freight."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from aftersale.shops.rulebooks import judge_of
from aftersale.tickets import beside
from aftersale.tickets.act import Intent, accept, propose
from aftersale.tickets.automatic import Terms, offered, set_terms
from aftersale.tickets.automatic_trial import try_out
from aftersale.tickets.limits import DayCapReached, SecondPersonNeeded, paid_today
from aftersale.tickets.models import Action
from aftersale.tickets.refusal import FreightNotClaimed, NotAutomatic
from aftersale.tickets.review import change
from tests.tickets.acting.desk import (
    NOW,
    PAID,
    approve,
    fresh,
    later,
    make_line,
    make_ticket,
    refund,
)
from tests.tickets.acting.test_limits import limit, person

if TYPE_CHECKING:
    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Ticket

pytestmark = pytest.mark.django_db


def come_back(shop: Shop, freight_fen: int | None) -> Ticket:
    """Give a ticket whose goods are back and looked at, with what the buyer claims for sending them."""
    made = make_ticket(shop, make_line(shop), stage="receive", goods_state="inspected")
    if freight_fen is not None:
        made.observed = json.dumps({**json.loads(made.observed), "freight_fen": freight_fen})
        made.save(update_fields=["observed"])
    return made


@pytest.mark.parametrize(
    "proposed", [Intent("refund", 100), Intent("refund", PAID - 1), Intent("agree_return")]
)
def test_a_reviewer_who_pays_more_than_was_proposed_stands_alone(
    shop: Shop, ticket: Ticket, proposed: Intent
) -> None:
    wang, zhou = person(shop, "wang"), person(shop, "zhou")
    limit(shop, four_eyes_fen=5_000)
    task = propose(ticket, wang, proposed, NOW, ticket.sequence)
    wanted = Intent("refund", PAID, proposed_by=wang.pk, proposed_fen=PAID)
    with pytest.raises(SecondPersonNeeded):
        change(task, zhou, wanted, NOW, fresh(ticket).sequence, judge_of(shop.pk, NOW))
    assert not Action.objects.exists()
    less = min(proposed.amount_fen or 5_000, PAID)
    done = change(task, zhou, Intent("refund", less), NOW, fresh(ticket).sequence, judge_of(shop.pk, NOW))
    assert done.amount_fen == less


def test_many_small_payments_on_one_ticket_are_one(shop: Shop, ticket: Ticket) -> None:
    wang, zhou = person(shop, "wang"), person(shop, "zhou")
    limit(shop, four_eyes_fen=5_000)
    beside.do(ticket, wang, "small_payout", {"purpose": "goodwill"}, NOW, 3_000)
    beside.do(fresh(ticket), wang, "small_payout", {"purpose": "goodwill"}, later(seconds=11), 2_000)
    with pytest.raises(SecondPersonNeeded):
        beside.do(fresh(ticket), wang, "small_payout", {"purpose": "goodwill"}, later(seconds=22), 1)
    with pytest.raises(SecondPersonNeeded):
        approve(fresh(ticket), wang, Intent("refund", 1))
    beside.do(fresh(ticket), zhou, "small_payout", {"purpose": "goodwill"}, later(seconds=33), 5_000)
    beside.do(fresh(ticket), wang, "small_payout", {"purpose": "goodwill"}, later(days=1), 5_000)


def test_no_rule_pays_what_needs_two_people(shop: Shop, ticket: Ticket) -> None:
    wang = person(shop, "wang")
    person(shop, "zhou")
    limit(shop, four_eyes_fen=PAID - 1)
    terms = Terms("refund_full_unshipped", on=True, cap_fen=PAID, day_fen=PAID)
    set_terms(shop, terms, wang, NOW)
    assert not offered(fresh(ticket), NOW)
    with pytest.raises(NotAutomatic) as held:
        accept(fresh(ticket), None, refund(), NOW, ticket.sequence)
    assert held.value.why == "four_eyes"
    assert try_out(fresh(ticket).shop, terms, NOW).count == 0
    limit(shop, four_eyes_fen=PAID)
    assert offered(fresh(ticket), NOW)
    assert accept(fresh(ticket), None, refund(), NOW, ticket.sequence).amount_fen == PAID


@pytest.mark.parametrize(("claimed", "said", "goes"), [(800, 800, True), (800, 0, True), (800, 801, False)])
def test_return_freight_is_granted_as_claimed_or_not_at_all(
    shop: Shop, claimed: int, said: int, *, goes: bool
) -> None:
    returned = come_back(shop, claimed)
    wanted = Intent("refund_received", PAID - 1_000, {"return_freight_fen": said})
    if goes:
        approve(returned, person(shop, "wang"), wanted)
        assert paid_today(shop.pk, NOW) == PAID - 1_000 + said
        return
    with pytest.raises(FreightNotClaimed):
        approve(returned, person(shop, "wang"), wanted)


def test_return_freight_that_nobody_claims_is_not_paid(shop: Shop) -> None:
    returned = come_back(shop, None)
    with pytest.raises(FreightNotClaimed):
        approve(
            returned, person(shop, "wang"), Intent("refund_received", PAID, {"return_freight_fen": 90_000})
        )


@pytest.mark.parametrize("name", ["four_eyes_fen", "day_cap_fen", "person_cap_fen"])
def test_return_freight_counts_with_the_amount_for_every_limit(shop: Shop, name: str) -> None:
    wang = person(shop, "wang")
    person(shop, "zhou")
    returned = come_back(shop, 800)
    wanted = Intent("refund_received", 5_000, {"return_freight_fen": 800})
    limit(shop, **{name: 5_799})
    with pytest.raises((SecondPersonNeeded, DayCapReached)):
        approve(returned, wang, wanted)
    limit(shop, **{name: 5_800})
    approve(fresh(returned), wang, wanted)
