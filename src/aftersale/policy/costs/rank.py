"""Rank ways by five criteria, each from 0 to 100, with the shop's weights; a tie goes to the buyer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.policy.costs.ways import Meets
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aftersale.policy.costs.compare import Case, Costed

CRITERIA = ("severity", "demand", "cost", "feasible", "effect")
CRITERION_WORDS = {
    "severity": Text(zh="与问题程度相称", en="fits how bad it is"),
    "demand": Text(zh="贴近买家诉求", en="near to what the buyer asks"),
    "cost": Text(zh="店铺成本", en="cost to the shop"),
    "feasible": Text(zh="做得到", en="can be done"),
    "effect": Text(zh="能了结", en="settles it"),
}

PRESETS: Mapping[str, Mapping[str, int]] = {
    "score": {"severity": 20, "demand": 30, "cost": 10, "feasible": 10, "effect": 30},
    "balanced": {"severity": 20, "demand": 20, "cost": 20, "feasible": 20, "effect": 20},
    "cost": {"severity": 15, "demand": 10, "cost": 45, "feasible": 15, "effect": 15},
}
PRESET_WORDS = {
    "score": Text(zh="保体验分", en="protect the score"),
    "balanced": Text(zh="平衡", en="balanced"),
    "cost": Text(zh="控成本", en="control costs"),
}
_FULL, _ASKS = 100, 60
# How much a fault weighs beside the price, and how much a way gives, both in percent.
_FAULT = {"none": 0, "minor": 30, "major": 70, "unsellable": 100}
_EFFECT = {Meets.GIVEN: 100, Meets.PART: 60, Meets.REFUSED: 10}


@dataclass(frozen=True, slots=True)
class Ranked:
    """Hold a way with its points by criterion and in all, in hundredths of a point of the weighted mean."""

    way: Costed
    points: Mapping[str, int]
    total: int


def ranked(ways: Iterable[Costed], case: Case, weights: Mapping[str, int]) -> tuple[Ranked, ...]:
    """Rank ways, best first; of two with the same points the one that gives the buyer more stands first.

    Raises ValueError where no criterion has any weight.
    """
    listed = tuple(ways)
    whole = sum(weights[name] for name in CRITERIA)
    if whole <= 0 or min(weights[name] for name in CRITERIA) < 0:
        raise ValueError("at least one criterion must have a weight, and none may be negative")
    dearest = max((way.net_fen for way in listed), default=0)
    cheapest = min((way.net_fen for way in listed), default=0)
    found = [_ranked(way, case, (cheapest, dearest), weights) for way in listed]
    return tuple(sorted(found, key=lambda each: (-each.total, -each.way.gives_fen, each.way.name)))


def placed(found: Iterable[Ranked], entitled: Iterable[str]) -> tuple[Ranked, ...]:
    """Put what the buyer may insist on above all else, in the order of its rank; the rest keeps its own.

    No weight moves a remedy that the law grants below one that the shop would rather give.
    """
    listed, owed = tuple(found), frozenset(entitled)
    return tuple(sorted(listed, key=lambda each: each.way.name not in owed))


def _ranked(way: Costed, case: Case, span: tuple[int, int], weights: Mapping[str, int]) -> Ranked:
    points = {
        "severity": _severity(way, case),
        "demand": _demand(way, case),
        "cost": _cost(way.net_fen, *span),
        # What needs a word may fail; what needs goods that are not there is not compared at all.
        "feasible": _ASKS if way.agreed else _FULL,
        "effect": _EFFECT[way.meets],
    }
    whole = sum(weights[name] for name in CRITERIA)
    total = sum(points[name] * weights[name] for name in CRITERIA) * _FULL // whole
    return Ranked(way, points, total)


def _severity(way: Costed, case: Case) -> int:
    """Compare what a way gives, of the price, with how bad the fault is: nearer is better."""
    gives = min(_FULL, way.gives_fen * _FULL // case.price_fen) if case.price_fen else _FULL
    return _FULL - abs(gives - _FAULT.get(case.fault, 0))


def _demand(way: Costed, case: Case) -> int:
    """Compare what a way gives with what is asked for; more than asked is no better."""
    if way.meets is Meets.GIVEN or case.asked_fen <= 0:
        return _FULL if way.meets is Meets.GIVEN else 0
    return min(_FULL, way.gives_fen * _FULL // case.asked_fen)


def _cost(net_fen: int, cheapest: int, dearest: int) -> int:
    return _FULL if cheapest == dearest else (dearest - net_fen) * _FULL // (dearest - cheapest)
