"""Show clauses as they can be quoted to a buyer: no codes of ours, the day from which the version holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.domain.clauses import quoted
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aftersale.policy.rulebook import Citation, Rulebook


@dataclass(frozen=True, slots=True)
class Clause:
    """Hold one clause: how it is quoted, its title in English, since when it holds (ISO day)."""

    quote: str
    gloss: str
    since: str


def clauses_of(citations: Iterable[Citation], book: Rulebook) -> tuple[Clause, ...]:
    """Show citations in order, each once; of an assumption its own words."""
    titles = {document.title.zh: document.title.en for document in book.documents.values()}
    shown = [_clause(each, titles) for each in citations]
    return tuple({each.quote: each for each in shown}.values())


def _clause(cite: Citation, titles: dict[str, str]) -> Clause:
    if cite.assumption is not None:
        return Clause(cite.assumption.of(lang()), _("by experience, no clause says so"), "")
    gloss = titles.get(cite.document, "") if lang() == "en" else ""
    since = cite.effective_from.isoformat() if cite.effective_from else ""
    return Clause(quoted(cite.document, cite.article), gloss, since)
