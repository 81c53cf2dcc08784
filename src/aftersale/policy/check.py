"""Look for faults in a rulebook that loading cannot see: dead rules, ties, gaps, a shop that gives less."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from aftersale.domain.errors import Finding
from aftersale.policy.disjoint import Disjoint
from aftersale.policy.limits import untested_limits
from aftersale.policy.load import read
from aftersale.policy.rulebook import ALWAYS_FROM, ALWAYS_UNTIL, bound
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from aftersale.domain.facts import Facts
    from aftersale.policy.rulebook import Parameter, ParameterValue, Rule, Rulebook


@dataclass(frozen=True, slots=True)
class Look:
    """Hold what the checks look at: the rulebook, its logic, and the rules that findings are about."""

    rulebook: Rulebook
    logic: Disjoint
    about: tuple[Rule, ...]


def _finding(code: str, path: str, value: str, en: str, zh: str) -> Finding:
    return Finding(code, path, value, Text(zh=zh, en=en))


def _where(rule: Rule) -> str:
    return f"{rule.file} {rule.id}"


def _dead(look: Look) -> Iterator[Finding]:
    """Find rules whose condition can never be true, or whose every case higher rules take."""
    granting = [rule for rule in look.rulebook.rules if not rule.is_guard and rule.layer != "shop"]
    for rule in look.about:
        if look.logic.never_holds(rule):
            en, zh = "this rule can never fire", "这条规则永远不会生效"
            yield _finding("rulebook.never", _where(rule), rule.text, en, zh)
        elif rule in granting and look.logic.always_taken(rule, tuple(granting[: granting.index(rule)])):
            en, zh = "higher rules take every case of it", "它的每种情况都先归更高的规则"
            yield _finding("rulebook.never", _where(rule), rule.text, en, zh)


def _span(rule: Rule) -> tuple[int, int]:
    return bound(rule.effective[0], ALWAYS_FROM), bound(rule.effective[1], ALWAYS_UNTIL)


def _ties(look: Look) -> Iterator[Finding]:
    """Find rules of equal priority that can both be true and that nothing puts in order."""
    for one, other in combinations(look.rulebook.rules, 2):
        if (
            one.priority != other.priority
            or one.is_guard != other.is_guard
            or (one.layer == "shop") != (other.layer == "shop")
        ):
            continue
        if one not in look.about and other not in look.about:
            continue
        if one.id in other.before or other.id in one.before or one.remedies == other.remedies:
            continue
        if look.logic.may_both_hold(one, other):
            en = f"{one.id} and {other.id}, both {one.priority}, can both be true: say which comes before"
            zh = f"{one.id} 和 {other.id} 优先级都是 {one.priority}，可能同时成立：请用 before 写明先后"
            yield _finding("rulebook.tie", _where(one), other.id, en, zh)


def _gaps_between(values: list[ParameterValue]) -> Iterator[tuple[ParameterValue, ParameterValue, str]]:
    ordered = sorted(values, key=lambda value: bound(value.effective[0], ALWAYS_FROM))
    for earlier, later in pairwise(ordered):
        end, start = bound(earlier.effective[1], ALWAYS_UNTIL), bound(later.effective[0], ALWAYS_FROM)
        if end < start:
            yield earlier, later, "gap"
        if end > start:
            yield earlier, later, "overlap"


def _parameter_dates(parameter: Parameter) -> Iterator[Finding]:
    for platform in ("any", "douyin", "kuaishou"):
        values = [value for value in parameter.values if value.platform == platform and value.layer != "shop"]
        for earlier, later, kind in _gaps_between(values):
            dates = f"{earlier.effective[1]} … {later.effective[0]}"
            en = f"there is a {kind} between two values of {parameter.name}"
            zh = f"参数 {parameter.name} 的两个取值之间{'有空档' if kind == 'gap' else '有重叠'}"
            yield _finding(f"rulebook.{kind}", f"{parameter.name} {platform}", dates, en, zh)


def _dates(look: Look) -> Iterator[Finding]:
    for parameter in look.rulebook.parameters.values():
        yield from _parameter_dates(parameter)
    for rule in look.about:
        start, until = _span(rule)
        if start >= until:
            en, zh = "it ends before it begins", "结束日期早于开始日期"
            yield _finding(
                "rulebook.dates", _where(rule), f"{rule.effective[0]} … {rule.effective[1]}", en, zh
            )
        if rule.follows and look.rulebook.rule(rule.follows).effective[1] != rule.effective[0]:
            former = look.rulebook.rule(rule.follows)
            en, zh = (
                f"it follows {former.id}, but the dates do not meet",
                f"它接替 {former.id}，但日期没有衔接",
            )
            yield _finding(
                "rulebook.gap", _where(rule), f"{former.effective[1]} … {rule.effective[0]}", en, zh
            )


def _shop_gives_less(look: Look) -> Iterator[Finding]:
    """Find shop rules that meet a rule of law or platform which gives the buyer more."""
    shop = [rule for rule in look.rulebook.rules if rule.layer == "shop" and not rule.is_guard]
    others = [
        rule
        for rule in look.rulebook.rules
        if rule.layer != "shop" and not rule.is_guard and rule.mode == "M"
    ]
    for rule in shop:
        rank = look.rulebook.rank_of(rule.remedies[0])
        more = [
            o
            for o in others
            if look.rulebook.rank_of(o.remedies[0]) > rank and look.logic.may_both_hold(rule, o)
        ]
        if more:
            names = ", ".join(other.id for other in more[:5])
            en = f"gives the buyer less than {names}; where they meet, those win"
            zh = f"给买家的少于 {names}；同时成立时以它们为准"
            yield _finding("rulebook.shop_gives_less", _where(rule), rule.remedies[0], en, zh)


def _shop_numbers(look: Look) -> Iterator[Finding]:
    """Find shop values for platform numbers that no source gives: a slip, or a change without source."""
    for parameter in look.rulebook.parameters.values():
        packaged = [value for value in parameter.values if value.layer != "shop"]
        known = {value.value for value in packaged}
        known |= {
            other.value for value in packaged for other in value.alternatives if isinstance(other.value, int)
        }
        for value in parameter.values:
            if value.layer == "shop" and packaged and value.value not in known:
                en = f"no source we know gives this number; known: {', '.join(map(str, sorted(known)))}"
                zh = f"这个数和已知来源都不同；已知：{'、'.join(map(str, sorted(known)))}"
                yield _finding("rulebook.unlisted_number", f"shop {parameter.name}", str(value.value), en, zh)


_CHECKS = (_dead, _ties, _dates, _shop_gives_less, _shop_numbers)


def check(texts: Mapping[str, str], cases: Iterable[Facts] = (), *, about: str = "") -> tuple[Finding, ...]:
    """Find every fault of a composed rulebook.

    `about` limits the findings on rules to files whose name starts with it, such as `shop/`. With `cases`
    each limit in those rules must have a case before, on and after it; without, limits are not looked at.
    """
    rulebook, findings = read(texts)
    if rulebook is None:
        return findings
    rules = tuple(rule for rule in rulebook.rules if rule.file.startswith(about))
    look = Look(rulebook, Disjoint(rulebook), rules)
    found = [finding for search in _CHECKS for finding in search(look)]
    known_cases = tuple(cases)
    if known_cases:
        found += untested_limits(rulebook, known_cases, about)
    return tuple(found)
