"""No cell calculates."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.domain.cells import neutral


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠x",
        "\t=1", "\r=1", "\n=1", " =1", "\ufeff=cmd|'/c calc'!A0",
        "\u200b=1", "\u3000=1", "|x", "%0A=1", "690563685000149118", "\tx",
    ],
)  # fmt: skip
def test_what_would_be_calculated_run_or_rounded_is_marked(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "蓝色 350ml", "12345678901", "a=1", "'=1", "0.5", "2026-03-04"])
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert neutral(text) == text


@given(st.text())
def test_marking_twice_is_marking_once_and_loses_nothing(text: str) -> None:
    once = neutral(text)
    assert neutral(once) == once
    assert once.removeprefix("'") == text.removeprefix("'")
