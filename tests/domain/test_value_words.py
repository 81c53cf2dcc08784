"""Hold the words of codes to the vocabularies: every code has words, and no word means two things."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest

from aftersale.domain import value_words
from aftersale.domain.fact_table import FACTS
from aftersale.domain.value_words import (
    CONFIDENCE_WORDS,
    FREIGHT_WORDS,
    GROUP_WORDS,
    LIABILITY_WORDS,
    VALUE_WORDS,
    word_of,
)
from aftersale.domain.vocabulary import FREIGHT_PAYERS, LIABILITIES
from aftersale.policy.written import Confidence

if TYPE_CHECKING:
    from aftersale.texts import Lang

# A guard writes it: it leaves alone what the rule before it said.
AS_IT_IS = "-"
INSURANCE_FIRST = {"insurer_then_buyer", "insurer_then_merchant"}


def test_every_value_of_a_fact_has_words() -> None:
    assert {value for spec in FACTS.values() for value in spec.values} - set(VALUE_WORDS) == set()


def test_every_party_payer_and_confidence_has_words() -> None:
    assert set(LIABILITY_WORDS) == {*LIABILITIES, AS_IT_IS}
    assert set(FREIGHT_WORDS) == {*FREIGHT_PAYERS, *INSURANCE_FIRST, AS_IT_IS}
    assert set(CONFIDENCE_WORDS) == set(get_args(Confidence))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_two_values_of_one_fact_are_never_called_alike(lang: Lang) -> None:
    for spec in FACTS.values():
        words = [VALUE_WORDS[value].of(lang) for value in spec.values]
        assert len(words) == len(set(words)), spec.name


def test_a_reason_is_called_alike_as_a_value_and_as_a_group() -> None:
    shared = GROUP_WORDS.keys() & set(FACTS["reason"].values)
    assert {code: GROUP_WORDS[code] for code in shared} == {code: VALUE_WORDS[code] for code in shared}


def test_each_table_writes_a_code_once() -> None:
    tables = [text for name, text in vars(value_words).items() if name.isupper() and isinstance(text, str)]
    for table in tables:
        codes = [line.split("|")[0].strip() for line in table.strip().splitlines()]
        assert sorted(set(codes)) == sorted(codes)


def test_a_code_is_said_in_the_language_asked_for_and_an_unknown_one_as_it_stands() -> None:
    assert (word_of(LIABILITY_WORDS, "carrier", "zh"), word_of(LIABILITY_WORDS, "carrier", "en")) == (
        "物流",
        "the carrier",
    )
    assert word_of(GROUP_WORDS, "双十一", "zh") == "双十一"
