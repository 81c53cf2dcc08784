from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftersale.finance.matching import Cause, Pair, Side, pair

if TYPE_CHECKING:
    from collections.abc import Sequence


def side(number: int, fen: int, day: str = "2026-05-10", ticket: str = "T1", order: str = "O1") -> Side:
    return Side(number, fen, day, day[:7], ticket, order)


def causes(ours: Sequence[Side], theirs: Sequence[Side]) -> list[Cause]:
    return [each.cause for each in pair(ours, theirs)]


def test_what_agrees_leaves_no_trace() -> None:
    assert causes([side(1, -100)], [side(9, -100)]) == []


@pytest.mark.parametrize(
    ("theirs", "cause"),
    [
        ([], Cause.ONLY_OURS),
        ([side(9, -90)], Cause.AMOUNT),
        ([side(9, -100, "2026-05-11")], Cause.OTHER_DAY),
        ([Side(9, -100, "2026-05-11", "2026-05", "", "O1", settles=True)], Cause.AT_SETTLEMENT),
    ],
)
def test_each_difference_has_its_cause(theirs: list[Side], cause: Cause) -> None:
    assert causes([side(1, -100)], theirs) == [cause]


def test_a_movement_that_nobody_here_knows_is_only_theirs() -> None:
    assert causes([], [side(9, -100)]) == [Cause.ONLY_PLATFORM]


def test_a_movement_without_a_ticket_is_found_by_its_order() -> None:
    assert causes([side(1, -100)], [side(9, -100, ticket="")]) == []
    assert causes([side(1, -100, ticket="")], [side(9, -100)]) == []


def test_two_that_name_different_tickets_of_one_order_are_never_the_same_money() -> None:
    found = causes([side(1, -100)], [side(9, -100, ticket="T2")])
    assert sorted(found) == [Cause.ONLY_OURS, Cause.ONLY_PLATFORM]


def test_a_movement_without_any_number_is_found_by_amount_and_day_where_no_other_could_be_meant() -> None:
    bare = side(9, -100, ticket="", order="")
    assert causes([side(1, -100)], [bare]) == []
    two = [side(1, -100), side(2, -100, ticket="T2", order="O2")]
    assert sorted(causes(two, [bare])) == [Cause.ONLY_OURS, Cause.ONLY_OURS, Cause.ONLY_PLATFORM]
    assert sorted(causes([side(1, -100, "2026-05-11")], [bare])) == [Cause.ONLY_OURS, Cause.ONLY_PLATFORM]


def test_one_payment_that_the_platform_tells_in_parts_agrees_with_its_sum() -> None:
    assert causes([side(1, -100)], [side(8, -60), side(9, -40)]) == []
    assert len(causes([side(1, -100)], [side(8, -60), side(9, -30)])) == 3


def test_of_several_of_one_order_the_same_amount_is_taken_first() -> None:
    ours = [side(1, -100, ticket=""), side(2, -70, ticket="")]
    theirs = [side(8, -70, ticket=""), side(9, -90, ticket="")]
    found = list(pair(ours, theirs))
    assert found == [Pair(ours[0], theirs[1])]


def test_the_same_money_in_two_months_is_named() -> None:
    late = Side(1, -100, "2026-05-10", "2026-06", "T1", "O1")
    assert causes([late], [side(9, -100)]) == [Cause.OTHER_DAY]


def test_a_leg_and_its_correction_count_as_one_each_with_its_part() -> None:
    leg, row = side(1, -100), side(9, -130)
    mended = Side(2, -30, leg.day, "2026-06", "T1", "O1", root=1)
    assert list(pair([leg, mended], [row])) == [Pair(mended, replace(row, fen=-30))]
    less = replace(mended, fen=-20)
    assert [each.cause for each in pair([leg, less], [row])] == [Cause.AMOUNT]
    assert causes([leg, mended], []) == [Cause.ONLY_OURS, Cause.ONLY_OURS]


def test_what_was_booked_from_a_movement_is_that_movement_before_all_others() -> None:
    booked = Side(2, -100, "2026-05-10", "2026-05", "", "", key="f:1")
    assert list(pair([side(1, -100), booked], [replace(side(9, -100), key="f:1")])) == [
        Pair(side(1, -100), None)
    ]


SIDES = st.tuples(
    st.sampled_from([-100, -60, -40, 100]),
    st.sampled_from(["2026-05-10", "2026-05-11", "2026-06-01"]),
    st.sampled_from(["", "T1", "T2"]),
    st.sampled_from(["", "O1", "O2"]),
)
ROOTS = st.lists(st.integers(0, 8), min_size=8, max_size=8)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(ours=st.lists(SIDES, max_size=8), theirs=st.lists(SIDES, max_size=8), roots=ROOTS)
def test_the_sums_of_each_month_and_day_differ_by_exactly_what_the_pairs_show(
    ours: list[tuple[int, str, str, str]], theirs: list[tuple[int, str, str, str]], roots: list[int]
) -> None:
    # Any leg may correct an earlier one.
    left = [
        replace(side(number, *each), root=root if root < number else 0)
        for number, (each, root) in enumerate(zip(ours, roots, strict=False), 1)
    ]
    right = [side(number, *each) for number, each in enumerate(theirs, 100)]
    explained, sums = Counter[str](), Counter[str]()
    seen: list[int] = []
    families: dict[int, set[int]] = defaultdict(set)
    for each in pair(left, right):
        if each.theirs:
            families[each.theirs.id].add(each.ours.family if each.ours else 0)
        for one, sign in ((each.ours, -1), (each.theirs, 1)):
            if one:
                seen += [one.id] if sign < 0 else []
                explained.update({one.day: sign * one.fen, one.month: sign * one.fen})
    for sides, sign in ((left, -1), (right, 1)):
        for one in sides:
            sums.update({one.day: sign * one.fen, one.month: sign * one.fen})
    assert {day: fen for day, fen in sums.items() if fen} == {d: f for d, f in explained.items() if f}
    assert len(seen) == len(set(seen))
    assert all(len(found) == 1 for found in families.values())
