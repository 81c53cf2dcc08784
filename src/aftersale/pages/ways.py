"""Lay the ways to settle a ticket side by side: what each gives, what it moves, who bears it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.domain.value_words import FREIGHT_WORDS, LIABILITY_WORDS, word_of
from aftersale.pages.words import act_of
from aftersale.policy.explain import FALLBACK
from aftersale.policy.rulebook import ASK, REJECT
from aftersale.tickets.steps import AGREE_TO_RETURN
from aftersale.web.environment import lang, money
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aftersale.policy.decision import Decision
    from aftersale.policy.rulebook import Rulebook

_MOST = 6
# What is talked over has no amount before it is agreed.
_AGREED = frozenset({"partial_refund", "compensation", "service_compensation"})
_BARE_OF_MONEY = frozenset({"exchange", "repair", "reship"})


@dataclass(frozen=True, slots=True)
class Way:
    """Hold one way: its words, how it is done, what it moves, who bears it, and the verb of one press."""

    code: str
    words: str
    how: str
    amount: str
    liability: str
    freight: str
    verb: str
    proposed: bool


def ways_of(
    decision: Decision, book: Rulebook, step: str, act: Callable[[str], str] = act_of
) -> tuple[Way, ...]:
    """List the proposal and what may be done instead; nothing where there is nothing to compare.

    `act` gives the verb that a remedy takes as the ticket stands.

    Nothing either where `step` of the ticket no longer follows from the verdict: a way was agreed on, and
    naming another one as proposed would speak against the step.
    """
    if step not in {decision.verdict.preferred, AGREE_TO_RETURN}:
        return ()
    found = [_way(told, decision, book, act) for told in _named(decision)][:_MOST]
    return tuple(found) if len(found) > 1 else ()


def _named(decision: Decision) -> Iterator[tuple[str, str, str]]:
    """Name each remedy once, with who answers and who pays the way back; a refusal has its own form.

    What the buyer asks for is among them where it moves no money: a shop may give it without further proof.
    """
    verdict = decision.verdict
    told = [(verdict.preferred, verdict.liability, verdict.freight)]
    told += [(name, verdict.liability, verdict.freight) for name in verdict.remedies]
    told += [(r.remedies[0], r.liability, r.freight) for r in verdict.alternatives if r.group != FALLBACK]
    told += [
        (asked, verdict.liability, verdict.freight)
        for asked in _BARE_OF_MONEY & {decision.facts["apply_type"]}
    ]
    first = {name: (name, liability, freight) for name, liability, freight in reversed(told)}
    order = dict.fromkeys(name for name, _liability, _freight in told)
    yield from (first[name] for name in order if name not in {REJECT, ASK} or name == verdict.preferred)


def _way(told: tuple[str, str, str], decision: Decision, book: Rulebook, act: Callable[[str], str]) -> Way:
    name, liability, freight = told
    remedy = book.remedies[name]
    return Way(
        name,
        remedy.of(lang()),
        remedy.verb.of(lang()),
        _amount(name, decision, book),
        word_of(LIABILITY_WORDS, liability, lang()),
        word_of(FREIGHT_WORDS, freight, lang()) if remedy.returns_goods else _("nothing travels back"),
        act(name),
        name == decision.verdict.preferred,
    )


def _amount(name: str, decision: Decision, book: Rulebook) -> str:
    # Nor has a claim that moves no money one where the shop turns it into a refund.
    unasked = decision.facts["apply_type"] in _BARE_OF_MONEY and not decision.amount_fen
    if name in _AGREED or (unasked and book.remedies[name].pays == "refund"):
        return _("to be agreed")
    if name == decision.verdict.preferred and decision.payable_fen:
        return money(decision.payable_fen)
    return money(decision.amount_fen) if book.remedies[name].pays == "refund" else "—"
