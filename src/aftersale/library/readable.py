"""Write an answer for a person: what is proposed, by which clause, until when, and what would change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.lines import BadLine
from aftersale.domain.clock import moment_of
from aftersale.domain.money import yuan
from aftersale.library.blocks import INDENT, block
from aftersale.policy.explain import unannounced_year

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aftersale.library.answers import Answer
    from aftersale.library.words import Words
    from aftersale.policy.decision import Decision, Due
    from aftersale.policy.explain import Change, Traced


def as_text(given: Answer | BadLine, words: Words) -> str:
    """Write one answer, or what is wrong with the line; the first line is the heading."""
    _ = words.translate
    if isinstance(given, BadLine):
        where = f" {given.path}" if given.path else ""
        said = _("Line {line}{where}: {message}")
        return said.format(line=given.line, where=where, message=given.message.of(words.lang))
    blocks = [
        *_proposal(given, words),
        *_clauses(given.decision, words),
        *_clocks(given.decision, words),
        *_evidence(given.decision, words),
        *_changes(given.changes, words),
        *_trace(given.trace or (), words),
    ]
    return "\n".join(blocks)


def _proposal(given: Answer, words: Words) -> Iterator[str]:
    _ = words.translate
    verdict = given.decision.verdict
    remedy = words.book.remedies[verdict.preferred]
    yield _("Ticket {id}: {remedy}").format(
        id="" if given.id is None else given.id, remedy=words.remedy(remedy.id)
    )
    yield INDENT + _("What to do: {verb}").format(verb=words.text(remedy.verb))
    yield INDENT + _("Rule: {id} {title}").format(id=verdict.main.id, title=verdict.main.title.of(words.lang))
    if others := [words.remedy(name) for name in verdict.remedies if name != verdict.preferred]:
        yield INDENT + _("Other ways: {remedies}").format(remedies=words.comma.join(others))
    yield INDENT + _("Liability: {party}").format(party=words.liability(verdict.liability))
    if remedy.returns_goods:
        yield INDENT + _("Return freight: {payer}").format(payer=words.freight(verdict.freight))
    yield from (INDENT + line for line in _money(given.decision, words))
    for guard in verdict.guards:
        yield INDENT + _("Mind: {id} {title}").format(id=guard.id, title=guard.title.of(words.lang))
    if verdict.needs_person:
        yield INDENT + _("A person has to confirm this.")


def _money(decision: Decision, words: Words) -> Iterator[str]:
    _ = words.translate
    if decision.payable_fen is not None:
        yield _("Refund: {amount}").format(amount=yuan(decision.payable_fen))
    elif decision.amount_fen is not None:
        yield _("At stake: {amount}, nothing is paid yet").format(amount=yuan(decision.amount_fen))
    else:
        yield _("At stake: not known yet")
    if decision.punitive_fen:
        yield _("Damages if the buyer asks for them: {amount}").format(amount=yuan(decision.punitive_fen))


def _clauses(decision: Decision, words: Words) -> Iterator[str]:
    _ = words.translate
    yield from block(_("By:"), [words.clause(cite) for cite in decision.verdict.citations])


def _clocks(decision: Decision, words: Words) -> Iterator[str]:
    _ = words.translate
    yield from block(_("Deadlines:"), [_clock(due, words) for due in decision.due])
    if year := unannounced_year(words.book, decision):
        said = _("The holidays of {year} are not announced yet: in doubt the buyer is given the later day.")
        yield INDENT + said.format(year=year)


def clock_time(second: int) -> str:
    """Write a time at which something runs out; midnight is 24:00 of the day that ends.

    >>> clock_time(1749571200)
    '2025-06-10 24:00'
    """
    moment = moment_of(second)
    if f"{moment:%H%M%S}" == "000000":
        return f"{moment_of(second - 1):%Y-%m-%d} 24:00"
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _clock(due: Due, words: Words) -> str:
    _ = words.translate
    sources = {"platform": _("the platform's value"), "rule": _("platform rule"), "statute": _("by law")}
    written = next(item for item in words.book.deadlines if item.name == due.name)
    pattern = _("{title}: {at} ({source}); {if_missed}")
    at = clock_time(due.at)
    missed = written.if_missed.of(words.lang)
    return pattern.format(
        title=written.title.of(words.lang), at=at, source=sources[due.source], if_missed=missed
    )


def _evidence(decision: Decision, words: Words) -> Iterator[str]:
    _ = words.translate
    wanted = [words.book.evidence[code] for code in decision.verdict.evidence]
    sides = [(_("from the buyer"), each.code, each.buyer) for each in wanted]
    sides += [(_("from the shop"), each.code, each.merchant) for each in wanted]
    lines = [
        f"{code} {side}{words.colon}" + words.comma.join(map(words.text, listed))
        for side, code, listed in sides
        if listed
    ]
    yield from block(_("Evidence:"), lines)


def _changes(changes: tuple[Change, ...], words: Words) -> Iterator[str]:
    _ = words.translate
    yield from block(_("What would change it:"), [_change(change, words) for change in changes])


def _change(change: Change, words: Words) -> str:
    _ = words.translate
    rule, remedy = words.book.rule(change.rule), words.remedy(change.could_become)
    title, fact = rule.title.of(words.lang), words.name(change.fact)
    if change.answer is None:
        pattern = _("once “{fact}” is known: perhaps {remedy} ({rule} {title})")
        return pattern.format(fact=fact, remedy=remedy, rule=rule.id, title=title)
    pattern = _("if “{fact}” is {answer}: {remedy} ({rule} {title})")
    answer = words.value(change.fact, change.answer)
    return pattern.format(fact=fact, answer=answer, remedy=remedy, rule=rule.id, title=title)


def _trace(steps: tuple[Traced, ...], words: Words) -> Iterator[str]:
    _ = words.translate
    yield from block(_("Every rule:"), [_step(step, words) for step in steps])


def _step(step: Traced, words: Words) -> str:
    _ = words.translate
    outcome = {
        "hit": _("applies"),
        "failed": _("does not apply"),
        "unknown": _("open"),
        "out_of_force": _("not in force for this ticket"),
    }[step.outcome]
    said = f"{step.rule.id} {step.rule.title.of(words.lang)}{words.colon}{outcome}"
    if not step.part:
        return said
    values = words.comma.join(_leaf(name, step, words) for name in step.values)
    return f"{said} | {step.part} | {values}"


def _leaf(name: str, step: Traced, words: Words) -> str:
    _ = words.translate
    said = f"{words.name(name)}={words.value(name, step.values[name])}"
    return said + _(" (nobody alleges it)") if name in step.unalleged else said
