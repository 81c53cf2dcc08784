"""Say slowly what an expression means: walk the tree, three-valued, with calendar words from plain datetime.

It shares nothing with the product but the nodes of the tree, so that agreement means something.
"""

from __future__ import annotations

import operator
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import chinese_calendar

from aftersale.domain.clock import make_calendar
from aftersale.domain.fact_table import FACTS
from aftersale.policy.expression import And, Arith, Call, Case, Compare, Const, Expr, In, Is, Name, Not, Or

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aftersale.domain.facts import Facts
    from aftersale.policy.rulebook import Rule, Rulebook

EIGHT_HOURS = timedelta(hours=8)
FIRST = date(1970, 1, 1)
LAST_PUBLISHED = 2026
_UNPUBLISHED = make_calendar()
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


def shanghai_day(second: int) -> int:
    there = datetime.fromtimestamp(second, tz=UTC).replace(tzinfo=None) + EIGHT_HOURS
    return (there.date() - FIRST).days


def first_second(day: int) -> int:
    midnight = datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), tzinfo=UTC)
    return int((midnight - EIGHT_HOURS).timestamp())


@cache
def rolled(day: int) -> int:
    """Walk on from a rest day to a working day; years without a notice are the matter of test_clock."""
    on = FIRST + timedelta(days=day)
    if on.year > LAST_PUBLISHED:
        return _UNPUBLISHED.last_day(day)
    return rolled(day + 1) if chinese_calendar.is_holiday(on) else day


def later_month(day: int, months: int) -> int:
    on = FIRST + timedelta(days=day)
    for _ in range(months):
        on = date(on.year + on.month // 12, on.month % 12 + 1, 1)
    start = FIRST + timedelta(days=day)
    return (on.replace(day=min(start.day, monthrange(on.year, on.month)[1])) - FIRST).days


_CALLS: dict[str, Callable[..., Any]] = {
    "least": min,
    "greatest": max,
    "hours": lambda count: count * 3600,
    "days": lambda count: count * 86400,
    "day_of": shanghai_day,
    "start_of": first_second,
    "last_day": rolled,
    "months_after": later_month,
}


def every(truths: list[Any]) -> bool | None:
    if any(truth is False for truth in truths):
        return False
    return None if any(truth is None for truth in truths) else True


def opposite(truth: Any) -> bool | None:  # noqa: ANN401  # a value of any type
    return None if truth is None else not truth


@dataclass
class Meaning:
    """Give the meaning of expressions over values by name; `more` computes names that are not given."""

    known: Mapping[str, Any]
    more: Mapping[str, Expr] = field(default_factory=dict)
    computed: dict[str, Any] = field(default_factory=dict)

    def of(self, node: Expr) -> Any:  # noqa: ANN401, C901, PLR0911  # a match over the kinds of node is one table
        match node:
            case Const(value=value):
                return value
            case Name(name=name):
                return self.of_name(name)
            case Not(part=part):
                return opposite(self.of(part))
            case And(parts=parts):
                return every([self.of(part) for part in parts])
            case Or(parts=parts):
                return opposite(every([opposite(self.of(part)) for part in parts]))
            case Is(part=part, truth=truth, negated=negated):
                return (self.of(part) is truth) is not negated
            case In(item=item, values=values, negated=negated):
                found = self.of(item)
                return None if found is None else (found in values) is not negated
            case Compare(op=op, left=left, right=right) | Arith(op=op, left=left, right=right):
                return self.joined(_OPERATORS[op], self.of(left), self.of(right))
            case Case(branches=branches, otherwise=otherwise):
                taken = (value for condition, value in branches if self.of(condition) is True)
                return self.of(next(taken, otherwise))
            case Call(name="has_tag", args=(Const(value=tag),)):
                tags = self.known["service_tags"]
                return None if tags is None else tag in tags
            case Call(name=name, args=args):
                return self.joined(_CALLS[name], *(self.of(arg) for arg in args))

    def of_name(self, name: str) -> Any:  # noqa: ANN401  # a value of any type
        if name in self.known:
            return self.known[name]
        if name not in self.computed:
            self.computed[name] = self.of(self.more[name])
        return self.computed[name]

    @staticmethod
    def joined(call: Callable[..., Any], *values: Any) -> Any:  # noqa: ANN401  # values of any type
        return None if any(value is None for value in values) else call(*values)


def meaning_of(rulebook: Rulebook, facts: Facts) -> Meaning:
    """Lay out the facts, the parameters in force and the derived facts of one ticket."""
    known: dict[str, Any] = dict(zip(FACTS, facts.values, strict=True))
    for name, parameter in rulebook.parameters.items():
        in_force = parameter.value_for(known["platform"], known["applied_at"])
        known[name] = in_force.value if in_force else None
    return Meaning(known, {item.name: item.expr for item in rulebook.derived})


def in_force(rule: Rule, meaning: Meaning) -> bool:
    """Tell whether a rule exists for a ticket: its platform, and its dates at its anchor."""
    anchor = meaning.known[{"applied": "applied_at", "paid": "paid_at", "now": "now"}[rule.anchor]]
    start, until = rule.effective
    if rule.platform not in {"any", meaning.known["platform"]} or (anchor is None and (start or until)):
        return False
    if anchor is None:
        return True
    on = FIRST + timedelta(days=shanghai_day(anchor))
    return (start is None or start <= on) and (until is None or on < until)


def fires(rule: Rule, meaning: Meaning) -> bool:
    return in_force(rule, meaning) and meaning.of(rule.when) is True


def hits(rulebook: Rulebook, facts: Facts) -> tuple[str, ...]:
    """List the rules that fire, in rank order."""
    meaning = meaning_of(rulebook, facts)
    return tuple(rule.id for rule in rulebook.rules if fires(rule, meaning))
