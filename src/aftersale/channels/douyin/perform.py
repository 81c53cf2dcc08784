"""Carry out one wish at 抖店: read where that matters, send once, and look at each part of the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aftersale.channels.base import Outcome, Receipt
from aftersale.channels.douyin import faults, material
from aftersale.channels.douyin.answer import LOOK_AND_DECIDE, ask, unreadable
from aftersale.channels.douyin.calls import DIRECT, INTERCEPT, MOST_EVIDENCE
from aftersale.channels.douyin.codes import ITEM_DONE, Status, known
from aftersale.channels.douyin.operate import call_for
from aftersale.channels.douyin.read import read_said
from aftersale.channels.douyin.services import id_of, is_service
from aftersale.channels.douyin.ways import NOT_OFFERED, OPERATE, STRATEGIES, TURNED
from aftersale.channels.manual.words import to_do
from aftersale.channels.verbs import VERB_WORDS, Verb
from aftersale.domain.errors import ChannelError, Rejected
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aftersale.channels.base import Hands, Outgoing
    from aftersale.channels.douyin.answer import Answer
    from aftersale.channels.douyin.calls import Call

VERBS: frozenset[str] = frozenset(Verb) - NOT_OFFERED


def perform(outgoing: Outgoing, hands: Hands) -> Receipt:
    """Do it once; raises ChannelError. What 抖店 offers no call for on this kind of ticket a person does."""
    if outgoing.verb not in VERBS:
        raise faults.no_such_verb(outgoing.verb)
    verb = Verb(outgoing.verb)
    number, service = id_of(outgoing.ticket_no), is_service(outgoing.ticket_no)
    if service is not (verb is Verb.REPLY_SERVICE) or not (number.isascii() and number.isdecimal()):
        raise faults.not_taken("这类单子不能这样处理", "this kind of ticket is not handled so")
    if verb is Verb.SUBMIT_EVIDENCE and (pictures := outgoing.params.get("pictures")):
        outgoing = _with_pictures(outgoing, pictures, hands)
    if verb in DIRECT:
        return _sent(DIRECT[verb](outgoing, hands.now), verb, hands)
    said = read_said(outgoing.ticket_no, hands)
    if said is None:
        raise faults.not_now("查不到")
    call = call_for(outgoing, said, hands)
    if call is None:
        words = to_do(outgoing, hands.platform)
        return Receipt(Outcome.HANDED_OVER, "manual.to_do", words, "", {"key": outgoing.key}, hands.now)
    return _sent_guarded(call, outgoing, hands)


def _with_pictures(outgoing: Outgoing, pictures: object, hands: Hands) -> Outgoing:
    """Let the platform fetch pictures of the desk before they are named as evidence."""
    urls = [str(each) for each in pictures] if isinstance(pictures, list | tuple) else []
    shown = material.uploaded(urls[:MOST_EVIDENCE], outgoing.ticket_no, hands)
    return replace(outgoing, params={**outgoing.params, "evidence": shown})


def _sent_guarded(call: Call, outgoing: Outgoing, hands: Hands) -> Receipt:
    """Send; a refusal of a ticket that changed in between is told apart, by looking."""
    try:
        receipt = _sent(call, Verb(outgoing.verb), hands)
    except Rejected as refused:
        if _changed(outgoing, hands):
            raise faults.version_conflict(refused.platform_code) from refused
        raise
    told_nothing = call.params.get("type") in TURNED or call.method in STRATEGIES
    if told_nothing and not _settled(outgoing, hands):
        raise unreadable(writes=True)
    return receipt


def _settled(outgoing: Outgoing, hands: Hands) -> bool:
    """Look whether a refund whose call tells nothing of the money has come to its end with it."""
    try:
        said = read_said(outgoing.ticket_no, hands)
    except ChannelError:
        return False
    return said is not None and known(Status, said.status) is Status.SUCCEEDED


def _changed(outgoing: Outgoing, hands: Hands) -> bool:
    try:
        said = read_said(outgoing.ticket_no, hands)
    except ChannelError:
        return False
    return said is not None and said.times.version != outgoing.guard


def _sent(call: Call, verb: Verb, hands: Hands) -> Receipt:
    answer = ask(hands, call.method, call.params, writes=True)
    _PARTS.get(call.method, _no_parts)(answer)
    words = VERB_WORDS[verb]
    message = Text(zh=f"抖店已经接受：{words.zh}。", en=f"抖店 has taken it: {words.en}.")
    raw = {"method": call.method, "log_id": answer.log_id, "data": answer.data.fields}
    return Receipt(Outcome.DONE, "douyin.done", message, "", raw, hands.now)


def _no_parts(answer: Answer) -> None:
    del answer


def _items_done(answer: Answer) -> None:
    """Look at what became of the one ticket: the call as a whole may succeed without it."""
    items = answer.data.each("items")
    codes = [each.code("status_code") for each in items]
    if not items or None in codes:
        raise unreadable(writes=True)
    for each, code in zip(items, codes, strict=True):
        if code != ITEM_DONE:
            raise _refused(str(code), each.text("status_msg"))


def _intercepted(answer: Answer) -> None:
    """Look at each parcel: the platform takes the call and may still not stop it."""
    failed = answer.data.code("failed_count")
    if failed is None:
        raise unreadable(writes=True)
    if failed:
        parts = (*answer.data.each("intercept_results"), answer.data)
        said = next((text for each in parts if (text := each.text("unavailable_reason"))), "")
        raise _refused("intercept", said)


_PARTS: Mapping[str, Callable[[Answer], None]] = {OPERATE: _items_done, INTERCEPT: _intercepted}


def _refused(code: str, words: str) -> Rejected:
    said = Text(zh=f"平台答复：{words}（{code}）", en=f"The platform answered: {words} ({code})")
    return Rejected("channel.refused", said, LOOK_AND_DECIDE, platform_code=code)
