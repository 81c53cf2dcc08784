"""Compare how a ticket stands with how it stood when a person decided on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.tickets.models import Ticket

MATTERS: Mapping[str, Text] = {
    "open": Text(zh="是否还在处理", en="still open"),
    "apply_type": Text(zh="售后类型", en="claim"),
    "reason": Text(zh="售后原因", en="reason"),
    "amount_fen": Text(zh="申请金额", en="amount"),
    "stage": Text(zh="阶段", en="stage"),
    "goods_state": Text(zh="货在哪里", en="goods"),
    "proposal": Text(zh="处理建议", en="proposal"),
}
"""What a person decides by: where one of these has moved, they are asked again."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Name one thing that has moved, with what it was and is."""

    what: str
    before: object
    after: object


def seen_of(ticket: Ticket) -> dict[str, object]:
    """Keep what a decision is made by."""
    return {name: getattr(ticket, name) for name in MATTERS}


def moved_since(seen: Mapping[str, object], ticket: Ticket) -> tuple[Moved, ...]:
    """Name what has moved since it was kept; nothing kept means nothing to compare with."""
    return tuple(
        Moved(name, before, after)
        for name, before in seen.items()
        if name in MATTERS and (after := getattr(ticket, name)) != before
    )


def words_of(moved: tuple[Moved, ...]) -> dict[str, str]:
    """Say what has moved, in both languages."""
    named = [MATTERS[one.what] for one in moved]
    return {"zh": "、".join(each.zh for each in named), "en": ", ".join(each.en for each in named)}
