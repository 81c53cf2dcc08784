"""Hold the reader of JSON Lines: whatever a line holds, it is a ticket or a bad line."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from aftersale.channels.lines import BadLine, Ticket, read_lines

REQUIRED = {
    "platform": "kuaishou",
    "apply_type": "return_refund",
    "reason": "damaged",
    "applied_at": "2025-06-05T10:00:00Z",
}


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_bytes_of_any_kind_make_as_many_answers_as_lines(lines: list[bytes]) -> None:
    found = list(read_lines(lines))
    assert [each.line for each in found] == list(range(1, len(lines) + 1))
    assert all(isinstance(each, BadLine | Ticket) for each in found)


def test_lines_are_counted_from_one_and_only_the_first_may_have_a_bom() -> None:
    first, second = read_lines([b"\xef\xbb\xbf{}", b"\xef\xbb\xbf{}"])
    assert isinstance(first, BadLine)
    assert isinstance(second, BadLine)
    assert (first.line, first.code) == (1, "line.no_facts")
    assert (second.line, second.code) == (2, "line.not_json")


def test_an_id_is_a_text_a_number_or_left_out() -> None:
    lines = [json.dumps({"id": name, "facts": REQUIRED}).encode() for name in ("a", 7, 1.5, None)]
    lines.append(json.dumps({"facts": REQUIRED}).encode())
    assert [each.id for each in read_lines(lines) if isinstance(each, Ticket)] == ["a", 7, 1.5, None, None]


def test_a_long_value_does_not_make_a_long_message() -> None:
    (bad,) = read_lines([json.dumps({"id": 1, "facts": {"platform": "x" * 1_000_000}}).encode()])
    assert isinstance(bad, BadLine)
    assert len(bad.message.en) < 2_000
