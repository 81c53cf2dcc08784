"""Put a comparison into lines that a person reads, the same for the terminal and the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.domain.money import yuan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aftersale.insight.tickets import Taken
    from aftersale.insight.words import Words
    from aftersale.policy.decision import Decision, Verdict
    from aftersale.policy.rulebook import Rule
    from aftersale.policy.whatif import Comparison, Example, Group

_MOST_LEFT = 50


@dataclass(frozen=True, slots=True)
class Line:
    """Show one group: what it is, how many tickets, how much more or less money; `share` is 0 to 100."""

    label: str
    after: str
    tickets: int
    gain_fen: int
    count: str
    money: str
    share: float


@dataclass(frozen=True, slots=True)
class Part:
    """Show the changed tickets by one key; `rest` tickets are in groups too small to be listed."""

    title: str
    lines: tuple[Line, ...]
    rest: str


@dataclass(frozen=True, slots=True)
class Side:
    """Show one decision: rules, remedy, amount, who answers, who pays the way back, clauses, what to mind."""

    rules: tuple[str, ...]
    remedy: str
    amount: str
    liability: str
    freight: str
    clauses: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """Show one changed ticket with both reasonings."""

    ticket: str
    article: str
    reason: str
    money: str
    before: Side
    after: Side


@dataclass(frozen=True, slots=True)
class LeftLine:
    """Show one line that was not judged."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """Hold the whole report in words; `changed_share` and the money shares are 0 to 100."""

    headline: str
    changed: int
    same: int
    changed_count: str
    same_count: str
    changed_share: float
    before: str
    after: str
    gain: str
    before_share: float
    after_share: float
    parts: tuple[Part, ...]
    cases: tuple[Case, ...]
    staying: Part
    left: tuple[LeftLine, ...]
    left_total: int
    generated: bool


def report_of(found: Comparison, taken: Taken, words: Words) -> Report:
    """Put a comparison into words."""
    _ = words.translate
    largest = max(found.payable_before_fen, found.payable_after_fen, 1)
    left = (*taken.left, *taken.aside)
    return Report(
        headline=_headline(found, words),
        changed=found.changed,
        same=found.same,
        changed_count=words.tickets(found.changed),
        same_count=words.tickets(found.same),
        changed_share=_share(found.changed, max(found.tickets, 1)),
        before=yuan(found.payable_before_fen),
        after=yuan(found.payable_after_fen),
        gain=words.gain(found.payable_after_fen - found.payable_before_fen),
        before_share=_share(found.payable_before_fen, largest),
        after_share=_share(found.payable_after_fen, largest),
        parts=_parts(found, taken, words) if found.changed else (),
        cases=tuple(_case(one, taken, words) for one in found.largest),
        staying=_staying(found, words),
        left=tuple(
            LeftLine(_("{sheet}, row {row}").format(sheet=one.sheet, row=one.row), one.reason.of(words.lang))
            for one in left[:_MOST_LEFT]
        ),
        left_total=len(left),
        generated=taken.generated,
    )


def _headline(found: Comparison, words: Words) -> str:
    _ = words.translate
    if found.tickets == 0:
        return _("No ticket could be judged.")
    if found.changed == 0:
        return _("Both rulebooks treat these tickets exactly alike.")
    if found.changed == 1:
        return _("1 of {tickets} tickets would be treated differently.").format(tickets=f"{found.tickets:,}")
    return _("{changed} of {tickets} tickets would be treated differently.").format(
        changed=f"{found.changed:,}", tickets=f"{found.tickets:,}"
    )


def _share(part: int, whole: int) -> float:
    return round(100 * part / whole, 1)


def _parts(found: Comparison, taken: Taken, words: Words) -> tuple[Part, ...]:
    _ = words.translate
    same_rule, same_remedy = (
        _("the same, another outcome or amount"),
        _("the same, by another rule or amount"),
    )
    by_rule = [_pair(words.rule(one.before), words.rule(one.after), same_rule) for one in found.by_rule]
    by_remedy = [
        _pair(words.remedy(one.before), words.remedy(one.after), same_remedy) for one in found.by_remedy
    ]
    by_reason = [(words.reason(group.before), "") for group in found.by_reason]
    by_article = [(words.article(group.before, taken.articles), "") for group in found.by_article]
    listed = (
        (_("By rule"), found.by_rule, by_rule),
        (_("By remedy"), found.by_remedy, by_remedy),
        (_("By reason"), found.by_reason, by_reason),
        (_("By article"), found.by_article, by_article),
    )
    return tuple(_part(title, groups, labels, found.changed, words) for title, groups, labels in listed)


def _pair(before: str, after: str, when_same: str) -> tuple[str, str]:
    return (before, when_same if before == after else after)


def _staying(found: Comparison, words: Words) -> Part:
    _ = words.translate
    labels = [(words.rule(group.before), words.remedy(group.after)) for group in found.staying]
    return _part(_("What stays"), found.staying, labels, found.same, words)


def _part(
    title: str, groups: Sequence[Group], labels: Sequence[tuple[str, str]], total: int, words: Words
) -> Part:
    _ = words.translate
    most = max((group.tickets for group in groups), default=1)
    rest = total - sum(group.tickets for group in groups)
    lines = tuple(
        Line(
            label=label,
            after=after,
            tickets=group.tickets,
            gain_fen=group.gain_fen,
            count=words.tickets(group.tickets),
            money=words.gain(group.gain_fen),
            share=_share(group.tickets, most),
        )
        for group, (label, after) in zip(groups, labels, strict=True)
    )
    return Part(
        title, lines, _("and {tickets} in smaller groups").format(tickets=words.tickets(rest)) if rest else ""
    )


def _case(example: Example, taken: Taken, words: Words) -> Case:
    facts = example.before.facts
    return Case(
        ticket=example.ticket,
        article=words.article(str(facts["article_no"] or ""), taken.articles),
        reason=words.reason(str(facts["reason"] or "")),
        money=words.gain(example.gain_fen),
        before=_side(example.before, words),
        after=_side(example.after, words),
    )


def reasons_of(verdict: Verdict) -> tuple[Rule, ...]:
    """Give the rules that made a verdict: the main one, and the guard that put its remedy in its place."""
    placed = (rule for rule in verdict.guards if rule.remedies and rule.remedies[0] == verdict.preferred)
    override = next(placed, None) if verdict.preferred not in verdict.main.remedies else None
    return (verdict.main, override) if override else (verdict.main,)


def _side(decision: Decision, words: Words) -> Side:
    _ = words.translate
    verdict = decision.verdict
    reasons = reasons_of(verdict)
    return Side(
        rules=tuple(words.rule(rule.id) for rule in reasons),
        remedy=words.remedy(verdict.preferred),
        amount=_("pays nothing yet") if decision.payable_fen is None else yuan(decision.payable_fen),
        liability=words.liability(verdict.liability),
        freight=words.freight(verdict.freight),
        clauses=tuple(cite.short for cite in verdict.citations),
        notes=tuple(rule.note.of(words.lang) for rule in reasons),
    )
