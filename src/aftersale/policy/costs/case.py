"""Read from a decision what its costs hang on: the case, what was assumed, what the buyer may insist on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.policy.costs.compare import Case
from aftersale.policy.costs.ways import WAYS
from aftersale.policy.explain import FALLBACK
from aftersale.policy.rulebook import ASK, REJECT
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from aftersale.domain.facts import Facts
    from aftersale.policy.decision import Decision
    from aftersale.policy.rulebook import Rule, Rulebook

ASSUMED: Mapping[str, Text] = {
    "open": Text(
        zh="还没核实完：能给什么、该给什么可能会变。",
        en="Not everything is found out yet: what may and must be given can change.",
    ),
    "severity": Text(
        zh="问题程度还没核实，按轻微算。", en="How bad it is nobody has confirmed; counted as minor."
    ),
    "stock": Text(
        zh="这件商品没登记库存，按有货算。", en="Nobody said its stock; goods are taken to be there."
    ),
    "freight": Text(
        zh="退货运费谁付还没定，按商家付算。", en="Who pays the way back is open; counted as the shop."
    ),
    "insured": Text(
        zh="有运费险；保险赔多少不知道，按商家付算。",
        en="Freight is insured; what the insurer pays is not known, counted as the shop.",
    ),
    "paid": Text(
        zh="实付金额不知道，按申请金额算。", en="What was paid is not known; counted as what is asked for."
    ),
}
"""What is taken as given where nobody knows, by name."""

_FACTS = {"return_freight_fen": "return_cost_fen", "forward_freight_fen": "forward_freight_fen"}
# What the table of facts takes where nobody said anything; only another value was told.
_UNTOLD = frozenset({0, 1_000, None})
_BEARS = {"merchant": "", "insurer_then_merchant": "insured", "undetermined": "freight"}
_WORSE = frozenset({"major", "unsellable"})


@dataclass(frozen=True, slots=True)
class Read:
    """Hold a case with the names of what was assumed, and the figures that the ticket itself tells."""

    case: Case
    assumed: tuple[str, ...]
    facts: Mapping[str, int]
    category: str


def read(decision: Decision, left_fen: int | None, asked_fen: int | None, pieces: int | None = None) -> Read:
    """Read a case; `left_fen` is what may still be refunded of the line, `asked_fen` what is asked for.

    Money in fen, `pieces` in stock that can be sent; None where it is not known.
    """
    facts, freight = decision.facts, decision.verdict.freight
    paid = _fen(facts, "paid_fen") or 0
    price = paid or asked_fen or 0
    refundable = max(0, price if left_fen is None else left_fen)
    asked = min(asked_fen or refundable, refundable)
    fault, fault_assumed = _fault(facts)
    assumed = [
        "" if decision.verdict.preferred in WAYS else "open",
        "" if paid else "paid",
        "severity" if fault_assumed else "",
        _BEARS.get(freight, ""),
        "stock" if pieces is None else "",
    ]
    in_stock = pieces is None or pieces > 0
    case = Case(price, refundable, asked, fault, freight in _BEARS, _sound(facts, fault), in_stock=in_stock)
    return Read(case, tuple(filter(None, assumed)), _told(facts), str(facts["category"] or ""))


def _fen(facts: Facts, name: str) -> int | None:
    value = facts[name]
    return value if isinstance(value, int) and name not in facts.unknown else None


def _told(facts: Facts) -> dict[str, int]:
    found = ((figure, _fen(facts, name)) for figure, name in _FACTS.items())
    return {figure: fen for figure, fen in found if fen is not None and fen not in _UNTOLD}


def _fault(facts: Facts) -> tuple[str, bool]:
    """Give the severity, and whether it is assumed because nobody has confirmed it."""
    if "defect_severity" in facts.unknown:
        return "minor", True
    return str(facts["defect_severity"] or "none"), False


def _sound(facts: Facts, fault: str) -> bool | None:
    """Say whether what comes back can be sold; None before anybody has looked at it."""
    if fault in _WORSE or facts["damaged_on_arrival"] is True:
        return False
    looked_at = facts["goods_back"] is True and "resalable" not in facts.unknown
    return facts["resalable"] is True if looked_at else None


_ASKED = {
    "refund_only": "refund_no_return",
    "return_refund": "return_refund",
    "exchange": "exchange",
    "repair": "repair",
    "reship": "reship",
}


def asked_for(facts: Facts) -> str:
    """Name the remedy that the buyer applies for, empty where it has no cost of its own to compare."""
    found = _ASKED.get(str(facts["apply_type"]), "")
    return "refund_full_unshipped" if found == "refund_no_return" and not facts["shipped"] else found


def lawful(decision: Decision) -> tuple[str, ...]:
    """Name the remedies that may be given, the proposal first; a refusal only where the rules carry it.

    What the buyer asks for may always be given: nothing keeps a shop from being generous.
    """
    verdict = decision.verdict
    rules = [verdict.main, *verdict.alternatives]
    granting = [rule for rule in rules if rule.group != FALLBACK]
    granted = (name for rule in granting for name in rule.remedies)
    found = dict.fromkeys([verdict.preferred, *granted, asked_for(decision.facts)])
    refusable = verdict.preferred == REJECT
    return tuple(name for name in found if name in WAYS and name != ASK and (refusable or name != REJECT))


def entitled(decision: Decision, book: Rulebook) -> frozenset[str]:
    """Name what the buyer may insist on: granted by law or platform with no choice of the shop's.

    What needs the buyer's word too is no entitlement, and neither is a refusal.
    """
    law = book.rules[decision.verdict.law_rank]
    return frozenset(_owed([law, *decision.verdict.alternatives]))


def _owed(rules: Iterable[Rule]) -> Iterable[str]:
    for rule in rules:
        if rule.mode == "M" and rule.layer != "shop" and rule.group != FALLBACK:
            yield from (n for n in rule.remedies if n in WAYS and n != REJECT and not WAYS[n].agreed)
