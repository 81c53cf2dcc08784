"""Put the rules that grant something into the peers: zen-engine and json-logic-qubit.

A peer answers one question, which rule is the first whose condition holds. It is given more than it could
work out: derived facts, and the rulebook settled for the platform and date of each ticket.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import zen
from json_logic import jsonLogic

from aftersale.domain.fact_table import FACTS
from aftersale.policy.expression import Compare, Const, Expr, In, Is, Name, Not, conjuncts, names_in
from aftersale.policy.fold import FALSE, TRUE, all_of
from bench.translate import Logic, NotCarried, ToJsonLogic, ToZen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aftersale.domain.facts import Facts, Value
    from aftersale.policy.decide import Judge
    from aftersale.policy.python_source import PythonSource
    from aftersale.policy.variant import Variant

# A fact gets a column of its own in the decision table when so many rules ask about it.
_WORTH_A_COLUMN = 6
_REST = "rest"


class Asked(NamedTuple):
    """Hold one ticket as a peer receives it: the table to ask and the facts it needs."""

    key: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Carried:
    """Hold the rules of one variant in the languages of the peers."""

    ranks: tuple[int, ...]
    left_out: tuple[int, ...]
    names: frozenset[str]
    chain: Logic
    chain_text: str
    table: dict[str, Any]


class _Translator:
    """Translate the rules of one variant."""

    def __init__(self, variant: Variant) -> None:
        self._source = variant.source()
        self._logic = ToJsonLogic(self._source)
        self._zen = ToZen(self._source)
        self._granting = {
            rank: condition
            for rank, (rule, condition) in enumerate(
                zip(variant.rulebook.rules, variant.conditions, strict=True)
            )
            if condition != FALSE and not rule.is_guard
        }

    def carried(self) -> Carried:
        """Translate what can be translated."""
        tests = {
            rank: test
            for rank, condition in self._granting.items()
            if (test := self._try(condition)) is not None
        }
        kept = {rank: self._granting[rank] for rank in tests}
        chain = {"if": [*(part for rank, test in tests.items() for part in (test, rank)), -1]}
        return Carried(
            ranks=tuple(tests),
            left_out=tuple(self._granting.keys() - tests.keys()),
            names=frozenset().union(*map(names_in, kept.values())),
            chain=chain,
            chain_text=self._zen.text(chain),
            table=self._table(kept),
        )

    def _try(self, condition: Expr) -> Logic | None:
        try:
            return self._logic.when(condition)
        except NotCarried:
            return None

    def _table(self, rules: dict[int, Expr]) -> dict[str, Any]:
        """Lay the rules out as people do in a decision table: a column a fact, and one for what is left."""
        asked = Counter(
            cell[0]
            for condition in rules.values()
            for part in conjuncts(condition)
            if (cell := _cell(part, self._source))
        )
        columns = [name for name, count in asked.most_common() if count >= _WORTH_A_COLUMN]
        rows = [self._row(rank, condition, columns) for rank, condition in rules.items()]
        inputs = [{"id": name, "name": name, "field": name} for name in columns]
        inputs.append({"id": _REST, "name": _REST, "field": ""})
        outputs = [{"id": "main", "name": "main", "field": "main"}]
        return _graph({"hitPolicy": "first", "inputs": inputs, "outputs": outputs, "rules": rows})

    def _row(self, rank: int, condition: Expr, columns: list[str]) -> dict[str, str]:
        row, rest = {"_id": str(rank), "main": str(rank)}, []
        for part in conjuncts(condition):
            cell = _cell(part, self._source)
            if cell and cell[0] in columns and cell[0] not in row:
                row[cell[0]] = cell[1]
            elif part != TRUE:
                rest.append(part)
        if rest:
            row[_REST] = self._zen.text(self._logic.when(all_of(rest)))
        return row


def _cell(part: Expr, source: PythonSource) -> tuple[str, str] | None:
    """Write a part about one fact as the cell of that fact's column, None where it needs an expression."""
    cell: tuple[str, str] | None = None
    match part:
        case Name(name=name):
            cell = name, "true"
        case Not(part=Name(name=name)):
            cell = name, "false"
        case Is(part=Name(name=name), truth=truth, negated=False):
            cell = name, json.dumps(truth)
        case Compare(op="=", left=Name(name=name), right=Const(value=value)) if value is not None:
            cell = name, json.dumps(value)
        case In(item=Name(name=name), values=values, negated=False):
            cell = name, ", ".join(map(json.dumps, values))
        case Compare(op="<>", left=Name(name=name), right=Const(value=value)) if name not in source.nullable:
            cell = name, f"!= {json.dumps(value)}"
    return cell


def _graph(content: dict[str, Any]) -> dict[str, Any]:
    nodes: list[dict[str, Any]] = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "table", "type": "decisionTableNode", "name": "table", "content": content},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [
        {"id": f"{source}-{target}", "type": "edge", "sourceId": source, "targetId": target}
        for source, target in (("in", "table"), ("table", "out"))
    ]
    return {"nodes": [{**node, "position": {"x": 0, "y": 0}} for node in nodes], "edges": edges}


class Peers:
    """Hold the peers ready for the variants that some tickets meet."""

    def __init__(self, judge: Judge, tickets: Iterable[Facts]) -> None:
        self._judge = judge
        self._keys: dict[int, str] = {}
        self.carried: dict[str, Carried] = {}
        for facts in tickets:
            self._key(facts)
        graphs = {key: json.dumps(carried.table) for key, carried in self.carried.items()}
        self._created = {key: zen.ZenEngine().create_decision(graph) for key, graph in graphs.items()}
        content = {key: carried.table for key, carried in self.carried.items()}
        self._engine = zen.ZenEngine({"loader": {"type": "static", "content": content}})
        self._chains = {
            key: zen.compile_expression(carried.chain_text) for key, carried in self.carried.items()
        }

    def _key(self, facts: Facts) -> str:
        variant = self._judge.variant_of(facts)
        if id(variant) not in self._keys:
            key = self._keys[id(variant)] = f"{variant.platform}-{len(self._keys)}"
            self.carried[key] = _Translator(variant).carried()
        return self._keys[id(variant)]

    def asked(self, facts: Facts) -> Asked:
        """Write a ticket as a peer receives it."""
        key = self._key(facts)
        known: dict[str, Value] = dict(zip(FACTS, facts.values, strict=True))
        known |= self._judge.derived(facts)
        needed = {name: known[name] for name in self.carried[key].names}
        return Asked(
            key,
            {
                name: sorted(value) if isinstance(value, frozenset) else value
                for name, value in needed.items()
            },
        )

    def rules(self) -> str:
        """Say how many rules the peers carry."""
        counts = sorted({len(carried.ranks) for carried in self.carried.values()})
        left_out = sum(len(carried.left_out) for carried in self.carried.values())
        span = str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
        return f"{span} rules, {left_out or 'none'} left out"

    def by_table(self, asked: Asked) -> int:
        """Ask zen's decision table as its first example does: a decision made once, one call a ticket."""
        return int(self._created[asked.key].evaluate(asked.facts)["result"]["main"])

    def by_table_traced(self, asked: Asked) -> int:
        """Ask the same with zen's trace."""
        return int(self._created[asked.key].evaluate(asked.facts, {"trace": True})["result"]["main"])

    def by_static_table(self, asked: Asked) -> int:
        """Ask zen's decision table through an engine with a static loader: the fastest way that was found."""
        return int(self._engine.evaluate(asked.key, asked.facts)["result"]["main"])

    def by_static_table_traced(self, asked: Asked) -> int:
        """Ask the same with zen's trace."""
        return int(self._engine.evaluate(asked.key, asked.facts, {"trace": True})["result"]["main"])

    def by_expression(self, asked: Asked) -> int:
        """Ask one compiled zen expression, a chain of choices: no table, no trace."""
        return int(self._chains[asked.key].evaluate(asked.facts))

    def by_json_logic(self, asked: Asked) -> int:
        """Ask json-logic-qubit, one chain of choices."""
        return int(jsonLogic(self.carried[asked.key].chain, asked.facts))

    def by_batch(self, many: list[Asked]) -> list[int]:
        """Ask zen for many tickets in one call."""
        answers = self._engine.evaluate_batch([{"key": asked.key, "context": asked.facts} for asked in many])
        return [int(answer["data"]["result"]["main"]) for answer in answers]


SINGLY: dict[str, Callable[[Peers, Asked], int]] = {
    "table": Peers.by_table,
    "table, traced": Peers.by_table_traced,
    "static table": Peers.by_static_table,
    "static table, traced": Peers.by_static_table_traced,
    "bare expression": Peers.by_expression,
    "json-logic": Peers.by_json_logic,
}
