"""Say codes of tickets in the words of agents, with the titles of the rulebook in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.verbs import VERB_WORDS
from aftersale.domain.money import yuan
from aftersale.domain.value_words import VALUE_WORDS, word_of
from aftersale.shops.rulebooks import judges_of
from aftersale.tickets.consequences import WORDS as CONSEQUENCES
from aftersale.tickets.tabs import TAB_WORDS, Tab
from aftersale.tickets.verbs import verb_of
from aftersale.triage.words import Words
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aftersale.policy.decide import Judge
    from aftersale.tickets.queries import Row


class Speech:
    """Say rows of several shops at one time; each shop may have rules of its own."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._of_shop: dict[int, Words] = {}
        self._judges: Callable[[int], Judge] | None = None

    def of(self, shop_id: int) -> Words:
        """Give the words of a shop's rulebook."""
        if shop_id not in self._of_shop:
            self._judges = self._judges or judges_of(self._now)
            book = self._judges(shop_id).rulebook
            self._of_shop[shop_id] = Words(lang(), book, int(self._now.timestamp()))
        return self._of_shop[shop_id]

    def step(self, row: Row) -> str:
        """Say what to do now."""
        return self.of(row.shop_id).action(row.step)

    def tab(self, code: str) -> str:
        """Say where a ticket stands in the queue."""
        return TAB_WORDS[Tab(code)].of(lang()) if code in set(Tab) else code


def value(code: str) -> str:
    """Say a value of a fact."""
    return word_of(VALUE_WORDS, code, lang()) if code else ""


def verb(code: str) -> str:
    """Say an act on the platform."""
    return next((text.of(lang()) for each, text in VERB_WORDS.items() if each == code), code)


def consequence(code: str, amount_fen: int | None) -> str:
    """Say what happens when nobody acts, with the amount where money would go."""
    text = CONSEQUENCES.get(code)
    if text is None:
        return ""
    said = text.of(lang())
    return f"{said} {yuan(amount_fen)}" if amount_fen and "refund" in code else said


def act_of(step: str) -> str:
    """Give the verb that carries a step out, empty where people do something else."""
    found = verb_of(step)
    return "" if found is None else found.value


def claims() -> list[tuple[str, str]]:
    """List the kinds of claim with their words."""
    codes = ("refund_only", "return_refund", "exchange", "repair", "reship", "price_protect")
    return [(code, value(code)) for code in codes]


def dues() -> list[tuple[str, str]]:
    """List the spans that the queue can be narrowed to."""
    return [
        ("over", _("overdue")),
        ("1", _("within 1 h")),
        ("4", _("within 4 h")),
        ("24", _("within 24 h")),
    ]
