"""History counts a shop's own newest tickets, of a year."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aftersale.domain.roles import Role
from aftersale.returns.models import Parcel, ParcelLine
from aftersale.returns.soundness import soundness
from aftersale.tickets.cost_history import SPAN, disputes
from aftersale.tickets.models import Action
from tests.api.desk import make_person, make_shop, make_ticket, now

pytestmark = pytest.mark.django_db


def test_refusals_and_payments_are_counted_with_the_disputes_that_followed() -> None:
    shop, far = make_shop("数一数"), make_shop("别家")
    refused = {"decision_state": "refused"}
    paid = {"decision_state": "accepted", "money_state": "paid"}
    for number, state in enumerate(
        (
            refused,
            {**refused, "arbitration_state": "lost"},
            {**refused, "arbitration_state": "won"},
            paid,
            {**paid, "arbitration_state": "open"},
            {"decision_state": "accepted", "money_state": "none", "arbitration_state": "lost"},
        )
    ):
        make_ticket(shop, number + 1, **state)
    make_ticket(far, 1, **refused)
    assert disputes(shop.pk, now()) == {
        "dispute_refused_bp": (2, 3),
        "dispute_part_bp": (0, 0),
        "dispute_given_bp": (1, 2),
        "lost_bp": (2, 3),
    }


def test_what_was_paid_below_what_is_asked_for_counts_as_a_part() -> None:
    shop, moment = make_shop("给一半"), now()
    paid = {"decision_state": "accepted", "money_state": "paid", "amount_fen": 10_000}
    given: tuple[tuple[str, list[int]], ...] = (
        ("none", [4_000]),
        ("open", [4_000]),
        ("open", [4_000, 6_000]),
        ("none", []),
    )
    for number, (dispute, amounts) in enumerate(given, 1):
        ticket = make_ticket(shop, number, **paid, arbitration_state=dispute)
        for each, fen in enumerate(amounts):
            Action.objects.create(
                ticket=ticket,
                shop=shop,
                key=f"{number}-{each}",
                verb="refund",
                intent_no=each,
                state="done",
                amount_fen=fen,
                approved_at=moment,
                not_before=moment,
            )
    told = disputes(shop.pk, moment)
    assert told["dispute_part_bp"] == (1, 2)
    assert told["dispute_given_bp"] == (1, 2)


def test_what_lies_more_than_a_year_back_is_not_counted() -> None:
    shop, moment = make_shop("去年"), now()
    make_ticket(shop, 1, decision_state="refused", applied_at=moment - SPAN)
    make_ticket(shop, 2, decision_state="refused", applied_at=moment - SPAN + timedelta(seconds=1))
    assert disputes(shop.pk, moment)["dispute_refused_bp"] == (0, 1)


def test_pieces_that_came_back_in_order_are_counted() -> None:
    shop = make_shop("退货店")
    assert soundness(shop.pk)["sound_bp"] == (0, 0)
    by = make_person("bench", Role.WAREHOUSE, shop)
    for number, (good, bad) in enumerate(((3, 1), (0, 2))):
        parcel = Parcel.objects.create(
            shop=shop, waybill=f"SF{number}", arrived_at=now(), recorded_at=now(), recorded_by=by, digest=b""
        )
        ParcelLine.objects.create(parcel=parcel, good=good, bad=bad)
    assert soundness(shop.pk)["sound_bp"] == (3, 6)
