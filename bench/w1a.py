"""W1a: one ticket at a time on one core, from a Facts value to a Decision value."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from aftersale.policy.decide import Judge
from aftersale.policy.explain import trace
from bench import rulebooks
from bench.alone import alone, on_one_core
from bench.lines import NO_BAR, Bar, Line, rate, times
from bench.peers import SINGLY, Asked, Peers
from bench.tickets import generated, real_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from aftersale.domain.facts import Facts
    from bench.size import Size

T = TypeVar("T")
R = TypeVar("R")
TITLE = "W1a  one ticket at a time, one core: Facts in, Decision out"
# The absolute targets, and what they are to zen's own figures on the machine the bars were measured on.
PLAIN, PLAIN_RATIO = 60_000, 60_000 / 7_000
TRACED, TRACED_RATIO = 20_000, 20_000 / 6_300
SLOWER = 1.3
# Writing a trace out is slow; a few tickets of each pass tell how slow.
_FEW = 200


@dataclass(frozen=True, slots=True)
class Measured:
    """Hold the best rate of each contender over the passes, and how often the peers chose our rule."""

    tickets: int
    known: int
    alike: int
    rates: dict[str, float]
    rules: int
    more_rules: int
    carried: str


def _timed(work: Callable[[T], R], items: Sequence[T]) -> float:
    gc.collect()
    start = perf_counter()
    for item in items:
        work(item)
    return len(items) / (perf_counter() - start)


class _Race:
    """Let us and the peers take turns, pass by pass, so that a busy moment meets all alike."""

    def __init__(self, tickets: list[Facts], warm_up: list[Facts]) -> None:
        self._tickets = tickets
        self._judge, self._more = Judge(rulebooks.packaged()), Judge(rulebooks.with_unrelated_rules())
        self._peers = Peers(self._judge, [*warm_up, *tickets])
        self._rates: dict[str, float] = {}
        self._alike = 0
        # A judge remembers verdicts; whoever traces has one of its own, so that both meet the tickets unseen.
        judge, more, tracing = self._judge, self._more, Judge(self._judge.rulebook)
        self._ours: dict[str, Callable[[Facts], object]] = {
            "plain": judge.decide,
            "traced": lambda facts: (tracing.decide(facts), tracing.trace(facts)),
            "plain, more rules": more.decide,
            "trace alone": judge.trace,
            "trace alone, more rules": more.trace,
        }
        for work in self._ours.values():
            _timed(work, warm_up)

    def run(self, passes: int) -> Measured:
        """Give each pass tickets of its own."""
        size = len(self._tickets) // passes
        for first in range(0, size * passes, size):
            self._pass(self._tickets[first : first + size])
        return Measured(
            tickets=size * passes,
            known=sum(not facts.unknown for facts in self._tickets[: size * passes]),
            alike=self._alike,
            rates=self._rates,
            rules=len(self._judge.rulebook.rules),
            more_rules=len(self._more.rulebook.rules),
            carried=self._peers.rules(),
        )

    def _pass(self, tickets: list[Facts]) -> None:
        for name, work in self._ours.items():
            self._note(name, _timed(work, tickets))
        self._note(
            "readable", _timed(lambda facts: trace(self._judge, self._judge.decide(facts)), tickets[:_FEW])
        )
        asked = [self._peers.asked(facts) for facts in tickets]
        winners = [self._judge.decide(facts).verdict.main_rank for facts in tickets]
        answers = [self._ask(name, asked) for name in SINGLY]
        self._alike += sum(set(given) == {ours} for ours, *given in zip(winners, *answers, strict=True))

    def _ask(self, name: str, asked: list[Asked]) -> list[int]:
        ask, answers = SINGLY[name], list[int]()
        self._note(name, _timed(lambda one: answers.append(ask(self._peers, one)), asked))
        return answers

    def _note(self, name: str, speed: float) -> None:
        self._rates[name] = max(speed, self._rates.get(name, 0.0))


def on_generated(tickets: int, passes: int, since: datetime | None) -> Measured:
    """Measure on generated tickets that nobody has seen, after half as many of another seed."""
    on_one_core()
    return _Race(generated(11, tickets, since), generated(12, tickets // 2, since)).run(passes)


def on_real_lines(most: int, passes: int) -> Measured | None:
    """Measure on the real lines of the shared export, None where it is not there."""
    on_one_core()
    tickets = real_lines()[:most]
    return _Race(tickets, tickets).run(passes) if tickets else None


def run(size: Size) -> list[Line]:
    """Measure both kinds of tickets and write the lines."""
    made = alone(on_generated, size.w1a_tickets, size.w1a_passes, size.since)
    real = alone(on_real_lines, size.w1a_tickets, size.w1a_passes)
    absent = [Line("real lines", "not measured", "the folder ../shared/data is absent")]
    return _lines("generated", made) + (_lines("real lines", real) if real else absent)


def _lines(kind: str, made: Measured) -> list[Line]:
    plain, traced = f"{kind}, decision", f"{kind}, decision and trace of {made.rules} rules"
    without = _bar(made, "plain", "table", PLAIN, PLAIN_RATIO)
    with_trace = _bar(made, "traced", "table, traced", TRACED, TRACED_RATIO)
    return [
        _against(made, plain, "plain", "table", without),
        _against(made, plain, "plain", "static table"),
        _against(made, plain, "plain", "bare expression"),
        _against(made, plain, "plain", "json-logic"),
        _against(made, traced, "traced", "table, traced", with_trace),
        _against(made, traced, "traced", "static table, traced"),
        Line(f"{kind}, the same with words and values", rate(made.rates["readable"])),
        *_growth(kind, made),
        _agreement(kind, made),
    ]  # fmt: skip


def _against(made: Measured, what: str, ours: str, peer: str, bar: Bar = NO_BAR) -> Line:
    mine, theirs = made.rates[ours], made.rates[peer]
    named = peer if peer == "json-logic" else f"zen {peer}"
    return Line(what, rate(mine), f"{named} {rate(theirs)}", times(mine / theirs), bar)


def _bar(made: Measured, ours: str, peer: str, target: int, ratio: float) -> Bar:
    mine = made.rates[ours]
    return Bar(f"{ratio:.1f}x; {rate(target)}", mine / made.rates[peer] >= ratio, mine >= target)


def _growth(kind: str, made: Measured) -> list[Line]:
    what = f"{kind}, {made.more_rules - made.rules} unrelated rules more"
    rules = made.more_rules / made.rules
    bounds = {
        "plain": (SLOWER, f"at most {SLOWER}x"),
        "trace alone": (rules, f"linear: at most {times(rules)}"),
    }
    lines = []
    for name, (most, said) in bounds.items():
        before, after = made.rates[name], made.rates[f"{name}, more rules"]
        bar = Bar(f"{said} slower", None, before / after <= most)
        label = "decision" if name == "plain" else name
        lines.append(
            Line(f"{what}, {label}", rate(after), f"ours without {rate(before)}", times(before / after), bar)
        )
    return lines


def _agreement(kind: str, made: Measured) -> Line:
    ours = f"{made.alike:,} of {made.tickets:,} ({made.known:,} known)"
    bar = Bar("all", None, made.alike == made.tickets)
    return Line(f"{kind}, same winning rule", ours, f"both peers: {made.carried}", bar=bar)
