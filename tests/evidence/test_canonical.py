from __future__ import annotations

import doctest
import json
from enum import IntEnum, StrEnum
from typing import NamedTuple

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from aftersale.evidence import canonical as module
from aftersale.evidence.canonical import MOST, NotCanonical, canonical


class Platform(StrEnum):
    DOUYIN = "douyin"
    KUAISHOU = "快手"


class Number(IntEnum):
    ONE = 1


class Pair(NamedTuple):
    left: str
    right: int


# All that has a canonical form, in the shapes our code hands in; odd ones more often than chance brings them.
TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ["\x00\x08\t\n\x0b\f\r\x1b\x1f", '"\\/', "\x7f\x80\x9f\xa0", "\u2028\u2029\ufeff\uffff", "\U0001f600"]
)
ASCII_KEYS = st.text(st.characters(codec="ascii")) | st.sampled_from(list(Platform))
KEYS = ASCII_KEYS | TEXTS | st.sampled_from(["\ue000", "\uffff", "\U00010000"])
INTEGERS = st.integers(-MOST, MOST) | st.sampled_from([MOST, -MOST, 0, -1])
SCALARS = TEXTS | INTEGERS | st.booleans() | st.none() | st.sampled_from(list(Platform))
PLAIN = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(ASCII_KEYS, inner), max_leaves=20
)
ALLOWED = st.recursive(
    SCALARS | st.sampled_from(list(Number)),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(KEYS, inner)
        | st.builds(Pair, TEXTS, INTEGERS)
    ),
    max_leaves=20,
)


@settings(max_examples=400)
@given(value=PLAIN)
def test_the_fast_way_writes_the_bytes_of_rfc_8785(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@settings(max_examples=300)
@given(value=ALLOWED)
def test_every_allowed_value_is_written_as_rfc_8785_writes_it(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@given(value=PLAIN)
def test_what_is_read_again_is_written_again_the_same(value: object) -> None:
    written = canonical(value)
    assert canonical(json.loads(written)) == written


def test_every_character_is_written_as_rfc_8785_writes_it() -> None:
    everything = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    assert canonical(everything) == rfc8785.dumps(everything)


def test_every_ascii_key_stands_where_rfc_8785_puts_it() -> None:
    value = dict.fromkeys([first + second for first in map(chr, range(128)) for second in ("", "a", "\x7f")])
    assert canonical(value) == rfc8785.dumps(value)


def test_the_example_of_the_rfc_sorts_keys_by_utf_16() -> None:
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\xf6": 7}
    assert [*json.loads(canonical(value)).values()] == [2, 4, 6, 7, 1, 5, 3]


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (MOST + 1, "$: 9007199254740992 is beyond 2^53 - 1; write an id as a text"),
        ({"a": [-MOST - 1]}, "$.'a'[0]: -9007199254740992 is beyond 2^53 - 1; write an id as a text"),
        ({"a": 0.5}, "$.'a': 0.5 is a float; write an integer or a text"),
        (float("nan"), "$: nan is a float; write an integer or a text"),
        ("\ud83d", "$: '\\ud83d' holds half a character"),
        ({"é": "\udc00"}, "$.'é': '\\udc00' holds half a character"),
        ({"\ud83d": 1}, "$: '\\ud83d' holds half a character"),
        ({1: "a"}, "$: the key 1 is no text"),
        (({"a": b""},), "$[0].'a': a value of type bytes has no form in JSON"),
        ({1, 2}, "$: a value of type set has no form in JSON"),
    ],
)
def test_what_has_no_canonical_form_is_refused_with_its_place(value: object, fault: str) -> None:
    with pytest.raises(NotCanonical) as refused:
        canonical(value)
    assert refused.value.faults == (fault,)


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(NotCanonical, match=r"\$\.'a': 0\.5 .*; \$\.'b'\[1\]: .* is beyond") as refused:
        canonical({"a": 0.5, "b": [True, 2**60]})
    assert len(refused.value.faults) == 2


def test_the_examples_of_the_docstrings_hold() -> None:
    assert doctest.testmod(module).failed == 0
