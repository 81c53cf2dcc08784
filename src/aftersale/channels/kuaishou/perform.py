"""Carry one action out: look at the ticket, compare its version, choose the call, send it once.

Half of the platform's calls carry no version. So each ticket is read first, and what was decided on another
version than the platform's own is refused unsent; calls that do carry it send it, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.base import AMOUNT_DIFFERS, Outcome, Receipt
from aftersale.channels.kuaishou import codes
from aftersale.channels.kuaishou.answer import envelope, plain
from aftersale.channels.kuaishou.codes import Status, Way
from aftersale.channels.kuaishou.contract import ADD_NOTE
from aftersale.channels.kuaishou.looking import detail_of, number, unreadable
from aftersale.channels.kuaishou.notices import claim_words, status_words
from aftersale.channels.kuaishou.standing import known
from aftersale.channels.kuaishou.values import Odd, Told
from aftersale.channels.kuaishou.ways import NOTES, STEPS, Sending, note, refused
from aftersale.channels.verbs import VERB_WORDS, Verb
from aftersale.domain.errors import NotSent
from aftersale.domain.money import yuan
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.channels.base import Hands, Outgoing

VERBS: frozenset[str] = frozenset({*STEPS, *NOTES})
"""What 快手小店 lets an app do; the rest is done by people in its back office."""


def perform(outgoing: Outgoing, hands: Hands) -> Receipt:
    """Do it once; raises ChannelError."""
    if outgoing.verb not in VERBS:
        refused(
            "channel.no_such_verb",
            f"快手小店没有“{outgoing.verb}”这种接口。",
            f"快手小店 offers no call for {outgoing.verb}.",
            platform_code="verb",
        )
    verb = Verb(outgoing.verb)
    if verb in NOTES:
        number(outgoing.order_no)
        return _sent(verb, ADD_NOTE, note(outgoing), hands)
    return _act(verb, outgoing, hands)


def _act(verb: Verb, outgoing: Outgoing, hands: Hands) -> Receipt:
    step = STEPS[verb]
    try:
        ticket = detail_of(outgoing.ticket_no, hands)
        _same_version(outgoing, ticket)
        way = _possible(verb, ticket)
        if step.pays:
            _same_amount(outgoing, ticket)
        params = step.params(Sending(outgoing, ticket, way))
    except Odd as odd:
        raise unreadable(odd) from None
    return _sent(verb, step.method, params, hands)


def _same_version(outgoing: Outgoing, ticket: Told) -> None:
    """Refuse what was decided on another version, or on none."""
    version = ticket.code("updateTime")
    if version is None:
        raise Odd("told_missing", "updateTime", "")
    if outgoing.guard != str(version):
        refused(
            "channel.version_conflict",
            "这一单在决定之后变过了，没有发送。",
            "The ticket changed after the decision; nothing was sent.",
            platform_code="version",
        )


def _possible(verb: Verb, ticket: Told) -> Way:
    """Refuse what the platform does not take at this way and status, or what we cannot read; give the way."""
    way, status = known(Way, ticket.code("handlingWay")), known(Status, ticket.code("status"))
    if way is None or status is None or status not in codes.POSSIBLE.get((verb, way), frozenset()):
        shown = f"{claim_words(ticket)}，{status_words(ticket)}"
        refused(
            "channel.not_possible",
            f"这一单现在是“{shown}”，不能“{VERB_WORDS[verb].zh}”。",
            f"The ticket stands at “{shown}”; {VERB_WORDS[verb].en} is not possible.",
            platform_code="state",
        )
    return way


def _same_amount(outgoing: Outgoing, ticket: Told) -> None:
    """Hand over what the interface cannot pay: another amount than the one that was applied for."""
    amount = ticket.fen("refundFee")
    if outgoing.amount_fen == amount:
        return
    said, ours = ("?" if fen is None else yuan(fen) for fen in (amount, outgoing.amount_fen))
    raise NotSent(
        AMOUNT_DIFFERS,
        Text(
            zh=(
                f"快手接口只按申请金额 {said} 退款，退不了 {ours}，没有发送。请买家先把申请金额改成 {ours}，"
                "再到快手小店后台同意退款，办完后请回来确认结果。"
            ),
            en=(
                f"快手's interface refunds what was applied for, {said}, and not {ours}; nothing was sent. "
                f"Have the buyer change the amount to {ours}, agree in the back office, confirm the outcome."
            ),
        ),
        Text(
            zh="买家不改申请时，回来选“没有办成”，再重新决定。",
            en="If the buyer does not change it, say that it did not work, and decide again.",
        ),
    )


def _sent(verb: Verb, method: str, params: Mapping[str, object], hands: Hands) -> Receipt:
    """Send and read what came; the platform tells no new version."""
    answer = envelope(hands.ask(method, params, writes=True), writes=True)
    words = VERB_WORDS[verb]
    said = Text(zh=f"快手已接受：{words.zh}。", en=f"快手 took it: {words.en}.")
    return Receipt(Outcome.DONE, "channel.done", said, "", {"method": method, **plain(answer)}, hands.now)
