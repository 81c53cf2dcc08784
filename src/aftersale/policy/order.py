"""Put things in order: derived facts by dependency, rules by rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.policy.expression import names_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aftersale.policy.rulebook import Derived, Rule


class Circle(Exception):
    """Refuse derived facts that need one another; `names` are those in the circle."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = tuple(names)


def by_dependency(derived: Sequence[Derived]) -> tuple[Derived, ...]:
    """Order derived facts so that each comes after those it uses; raises Circle."""
    waiting = {item.name: item for item in sorted(derived, key=lambda item: item.name)}
    ordered: list[Derived] = []
    while waiting:
        ready = [item for item in waiting.values() if not names_in(item.expr) & waiting.keys()]
        if not ready:
            raise Circle(sorted(waiting))
        ordered += ready
        for item in ready:
            del waiting[item.name]
    return tuple(ordered)


def _take_first(group: list[Rule]) -> Rule:
    """Pick the rule that no other of its group must come before; among equals the lowest id."""
    ids = {rule.id for rule in group}
    beaten = {loser for rule in group for loser in rule.before if loser in ids}
    free = [rule for rule in group if rule.id not in beaten]
    return min(free or group, key=lambda rule: rule.id)


def by_rank(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """Order rules by priority, then by `before`, then by id: the order in a file plays no part."""
    ranked: list[Rule] = []
    for priority in sorted({rule.priority for rule in rules}, reverse=True):
        group = [rule for rule in rules if rule.priority == priority]
        while group:
            first = _take_first(group)
            ranked.append(first)
            group.remove(first)
    return tuple(ranked)
