"""Foretell by hand-made people and tickets; times are hours of one evening."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.insight.forecast import Due, Worker, forecast
from tests.tickets.taking.notices import NOW

WANG, LI, SHOP, OTHER = 1, 2, 10, 11
HOUR = timedelta(hours=1)


def worker(person: int, each_minutes: int = 30, hours: float = 8, *shops: int) -> Worker:
    spans = ((NOW, NOW + hours * HOUR),)
    return Worker(person, frozenset(shops or (SHOP,)), each_minutes * 60, spans)


def due(ticket: int, hours: float, holder: int | None = WANG, shop: int = SHOP) -> Due:
    return Due(ticket, shop, NOW + hours * HOUR, holder)


def test_what_can_be_finished_in_time_is_not_missed() -> None:
    found = forecast([worker(WANG)], [due(1, 0.5), due(2, 1), due(3, 1.5)])
    assert found.missed == ()


def test_what_comes_too_thick_is_missed_and_nothing_else() -> None:
    dues = [due(number, 1) for number in range(1, 6)] + [due(9, 4)]
    found = forecast([worker(WANG)], dues)
    assert [each.ticket for each in found.missed] == [3, 4, 5]
    assert found.missed_of(WANG) == 3
    assert found.moves == ()
    assert found.stays == 3


def test_only_working_time_counts() -> None:
    late = Worker(WANG, frozenset({SHOP}), 1_800, ((NOW + 3 * HOUR, NOW + 8 * HOUR),))
    assert [each.ticket for each in forecast([late], [due(1, 2), due(2, 4)]).missed] == [1]


def test_a_colleague_with_time_to_spare_takes_what_would_be_missed() -> None:
    dues = [due(number, 1) for number in range(1, 6)]
    found = forecast([worker(WANG), worker(LI)], dues)
    assert [(move.due.ticket, move.to) for move in found.moves] == [(3, LI), (4, LI)]
    assert found.stays == 1


def test_nobody_gives_up_an_own_ticket_for_one_of_somebody_else() -> None:
    dues = [due(1, 0.5), due(2, 0.5), *(due(number, 2, LI) for number in range(3, 7))]
    found = forecast([worker(WANG), worker(LI)], dues)
    assert [each.ticket for each in found.missed] == [2]
    assert found.moves == ()


def test_a_ticket_of_nobody_goes_to_who_has_most_time() -> None:
    dues = [due(1, 1), due(2, 1), due(3, 1, None), due(4, 1, None), due(5, 1, None)]
    assert [each.ticket for each in forecast([worker(WANG), worker(LI)], dues).missed] == [5]


def test_who_may_not_act_in_a_shop_takes_nothing_of_it() -> None:
    dues = [due(number, 0.5, WANG, OTHER) for number in (1, 2)]
    found = forecast([worker(WANG, 30, 8, SHOP, OTHER), worker(LI)], dues)
    assert found.moves == ()
    assert found.stays == 1


def test_what_is_with_somebody_who_is_not_there_is_missed_unless_a_colleague_takes_it() -> None:
    found = forecast([worker(LI)], [due(1, 2, WANG)])
    assert [(move.due.ticket, move.to) for move in found.moves] == [(1, LI)]


@pytest.mark.parametrize("dues", [[], [due(1, 1)]])
def test_without_anybody_nothing_is_moved(dues: list[Due]) -> None:
    assert forecast([], dues).moves == ()


_HOLDERS = st.sampled_from([None, WANG, LI])


@given(st.lists(st.tuples(st.integers(1, 480), _HOLDERS), max_size=40), st.integers(5, 120))
def test_nobody_is_foretold_to_do_more_than_there_is_time_for(
    asked: list[tuple[int, int | None]], minutes: int
) -> None:
    people = [worker(WANG, minutes), worker(LI, minutes)]
    dues = [due(number, at / 60, holder) for number, (at, holder) in enumerate(asked)]
    found = forecast(people, dues)
    moved = {move.due for move in found.moves}
    assert moved <= set(found.missed) <= set(dues)
    done = len(dues) - len(found.missed) + len(moved)
    latest = max((each.at for each in dues), default=NOW)
    assert done <= sum(person.tickets_until(latest) for person in people)
