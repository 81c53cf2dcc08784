from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aftersale.domain.money_legs import (
    BY_HAND,
    BY_PLATFORM,
    LEG_LIABILITIES,
    LEG_LIABILITY_WORDS,
    LEG_WORDS,
    LIABILITY_OF,
    NATURES,
    LegKind,
    day_text,
    is_month,
    month_text,
    next_month,
    sign_of,
)


def test_every_kind_has_words_and_a_sign() -> None:
    assert set(NATURES) == set(LEG_WORDS) == set(LegKind)
    assert len({words.zh for words in LEG_WORDS.values()}) == len({words.en for words in LEG_WORDS.values()})
    assert {sign_of(kind) for kind in LegKind} == {-1, 0, 1}


def test_what_follows_from_actions_is_never_entered_by_hand() -> None:
    derived = {LegKind.ASKED, LegKind.INTENDED, LegKind.SENT, LegKind.PAID, LegKind.REVERSED}
    assert not derived & (set(BY_HAND) | BY_PLATFORM)


def test_a_claim_on_the_carrier_is_no_money_until_it_is_received() -> None:
    assert sign_of(LegKind.CARRIER_CLAIM_DUE) == 0
    assert sign_of(LegKind.CARRIER_CLAIM_RECEIVED) == 1


def test_everybody_who_bears_a_leg_has_words() -> None:
    assert set(LEG_LIABILITIES) <= set(LEG_LIABILITY_WORDS)
    assert set(LIABILITY_OF.values()) <= set(LEG_LIABILITIES)


def test_a_month_ends_at_midnight_in_shanghai() -> None:
    last, first = datetime(2026, 5, 31, 15, 59, tzinfo=UTC), datetime(2026, 5, 31, 16, tzinfo=UTC)
    assert (day_text(last), month_text(last)) == ("2026-05-31", "2026-05")
    assert (day_text(first), month_text(first)) == ("2026-06-01", "2026-06")


def test_months_are_counted_over_the_year() -> None:
    assert next_month("2026-11") == "2026-12"
    assert next_month("2026-12") == "2027-01"
    assert next_month("2026-01", -1) == "2025-12"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("2026-06", True), ("2026-6", False), ("2026-13", False), ("1999-01", False), ("2026-06-01", False)],
)
def test_a_month_is_written_one_way(text: str, is_one: bool) -> None:  # noqa: FBT001  # a row of a table
    assert is_month(text) is is_one
