"""Say codes of tickets in the words of agents, with the titles of the rulebook in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.verbs import VERB_WORDS, Verb
from aftersale.connections.models import DifferenceKind
from aftersale.domain.flags import FLAGS, flag_code
from aftersale.domain.money import yuan
from aftersale.domain.states import Goods
from aftersale.domain.value_words import VALUE_WORDS, word_of
from aftersale.returns.classes import ODD_WORDS, Odd
from aftersale.shops.models.shop import ConnectionState
from aftersale.shops.rulebooks import judges_of
from aftersale.tickets.consequences import WORDS as CONSEQUENCES
from aftersale.tickets.models.intake import ImportState
from aftersale.tickets.steps import AGREE_TO_RETURN, Stage
from aftersale.tickets.tabs import STAGE_WORDS, TAB_WORDS, Tab
from aftersale.tickets.vault.checklist import standings_of
from aftersale.tickets.verbs import verb_of
from aftersale.tickets.waiting import Whom
from aftersale.triage.words import Words
from aftersale.web.environment import at, lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from aftersale.policy.decide import Judge
    from aftersale.policy.rulebook import Rulebook
    from aftersale.tickets.models import Ticket
    from aftersale.tickets.queries import Row
    from aftersale.tickets.vault.checklist import Standing


class Speech:
    """Say rows of several shops at one time; each shop may have rules of its own.

    `known` are judges by shop that somebody has in hand already; the others are read when first asked for.
    """

    def __init__(self, now: datetime, known: Mapping[int, Judge] | None = None) -> None:
        self._now, self._known = now, known or {}
        self._of_shop: dict[int, Words] = {}
        self._judges: Callable[[int], Judge] | None = None

    def of(self, shop_id: int) -> Words:
        """Give the words of a shop's rulebook."""
        if shop_id not in self._of_shop:
            self._of_shop[shop_id] = Words(lang(), self._book(shop_id), int(self._now.timestamp()))
        return self._of_shop[shop_id]

    def _book(self, shop_id: int) -> Rulebook:
        if shop_id in self._known:
            return self._known[shop_id].rulebook
        self._judges = self._judges or judges_of(self._now)
        return self._judges(shop_id).rulebook

    def step(self, row: Row | Ticket) -> str:
        """Say what to do now."""
        return self.of(row.shop_id).action(row.step)

    def how(self, row: Row | Ticket) -> str:
        """Say how a remedy is carried out; empty for a step that is none."""
        remedy = self._book(row.shop_id).remedies.get(row.step)
        return self.of(row.shop_id).text(remedy.verb) if remedy else ""

    def standings(self, rows: Iterable[Row]) -> Mapping[int, Standing]:
        """Say how far the evidence of tickets is, by ticket, as the box on each ticket's page does."""
        listed = list(rows)
        books = {row.id: self._book(row.shop_id) for row in listed}
        answered = [row.id for row in listed if row.evidence]
        return standings_of(books, answered, self._now) if books else {}

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


def plain_yuan(fen: int | None) -> str:
    """Write an amount as a field holds it; empty where it is not known or nothing."""
    return yuan(fen).replace("¥", "").replace(",", "") if fen else ""


def held_words(held: str) -> str:
    """Say what is odd about the parcels of a ticket; empty where nothing is."""
    return "、".join(ODD_WORDS[Odd(code)].of(lang()) for code in held.split(",") if code in set(Odd))


def whom_words(whom: str, *, connected: bool = False) -> str:
    """Say for whom or what a ticket waits; empty where it does not. A connected shop waits for no import."""
    said = {
        Whom.BUYER: _("waiting for the buyer"),
        Whom.CARRIER: _("waiting for the carrier"),
        Whom.CHECK: _("being looked into"),
        Whom.CLOCK: _("out of time: the platform acts by itself"),
        Whom.HANDS: _("to be done in the back office"),
        Whom.PLATFORM: _("done, read there a little later")
        if connected
        else _("done, to be seen on the platform"),
    }
    return next((words for each, words in said.items() if each == whom), "")


def theirs(row: Row) -> str:
    """Say what the other side has to do now, and by when where a clock tells."""
    # What moves no money, as a request of the platform, is not being refunded.
    staged = row.stage in _THEIRS and (row.stage != Stage.PAYING or bool(row.amount_fen))
    said = STAGE_WORDS.get(Stage(row.stage)) if staged else TAB_WORDS.get(Tab(row.tab))
    words = said.of(lang()) if said else ""
    if row.theirs_at is None:
        return words
    return _("{whom}, until {time}").format(whom=words, time=at(row.theirs_at))


_THEIRS = frozenset({Stage.RETURN, Stage.BUYER_RECEIVES, Stage.DISPUTE, Stage.PAYING})


def flag_words(flag: str) -> str:
    """Say a flag as agents do."""
    said = FLAGS.get(flag_code(flag))
    return said.of(lang()) if said else flag


def act_of(step: str) -> str:
    """Give the verb that carries a step out, empty where people do something else."""
    found = verb_of(step)
    return "" if found is None else found.value


_HERE = frozenset({Goods.BACK, Goods.INSPECTED})


def act_on(ticket: Ticket, remedy: str) -> str:
    """Give the verb of a remedy as a ticket stands: goods that are not here are agreed to first."""
    if remedy == ticket.proposal:
        return act_of(ticket.step)
    if remedy == "return_refund" and ticket.goods_state not in _HERE:
        return act_of(AGREE_TO_RETURN)
    return act_of(remedy)


AT_ONCE = frozenset({Verb.AGREE_RETURN.value})
"""Verbs that one press gives, to be taken back for some seconds: no money moves before the goods are back."""


def claims() -> list[tuple[str, str]]:
    """List the kinds of claim with their words."""
    codes = ("refund_only", "return_refund", "exchange", "repair", "reship", "price_protect")
    return [(code, value(code)) for code in codes]


def stages() -> list[tuple[str, str]]:
    """List the states of a ticket on its platform that are open."""
    return [(code.value, text.of(lang())) for code, text in STAGE_WORDS.items() if code is not Stage.DONE]


def measures() -> list[tuple[str, str]]:
    """List what a platform does to a shop."""
    return [
        ("warning", _("warning")),
        ("points_a", _("points of class A")),
        ("points_b", _("points of class B")),
        ("deposit", _("taken from the deposit")),
        ("fine", _("fine")),
        ("limit", _("rights limited")),
        ("score", _("change of the score")),
    ]


def flags() -> list[tuple[str, str]]:
    """List the flags that a sheet can show."""
    return [(code, text.of(lang())) for code, text in FLAGS.items()]


def moneys() -> list[tuple[str, str]]:
    """List the states of a refund that people look for."""
    return [
        ("failed", _("refund failed")),
        ("unknown", _("outcome to be confirmed")),
        ("paid", _("refunded")),
    ]


def dues() -> list[tuple[str, str]]:
    """List the spans that the queue can be narrowed to."""
    return [
        ("over", _("overdue")),
        ("1", _("within 1 h")),
        ("4", _("within 4 h")),
        ("24", _("within 24 h")),
    ]


def connection_words(state: str) -> str:
    """Say how a shop is connected."""
    return {
        ConnectionState.NONE.value: _("not connected"),
        ConnectionState.CONNECTED.value: _("connected"),
        ConnectionState.UNAUTHORISED.value: _("authorisation lost"),
    }.get(state, state)


def import_words(state: str) -> str:
    """Say how an import stands."""
    return {
        ImportState.WAITING.value: _("waiting its turn"),
        ImportState.RUNNING.value: _("being read"),
        ImportState.DONE.value: _("taken in"),
        ImportState.CANCELLED.value: _("import stopped"),
        ImportState.REFUSED.value: _("sheet cannot be read"),
    }.get(state, state)


def difference_words(kind: str) -> str:
    """Say how a ticket differs between platform and desk."""
    return {
        DifferenceKind.NOT_HERE.value: _("on the platform, not here"),
        DifferenceKind.STATE.value: _("another state"),
        DifferenceKind.NOT_THERE.value: _("here, not found on the platform"),
        DifferenceKind.UNREAD.value: _("was not read"),
    }.get(kind, kind)
