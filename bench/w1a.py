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
from bench.lines import Bar, Line, rate, times
from bench.peers import SINGLY, Peers
from bench.tickets import generated, real_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aftersale.domain.facts import Facts
    from bench.size import Size

T = TypeVar("T")
TITLE = "W1a  one ticket at a time, one core: Facts in, Decision out"
# The absolute targets, and what they are to zen's own figures on the machine the bars were measured on.
PLAIN, PLAIN_RATIO = 60_000, 60_000 / 7_000
TRACED, TRACED_RATIO = 20_000, 20_000 / 6_300
SLOWER = 1.3


@dataclass(frozen=True, slots=True)
class Measured:
    """Hold the best rate of each contender over the passes, and how often a peer chose our rule."""

    tickets: int
    rates: dict[str, float]
    agreed: dict[str, int]
    known: int
    known_agreed: dict[str, int]
    rules: int
    more_rules: int
    carried: str


def _timed(work: Callable[[T], object], items: Sequence[T]) -> float:
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
        judge, more = self._judge, self._more
        self._ours: dict[str, Callable[[Facts], object]] = {
            "plain": judge.decide,
            "traced": lambda facts: (judge.decide(facts), judge.trace(facts)),
            "readable": lambda facts: trace(judge, judge.decide(facts)),
            "plain, more rules": more.decide,
            "trace alone": judge.trace,
            "trace alone, more rules": more.trace,
        }
        for facts in warm_up:
            for work in self._ours.values():
                work(facts)

    def run(self, passes: int) -> Measured:
        """Give each pass tickets of its own, so that nobody has seen them before."""
        rates: dict[str, float] = {}
        size = max(1, len(self._tickets) // passes)
        for first in range(0, size * passes, size):
            some = self._tickets[first : first + size]
            for name, speed in self._pass(some).items():
                rates[name] = max(speed, rates.get(name, 0.0))
        return self._judged(rates)

    def _pass(self, tickets: list[Facts]) -> dict[str, float]:
        rates = {name: _timed(work, tickets) for name, work in self._ours.items()}
        asked = [self._peers.asked(facts) for facts in tickets]
        for name, ask in SINGLY.items():
            rates[name] = _timed(lambda one, ask=ask: ask(self._peers, one), asked)  # type: ignore[misc]
        return rates

    def _judged(self, rates: dict[str, float]) -> Measured:
        agreed, known_agreed = dict.fromkeys(SINGLY, 0), dict.fromkeys(SINGLY, 0)
        for facts in self._tickets:
            asked, winner = self._peers.asked(facts), self._judge.decide(facts).verdict.main_rank
            for name, ask in SINGLY.items():
                same = ask(self._peers, asked) == winner
                agreed[name] += same
                known_agreed[name] += same and not facts.unknown
        return Measured(
            tickets=len(self._tickets),
            rates=rates,
            agreed=agreed,
            known=sum(not facts.unknown for facts in self._tickets),
            known_agreed=known_agreed,
            rules=len(self._judge.rulebook.rules),
            more_rules=len(self._more.rulebook.rules),
            carried=self._peers.rules(),
        )


def on_generated(tickets: int, passes: int) -> Measured:
    """Measure on generated tickets, after as many of another seed."""
    on_one_core()
    return _Race(generated(11, tickets), generated(12, tickets // 2)).run(passes)


def on_real_lines(most: int, passes: int) -> Measured | None:
    """Measure on the real lines of the shared export, None where it is not there."""
    on_one_core()
    tickets = real_lines()[:most]
    return _Race(tickets, tickets[:most]).run(passes) if tickets else None


def run(size: Size) -> list[Line]:
    """Measure both kinds of tickets and write the lines."""
    made = alone(on_generated, size.w1a_tickets, size.w1a_passes)
    real = alone(on_real_lines, size.w1a_tickets, size.w1a_passes)
    lines = _lines("generated", made)
    return lines + (_lines("real", real) if real else [Line("real lines", "folder ../shared/data is absent")])


def _against(made: Measured, what: str, ours: str, peer: str, named: str) -> Line:
    mine, theirs = made.rates[ours], made.rates[peer]
    return Line(what, rate(mine), f"{named} {rate(theirs)}", times(mine / theirs))


def _barred(line: Line, made: Measured, ours: str, peer: str) -> Line:
    target, ratio = (PLAIN, PLAIN_RATIO) if ours == "plain" else (TRACED, TRACED_RATIO)
    met = made.rates[ours] / made.rates[peer] >= ratio
    bar = Bar(f"{ratio:.1f}x; {rate(target)}", met, made.rates[ours] >= target)
    return Line(line.what, line.ours, line.peer, line.ratio, bar)


def _lines(kind: str, made: Measured) -> list[Line]:
    plain, traced = f"{kind}, no trace", f"{kind}, trace of {made.rules} rules"
    first = _against(made, plain, "plain", "table", "zen table")
    fourth = _against(made, traced, "traced", "table traced", "zen table, trace")
    return [
        _barred(first, made, "plain", "table"),
        _against(made, plain, "plain", "engine", "zen table, static engine"),
        _against(made, plain, "plain", "expression", "zen bare expression"),
        _against(made, plain, "plain", "json-logic", "json-logic"),
        _barred(fourth, made, "traced", "table traced"),
        _against(made, traced, "traced", "engine traced", "zen table, static engine, trace"),
        Line(f"{kind}, trace written out in words", rate(made.rates["readable"])),
        *_growth(kind, made),
        _agreement(kind, made),
    ]


def _growth(kind: str, made: Measured) -> list[Line]:
    slower = made.rates["plain"] / made.rates["plain, more rules"]
    traced = made.rates["trace alone"] / made.rates["trace alone, more rules"]
    rules = made.more_rules / made.rules
    more = f"{kind}, {made.more_rules - made.rules} unrelated rules more"
    return [
        Line(f"{more}, no trace", rate(made.rates["plain, more rules"]), "ours without them", times(slower),
             Bar(f"at most {SLOWER}x slower", None, slower <= SLOWER)),
        Line(f"{more}, trace alone", rate(made.rates["trace alone, more rules"]), "ours without them", times(traced),
             Bar(f"linear: at most {times(rules)}", None, traced <= rules)),
    ]  # fmt: skip


def _agreement(kind: str, made: Measured) -> Line:
    worst, worst_known = min(made.agreed.values()), min(made.known_agreed.values())
    every = f"zen and json-logic, {made.carried}: {worst:,} of {made.tickets:,} alike"
    known = Bar("same winner where all is known", None, worst_known == made.known)
    return Line(f"{kind}, winning rule", f"{worst_known:,} of {made.known:,} known alike", every, bar=known)
