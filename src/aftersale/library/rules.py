"""Find rules and parameters in a rulebook: by filter, by date, and what lies between two dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.domain.clock import day_number, start_of
from aftersale.domain.errors import AftersaleError
from aftersale.domain.value_words import GROUP_WORDS
from aftersale.domain.vocabulary import PLATFORMS
from aftersale.policy.expression import names_in
from aftersale.texts import Text

if TYPE_CHECKING:
    from datetime import date

    from aftersale.policy.expression import Expr
    from aftersale.policy.rulebook import Parameter, ParameterValue, Rule, Rulebook

Span = tuple["date | None", "date | None"]


class RuleUnknown(AftersaleError):
    """Say that no rule has this id."""

    def __init__(self, rule_id: str) -> None:
        super().__init__(
            "rules.unknown",
            Text(zh=f"没有编号为“{rule_id}”的规则。", en=f"There is no rule {rule_id!r}."),
            Text(
                zh="运行 aftersale rules list 查看所有编号。", en="Run aftersale rules list to see every id."
            ),
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Say which rules are asked for; None and "any" set no limit."""

    on: date
    platform: str = "any"
    layer: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class ValueOn:
    """Hold the value of a parameter that is in force for one platform on one day."""

    parameter: Parameter
    platform: str
    value: ParameterValue


@dataclass(frozen=True, slots=True)
class ValueChange:
    """Hold a parameter whose value for one platform differs between two days; None is out of force."""

    parameter: Parameter
    platform: str
    before: ParameterValue | None
    after: ParameterValue | None


@dataclass(frozen=True, slots=True)
class Difference:
    """Hold what lies between two days: rules that begin or end after the first, by the second; values."""

    begin: tuple[Rule, ...]
    end: tuple[Rule, ...]
    values: tuple[ValueChange, ...]


def find(book: Rulebook, rule_id: str) -> Rule:
    """Give a rule by its id, whatever its case; raises RuleUnknown."""
    for rule in book.rules:
        if rule.id.casefold() == rule_id.casefold():
            return rule
    raise RuleUnknown(rule_id)


def mentions(rule: Rule, word: str) -> bool:
    """Tell whether a word stands in the id, title, note, condition or clauses of a rule."""
    told = [rule.id, rule.title.zh, rule.title.en, rule.note.zh, rule.note.en, rule.text]
    for cite in rule.citations:
        told += [cite.short, cite.document, cite.article]
    return word.casefold() in "\n".join(told).casefold()


def versions(book: Rulebook, rule: Rule) -> tuple[Rule, ...]:
    """List a rule with those it took over from and those that took over from it, the earliest first."""
    by_id = {each.id: each for each in book.rules}
    after = {each.follows: each for each in book.rules if each.follows}
    first = rule
    seen = {rule.id}
    while first.follows in by_id and first.follows not in seen:
        first = by_id[first.follows]
        seen.add(first.id)
    chain, here = [first], first
    while (following := after.get(here.id)) and following not in chain:
        chain.append(following)
        here = following
    return tuple(chain)


def resting_on(book: Rulebook, name: str) -> tuple[Rule, ...]:
    """List the rules that rest on a parameter, through derived facts too."""
    derived = {item.name: item.expr for item in book.derived}
    return tuple(rule for rule in book.rules if name in _reached(rule.when, derived))


def holds(span: Span, on: date) -> bool:
    """Tell whether a span covers a day; its end is not included."""
    start, until = span
    return (start is None or start <= on) and (until is None or on < until)


def selected(book: Rulebook, wanted: Wanted) -> tuple[Rule, ...]:
    """List the rules in force on a day, in the order in which they are tried."""
    return tuple(
        rule
        for rule in book.rules
        if holds(rule.effective, wanted.on)
        and wanted.platform in {"any", rule.platform, *(PLATFORMS if rule.platform == "any" else ())}
        and wanted.layer in {None, rule.layer}
        and wanted.group in {None, *_group_names(rule.group)}
    )


def _group_names(code: str) -> tuple[str, ...]:
    """Name a group by its code and as the screen says it, so that what was read can be asked for."""
    said = GROUP_WORDS.get(code)
    return (code, said.zh, said.en) if said else (code,)


def values_on(book: Rulebook, on: date, platform: str = "any") -> tuple[ValueOn, ...]:
    """List the value of every parameter in force on a day; one that all platforms share is listed once."""
    found = []
    for parameter in book.parameters.values():
        each = {name: _value_on(parameter, name, on) for name in _asked(platform)}
        shared = set(map(id, each.values()))
        if len(shared) == 1 and (same := next(iter(each.values()))) is not None:
            found.append(ValueOn(parameter, same.platform, same))
            continue
        found += [ValueOn(parameter, name, value) for name, value in each.items() if value is not None]
    return tuple(found)


def _asked(platform: str) -> tuple[str, ...]:
    return PLATFORMS if platform == "any" else (platform,)


def _value_on(parameter: Parameter, platform: str, on: date) -> ParameterValue | None:
    return parameter.value_for(platform, start_of(day_number(on)))


def difference(book: Rulebook, first: date, second: date) -> Difference:
    """Compare the rulebook of two days; the order in which they are given does not matter."""
    early, late = sorted((first, second))
    return Difference(
        begin=tuple(rule for rule in book.rules if _between(rule.effective[0], early, late)),
        end=tuple(rule for rule in book.rules if _between(rule.effective[1], early, late)),
        values=tuple(_value_changes(book, early, late)),
    )


def _between(on: date | None, early: date, late: date) -> bool:
    return on is not None and early < on <= late


def _value_changes(book: Rulebook, early: date, late: date) -> list[ValueChange]:
    changes = []
    for parameter in book.parameters.values():
        for platform in PLATFORMS:
            before, after = _value_on(parameter, platform, early), _value_on(parameter, platform, late)
            if before is not after:
                changes.append(ValueChange(parameter, platform, before, after))
    return changes


def parameters_of(book: Rulebook, rule: Rule) -> tuple[Parameter, ...]:
    """List the parameters that a rule rests on, through derived facts too."""
    derived = {item.name: item.expr for item in book.derived}
    names = _reached(rule.when, derived)
    return tuple(parameter for name, parameter in book.parameters.items() if name in names)


def _reached(condition: Expr, derived: dict[str, Expr]) -> set[str]:
    reached: set[str] = set()
    waiting = set(names_in(condition))
    while waiting:
        name = waiting.pop()
        reached.add(name)
        if name in derived:
            waiting |= names_in(derived[name]) - reached
    return reached
