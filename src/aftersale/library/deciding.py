"""Answer a stream of tickets: each line is written as soon as it is decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.lines import BadLine, read_lines
from aftersale.library.answers import answers, as_json
from aftersale.library.readable import as_text
from aftersale.library.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aftersale.policy.decide import Judge
    from aftersale.texts import Lang


def decide_lines(
    judge: Judge,
    lines: Iterable[bytes],
    write: Callable[[str], None],
    lang: Lang,
    *,
    json: bool,
    explain: bool,
) -> int:
    """Decide tickets line by line and return how many lines were bad; nothing is held back or kept."""
    words, bad = Words(judge.rulebook, lang), 0
    for given in answers(judge, read_lines(lines), explain=explain):
        bad += isinstance(given, BadLine)
        write(as_json(judge, given, lang) if json else as_text(given, words) + "\n")
    return bad
