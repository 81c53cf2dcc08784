"""Write the Python source that judges a ticket under one variant of a rulebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.domain.clock import months_after
from aftersale.domain.fact_table import FACTS
from aftersale.policy.branch import Branches, candidate
from aftersale.policy.expression import Expr, conjuncts
from aftersale.policy.fold import FALSE, TRUE
from aftersale.policy.turning import turning_points
from aftersale.policy.variant import needed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aftersale.policy.python_source import PythonSource
    from aftersale.policy.rulebook import Step
    from aftersale.policy.variant import Variant

HIT, UNKNOWN_FROM = -1, 1_000
_I = "    "


def _unpack(wanted: set[str]) -> str:
    """Take only the facts that are needed; the others fall into the underscore."""
    return _I + "(" + ", ".join(name if name in wanted else "_" for name in FACTS) + ",) = values"


def _derive(variant: Variant, source: PythonSource, wanted: set[str]) -> list[str]:
    return [
        f"{_I}{item.name} = {source.value(expr)}" for item, expr in variant.derived if item.name in wanted
    ]


def _steps(
    variant: Variant, source: PythonSource, steps: Iterable[Step], target: str, main: str
) -> list[str]:
    """Write the steps of an amount; `main` names the rank they follow, `ranks` is all that fired."""
    rank = {rule.id: number for number, rule in enumerate(variant.rulebook.rules)}
    lines = []
    for step in steps:
        tests = []
        if step.when_fired:
            tests.append(f"{rank[step.when_fired]} in ranks")
        if step.when_main:
            tests.append(f"{main} in (" + "".join(f"{rank[rule]}, " for rule in step.when_main) + ")")
        if step.when is not None:
            tests.append(source.when_true(variant.folded(step.when)))
        indent = _I
        if tests:
            lines.append(f"{_I}if {' and '.join(tests)}:")
            indent = _I * 2
        text = source.value(variant.folded(step.expr))
        lines.append(f"{indent}{target} = {text}")
        if step.when is not None:
            # Whether the step applies is not known: neither is the amount.
            lines.append(f"{_I}elif not {source.when_false(variant.folded(step.when))}:")
            lines.append(f"{_I * 2}{target} = None")
    return lines


def _clocks(variant: Variant, source: PythonSource) -> list[str]:
    """Write the deadlines: pairs of (name, source) settled beforehand, only the time is computed."""
    lines = [f"{_I}due = []"]
    for deadline in variant.rulebook.deadlines:
        at, when = source.value(variant.folded(deadline.at)), source.when_true(variant.folded(deadline.when))
        lines.append(f"{_I}if {when}:")
        lines.append(f"{_I * 2}at, origin = {at}, {deadline.source!r}")
        if deadline.platform_when is not None:
            ours = source.when_true(variant.folded(deadline.platform_when))
            lines.append(f"{_I * 2}if {ours}:")
            lines.append(f"{_I * 3}at, origin = status_deadline, 'platform'")
        lines.append(f"{_I * 2}if at is not None:")
        lines.append(f"{_I * 3}due.append(Due({deadline.name!r}, at, origin))")
    return lines


def _stability(source: PythonSource, live: list[Expr]) -> list[str]:
    """Write the search for the first second at which a comparison with the clock turns."""
    points = dict.fromkeys(source.value(point) for expr in live for point in turning_points(expr))
    lines = [f"{_I}stable = None"]
    for number, point in enumerate(points):
        lines.append(f"{_I}t{number} = {point}")
        lines.append(
            f"{_I}if t{number} is not None and t{number} > now and (stable is None or t{number} < stable):"
        )
        lines.append(f"{_I * 2}stable = t{number}")
    return lines


def _money_exprs(variant: Variant) -> list[Expr]:
    steps = (*variant.rulebook.amount, *variant.rulebook.punitive)
    exprs = [variant.folded(expr) for step in steps for expr in (step.expr, step.when) if expr is not None]
    for deadline in variant.rulebook.deadlines:
        clocks = (deadline.at, deadline.when, deadline.platform_when)
        exprs += [variant.folded(expr) for expr in clocks if expr is not None]
    return exprs


def judge_source(variant: Variant) -> str:
    """Write `judge(values)`: which rules fire, what is paid, when clocks run out, until when it holds."""
    source = variant.source()
    live = [condition for condition in variant.conditions if condition != FALSE]
    wanted = needed(live + _money_exprs(variant), variant.derived) | {
        "apply_type",
        "status_deadline",
        "now",
        "applied_at",
    }
    rules = [candidate(rank, part) for rank, part in enumerate(variant.conditions) if part != FALSE]
    used = [expr for item, expr in variant.derived if item.name in wanted]
    return "\n".join(
        [
            "def judge(values):",
            _unpack(wanted),
            *_derive(variant, source, wanted),
            f"{_I}ranks = []",
            f"{_I}hit = ranks.append",
            *Branches(source).lines(rules, 1),
            f"{_I}ranks.sort()",
            f"{_I}verdict = verdict_of(apply_type, ranks, applied_at)",
            f"{_I}main, law = verdict.main_rank, verdict.law_rank",
            *_steps(variant, source, variant.rulebook.amount, "amount", "main"),
            *_steps(variant, source, variant.rulebook.punitive, "punitive", "law"),
            *_clocks(variant, source),
            *_stability(source, used + live),
            f"{_I}return verdict, amount, punitive, tuple(due), stable",
        ]
    )


def settle_source(variant: Variant) -> str:
    """Write `settle(values)`: the ranks surely true and possibly true, however the unknowns are answered."""
    source = variant.source(strict=True)
    wanted = needed([part for part in variant.conditions if part != FALSE], variant.derived) | {
        "merchant_fault"
    }
    wanted |= needed(
        [expr for item, expr in variant.derived if item.name == "merchant_fault"], variant.derived
    )
    lines = ["def settle(values):", _unpack(wanted), *_derive(variant, source, wanted)]
    lines += [f"{_I}surely, possibly = [], []"]
    for rank, condition in enumerate(variant.conditions):
        if condition == FALSE:
            continue
        lines.append(f"{_I}if {source.when_true(condition)}:")
        lines.append(f"{_I * 2}surely.append({rank}); possibly.append({rank})")
        lines.append(f"{_I}elif not {source.when_false(condition)}:")
        lines.append(f"{_I * 2}possibly.append({rank})")
    lines.append(f"{_I}return surely, possibly, merchant_fault")
    return "\n".join(lines)


def _trace_line(source: PythonSource, condition: Expr) -> str:
    """Write which part of a condition failed first, else which is unknown, else that it fired."""
    parts = [part for part in conjuncts(condition) if part != TRUE]
    text = repr(HIT)
    for number, part in reversed(list(enumerate(parts))):
        if source.may_be_null(part):
            text = f"{UNKNOWN_FROM + number} if not {source.when_true(part)} else {text}"
    for number, part in reversed(list(enumerate(parts))):
        text = f"{number} if {source.when_false(part)} else {text}"
    return text


def trace_source(variant: Variant) -> str:
    """Write `trace(values)`: for each rule the part that failed, is unknown (from 1000), or -1 for a hit."""
    source = variant.source()
    live = [part for part in variant.conditions if part != FALSE]
    wanted = needed(live, variant.derived)
    lines = ["def trace(values):", _unpack(wanted), *_derive(variant, source, wanted), f"{_I}return ("]
    codes = ["None" if part == FALSE else _trace_line(source, part) for part in variant.conditions]
    return "\n".join([*lines, *(f"{_I * 2}{code}," for code in codes), f"{_I})"])


def derive_source(variant: Variant) -> str:
    """Write `derive(values)`: every derived fact by name."""
    source = variant.source()
    wanted = needed([expr for _, expr in variant.derived], variant.derived) | {
        item.name for item, _ in variant.derived
    }
    named = ", ".join(f"{item.name!r}: {item.name}" for item, _ in variant.derived)
    return "\n".join(
        ["def derive(values):", _unpack(wanted), *_derive(variant, source, wanted), f"{_I}return {{{named}}}"]
    )


def compiled(text: str, name: str, **names: object) -> Callable[..., object]:
    """Turn generated source into a function; `names` are what it may call."""
    space: dict[str, object] = {"months_after": months_after, **names}
    exec(compile(text, f"<rulebook:{name}>", "exec"), space)  # noqa: S102  # our own text, rendered from a checked tree
    function = space[name]
    assert callable(function)  # noqa: S101  # the text defines it
    return function
