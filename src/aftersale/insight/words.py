"""Say rules, remedies, parties and money of a comparison in one language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.domain.money import yuan
from aftersale.domain.value_words import FREIGHT_WORDS, LIABILITY_WORDS, VALUE_WORDS, word_of
from aftersale.texts import translator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.policy.rulebook import Rulebook
    from aftersale.texts import Lang


class Words:
    """Speak of two rulebooks; what only one of them knows is said by that one."""

    def __init__(self, lang: Lang, books: tuple[Rulebook, Rulebook]) -> None:
        self.lang = lang
        self.translate = _ = translator(lang)
        self._remedies = {remedy.id: remedy for book in books for remedy in book.remedies.values()}
        self._titles = {rule.id: rule.title for book in books for rule in book.rules}
        self.comma, self.semicolon = _(", "), _("; ")

    def rule(self, rule_id: str) -> str:
        """Say the id and title of a rule."""
        return f"{rule_id} {self._titles[rule_id].of(self.lang)}"

    def remedy(self, remedy_id: str) -> str:
        """Say what a remedy is called."""
        return self._remedies[remedy_id].of(self.lang)

    def reason(self, code: str) -> str:
        """Say the buyer's reason; the sheet may not tell it."""
        _ = self.translate
        return word_of(VALUE_WORDS, code, self.lang) if code else _("reason not told")

    def article(self, number: str, names: Mapping[str, str]) -> str:
        """Say the name of an article with its number, as far as the sheet tells them."""
        _ = self.translate
        if not number:
            return _("article not told")
        return f"{names[number]} · {number}" if number in names else number

    def gain(self, fen: int) -> str:
        """Say how much more or less is paid to buyers."""
        _ = self.translate
        if fen == 0:
            return _("same amount")
        said = _("{amount} more") if fen > 0 else _("{amount} less")
        return said.format(amount=yuan(abs(fen)))

    def tickets(self, count: int) -> str:
        """Say a number of tickets."""
        _ = self.translate
        if count == 1:
            return _("1 ticket")
        return _("{count} tickets").format(count=f"{count:,}")

    def liability(self, code: str) -> str:
        """Say who answers for the fault."""
        return word_of(LIABILITY_WORDS, code, self.lang)

    def freight(self, code: str) -> str:
        """Say who pays for sending the goods back."""
        return word_of(FREIGHT_WORDS, code, self.lang)
