from __future__ import annotations

import pytest

from aftersale.domain.vocabulary import APPLY_TYPES
from aftersale.policy.load import load
from aftersale.shops.models.shop import Platform
from aftersale.shops.rule_files import packaged_texts
from aftersale.tickets.clocks import NAMELESS, SERVICE_KINDS
from aftersale.tickets.consequences import (
    CASES,
    CERTAIN,
    CLOCK_WORDS,
    COSTS_MONEY,
    NOT_SAID,
    WORDS,
    clock_word,
    consequence_of,
    said,
)

CLOCKS = (
    "respond_by",
    "ship_back_by",
    "confirm_by",
    "refund_by",
    "evidence_by",
    "arbitration_by",
    "appeal_by",
)


@pytest.mark.parametrize("platform", Platform.values)
@pytest.mark.parametrize("clock", CLOCKS)
@pytest.mark.parametrize("claim", APPLY_TYPES)
def test_no_pair_is_missing(platform: str, clock: str, claim: str) -> None:
    assert consequence_of(platform, clock, claim) != NOT_SAID


def test_what_is_not_certain_is_worded_as_possible() -> None:
    wrong = [case for case in CASES if ("可能" in WORDS[case.code].zh) is (case.confidence in CERTAIN)]
    assert wrong == []


def test_the_english_says_may_where_the_chinese_says_possible() -> None:
    assert [code for code, text in WORDS.items() if ("可能" in text.zh) is not (" may " in text.en)] == []


def test_each_source_is_a_document_of_the_rulebook() -> None:
    documents = load(packaged_texts()).documents
    assert [case.document for case in CASES if case.document not in documents] == []


def test_a_code_fits_its_column() -> None:
    assert max(map(len, WORDS)) <= 32
    assert max(map(len, CLOCK_WORDS)) <= 24


def test_each_clock_has_words() -> None:
    assert set(CLOCK_WORDS) == {*CLOCKS, *SERVICE_KINDS, NAMELESS}
    assert clock_word("one_of_next_year") == CLOCK_WORDS[NAMELESS]


def test_the_words_of_a_refund_are_those_agents_know() -> None:
    assert said(consequence_of("douyin", "respond_by", "refund_only")).zh == "超时平台将自动同意退款"
    assert said("a code of next year") == WORDS[NOT_SAID]


def test_what_costs_money_is_among_the_consequences() -> None:
    assert set(WORDS) >= COSTS_MONEY


def test_nobody_tells_what_a_nameless_clock_ends_in() -> None:
    assert consequence_of("douyin", NAMELESS, "exchange") == NOT_SAID
