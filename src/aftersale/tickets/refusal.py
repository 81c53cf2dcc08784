"""Say no: to an intent that cannot be, and to a buyer with reason, clause and trace."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.channels.verbs import ANSWERS, PAYS, Verb
from aftersale.domain.errors import AftersaleError
from aftersale.domain.money import yuan
from aftersale.evidence.canonical import canonical
from aftersale.policy.explain import trace
from aftersale.texts import Text
from aftersale.tickets.judging import facts_from
from aftersale.tickets.models import StoredDecision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.policy.decide import Judge
    from aftersale.policy.explain import Traced
    from aftersale.tickets.act import Intent
    from aftersale.tickets.models import Ticket


class ActionPending(AftersaleError):
    """Refuse a second action while the outcome of one is open."""

    def __init__(self, ticket_no: str) -> None:
        super().__init__(
            "action.pending",
            Text(
                zh=f"售后单 {ticket_no} 还有一个操作没有结果。",
                en=f"An action of ticket {ticket_no} has no outcome yet.",
            ),
            Text(
                zh="请先确认它的结果，或在发出前取消。",
                en="Confirm its outcome, or cancel it before it is sent.",
            ),
        )


class RefundUnderWay(AftersaleError):
    """Refuse a refund that the platform is making already."""

    def __init__(self, ticket_no: str) -> None:
        super().__init__(
            "action.refund_under_way",
            Text(
                zh=f"售后单 {ticket_no} 平台正在退款。",
                en=f"The platform is already refunding ticket {ticket_no}.",
            ),
            Text(
                zh="不用再退，请等下一次导入显示结果。",
                en="Do not refund again; the next import shows the outcome.",
            ),
        )


class PaidBefore(AftersaleError):
    """Refuse to pay on a ticket by a rule when money has been paid on it."""

    def __init__(self, ticket_no: str) -> None:
        super().__init__(
            "action.paid_before",
            Text(
                zh=f"售后单 {ticket_no} 已经付过钱，不会再自动付。",
                en=f"Money was paid on ticket {ticket_no} before; no rule pays again.",
            ),
            Text(
                zh="请由有权限的人核对后决定。",
                en="Let a person who may check it and decide.",
            ),
        )


class DoneAlready(AftersaleError):
    """Refuse to do once more what was done and has not been seen on the platform yet."""

    def __init__(self, ticket_no: str) -> None:
        super().__init__(
            "action.done_already",
            Text(
                zh=f"售后单 {ticket_no} 已经办过，平台的结果还没读到。",
                en=f"This was done on ticket {ticket_no}; the platform was not read since.",
            ),
            Text(
                zh="请等下一次导入确认；没办成的话，先把它放回待处理。",
                en="Wait for the next import; if it did not work, put it back into the queue first.",
            ),
        )


class NotInspected(AftersaleError):
    """Refuse to carry a return out before anybody has looked at it, or while its parcel is held."""

    def __init__(self, ticket_no: str, *, held: bool) -> None:
        zh, en = ("包裹已扣下", "the parcel is held") if held else ("退回的货还没验", "nobody looked at it")
        super().__init__(
            "action.not_inspected",
            Text(zh=f"售后单 {ticket_no} {zh}。", en=f"Ticket {ticket_no} cannot be settled: {en}."),
            Text(
                zh="请先到收退货台验货；已经看过货的，勾选“我已收到并验过”。",
                en="Look at it at the returns bench; if you have, tick that you received and inspected it.",
            ),
        )


class FreightOpen(AftersaleError):
    """Refuse to confirm a return while nobody has answered the buyer's claim for its freight.

    `for_programs` is the next step of who calls the interface.
    """

    def __init__(self, ticket_no: str, fen: int) -> None:
        super().__init__(
            "action.freight_open",
            Text(
                zh=f"售后单 {ticket_no} 的买家还申请了退货运费 {yuan(fen)}。",
                en=f"On ticket {ticket_no} the buyer also claims {yuan(fen)} for sending the goods back.",
            ),
            Text(
                zh="打开售后单，点“确认收到退货并退款”，退货运费选“同意”或“拒绝”。",
                en="Open the ticket, confirm the return there, and grant or refuse the return freight.",
            ),
        )
        self.for_programs = Text(
            zh=f"同意：params 里 return_freight_fen 填 {fen}；拒绝：填 0，并在 text 写明原因。",
            en=f"To grant it send return_freight_fen {fen} in params; to refuse it 0 and a text.",
        )


class TicketEnded(AftersaleError):
    """Refuse an action on a ticket that the platform has closed."""

    def __init__(self, ticket_no: str) -> None:
        super().__init__(
            "ticket.ended",
            Text(zh=f"售后单 {ticket_no} 已经结束。", en=f"Ticket {ticket_no} is closed."),
            Text(
                zh="平台上不能再操作，请刷新后核对。",
                en="Nothing can be done on the platform; reload and check.",
            ),
        )


class IntentInvalid(AftersaleError):
    """Refuse an intent that does not say what is to be done."""


class FreightNotClaimed(AftersaleError):
    """Refuse to pay return freight that the buyer does not claim, or another sum of it."""

    def __init__(self, ticket_no: str, fen: int) -> None:
        super().__init__(
            "action.freight_not_claimed",
            Text(
                zh=f"售后单 {ticket_no} 申请的退货运费是 {yuan(fen)}，只能同意这个数，或者拒绝。",
                en=f"Ticket {ticket_no} claims {yuan(fen)} of return freight: grant just that, or refuse it.",
            ),
            Text(zh="刷新售后单，再选“同意”或“拒绝”。", en="Reload the ticket, then grant or refuse it."),
        )


class NotAutomatic(AftersaleError):
    """Refuse what the shop has not allowed to happen without a person, or not beyond a cap."""

    def __init__(self, verb: str, why: str = "off") -> None:
        zh, en = _NOT_ALLOWED[why]
        super().__init__(
            "action.not_automatic",
            Text(
                zh=f"店铺没有允许自动执行“{verb}”：{zh}。",
                en=f"The shop does not allow {verb} without a person: {en}.",
            ),
            Text(zh="请由有权限的人确认。", en="Let a person who may confirm it."),
        )
        self.why = why


_NOT_ALLOWED: Mapping[str, tuple[str, str]] = {
    "off": ("没有启用的规则", "no rule is on"),
    "stopped": ("自动处理已全部停用", "everything automatic is stopped"),
    "hours": ("不在规定的时段", "outside the hours"),
    "sheet": ("规则只管从平台接口读到的单", "the rule is for tickets read from the platform itself"),
    "no_cap": ("没有设金额上限", "no cap on the amount is set"),
    "cap": ("超过单笔上限", "more than the cap of one ticket"),
    "four_eyes": ("超过要两个人同意的金额", "more than the amount that needs two people"),
    "day": ("超过当天上限", "more than the cap of the day"),
    "not_inspected": ("退回的货还没验", "what came back was not looked at"),
}


class DecisionMissing(AftersaleError):
    """Refuse a rejection that rests on no decision of the rulebook it is to be explained by."""

    def __init__(self, ticket_no: str) -> None:
        super().__init__(
            "decision.missing",
            Text(
                zh=f"售后单 {ticket_no} 没有可依据的处理建议。",
                en=f"Ticket {ticket_no} has no decision to rest on.",
            ),
            Text(zh="请先重新判断，再决定是否拒绝。", en="Judge it again first, then decide."),
        )


@dataclass(frozen=True, slots=True)
class Refusal:
    """Hold what a refusal says: the platform's reason code, the clause, the text for the buyer, evidence.

    `reason_words` are the platform's own for the code, so that nobody has to read the code later.
    """

    reason: str
    citation: str
    text: str = ""
    evidence: tuple[str, ...] = ()
    guard: str = ""
    delay_s: int = 0
    reason_words: str = ""

    @property
    def params(self) -> Mapping[str, object]:
        """Give what is sent along."""
        return {
            "reason": self.reason,
            "citation": self.citation,
            "text": self.text,
            "evidence": list(self.evidence),
            **({"reason_words": self.reason_words} if self.reason_words else {}),
        }


_WRONG: Mapping[str, Text] = {
    "action.no_such_verb": Text(zh="没有“{verb}”这种操作。", en="There is no action called {verb}."),
    "action.refusal": Text(
        zh="拒绝要由人填写原因和依据。", en="A refusal needs a person, a reason and a clause."
    ),
    "action.amount_missing": Text(
        zh="“{verb}”要写明金额，大于 0。", en="{verb} needs an amount of more than nothing."
    ),
    "action.amount_unwanted": Text(zh="“{verb}”不涉及金额。", en="{verb} takes no amount."),
    "action.delay": Text(zh="等待时间不能是负数。", en="A delay cannot be negative."),
}


def check_intent(intent: Intent) -> None:
    """Refuse an intent that is not whole (IntentInvalid)."""
    code = _fault(intent)
    if code:
        raise IntentInvalid(
            code,
            _WRONG[code].format(verb=intent.verb),
            Text(zh="请改正后再确认。", en="Correct it and confirm again."),
        )


def _fault(intent: Intent) -> str:
    if intent.verb not in ANSWERS:
        return "action.no_such_verb"
    if intent.verb == Verb.REFUSE:
        return "action.refusal"
    if intent.verb in PAYS and not (intent.amount_fen and intent.amount_fen > 0):
        return "action.amount_missing"
    if intent.verb not in PAYS and intent.amount_fen is not None:
        return "action.amount_unwanted"
    return "action.delay" if intent.delay_s < 0 else ""


def keep_trace(ticket: Ticket, judge: Judge) -> StoredDecision:
    """Store the full trace with the newest decision, and give that; raises DecisionMissing.

    The judge must be of the rulebook by which the ticket was judged.
    """
    stored = StoredDecision.objects.filter(ticket_id=ticket.pk).order_by("-id").first()
    if stored is None or stored.rulebook_digest != judge.rulebook.digest:
        raise DecisionMissing(ticket.ticket_no)
    decision = judge.decide(facts_from(stored.facts))
    stored.trace = canonical([_plain(each) for each in trace(judge, decision)]).decode()
    stored.save(update_fields=["trace"])
    return stored


def _plain(traced: Traced) -> dict[str, object]:
    return {
        "rule": traced.rule.id,
        "outcome": traced.outcome,
        "part": traced.part,
        "values": {name: _plain_value(value) for name, value in traced.values.items()},
        "unalleged": list(traced.unalleged),
    }


def _plain_value(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value


def trace_of(stored: StoredDecision) -> list[dict[str, object]]:
    """Read a kept trace back, rules in rank order; empty where none was kept."""
    found: list[dict[str, object]] = json.loads(stored.trace) if stored.trace else []
    return found
