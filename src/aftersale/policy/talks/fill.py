"""Fill a prepared reply with what is known of a ticket; what is not known stands in 【】 to be filled in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_NAME = re.compile(r"\{([^{}\n]{1,16})\}")


def names_in(text: str) -> tuple[str, ...]:
    """List the variables that a text names, each once.

    >>> names_in("您好，{商品}的{申请}已经收到，{商品}")
    ('商品', '申请')
    """
    return tuple(dict.fromkeys(_NAME.findall(text)))


def unknown_in(text: str, known: Collection[str]) -> tuple[str, ...]:
    """List the variables of a text that nobody fills."""
    return tuple(name for name in names_in(text) if name not in known)


def filled(text: str, values: Mapping[str, str]) -> str:
    """Put values in place of variables; one without a value stays as 【its name】.

    >>> filled("{商品}，{时间}前回复", {"商品": "杯子", "时间": ""})
    '杯子，【时间】前回复'
    """
    return _NAME.sub(lambda found: values.get(found[1]) or f"【{found[1]}】", text)
