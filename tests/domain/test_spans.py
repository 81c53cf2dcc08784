"""A span is said as agents say it, in either language."""

from __future__ import annotations

import pytest

from aftersale.domain.spans import span_words

MINUTE, HOUR, DAY = 60, 3_600, 86_400


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (0, "不到 1 分", "less than a minute"),
        (MINUTE - 1, "不到 1 分", "less than a minute"),
        (39 * MINUTE + 13, "39 分", "39 min"),
        (HOUR, "1 小时 0 分", "1 h 0 min"),
        (HOUR + 12 * MINUTE, "1 小时 12 分", "1 h 12 min"),
        (2 * DAY - 1, "47 小时 59 分", "47 h 59 min"),
        (2 * DAY + 3 * HOUR, "2 天 3 小时", "2 d 3 h"),
    ],
)
def test_a_span_names_its_units(seconds: int, zh: str, en: str) -> None:
    assert span_words(seconds, "zh") == zh
    assert span_words(seconds, "en") == en
