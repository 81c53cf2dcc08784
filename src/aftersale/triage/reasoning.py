"""Say why: the rule that won, what it rests on, what nobody alleges, what would change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.domain.fact_table import FACTS
from aftersale.domain.value_words import CONFIDENCE_WORDS, word_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aftersale.policy.rulebook import Citation, Rule
    from aftersale.triage.book_sheets import Sort
    from aftersale.triage.rows import Row
    from aftersale.triage.words import Words


def reasoning_columns(words: Words) -> tuple[tuple[str, Sort, int], ...]:
    """Describe the columns: title, how cells are written, width."""
    _ = words.translate
    return (
        (_("Ticket no."), "id", 21),
        (_("Proposal"), "text", 20),
        (_("Rule"), "id", 7),
        (_("Rule says"), "text", 26),
        (_("Mind"), "text", 30),
        (_("Clauses"), "text", 46),
        (_("Rests on (source)"), "text", 50),
        (_("Not alleged"), "text", 36),
        (_("Would change it"), "text", 50),
        (_("Limits that hold"), "text", 36),
        (_("Decides as a rule"), "text", 30),
        (_("Confidence"), "text", 8),
    )


def reasoning_cells(row: Row, words: Words) -> tuple[str, ...]:
    """Say for one ticket why it is proposed what is proposed."""
    verdict = row.verdict
    return (
        row.notice.ticket_no,
        words.proposal(row),
        verdict.main.id,
        verdict.main.title.of(words.lang),
        verdict.main.note.of(words.lang),
        "\n".join(_clause(cite) for cite in verdict.citations),
        "\n".join(_used(row, words)),
        _not_alleged(row, words),
        "\n".join(_changes(row, words)),
        "\n".join(_guard(rule, words) for rule in verdict.guards),
        words.decides(row),
        word_of(CONFIDENCE_WORDS, verdict.main.confidence, words.lang),
    )


def _clause(cite: Citation) -> str:
    since = f" ({cite.effective_from.isoformat()}→)" if cite.effective_from else ""
    return f"[{cite.rule}] {cite.short}{since}"


def _used(row: Row, words: Words) -> Iterable[str]:
    for name, value in row.explained.used.items():
        origin = row.origins.get(name)
        said = f"{words.fact(name)} = {words.value(name, value)}"
        yield f"{said} ({origin})" if origin else said


def _not_alleged(row: Row, words: Words) -> str:
    names = row.explained.unalleged
    _ = words.translate
    alleged = [name for name in names if FACTS[name].default is not True]
    denied = [name for name in names if FACTS[name].default is True]
    told = [_("not alleged: {facts}").format(facts=words.facts(alleged))] if alleged else []
    told += [_("nobody denies: {facts}").format(facts=words.facts(denied))] if denied else []
    return "\n".join(told)


def _changes(row: Row, words: Words) -> Iterable[str]:
    explained = row.explained
    asked = (question.change for question in explained.ask)
    return (
        words.change(change)
        for change in (*asked, *explained.describe, *explained.inspect, *explained.others)
    )


def _guard(rule: Rule, words: Words) -> str:
    return f"{rule.id} {rule.title.of(words.lang)}"
