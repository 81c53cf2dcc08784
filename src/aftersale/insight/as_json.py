"""Write a comparison as one JSON object; docs/whatif.md lists its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aftersale.insight.tickets import Left, Taken
    from aftersale.policy.decision import Decision
    from aftersale.policy.rulebook import Rulebook
    from aftersale.policy.whatif import Comparison, Example, Group
    from aftersale.texts import Lang

_Object = dict[str, object]


def as_json(found: Comparison, taken: Taken, books: tuple[Rulebook, Rulebook], lang: Lang) -> _Object:
    """Give the object: money in fen, rules and remedies by code; only why a line is bad is said in `lang`."""
    return {
        "rows": taken.rows,
        "tickets": found.tickets,
        "parked": len(taken.left),
        "changed": found.changed,
        "same": found.same,
        "payable_before_fen": found.payable_before_fen,
        "payable_after_fen": found.payable_after_fen,
        "gain_fen": found.payable_after_fen - found.payable_before_fen,
        "by_rule": [_flow(group) for group in found.by_rule],
        "by_remedy": [_flow(group) for group in found.by_remedy],
        "by_reason": [{"reason": one.before or None, **_figures(one)} for one in found.by_reason],
        "by_article": [
            {"article_no": one.before or None, "article": taken.articles.get(one.before), **_figures(one)}
            for one in found.by_article
        ],
        "staying": [
            {"rule": one.before, "remedy": one.after, "tickets": one.tickets} for one in found.staying
        ],
        "largest": [_example(example, taken) for example in found.largest],
        "parked_rows": _parked(taken.left, lang),
        "orders_parked": _parked(taken.aside, lang),
        "source": {"kind": taken.kind.value, "generated": taken.generated},
        "rulebooks": {"before": {"digest": books[0].digest}, "after": {"digest": books[1].digest}},
    }


def _figures(group: Group) -> _Object:
    return {"tickets": group.tickets, "gain_fen": group.gain_fen}


def _flow(group: Group) -> _Object:
    return {"before": group.before, "after": group.after, **_figures(group)}


def _example(example: Example, taken: Taken) -> _Object:
    facts = example.before.facts
    number = facts["article_no"] or None
    return {
        "ticket": example.ticket,
        "reason": facts["reason"],
        "article_no": number,
        "article": taken.articles.get(str(number)),
        "gain_fen": example.gain_fen,
        "before": _decision(example.before),
        "after": _decision(example.after),
    }


def _decision(decision: Decision) -> _Object:
    verdict = decision.verdict
    return {
        "rule": verdict.main.id,
        "preferred": verdict.preferred,
        "liability": verdict.liability,
        "freight": verdict.freight,
        "amount_fen": decision.amount_fen,
        "payable_fen": decision.payable_fen,
        "guards": [rule.id for rule in verdict.guards],
        "citations": [cite.short for cite in verdict.citations],
    }


def _parked(left: Iterable[Left], lang: Lang) -> list[_Object]:
    return [
        {
            "sheet": one.sheet,
            "row": one.row,
            "column": one.column,
            "value": one.value,
            "reason": one.reason.of(lang),
        }
        for one in left
    ]
