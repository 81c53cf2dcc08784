"""Put together what a row of the queue says and offers: chips, and the one thing to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from aftersale.channels.verbs import PAYS, Verb
from aftersale.domain.roles import Permission
from aftersale.domain.states import ActionState, Goods, Money
from aftersale.domain.vocabulary import QUALITY_REASONS
from aftersale.pages.freshness import is_connected
from aftersale.pages.words import (
    AT_ONCE,
    Speech,
    act_of,
    flag_words,
    held_words,
    theirs,
    value,
    verb,
    whom_words,
)
from aftersale.tickets.batch_rows import ONE_BY_ONE
from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.steps import INSPECTION, REPLY
from aftersale.tickets.talking import whom_of
from aftersale.tickets.waiting import BY_ITSELF, SEEN_THERE, Whom
from aftersale.web.environment import at
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from aftersale.pages.door import Ask
    from aftersale.tickets.queries import Row
    from aftersale.tickets.vault.checklist import Standing

_OPEN = frozenset({ActionState.INTENDED, ActionState.SENDING, ActionState.HANDED_OVER, ActionState.UNKNOWN})
_ASKS_EVIDENCE = frozenset({"request_evidence", "request_evidence_merchant"})
_NEEDS_EVIDENCE = frozenset({*QUALITY_REASONS, "damaged", "missing_item", "wrong_item", "wrong_spec"})
_BARE_MONEY = frozenset({"exchange", "repair", "reship"})


@dataclass(frozen=True, slots=True)
class ChipShown:
    """Hold a short word on a row; `look` is warn, bad, good or empty."""

    words: str
    look: str = ""


@dataclass(frozen=True, slots=True)
class ActShown:
    """Hold what a row offers: the words of its button, the address of what it brings, its key if any.

    A means "go on": what takes something back has no key.
    """

    words: str
    address: str
    first: bool = False
    post: bool = False
    key: str = "a"


class Rows:
    """Say rows for one person: what they read, and what they may do."""

    def __init__(self, ask: Ask, rows: Sequence[Row]) -> None:
        self._ask, self._speech = ask, Speech(ask.now)
        self._standings = self._speech.standings(each for each in rows if _shows_evidence(each))
        self._may = {each: ask.caller.shops(each) for each in (Permission.APPROVE, Permission.PROPOSE)}
        self.person_id = ask.person.pk

    def step(self, row: Row) -> str:
        """Say what to do now."""
        return self._speech.step(row)

    def name(self, row: Row) -> str:
        """Say what it is about; what speaks of no goods is called by its place."""
        return row.article or self.place(row)

    def claim(self, row: Row) -> str:
        """Say what the buyer asks for."""
        return value(row.apply_type) or "—"

    def reason(self, row: Row) -> str:
        """Say why."""
        return value(row.reason) or _("reason not known")

    def place(self, row: Row) -> str:
        """Say where it stands in the queue."""
        return self._speech.tab(row.tab)

    def fen(self, row: Row) -> int | None:
        """Give the amount; an exchange moves none."""
        return None if row.apply_type in _BARE_MONEY and not row.amount_fen else row.amount_fen

    def may_take(self, row: Row) -> bool:
        """Tell whether the person may take a ticket that nobody has."""
        return row.assignee_id is None and self._allows(Permission.PROPOSE, row)

    def chips(self, row: Row) -> list[ChipShown]:
        """List what has to catch the eye, the worst first."""
        return [*self._state(row), *self._marks(row), *_evidence(row, self._standings.get(row.id))]

    def act(self, row: Row) -> ActShown | None:
        """Give the one thing that key A does; None where a row has none."""
        if row.action_state in _OPEN:
            return self._pending(row)
        if row.waits_for:
            return self._waiting(row)
        if row.lane != Lane.OURS or row.held:
            return None
        if row.step == REPLY:
            return self._reply(row)
        return self._verb(row) if act_of(row.step) else self._talk(row)

    def _pending(self, row: Row) -> ActShown | None:
        words = {
            ActionState.INTENDED: _("Take back or look"),
            ActionState.HANDED_OVER: _("Say how it went"),
            ActionState.UNKNOWN: _("Say what you see there"),
        }.get(ActionState(row.action_state))
        if words is None or not self._allows(Permission.APPROVE, row):
            return None
        return ActShown(words, reverse("action", args=[row.action_id]))

    def _waiting(self, row: Row) -> ActShown | None:
        if not self._allows(Permission.PROPOSE, row):
            return None
        done = row.waits_for in SEEN_THERE
        words = _("Not done there: back to the queue") if done else _("News is here: back to the queue")
        return ActShown(words, reverse("waits", args=[row.id]), post=True, key="" if done else "a")

    def _verb(self, row: Row) -> ActShown | None:
        if act_of(row.step) == Verb.REFUSE:
            return None
        if not self._allows(Permission.APPROVE, row):
            return self._propose(row)
        if row.step in INSPECTION and row.goods_state != Goods.INSPECTED:
            return ActShown(_("I have inspected it ..."), reverse("approve", args=[row.id]))
        at_once = act_of(row.step) in AT_ONCE
        return ActShown(_("Do it"), reverse("approve", args=[row.id]), first=True, post=at_once)

    def _propose(self, row: Row) -> ActShown | None:
        if not self._allows(Permission.PROPOSE, row):
            return None
        return ActShown(_("Propose to a colleague"), reverse("propose", args=[row.id]), first=True, post=True)

    def _reply(self, row: Row) -> ActShown | None:
        if not self._allows(Permission.APPROVE, row):
            return None
        return ActShown(_("Answer it"), reverse("service", args=[row.id]), first=True)

    def _talk(self, row: Row) -> ActShown | None:
        whom = whom_of(row.step)
        if whom is None or not self._allows(Permission.PROPOSE, row):
            return None
        words = _("Look into it ...") if whom is Whom.CHECK else _("Prepare it")
        if row.step in BY_ITSELF:
            words = _("Look there ...")
        return ActShown(words, reverse("talk", args=[row.id]), first=True)

    def _allows(self, need: Permission, row: Row) -> bool:
        return row.shop_id in self._may[need]

    def _marks(self, row: Row) -> Iterator[ChipShown]:
        if row.needs_person:
            yield ChipShown(_("a person decides"), "warn")
        if row.contradicted:
            yield ChipShown(_("differs from the platform"), "bad")
        if row.flag:
            yield ChipShown(flag_words(row.flag))
        if row.of_order > 1:
            yield ChipShown(_("{count} of this order").format(count=row.of_order))
        if row.of_buyer > max(row.of_order, 1):
            yield ChipShown(_("{count} of this buyer").format(count=row.of_buyer))

    def _state(self, row: Row) -> Iterator[ChipShown]:
        """Say what holds a row or is under way on it."""
        if row.held:
            yield ChipShown(_("held: {why}").format(why=held_words(row.held)), "bad")
        elif row.lane == Lane.OURS and row.step in INSPECTION and row.goods_state != Goods.INSPECTED:
            yield ChipShown(_("not inspected yet"), "warn")
        if row.action_state in _OPEN:
            yield _action(row)
        elif row.waits_for:
            whom = whom_words(row.waits_for, connected=is_connected(self._ask, row.shop_id))
            yield ChipShown(_("{whom}, until {time}").format(whom=whom, time=at(row.waits_until)))
        elif row.lane == Lane.WAITING:
            yield ChipShown(theirs(row))
        if row.money_state == Money.FAILED:
            yield ChipShown(_("refund failed"), "bad")


def _action(row: Row) -> ChipShown:
    words, look = {
        ActionState.INTENDED: (_("approved, being put to work"), ""),
        ActionState.SENDING: (_("being sent"), ""),
        ActionState.HANDED_OVER: (_("prepared: do it in the back office"), "warn"),
        ActionState.UNKNOWN: (_("outcome to be confirmed"), "warn"),
    }[ActionState(row.action_state)]
    return ChipShown(f"{verb(row.action_verb)} · {words}", look)


def _shows_evidence(row: Row) -> bool:
    """Tell whether a row says how far its evidence is: some is there, or its reason asks for some."""
    return row.lane == Lane.OURS and (bool(row.evidence) or row.reason in _NEEDS_EVIDENCE)


def _evidence(row: Row, standing: Standing | None) -> Iterator[ChipShown]:
    """Say how far the evidence of the shop is, or that some is asked for."""
    if row.lane != Lane.OURS:
        return
    if standing and standing.wanted:
        said = _("evidence {there}/{wanted}").format(there=standing.there, wanted=standing.wanted)
        yield ChipShown(said, "good" if standing.whole else "warn")
    elif row.step in _ASKS_EVIDENCE:
        yield ChipShown(_("evidence missing"), "warn")


def around(ask: Ask, rows: Sequence[Row]) -> dict[str, Any]:
    """Give what a list of rows needs beside them."""
    return {"view": Rows(ask, rows), "value": value}


def doable_of(rows: Collection[Row], shops: Collection[int]) -> list[Row]:
    """Give the rows that can be done at one press: one act, nothing held, nothing under way."""
    return [row for row in rows if row.shop_id in shops and _is_doable(row)]


def _is_doable(row: Row) -> bool:
    if row.lane != Lane.OURS or row.needs_person or row.held or row.action_state in _OPEN:
        return False
    act = act_of(row.step)
    if not act or act in ONE_BY_ONE or (act in PAYS and not row.amount_fen):
        return False
    return row.step not in INSPECTION or row.goods_state == Goods.INSPECTED
