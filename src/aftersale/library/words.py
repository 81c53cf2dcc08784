"""Say names, values, parties and money in the words of the screen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aftersale.domain.fact_table import FACTS
from aftersale.domain.money import yuan
from aftersale.domain.value_words import (
    CONFIDENCE_WORDS,
    FREIGHT_WORDS,
    GROUP_WORDS,
    LIABILITY_WORDS,
    VALUE_WORDS,
    word_of,
)
from aftersale.domain.vocabulary import Kind
from aftersale.library.answers import plain
from aftersale.policy.expression import Type
from aftersale.texts import Text, translator

if TYPE_CHECKING:
    from datetime import date

    from aftersale.domain.facts import Value
    from aftersale.policy.rulebook import Citation, Rulebook
    from aftersale.policy.written import Confidence, TextW, Unit
    from aftersale.texts import Lang

_ARTICLES = re.compile(r"\d+(?:-\d+)?(?:[(（]\d+[)）])*(?:,\d+(?:-\d+)?(?:[(（]\d+[)）])*)*")
_ALWAYS = (None, None)


class Words:
    """Speak of one rulebook in one language."""

    def __init__(self, rulebook: Rulebook, lang: Lang) -> None:
        self.lang = lang
        self.book = rulebook
        self.translate = _ = translator(lang)
        # The extractor of messages does not look into f-strings.
        self.comma, self.colon = _(", "), _(": ")
        self._labels = _labels(rulebook)
        self._types = _types(rulebook)
        self._glosses = {document.title.zh: document.title.en for document in rulebook.documents.values()}

    def text(self, written: TextW) -> str:
        """Say a text of the rule files."""
        return written.of(self.lang)

    def name(self, name: str) -> str:
        """Say what a fact, a derived fact or a parameter is called."""
        label = self._labels.get(name)
        return label.of(self.lang) if label else name

    def value(self, name: str, value: Value) -> str:
        """Say the value of a fact or derived fact."""
        _ = self.translate
        if isinstance(value, frozenset):
            return self.comma.join(map(self.code, sorted(value))) or _("none of them")
        if value is None or isinstance(value, bool):
            return self.code({None: "unknown", True: "yes", False: "no"}[value])
        if isinstance(value, str):
            return value if name in FACTS and FACTS[name].kind is Kind.TEXT else self.code(value)
        kind = self._types.get(name, Type.NUMBER)
        said = plain(value, kind)
        if kind is Type.TIME and isinstance(said, str):
            return said.removesuffix("+08:00").replace("T", " ")
        return yuan(value) if name.endswith("_fen") else str(said)

    def code(self, code: str) -> str:
        """Say what a value of an enumeration or a tag is called."""
        return word_of(VALUE_WORDS, code, self.lang)

    def remedy(self, remedy: str) -> str:
        """Say what a remedy is called."""
        return self.book.remedies[remedy].of(self.lang)

    def liability(self, code: str) -> str:
        """Say who answers for the fault."""
        return word_of(LIABILITY_WORDS, code, self.lang)

    def freight(self, code: str) -> str:
        """Say who pays for sending the goods back."""
        return word_of(FREIGHT_WORDS, code, self.lang)

    def layer(self, code: str) -> str:
        """Say which layer a rule belongs to."""
        _ = self.translate
        return {"law": _("law"), "platform": _("platform"), "shop": _("shop")}[code]

    def group(self, code: str) -> str:
        """Say what a group of rules is about; a shop's own group keeps the name it was given."""
        return word_of(GROUP_WORDS, code, self.lang)

    def confidence(self, level: Confidence) -> str:
        """Say how far a source can be trusted."""
        return word_of(CONFIDENCE_WORDS, level, self.lang)

    def platform(self, code: str) -> str:
        """Say which platform a rule is written for."""
        _ = self.translate
        return _("both platforms") if code == "any" else self.code(code)

    def span(self, span: tuple[date | None, date | None]) -> str:
        """Say from which day and before which day something holds."""
        _ = self.translate
        start, until = span
        if span == _ALWAYS:
            return _("no date limits")
        if until is None:
            return _("from {start}").format(start=start)
        if start is None:
            return _("until {until}, that day not included").format(until=until)
        return _("from {start} until {until}, that day not included").format(start=start, until=until)

    def amount(self, value: int, unit: Unit) -> str:
        """Say the value of a parameter with its unit."""
        _ = self.translate
        if unit == "flag":
            return _("yes") if value else _("no")
        if unit == "fen":
            return yuan(value)
        if unit == "bp":
            return f"{value / 100:g} %"
        patterns = {"hours": _("{n} h"), "days": _("{n} days"), "months": _("{n} months"), "count": "{n}"}
        return patterns[unit].format(n=value)

    def short(self, cite: Citation) -> str:
        """Name a clause in a list; the short names of documents are Chinese in both languages."""
        _ = self.translate
        return _("assumption") if cite.assumption else cite.short

    def clause(self, cite: Citation) -> str:
        """Quote a clause so that it can be pasted into a reply: document, article, date of that version."""
        _ = self.translate
        if cite.assumption:
            return _("assumption: {text}").format(text=cite.assumption.of(self.lang))
        title = (
            f"《{cite.document}》"
            if self.lang == "zh"
            else f"《{cite.document}》 ({self._glosses[cite.document]})"
        )
        said = title + self._article(cite.article)
        if cite.effective_from is None:
            return said
        return said + _(", version of {day}").format(day=cite.effective_from.isoformat())

    def _article(self, article: str) -> str:
        _ = self.translate
        if not article:
            return ""
        if not _ARTICLES.fullmatch(article):
            return f" {article}" if article[0] not in "(（" else article
        listed = article.replace(",", self.comma)
        return _(", article {listed}").format(listed=listed)


def _labels(rulebook: Rulebook) -> dict[str, Text]:
    facts = {name: spec.label for name, spec in FACTS.items()}
    derived = {item.name: item.title for item in rulebook.derived}
    return facts | derived | {name: item.title for name, item in rulebook.parameters.items()}


def _types(rulebook: Rulebook) -> dict[str, Type]:
    times = {name: Type.TIME for name, spec in FACTS.items() if spec.kind is Kind.TIME}
    return times | {item.name: item.type for item in rulebook.derived}
