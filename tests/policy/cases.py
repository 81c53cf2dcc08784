"""Read the cases: a sentence, a base, what differs from it, and what is expected."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from aftersale.domain.clock import moment_of
from aftersale.domain.facts import parse_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aftersale.domain.facts import Facts
    from aftersale.policy.decision import Decision

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "cases"
LABELLED = ROOT.parent / "shared" / "spec" / "cases.jsonl"
MOMENTS = ("before", "at", "after")


@dataclass(frozen=True)
class Case:
    """Hold one case; `apart` are changes of one fact each under which its rule does not fire."""

    name: str
    file: str
    raw: dict[str, Any]
    unknown: tuple[str, ...]
    expected: dict[str, Any]
    apart: tuple[dict[str, Any], ...] = ()

    @property
    def facts(self) -> Facts:
        return parse_facts(self.raw, self.unknown)

    def changed(self, change: dict[str, Any]) -> Facts:
        return parse_facts(self.raw | change, tuple(name for name in self.unknown if name not in change))


def _bases() -> dict[str, dict[str, Any]]:
    written: dict[str, dict[str, Any]] = yaml.safe_load((CASES / "bases.yaml").read_text("utf-8"))["bases"]
    bases: dict[str, dict[str, Any]] = {}
    for name, facts in written.items():
        bases[name] = bases.get(facts.get("like", ""), {}) | facts
        bases[name].pop("like", None)
    return bases


def _case(file: str, name: str, written: dict[str, Any]) -> Case:
    base = _bases_once()[written["base"]]
    raw = base | written.get("facts", {})
    unknown = tuple(written.get("unknown", ()))
    left = {fact: value for fact, value in raw.items() if value is not None and fact not in unknown}
    return Case(name, file, left, unknown, written["expected"], tuple(written.get("not_when", ())))


def _limit(file: str, written: dict[str, Any]) -> Iterator[Case]:
    """Make up to three cases of a limit: only the varied fact and what is expected differ."""
    for moment in [moment for moment in MOMENTS if moment in written]:
        expected = dict(written[moment])
        facts = written.get("facts", {}) | {written["vary"]: expected.pop("is")}
        yield _case(file, f"{written['limit']}: {moment}", written | {"facts": facts, "expected": expected})


_bases_once = cache(_bases)


@cache
def written_files() -> dict[str, dict[str, Any]]:
    files = sorted(path for path in CASES.glob("*.yaml") if path.name != "bases.yaml")
    return {path.name: yaml.safe_load(path.read_text("utf-8")) for path in files}


@cache
def every_case() -> tuple[Case, ...]:
    cases: list[Case] = []
    for file, content in written_files().items():
        cases += [_case(file, written["case"], written) for written in content.get("cases", ())]
        cases += [case for written in content.get("limits", ()) for case in _limit(file, written)]
    return tuple(cases)


def labelled() -> list[dict[str, Any]]:
    """Read the labelled cases that lie beside the repository, where they do."""
    lines = LABELLED.read_text("utf-8").splitlines() if LABELLED.is_file() else []
    return [json.loads(line) for line in lines]


def seen(decision: Decision) -> dict[str, Any]:
    """Lay a decision out under the names that cases use."""
    verdict = decision.verdict
    return {
        "rule": verdict.main.id,
        "preferred": verdict.preferred,
        "remedies": list(verdict.remedies),
        "liability": verdict.liability,
        "freight": verdict.freight,
        "mode": verdict.main.mode,
        "amount_fen": decision.amount_fen,
        "payable_fen": decision.payable_fen,
        "punitive_fen": decision.punitive_fen,
        "needs_person": verdict.needs_person,
        "stable_until": decision.stable_until and moment_of(decision.stable_until),
    }


def _time(value: object) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def differences(decision: Decision, expected: dict[str, Any]) -> dict[str, object]:
    """Compare a decision with what a case expects; guards are a subset, guards_absent are disjoint."""
    found = seen(decision)
    wrong: dict[str, object] = {
        name: (found[name], value)
        for name, value in expected.items()
        if name in found and found[name] != value
    }
    guards = {rule.id for rule in decision.verdict.guards}
    if missing := set(expected.get("guards", ())) - guards:
        wrong["guards"] = missing
    if extra := set(expected.get("guards_absent", ())) & guards:
        wrong["guards_absent"] = extra
    others = {rule.id for rule in decision.verdict.alternatives}
    if lost := set(expected.get("alternatives", ())) - others:
        wrong["alternatives"] = lost
    due = {due.name: due for due in decision.due}
    for name, at in expected.get("deadlines", {}).items():
        if (name in due) is (at is None) or (at and moment_of(due[name].at) != _time(at)):
            wrong[name] = (name in due and moment_of(due[name].at), at)
    for name, source in expected.get("sources", {}).items():
        if due[name].source != source:
            wrong[f"source of {name}"] = (due[name].source, source)
    return wrong
