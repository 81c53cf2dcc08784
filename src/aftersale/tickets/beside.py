"""Do on the platform what answers no application: remark, flag, waybill, interception, a small payout.

Such an action decides nothing and holds no money of the order; it is sent once like every other. What a
small payout moves counts against the limits of the shop.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction

from aftersale.channels.verbs import ANSWERS, FLAG_WORDS, PARAMS, PAYS, PURPOSES, VERB_WORDS, Verb
from aftersale.domain.errors import AftersaleError
from aftersale.domain.states import ActionState
from aftersale.evidence.journal import Entry
from aftersale.jobs import door
from aftersale.texts import Text
from aftersale.tickets.act import Intent
from aftersale.tickets.change import change
from aftersale.tickets.limits import check_limits
from aftersale.tickets.models import Action
from aftersale.tickets.outcome import key_of, lock, named, next_intent
from aftersale.tickets.receipts import PERFORM
from aftersale.tickets.wording import TO_THE_PLATFORM, check_words

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from aftersale.shops.models import Person
    from aftersale.tickets.models import Ticket

VERBS = tuple(verb for verb in Verb if verb not in ANSWERS)
"""Everything that can be done beside the answer, in one order."""

NEEDS: Mapping[Verb, tuple[str, ...]] = {
    Verb.REMARK: ("text",),
    Verb.FLAG: ("flag",),
    Verb.SUBMIT_EVIDENCE: ("text",),
    Verb.RETURN_WAYBILL: ("carrier", "waybill"),
    Verb.INTERCEPT: ("carrier", "waybill"),
    Verb.REPLY_SERVICE: ("text",),
    Verb.SMALL_PAYOUT: ("purpose",),
}
"""What has to be said for each; the rest of its parameters may be left out."""

# What buyers read of it, and what such a text may hold all the same; remarks and flags stay with the shop.
_READ_BY: Mapping[Verb, Collection[str]] = {
    Verb.SMALL_PAYOUT: (),
    Verb.SUBMIT_EVIDENCE: TO_THE_PLATFORM,
    Verb.REPLY_SERVICE: TO_THE_PLATFORM,
}
FLAGS = tuple(FLAG_WORDS)
_CHOICES: Mapping[str, Collection[str]] = {"flag": FLAG_WORDS, "purpose": PURPOSES}
_SAME_PRESS = timedelta(seconds=10)


class Wish(NamedTuple):
    """Hold what is wanted, as it is compared with what was wanted just now."""

    verb: str
    amount_fen: int | None
    params: Mapping[str, object]


class NotWhole(AftersaleError):
    """Refuse what does not say all that it needs."""

    def __init__(self, verb: str) -> None:
        words = {str(each): text for each, text in VERB_WORDS.items()}
        said = words.get(verb, Text(zh=verb, en=verb))
        super().__init__(
            "beside.not_whole",
            Text(zh=f"“{said.zh}”还有没填的。", en=f"Something is missing to {said.en}."),
            Text(zh="填好后再提交；已写的内容还在。", en="Fill it in; what you wrote is kept."),
        )


@transaction.atomic
def do(
    ticket: Ticket,
    person: Person | None,
    verb: str,
    params: Mapping[str, object],
    now: datetime,
    amount_fen: int | None = None,
) -> Action:
    """Write down what is to be done and wake the worker up; the same press twice is one.

    None for a person is the desk itself, where a shop lets it. Raises NotWhole, WordingStopped; for a small
    payout SecondPersonNeeded or DayCapReached, too.
    """
    said = _checked(verb, params, amount_fen)
    if verb in _READ_BY:
        check_words(ticket.shop, said.get("text"), now, _READ_BY[Verb(verb)])
    lock(ticket)
    before = _just_now(ticket, person, Wish(verb, amount_fen, said), now)
    if before is not None:
        return before
    check_limits(ticket, person, Intent(verb, amount_fen), now)
    number = next_intent(ticket)
    action = Action.objects.create(
        ticket=ticket,
        shop_id=ticket.shop_id,
        key=key_of(ticket, verb, number),
        verb=verb,
        intent_no=number,
        amount_fen=amount_fen,
        params=said,
        guard=ticket.version,
        approved_by=person,
        approved_at=now,
        not_before=now,
    )
    # Words are a buyer's value; addresses of pictures let in whoever reads them.
    told = {name: value for name, value in said.items() if name not in {"text", "pictures"}}
    text = str(said.get("text", ""))
    data = {**named(action), "intent_no": number, "guard": action.guard, "params": told}
    change(ticket, Entry("beside", now, action.approved_by_id, data, {"text": text} if text else {}))
    door.enqueue(PERFORM, action.pk)
    return action


def _checked(verb: str, params: Mapping[str, object], amount_fen: int | None) -> dict[str, object]:
    """Keep what the verb takes; raises NotWhole where it is another kind of verb or says too little."""
    if verb not in VERBS or (verb in PAYS) is not bool(amount_fen):
        raise NotWhole(verb)
    said = {name: value for name, value in params.items() if name in PARAMS[Verb(verb)] and value}
    if not all(said.get(name) for name in NEEDS[Verb(verb)]):
        raise NotWhole(verb)
    if any(said.get(name, next(iter(allowed))) not in allowed for name, allowed in _CHOICES.items()):
        raise NotWhole(verb)
    return said


def _just_now(ticket: Ticket, person: Person | None, wish: Wish, now: datetime) -> Action | None:
    recent = Action.objects.filter(
        ticket=ticket, verb=wish.verb, approved_by=person, approved_at__gte=now - _SAME_PRESS
    )
    alive = recent.exclude(state__in=[ActionState.FAILED, ActionState.CANCELLED]).order_by("-id")
    same = (each for each in alive if (each.params, each.amount_fen) == (wish.params, wish.amount_fen))
    return next(same, None)
