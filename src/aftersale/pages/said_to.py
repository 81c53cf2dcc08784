"""Write what an agent sends: to the buyer, to a carrier, into the back office; always in Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import override

from aftersale.channels.verbs import Verb
from aftersale.pages.proposal import newest_of, proposal_of
from aftersale.pages.words import value
from aftersale.tickets.fact_answers import answers_of
from aftersale.tickets.steps import SUBMIT
from aftersale.tickets.waiting import Whom
from aftersale.web.environment import at
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aftersale.pages.proposal import Proposal
    from aftersale.tickets.models import Ticket

_CHINESE = "zh-hans"
_MOST = 4
_OPENING = "您好，您申请的{claim}（{article}）已经收到，给您添麻烦了。"
_EVIDENCE = "为了尽快处理，麻烦您补充：\n{wanted}\n请在 {until} 前发给我们，收到后马上接着处理。"
_PLAN = "想和您商量怎么处理更合适：\n{wanted}\n您看哪一种方便？请在 {until} 前回复，我们按您的选择处理。"
_WORD = "有一点想跟您核对：\n{wanted}\n请在 {until} 前回复，我们马上接着处理。"
_LATER = (
    "知道您暂时不方便寄回。请在 {until} 前告诉我们哪天可以寄出，需要上门取件也请说一声，我们马上接着处理。"
)
_CARRIER = (
    "您好，麻烦拦截这个包裹并退回寄件地址：订单 {order_no}（{article}）。请在 {until} 前告知结果，谢谢。"
)
_PLATFORM = "售后单 {ticket_no}（订单 {order_no}）{claim}，商家说明与材料：\n{wanted}"
_WITHOUT: Mapping[str, str] = {
    _EVIDENCE: "能说明问题的照片或视频，最好带上订单号",
    _PLAN: "您希望怎么处理",
    _WORD: "当时的情况",
    _PLATFORM: "经过和依据",
}


def words_for(ticket: Ticket, whom: Whom, until: datetime, now: datetime) -> str:
    """Write the text for a step; empty where nobody is written to."""
    with override(_CHINESE):
        stored = newest_of(ticket.pk)
        proposal = proposal_of(stored, answers_of(ticket.pk), now) if stored else None
        frame = _frame(ticket.step, whom)
        if not frame:
            return ""
        said = {
            "claim": value(ticket.apply_type) or ticket.claim or "售后",
            "article": ticket.article or ticket.ticket_no,
            "order_no": ticket.order_no,
            "ticket_no": ticket.ticket_no,
            "until": at(until),
            "wanted": _list(_wanted(proposal, frame)[:_MOST] or (_WITHOUT.get(frame, ""),)),
        }
        opening = _OPENING if whom is Whom.BUYER else ""
        return (opening + frame).format(**said)


def _frame(step: str, whom: Whom) -> str:
    if whom is Whom.BUYER:
        return {"request_evidence": _EVIDENCE, "negotiate": _PLAN, "extend_ship_back": _LATER}.get(
            step, _WORD
        )
    return {Whom.CARRIER: _CARRIER, Whom.PLATFORM: _PLATFORM if step == SUBMIT else ""}.get(whom, "")


def _wanted(proposal: Proposal | None, frame: str) -> Sequence[str]:
    """List what is asked for: evidence of the buyer or the shop, ways to settle, open questions."""
    if proposal is None:
        return ()
    if frame == _PLAN:
        # What one asks a buyer is what a buyer can choose; our own steps are none of it.
        return [way.words for way in proposal.ways if way.verb and way.verb != Verb.REFUSE]
    if frame == _WORD:
        return [f"{fact}，是这样吗？" for fact in proposal.open_facts]
    side = _("from the shop") if frame == _PLATFORM else _("from the buyer")
    return [each for whom, wanted in proposal.evidence if whom == side for each in wanted]


def _list(wanted: Sequence[str]) -> str:
    return "\n".join(f"{number}. {each}" for number, each in enumerate(wanted, 1))
