"""What a shop set holds from its day on, for the goods that it was set for."""

from __future__ import annotations

from datetime import date

import pytest

from aftersale.policy.costs.settled import Settled, in_force

MAY = date(2026, 5, 1)
ROWS = [
    Settled("wage_fen", "", 2_500, date(2026, 1, 1), "payroll", "Lin"),
    Settled("wage_fen", "", 3_000, MAY, "payroll from May", "Lin"),
    Settled("resale_good_bp", "", 8_000, date(2026, 1, 1)),
    Settled("resale_good_bp", "fresh", 0, date(2026, 1, 1)),
]


@pytest.mark.parametrize(
    ("on", "wage"), [(date(2026, 4, 30), 2_500), (MAY, 3_000), (date(2026, 5, 2), 3_000)]
)
def test_a_figure_holds_from_its_day_on(on: date, wage: int) -> None:
    assert in_force(ROWS, on)["wage_fen"].value == wage


def test_before_its_first_day_nothing_is_set() -> None:
    assert in_force(ROWS, date(2025, 12, 31)) == {}


def test_what_is_set_for_a_category_holds_for_it_alone() -> None:
    assert in_force(ROWS, MAY, "fresh")["resale_good_bp"].value == 0
    assert in_force(ROWS, MAY, "food")["resale_good_bp"].value == 8_000


def test_of_one_day_the_last_said_counts_whatever_was_said_for_later() -> None:
    rows = [*ROWS, Settled("wage_fen", "", 2_900, MAY)]
    assert in_force(rows, MAY)["wage_fen"].value == 2_900
    later = [Settled("wage_fen", "", 3_000, MAY), Settled("wage_fen", "", 2_500, date(2026, 1, 1))]
    assert in_force(later, MAY)["wage_fen"].value == 3_000


def test_what_is_taken_back_is_set_no_more() -> None:
    rows = [*ROWS, Settled("wage_fen", "", None, MAY), Settled("resale_good_bp", "fresh", None, MAY)]
    found = in_force(rows, MAY, "fresh")
    assert "wage_fen" not in found
    assert found["resale_good_bp"].value == 8_000
