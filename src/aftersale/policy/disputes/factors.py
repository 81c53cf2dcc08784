"""Weigh the seven factors by which a dispute is decided, name the gaps, and say how such cases went.

Source of the seven: the guide on the 2025 after-sale rules of 抖店. Each counts the same: nobody has told
their weights. A number is given from 30 judged cases of the shop's own on, with how often it was right.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from aftersale.policy.disputes.scene import REJECT
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aftersale.policy.disputes.scene import Scene

LEAST_CASES, LEAST_ALIKE = 30, 10
"""So many judged cases, and so many that leaned alike, before there is a number."""

_CLEAR = 2
_BP = 10_000


class Side(StrEnum):
    """Say for whom a factor speaks."""

    SHOP = "shop"
    BUYER = "buyer"
    OPEN = "open"


SIDE_WORDS: dict[Side, Text] = {
    Side.SHOP: Text(zh="对店铺有利", en="for the shop"),
    Side.BUYER: Text(zh="对买家有利", en="for the buyer"),
    Side.OPEN: Text(zh="说不准", en="open"),
}


class Lean(StrEnum):
    """Say for whom the factors speak together."""

    GOOD = "good"
    OPEN = "open"
    BAD = "bad"


LEAN_WORDS: dict[Lean, Text] = {
    Lean.GOOD: Text(zh="偏向店铺", en="leans to the shop"),
    Lean.OPEN: Text(zh="两边都有可能", en="could go either way"),
    Lean.BAD: Text(zh="偏向买家", en="leans to the buyer"),
}


@dataclass(frozen=True, slots=True)
class Factor:
    """Hold one factor: for whom it speaks, and what is missing to say more (None: nothing)."""

    id: str
    words: Text
    side: Side
    gap: Text | None = None


def _told(answer: bool | None, gap: Text, *, yes: Side) -> tuple[Side, Text | None]:  # noqa: FBT001  # an answer of three
    """Read an answer of yes and no; what nobody knows is a gap."""
    if answer is None:
        return Side.OPEN, gap
    other = Side.SHOP if yes is Side.BUYER else Side.BUYER
    return (yes if answer else other), None


def _evidence(scene: Scene) -> tuple[Side, Text | None]:
    left = scene.wanted - scene.ours
    gap = (
        Text(zh=f"本店凭证还缺 {left} 件", en=f"{left} pieces of the shop are missing") if left > 0 else None
    )
    if gap is None and scene.ours:
        return (Side.OPEN if scene.theirs else Side.SHOP), None
    return (Side.BUYER if scene.theirs else Side.OPEN), gap or Text(
        zh="还没有凭证", en="there is no evidence yet"
    )


def _goods(scene: Scene) -> tuple[Side, Text | None]:
    proven = scene.fact("quality_proven")
    answer = None if proven in {None, "unknown"} else proven == "yes"
    gap = Text(zh="商品的实际情况没有核实", en="the state of the goods was not verified")
    return _told(answer, gap, yes=Side.BUYER)


def _promise(scene: Scene) -> tuple[Side, Text | None]:
    gap = Text(zh="承诺有没有做到，没有核实", en="whether promises were kept was not verified")
    return _told(scene.holds("promise_broken"), gap, yes=Side.BUYER)


def _clause(scene: Scene, layer: str, gap: Text) -> tuple[Side, Text | None]:
    stands = scene.proposal == REJECT if scene.proposal and layer in scene.layers else None
    return _told(stands, gap, yes=Side.SHOP)


def _platform(scene: Scene) -> tuple[Side, Text | None]:
    return _clause(scene, "platform", Text(zh="没有引到平台规则", en="no rule of the platform is cited"))


def _law(scene: Scene) -> tuple[Side, Text | None]:
    return _clause(scene, "law", Text(zh="没有引到法律条文", en="no law is cited"))


def _shop(scene: Scene) -> tuple[Side, Text | None]:
    if scene.fact("merchant_violation_level") == "serious":
        return Side.BUYER, None
    if not scene.judged or scene.lost is None:
        return Side.OPEN, Text(zh="本店还没有判定记录", en="no ruling of this shop is on record")
    return (Side.BUYER if scene.lost * 2 > scene.judged else Side.SHOP), None


def _buyer(scene: Scene) -> tuple[Side, Text | None]:
    """Count a buyer's conduct only where it is proven: a history is no ground to refuse."""
    return (Side.SHOP if scene.fact("buyer_fraud") == "proven" else Side.OPEN), None


_FACTORS: tuple[tuple[str, Text, Callable[[Scene], tuple[Side, Text | None]]], ...] = (
    ("evidence", Text(zh="双方凭证是否真实有效", en="evidence of both sides"), _evidence),
    ("goods", Text(zh="商品的实际情况", en="the state of the goods"), _goods),
    ("promise", Text(zh="店铺的政策和承诺", en="policy and promises of the shop"), _promise),
    ("platform", Text(zh="平台规则", en="rules of the platform"), _platform),
    ("law", Text(zh="法律法规", en="law"), _law),
    ("shop", Text(zh="店铺经营与信誉", en="conduct and standing of the shop"), _shop),
    ("buyer", Text(zh="买家行为（只作参考）", en="conduct of the buyer (for information)"), _buyer),
)


def factors_of(scene: Scene) -> tuple[Factor, ...]:
    """Give the seven factors with what each says."""
    return tuple(Factor(name, words, *weigh(scene)) for name, words, weigh in _FACTORS)


def lean_of(factors: Sequence[Factor]) -> Lean:
    """Say for whom the factors speak together: two more on one side are clear."""
    ours = sum(each.side is Side.SHOP for each in factors)
    theirs = sum(each.side is Side.BUYER for each in factors)
    if ours - theirs >= _CLEAR:
        return Lean.GOOD
    return Lean.BAD if theirs - ours >= _CLEAR else Lean.OPEN


@dataclass(frozen=True, slots=True)
class Past:
    """Hold one judged case: how it leaned when evidence went out, and whether the shop won."""

    lean: Lean
    won: bool


@dataclass(frozen=True, slots=True)
class Expected:
    """Hold what own cases tell: how many there are, wins among those that leaned alike, and how often right.

    Shares are basis points; None while there are too few cases for a number.
    """

    cases: int
    alike: int = 0
    won_bp: int | None = None
    right: int = 0
    told: int = 0

    @property
    def right_bp(self) -> int | None:
        """Give how often a clear lean was right; None where none was clear."""
        return self.right * _BP // self.told if self.told else None


def expected(lean: Lean, past: Sequence[Past]) -> Expected:
    """Tell how cases that leaned alike went, where there are enough of them."""
    told = [each for each in past if each.lean is not Lean.OPEN]
    right = sum((each.lean is Lean.GOOD) is each.won for each in told)
    alike = [each.won for each in past if each.lean is lean]
    enough = len(past) >= LEAST_CASES and len(alike) >= LEAST_ALIKE
    won = sum(alike) * _BP // len(alike) if enough else None
    return Expected(len(past), len(alike), won, right, len(told))
