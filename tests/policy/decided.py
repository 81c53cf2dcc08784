"""Decide thirty thousand tickets once, for all tests that search them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tests.policy.books import judge
from tests.policy.tickets import streamed, wild

if TYPE_CHECKING:
    from aftersale.policy.decision import Decision

WILD, STREAMED = 27_000, 4_000


@cache
def decided() -> tuple[Decision, ...]:
    return tuple(judge().decide(facts) for facts in (*wild(81, WILD), *streamed(81, STREAMED)))


def some(count: int) -> tuple[Decision, ...]:
    """Take so many decisions on wild tickets and half as many on those of the sandbox."""
    return (*decided()[:count], *decided()[WILD : WILD + count // 2])
