"""Let money stand on both sides of a close: nothing is booked twice, and every difference has its row."""

from __future__ import annotations

from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.money_legs import next_month
from aftersale.finance.by_hand import Entered, correct, enter
from aftersale.finance.closing import close, is_as_closed, plan
from aftersale.finance.derive import derive
from aftersale.finance.following import follow_shop
from aftersale.finance.models import Close, Difference, FundRow, MoneyLeg
from aftersale.finance.reconcile import reconcile
from aftersale.finance.refusals import NothingToCorrect
from aftersale.finance.shown import month_of
from aftersale.tickets.models import Action, Ticket
from tests.finance.books import (
    Row,
    a_person,
    a_shop,
    a_ticket,
    an_action,
    by,
    fund_sheet,
    number_of,
    on,
    read,
    refund_row,
    standing,
)

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.shops.models import Person, Shop

pytestmark = pytest.mark.django_db

LATE = datetime(2026, 9, 3, 9, tzinfo=SHANGHAI)
COMPENSATED = "consumer_compensation"
_NAMES = count(1)


def closed(shop: Shop, person: Person, *months: str) -> None:
    for month in months:
        close(shop.pk, month, plan(shop.pk, month, LATE).seen, by(person, LATE))


def entered(shop: Shop, person: Person, fen: int, at: datetime, number: int = 1) -> MoneyLeg:
    leg = Entered(COMPENSATED, fen, at, "merchant", the_ticket(shop, number).ticket_no)
    return enter(shop.pk, leg, by(person, LATE))


def the_ticket(shop: Shop, number: int) -> Ticket:
    return Ticket.objects.filter(shop=shop, ticket_no=number_of(number)).first() or a_ticket(shop, number)


def told(shop: Shop, person: Person, folder: Path, *rows: Row) -> None:
    read(shop, person, fund_sheet(folder, rows, f"{next(_NAMES)}.csv"), now=LATE)


def moved(fen: int, at: datetime, number: int = 1) -> Row:
    return Row(at, -fen, "消费者赔付", number_of(number), serial=f"55{next(_NAMES):017}")


def compensated(shop: Shop) -> int:
    legs = MoneyLeg.objects.filter(shop=shop, kind=COMPENSATED)
    return legs.aggregate(fen=Sum("fen"))["fen"] or 0


def test_what_is_unknown_for_months_keeps_no_ledger_from_being_compared(
    shop: Shop, accountant: Person
) -> None:
    ticket = a_ticket(shop, 1)
    action = an_action(ticket, on(20, month=1), state="handed_over")
    follow_shop(shop.pk, LATE)
    closed(shop, accountant, "2026-01", "2026-02", "2026-03", "2026-04", "2026-05")
    assert standing(shop) == [("unknown_open", "paid", 0, 0)]
    Action.objects.filter(pk=action.pk).update(state="failed", ended_at=LATE, receipt={"outcome": "failed"})
    derive([ticket.pk])
    reconcile(shop.pk, LATE)
    assert standing(shop) == []


def test_a_movement_of_the_next_month_is_not_booked_again_once_its_leg_is_long_closed(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    entered(shop, accountant, 3_000, on(31, 23, 1))
    told(shop, accountant, tmp_path, moved(3_000, on(1, 0, 2)))
    for month in ("2026-01", "2026-02", "2026-03", "2026-04"):
        closed(shop, accountant, month)
        reconcile(shop.pk, LATE)
        assert compensated(shop) == 3_000
        assert standing(shop) == [("other_day", COMPENSATED, -3_000, -3_000)]


def test_refunds_across_a_close_get_no_other_difference_as_the_months_go_on(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    actions = [an_action(a_ticket(shop, number), on(31, 23, 1)) for number in (1, 2)]
    follow_shop(shop.pk, LATE)
    rows = [refund_row(actions[0], at=on(1, 0, 2)), refund_row(actions[1], at=on(1, 0, 2), fen=-9_900)]
    told(shop, accountant, tmp_path, *rows)
    before = standing(shop)
    assert [cause for cause, *_ in before] == ["other_day", "amount"]
    for month in ("2026-01", "2026-02", "2026-03", "2026-04"):
        closed(shop, accountant, month)
        reconcile(shop.pk, LATE)
        assert standing(shop) == before
    assert Difference.objects.count() == 2


def test_a_movement_that_comes_months_late_finds_its_leg(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    entered(shop, accountant, 3_000, on(10, month=1))
    closed(shop, accountant, "2026-01", "2026-02", "2026-03", "2026-04", "2026-05")
    assert standing(shop) == [("only_ours", COMPENSATED, -3_000, 0)]
    told(shop, accountant, tmp_path, moved(3_000, on(10, month=6)))
    assert compensated(shop) == 3_000
    assert standing(shop) == [("other_day", COMPENSATED, -3_000, -3_000)]


def test_what_is_entered_again_takes_no_movement_from_the_leg_of_a_closed_month(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    entered(shop, accountant, 3_000, on(31, 23, 1))
    told(shop, accountant, tmp_path, moved(3_000, on(1, 0, 2)))
    closed(shop, accountant, "2026-01")
    again = entered(shop, accountant, 3_000, on(1, 0, 2))
    reconcile(shop.pk, LATE)
    assert Difference.objects.get(ended_at=None, cause="only_ours").leg_id == again.pk


@pytest.mark.parametrize(
    ("right", "left"),
    [
        (3_500, [("other_day", COMPENSATED, -500, -500)]),
        (3_300, [("amount", COMPENSATED, -300, -500)]),
    ],
)
def test_correcting_a_closed_leg_settles_what_the_platform_said_otherwise(
    shop: Shop, accountant: Person, tmp_path: Path, right: int, left: list[tuple[str, str, int, int]]
) -> None:
    leg = entered(shop, accountant, 3_000, on(10, month=1))
    told(shop, accountant, tmp_path, moved(3_500, on(10, month=1)))
    closed(shop, accountant, "2026-01")
    correct(shop.pk, leg.pk, right, "看错了", by(accountant, LATE))
    reconcile(shop.pk, LATE)
    assert (compensated(shop), standing(shop)) == (right, left)
    assert [tie.rest_fen for tie in month_of(shop.pk, "2026-02").ties] == [0]
    closed(shop, accountant, "2026-02", "2026-03", "2026-04")
    assert (compensated(shop), standing(shop)) == (right, left)
    assert all(is_as_closed(each) for each in Close.objects.all())
    assert [each.cause for each in month_of(shop.pk, "2026-01").differences] == ["amount"]


def test_a_leg_that_was_corrected_twice_agrees_in_the_end(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    leg = entered(shop, accountant, 3_000, on(10, month=1))
    told(shop, accountant, tmp_path, moved(3_500, on(10, month=1)))
    closed(shop, accountant, "2026-01")
    correct(shop.pk, leg.pk, 3_300, "看错了", by(accountant, LATE))
    closed(shop, accountant, "2026-02")
    correct(shop.pk, leg.pk, 3_500, "又看错了", by(accountant, LATE))
    closed(shop, accountant, "2026-03")
    assert compensated(shop) == 3_500
    assert sorted(standing(shop)) == [
        ("other_day", COMPENSATED, -300, -300),
        ("other_day", COMPENSATED, -200, -200),
    ]


def test_a_movement_that_comes_after_a_correction_belongs_to_leg_and_correction(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    leg = entered(shop, accountant, 3_000, on(10, month=1))
    closed(shop, accountant, "2026-01")
    correct(shop.pk, leg.pk, 3_500, "看错了", by(accountant, LATE))
    told(shop, accountant, tmp_path, moved(3_500, on(10, month=1)))
    assert compensated(shop) == 3_500
    # The movement stands in the open month, as the correction does.
    assert standing(shop) == [("other_day", COMPENSATED, -3_000, -3_000)]


def test_a_movement_that_names_a_ticket_nobody_knows_is_its_own_leg(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    told(shop, accountant, tmp_path, moved(3_000, on(10, month=1), number=9))
    closed(shop, accountant, "2026-01")
    assert (compensated(shop), standing(shop)) == (3_000, [])


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("enter"), st.integers(1, 4), st.sampled_from([3_000, 3_500, 500])),
        st.tuples(st.just("told"), st.integers(1, 4), st.sampled_from([3_000, 3_500, 500])),
        st.tuples(st.just("correct"), st.integers(0, 3), st.sampled_from([3_500, 500, 0])),
        st.tuples(st.just("close"), st.just(0), st.just(0)),
    ),
    max_size=10,
)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_whatever_is_closed_when_no_movement_is_booked_twice_and_the_rows_are_all_that_lies_between(
    tmp_path: Path, steps: list[tuple[str, int, int]]
) -> None:
    name = next(_NAMES)
    shop, person = a_shop(f"店{name}"), a_person(f"会计{name}")
    entered(shop, person, 100, on(2, month=1), number=2)
    month = "2026-01"
    for what, where, fen in steps:
        legs = MoneyLeg.objects.filter(shop=shop, corrects=None).order_by("id")
        if what == "enter":
            entered(shop, person, fen, on(1 + where, month=where))
        elif what == "told":
            told(shop, person, tmp_path, moved(fen, on(1 + where, month=where)))
        elif what == "close":
            closed(shop, person, month)
            month = next_month(month)
        elif len(legs) > where:
            corrected(shop, person, legs[where], fen)
        reconcile(shop.pk, LATE)
        each_movement_is_booked_once(shop)
    while month < "2026-08":
        closed(shop, person, month)
        month = next_month(month)
    the_rows_are_all_that_lies_between(shop)


def corrected(shop: Shop, person: Person, leg: MoneyLeg, fen: int) -> None:
    try:
        correct(shop.pk, leg.pk, fen, "看错了", by(person, LATE))
    except NothingToCorrect:
        return


def each_movement_is_booked_once(shop: Shop) -> None:
    """See that no movement stands against more than it is, be it booked from it or paired with it."""
    rows = FundRow.objects.filter(shop=shop)
    booked = set(
        MoneyLeg.objects.filter(shop=shop, source__startswith="sheet:").values_list("source", flat=True)
    )
    for row in rows:
        parts = Difference.objects.filter(shop=shop, row=row, ended_at=None, leg__isnull=False)
        paired = parts.exclude(leg__source=f"sheet:{row.key}").filter(leg__corrects=None)
        assert not (f"sheet:{row.key}" in booked and paired.exists())
        assert abs(parts.aggregate(fen=Sum("platform_fen"))["fen"] or 0) <= abs(row.fen)


def the_rows_are_all_that_lies_between(shop: Shop) -> None:
    said = Difference.objects.filter(shop=shop, ended_at=None)
    named = said.aggregate(ours=Sum("our_fen"), theirs=Sum("platform_fen"))
    theirs = FundRow.objects.filter(shop=shop).aggregate(fen=Sum("fen"))["fen"] or 0
    assert theirs + compensated(shop) == (named["theirs"] or 0) - (named["ours"] or 0)
