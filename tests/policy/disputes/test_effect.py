"""What a comparison before and after is worth, at the edges of each answer."""

from __future__ import annotations

import pytest

from aftersale.policy.disputes.effect import FEW, LEAST, WORTH_WORDS, BeforeAfter, Span, Worth


@pytest.mark.parametrize(
    ("before", "after", "days", "worth"),
    [
        (Span(40, 400), Span(10, 400), 29, Worth.EARLY),
        (Span(40, 400), Span(10, 400), 30, Worth.LESS),
        (Span(10, 400), Span(40, 400), 30, Worth.MORE),
        (Span(FEW - 1, 400), Span(0, 400), 30, Worth.FEW),
        (Span(FEW, 400), Span(0, 400), 30, Worth.LESS),
        (Span(50, LEAST - 1), Span(50, 400), 30, Worth.FEW),
        (Span(50, 400), Span(50, LEAST - 1), 30, Worth.FEW),
        (Span(0, 0), Span(0, 0), 30, Worth.FEW),
        (Span(20, 400), Span(15, 400), 30, Worth.CHANCE),
        (Span(20, 400), Span(10, 200), 30, Worth.CHANCE),
        # All of them were of this kind: nothing differs.
        (Span(100, 100), Span(100, 100), 30, Worth.CHANCE),
    ],
)
def test_a_comparison_says_what_it_is_worth(before: Span, after: Span, days: int, worth: Worth) -> None:
    assert BeforeAfter(before, after, days).worth is worth


@pytest.mark.parametrize(
    ("cases", "tickets", "rate"), [(1, 8, 125), (1, 3, 333), (2, 3, 667), (0, 5, 0), (0, 0, None)]
)
def test_a_rate_is_in_thousandths_and_unknown_without_tickets(
    cases: int, tickets: int, rate: int | None
) -> None:
    assert Span(cases, tickets).per_thousand == rate


def test_every_worth_has_words() -> None:
    assert set(WORTH_WORDS) == set(Worth)
