"""Count the five conditions under which a platform steps in for a buyer. It is a count, no probability.

Source: the guide on the 2025 after-sale rules of 抖店 names the five; how each is read from facts is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aftersale.policy.disputes.scene import REJECT, either
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.policy.disputes.scene import Scene


class Level(StrEnum):
    """Say how many of the five conditions are met."""

    NONE = "none"
    SOME = "some"
    MANY = "many"


LEVEL_WORDS: dict[Level, Text] = {
    Level.NONE: Text(zh="一条都没碰到", en="none of them"),
    Level.SOME: Text(zh="碰到一条", en="one of them"),
    Level.MANY: Text(zh="碰到好几条", en="several of them"),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """Hold one condition: what it is, and whether it is met (None: not known)."""

    id: str
    words: Text
    met: bool | None


def _violation(scene: Scene) -> bool | None:
    level, fraud = scene.fact("merchant_violation_level"), scene.fact("fraud_by_merchant")
    return either(
        None if level is None else level == "serious",
        None if fraud is None else fraud == "proven",
        scene.holds("banned_goods"),
    )


def _groundless(scene: Scene) -> bool | None:
    rejected = scene.holds("rejected") or scene.fact("merchant_response") == "rejected"
    if not rejected:
        return False
    return scene.proposal != REJECT if scene.proposal else None


def _late(scene: Scene) -> bool | None:
    return scene.late


def _no_agreement(scene: Scene) -> bool | None:
    answer, times = scene.fact("merchant_response"), scene.fact("apply_count")
    return either(
        None if answer is None else answer == "rejected",
        None if not isinstance(times, int) else times > 1,
    )


def _proven(scene: Scene) -> bool | None:
    proven = scene.fact("quality_proven")
    found = [None if proven in {None, "unknown"} else proven == "yes"]
    found += [scene.holds(name) for name in ("wrong_item", "missing_item", "damaged_on_arrival")]
    if True in found:
        return True
    return None if scene.theirs else False


_TESTS: tuple[tuple[str, Text, Callable[[Scene], bool | None]], ...] = (
    ("violation", Text(zh="店铺有严重违规", en="the shop broke rules gravely"), _violation),
    ("groundless", Text(zh="没有依据就拒绝", en="refused without ground"), _groundless),
    ("late", Text(zh="没按时处理", en="not handled in time"), _late),
    ("no_agreement", Text(zh="没能协商一致", en="no agreement was reached"), _no_agreement),
    ("proven", Text(zh="买家凭证充分", en="the buyer's evidence is sufficient"), _proven),
)


def conditions_of(scene: Scene) -> tuple[Condition, ...]:
    """Give the five conditions with what is known of each."""
    return tuple(Condition(name, words, test(scene)) for name, words, test in _TESTS)


def level_of(conditions: tuple[Condition, ...]) -> Level:
    """Say how many are surely met."""
    met = sum(each.met is True for each in conditions)
    return Level.MANY if met > 1 else Level.SOME if met else Level.NONE
