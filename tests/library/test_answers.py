"""Hold the answers of decide: whatever a line holds, its answer can be read."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aftersale.channels.lines import read_lines
from aftersale.domain.fact_table import FACTS
from aftersale.library.answers import answers, as_json
from aftersale.policy.decide import Judge
from aftersale.shops.rule_files import load_rulebook

ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["douyin", "no_reason"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
TIMES = st.datetimes().map(lambda moment: moment.isoformat() + "+08:00")
REQUIRED = {
    "platform": "kuaishou",
    "apply_type": "return_refund",
    "reason": "damaged",
    "applied_at": "2025-06-05T10:00:00Z",
}
FACT_NAMES = st.sampled_from(list(FACTS))


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(load_rulebook())


@given(
    ANYTHING,
    st.dictionaries(FACT_NAMES, ANYTHING | TIMES, max_size=5),
    st.lists(FACT_NAMES | st.text(), max_size=3),
)
@settings(max_examples=300, deadline=None)
def test_a_line_of_any_content_is_answered_with_valid_json(
    judge: Judge, name: object, facts: dict[str, object], unknown: list[str]
) -> None:
    line = json.dumps({"id": name, "facts": REQUIRED | facts, "unknown": unknown}).encode()
    (answer,) = answers(judge, read_lines([line]), explain=True)
    assert isinstance(json.loads(as_json(judge, answer, "zh")), dict)
