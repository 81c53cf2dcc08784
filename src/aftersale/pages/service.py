"""Answer a request of the platform itself (平台服务单): words prepared, looked at once more, sent once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aftersale.api.access import ticket_for
from aftersale.channels.verbs import Verb
from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission
from aftersale.pages.acting import back_to, moved, row_of
from aftersale.pages.beside import results_of
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.ticket_head import dues_of, is_done
from aftersale.pages.words import Speech
from aftersale.texts import Text
from aftersale.tickets import beside, side
from aftersale.tickets.outcome import OPEN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from aftersale.tickets.models import Ticket

MOST_EVIDENCE = 4
_LONGEST = 2_000
_BLANK = "【"
# By what the platform's text speaks of; always in Chinese, as it goes to the platform.
_WORDS: Sequence[tuple[tuple[str, ...], str]] = (
    (
        ("物流", "快递", "发货", "签收", "派送"),
        "订单 {order_no}：商家已联系快递核实，目前【物流进展】；已告知买家，【时间】前给出结果。",
    ),
    (
        ("质量", "破损", "瑕疵", "描述不符", "假货", "异味"),
        "订单 {order_no}：商家已核对商品与描述，情况是【核实结果】；已为买家【退款／换货／补寄】。",
    ),
    (
        ("退款", "退货", "售后", "退差"),
        "订单 {order_no}：商家已核实售后申请，处理方案是【退款／退货退款／换货】，已于【时间】办理。",
    ),
    (
        ("发票", "开票"),
        "订单 {order_no}：发票已于【时间】开具，发送方式【邮箱／快递单号】。",
    ),
    (
        ("客服", "态度", "不理"),
        "订单 {order_no}：商家已于【时间】联系买家并致歉，处理方案是【方案】，买家【是否同意】。",
    ),
)
_ELSE = "订单 {order_no}：商家已核实，情况是【核实结果】；处理方案是【方案】，已于【时间】告知买家。"


class NotReady(AftersaleError):
    """Refuse an answer in which something prepared is still to be filled in, or that is too long."""

    def __init__(self, code: str) -> None:
        super().__init__(code, *_REFUSALS[code])


_REFUSALS = {
    "service.blank": (
        Text(zh="还有【】里的内容没填。", en="Something in 【】 is still to be filled in."),
        Text(zh="把【】换成实际情况再看一遍。", en="Replace each 【】 by what is so, then look again."),
    ),
    "service.long": (
        Text(
            zh=f"回复最多 {side.LONGEST} 字，凭证最多 {MOST_EVIDENCE} 个。",
            en=f"An answer has {side.LONGEST} characters and {MOST_EVIDENCE} pieces of evidence at most.",
        ),
        Text(zh="缩短后再发。", en="Shorten it."),
    ),
    "service.empty": (
        Text(zh="还没写回复。", en="Nothing is written yet."),
        Text(zh="写清情况、方案和时间。", en="Write what happened, what is done and when."),
    ),
}


def words_for(ticket: Ticket) -> str:
    """Prepare an answer from what the platform's text speaks of; what only people know stands in 【】."""
    said = ticket.reason_said
    words = next((words for names, words in _WORDS if any(name in said for name in names)), _ELSE)
    return words.format(order_no=ticket.order_no)


@page
def service(ask: Ask, ticket_id: int) -> HttpResponse:
    """Show the request with the form of an answer; when sent look at it once more, then send it, once."""
    ticket = ticket_for(ask.caller, ticket_id, Permission.VIEW)
    if ask.request.method != "POST" or ask.said("edit"):
        return _shown(ask, ticket)
    ask.caller.let(side.NEED[Verb.REPLY_SERVICE], ticket.shop_id)
    try:
        params = _said(ask)
        if not ask.said("sure"):
            return _shown(ask, ticket, looked=params)
        if is_done(ticket) or not side.allowed(ticket, Verb.REPLY_SERVICE):
            raise side.NotNow(Verb.REPLY_SERVICE)
        beside.do(ticket, ask.person, Verb.REPLY_SERVICE, params, ask.now)
    except AftersaleError as refusal:
        return _shown(ask, ticket, why=refusal)
    return back_to(ticket_id) if not ask.part else moved(_shown(ask, ticket))


def _said(ask: Ask) -> dict[str, object]:
    """Read the answer; raises NotReady."""
    text = ask.said("text")[:_LONGEST]
    lines = (line.strip() for said in ask.all_said("evidence") for line in said[:_LONGEST].splitlines())
    evidence = list(dict.fromkeys(line for line in lines if line))
    if not text:
        raise NotReady("service.empty")
    if _BLANK in text:
        raise NotReady("service.blank")
    if len(text) > side.LONGEST or len(evidence) > MOST_EVIDENCE:
        raise NotReady("service.long")
    return {"text": text, **({"evidence": evidence} if evidence else {})}


def _shown(
    ask: Ask, ticket: Ticket, *, looked: dict[str, object] | None = None, why: AftersaleError | None = None
) -> HttpResponse:
    dues = dues_of(ticket, Speech(ask.now).of(ticket.shop_id), ask.now)
    waits = ticket.actions.filter(verb=Verb.REPLY_SERVICE, state__in=OPEN).exists()
    done = is_done(ticket)
    may = ticket.shop_id in ask.caller.shops(side.NEED[Verb.REPLY_SERVICE])
    around: dict[str, Any] = {
        "ticket": ticket,
        "dues": dues,
        "sent": waits or done,
        "may": may and not waits and not done and side.allowed(ticket, Verb.REPLY_SERVICE),
        "looked": looked,
        "why": why,
        "words": ask.said("text") or words_for(ticket),
        "longest": side.LONGEST,
        "most": MOST_EVIDENCE,
        "row": row_of(ask),
        **results_of(ticket),
    }
    template = "_service.html" if ask.part else "acted.html"
    return shown(ask, template, status=422 if why else 200, form="_service.html", **around)
