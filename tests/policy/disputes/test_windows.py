from __future__ import annotations

import pytest

from aftersale.policy.disputes.windows import (
    SOURCE_WORDS,
    Numbers,
    Source,
    appeal_by,
    chances,
    evidence_by,
)
from tests.policy.books import book

HOUR, DAY, ASKED = 3_600, 86_400, 1_781_000_000


def numbers(platform: str = "douyin") -> Numbers:
    return Numbers(book().parameters, platform, ASKED)


def test_the_platforms_own_word_comes_first() -> None:
    window = evidence_by(numbers(), ASKED + 5 * HOUR, ASKED)
    assert window is not None
    assert (window.at, window.source, window.citations) == (ASKED + 5 * HOUR, Source.PLATFORM, ())


@pytest.mark.parametrize(("platform", "hours", "confidence"), [("douyin", 24, "M-L"), ("kuaishou", 48, "L")])
def test_without_it_the_rulebook_counts_and_says_how_sure_it_is(
    platform: str, hours: int, confidence: str
) -> None:
    window = evidence_by(numbers(platform), None, ASKED)
    assert window is not None
    assert (window.at, window.source) == (ASKED + hours * HOUR, Source.RULEBOOK)
    assert window.confidence == confidence
    assert window.citations


def test_the_last_second_is_inside_and_the_end_is_not() -> None:
    window = appeal_by(numbers(), None, ASKED)
    assert window is not None
    assert window.at == ASKED + 7 * DAY
    assert window.open_at(window.at - 1)
    assert not window.open_at(window.at)
    assert not window.open_at(window.at + DAY)


def test_a_rulebook_that_says_nothing_counts_nothing_and_allows_one_appeal() -> None:
    nothing = Numbers({}, "douyin", ASKED)
    assert evidence_by(nothing, None, ASKED) is None
    assert chances(nothing) == 1
    assert chances(numbers()) == 1


def test_every_source_has_words() -> None:
    assert set(SOURCE_WORDS) == set(Source)
