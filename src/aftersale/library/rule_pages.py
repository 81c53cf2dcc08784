"""Write rules and parameters for a person: one rule whole, a day, the difference of two days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.library.blocks import INDENT, block
from aftersale.library.condition_words import condition_in_words
from aftersale.library.rules import parameters_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from aftersale.library.rules import Difference, ValueChange, ValueOn
    from aftersale.library.words import Words
    from aftersale.policy.rulebook import Citation, Parameter, ParameterValue, Rule
    from aftersale.policy.written import DocumentW, Unit


def rule_row(rule: Rule, words: Words) -> tuple[str, ...]:
    """Give the cells of a rule in a list: id, title, layer, platform, outcome, clauses, dates."""
    return (
        rule.id,
        rule.title.of(words.lang),
        words.layer(rule.layer),
        words.platform(rule.platform),
        outcome(rule, words),
        " ".join(map(words.short, rule.citations)),
        words.span(rule.effective),
    )


def rule_head(words: Words) -> tuple[str, ...]:
    """Name the cells of rule_row."""
    _ = words.translate
    return (_("Rule"), _("Title"), _("Layer"), _("Platform"), _("Gives"), _("Clause"), _("In force"))


def outcome(rule: Rule, words: Words) -> str:
    """Say what a rule gives; a guard without a remedy only limits."""
    _ = words.translate
    return words.comma.join(map(words.remedy, rule.remedies)) or _("a limit, no remedy")


def value_row(entry: ValueOn, words: Words) -> tuple[str, ...]:
    """Give the cells of a parameter on a day: name, title, platform, value, clauses, confirmed or not."""
    return (
        entry.parameter.name,
        entry.parameter.title.of(words.lang),
        words.platform(entry.platform),
        words.amount(entry.value.value, entry.parameter.unit),
        " ".join(map(words.short, entry.value.citations)),
        _confirmed(entry.value, words),
    )


def value_head(words: Words) -> tuple[str, ...]:
    """Name the cells of value_row."""
    _ = words.translate
    return (_("Parameter"), _("Title"), _("Platform"), _("Value"), _("Clause"), _("Confirmed"))


def _confirmed(value: ParameterValue, words: Words) -> str:
    _ = words.translate
    if value.confirmed_by:
        return _("by {name}").format(name=value.confirmed_by)
    if value.alternatives:
        return _("no, sources differ")
    return _("no, confidence {level}").format(level=words.confidence(value.confidence))


def whole_rule(rule: Rule, words: Words) -> str:
    """Write everything that a rulebook says of one rule."""
    _ = words.translate
    lines = [
        f"{rule.id} {rule.title.of(words.lang)}",
        *_standing(rule, words),
        *block(_("Holds when:"), condition_in_words(rule.when, words)),
        *block(_("As written:"), [rule.text]),
        *_result(rule, words),
        *block(_("By:"), [line for cite in rule.citations for line in _source(cite, words)]),
        *block(
            _("Parameters:"),
            [line for each in parameters_of(words.book, rule) for line in parameter(each, words)],
        ),
        *block(_("Evidence:"), [line for code in rule.evidence for line in _checklist(code, words)]),
        *block(_("Mind:"), [rule.note.of(words.lang)]),
    ]
    return "\n".join(lines)


def _standing(rule: Rule, words: Words) -> Iterator[str]:
    _ = words.translate
    anchors = {"applied": _("day of application"), "paid": _("day of payment"), "now": _("day of decision")}
    kind = _("guard") if rule.is_guard else _("entitling rule")
    mode = _("mandatory") if rule.mode == "M" else _("discretionary")
    parts = [words.layer(rule.layer), words.platform(rule.platform), words.group(rule.group), kind, mode]
    yield INDENT + " · ".join(parts)
    yield INDENT + _("In force: {span}; counts the {anchor}").format(
        span=words.span(rule.effective), anchor=anchors[rule.anchor]
    )
    if rule.follows:
        yield INDENT + _("Takes over from: {id}").format(id=rule.follows)
    yield INDENT + _("Priority {priority}, confidence {confidence}, file {file}").format(
        priority=rule.priority, confidence=words.confidence(rule.confidence), file=rule.file
    )


def _result(rule: Rule, words: Words) -> Iterator[str]:
    _ = words.translate
    yield INDENT + _("Gives: {remedies}").format(remedies=outcome(rule, words))
    yield INDENT + _("Liability: {party}").format(party=words.liability(rule.liability))
    yield INDENT + _("Return freight: {payer}").format(payer=words.freight(rule.freight))


def _source(cite: Citation, words: Words) -> Iterator[str]:
    _ = words.translate
    yield words.clause(cite)
    document = _document(cite, words)
    if document is not None:
        read = _("read on {day}, confidence {level}: {source}")
        level, source = words.confidence(document.confidence), words.text(document.source)
        yield INDENT + read.format(day=document.read_on, level=level, source=source)


def _document(cite: Citation, words: Words) -> DocumentW | None:
    documents = words.book.documents.values()
    return next((document for document in documents if document.title.zh == cite.document), None)


def parameter(each: Parameter, words: Words) -> Iterator[str]:
    """Write a parameter with all its dated values, their sources and the values of other sources."""
    _ = words.translate
    yield f"{each.name}{words.colon}{each.title.of(words.lang)}"
    for value in each.values:
        said = _("{platform} {value}, {span}, {clauses}; confirmed: {confirmed}")
        yield INDENT + said.format(
            platform=words.platform(value.platform),
            value=words.amount(value.value, each.unit),
            span=words.span(value.effective),
            clauses=words.comma.join(map(words.clause, value.citations)),
            confirmed=_confirmed(value, words),
        )
        for other in value.alternatives:
            amount = _other(other.value, each.unit, words)
            yield INDENT * 2 + _("another source says {value}: {source}").format(
                value=amount, source=words.text(other.source)
            )


def _other(value: int | str, unit: Unit, words: Words) -> str:
    return value if isinstance(value, str) else words.amount(value, unit)


def _checklist(code: str, words: Words) -> Iterator[str]:
    _ = words.translate
    evidence = words.book.evidence[code]
    yield f"{code} {words.text(evidence.title)}"
    for side, listed in ((_("from the buyer"), evidence.buyer), (_("from the shop"), evidence.merchant)):
        if listed:
            said = words.comma.join(map(words.text, listed))
            yield f"{INDENT}{side}{words.colon}{said}"


def difference_page(found: Difference, first: date, second: date, words: Words) -> str:
    """Write what changed between two days; says so where nothing did."""
    _ = words.translate
    early, late = sorted((first, second))
    lines = [_("From {early} to {late}").format(early=early, late=late)]
    lines += block(_("Rules that begin:"), [_dated(rule, rule.effective[0], words) for rule in found.begin])
    lines += block(_("Rules that end:"), [_dated(rule, rule.effective[1], words) for rule in found.end])
    lines += block(
        _("Parameters that change:"), [line for each in found.values for line in _change(each, words)]
    )
    return "\n".join(lines if len(lines) > 1 else [*lines, INDENT + _("Nothing changes.")])


def _dated(rule: Rule, on: date | None, words: Words) -> str:
    clauses = words.comma.join(map(words.clause, rule.citations))
    said = f"{on} {rule.id} {rule.title.of(words.lang)} ({words.platform(rule.platform)})"
    return f"{said} {outcome(rule, words)} | {clauses}"


def _change(change: ValueChange, words: Words) -> Iterator[str]:
    _ = words.translate
    name, title, none = change.parameter.name, change.parameter.title.of(words.lang), _("none in force")
    yield f"{name} {title} ({words.platform(change.platform)})"
    for label, value in ((_("before"), change.before), (_("after"), change.after)):
        if value is None:
            yield f"{INDENT}{label}{words.colon}{none}"
            continue
        amount = words.amount(value.value, change.parameter.unit)
        yield f"{INDENT}{label}{words.colon}{amount} | {words.comma.join(map(words.clause, value.citations))}"
