"""Say the events of a ticket as a line of what happened, by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.channels.verbs import VERB_WORDS
from aftersale.domain.clock import moment_of
from aftersale.domain.fact_table import FACTS
from aftersale.domain.money import yuan
from aftersale.pages.words import value
from aftersale.texts import Text
from aftersale.tickets.vault.happened import TIMES
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from aftersale.domain.facts import Facts
    from aftersale.tickets.detail import ActionView, EventLine, NoteView

KINDS: Mapping[str, tuple[str, Text]] = {
    "imported": ("platform", Text(zh="首次读到", en="first seen")),
    "observed": ("platform", Text(zh="平台状态更新", en="the platform's state changed")),
    "observed_old": (
        "platform",
        Text(zh="收到较早的记录，没有改动", en="an older record came; nothing changed"),
    ),
    "missing": ("platform", Text(zh="后台已不在待处理，待核对", en="no longer pending there; to be checked")),
    "proposed": ("shop", Text(zh="提交给同事审核", en="proposed to a colleague")),
    "action_intended": ("shop", Text(zh="已确认处理", en="approved")),
    "refused": ("shop", Text(zh="已确认拒绝", en="refused")),
    "action_sending": ("system", Text(zh="正在提交", en="being sent")),
    "action_handed_over": (
        "system",
        Text(zh="已备好，请到平台后台操作", en="prepared; do it in the back office"),
    ),
    "action_cancelled": ("shop", Text(zh="提交前撤回", en="taken back before it was sent")),
    "action_confirmed": ("shop", Text(zh="人工确认结果", en="outcome confirmed by a person")),
    "action_observed": (
        "platform",
        Text(zh="从平台记录看到结果", en="outcome seen in the platform's record"),
    ),
    "action_unknown": ("system", Text(zh="结果待确认", en="outcome to be confirmed")),
    "action_under_way": ("platform", Text(zh="平台处理中", en="the platform is at it")),
    "action_done": ("platform", Text(zh="平台已完成", en="done by the platform")),
    "action_failed": ("platform", Text(zh="没有办成", en="failed")),
    "action_rejected": ("platform", Text(zh="平台没有接受", en="refused by the platform")),
    "action_not_done": ("platform", Text(zh="平台上没有办成", en="not done on the platform")),
    "action_conflict": (
        "platform",
        Text(zh="平台状态刚变过，先重新核对", en="the state moved on the platform; it is looked at again"),
    ),
    "action_postponed": (
        "system",
        Text(zh="平台暂时连不上，稍后再提交", en="the platform does not answer; it is sent later"),
    ),
    "action_unauthorised": (
        "system",
        Text(zh="授权失效，恢复后再提交", en="authorisation lost; it is sent once it is back"),
    ),
    "beside": ("shop", Text(zh="已确认操作", en="done beside the answer")),
    "deadline_passed": ("system", Text(zh="对方已超时", en="the other side's time is over")),
    "answered": ("shop", Text(zh="补充信息", en="answered")),
    "answer_withdrawn": ("shop", Text(zh="撤回信息", en="answer taken back")),
    "decided": ("system", Text(zh="重新给出建议", en="judged again")),
    "promised": ("shop", Text(zh="向买家作了承诺", en="promised something to the buyer")),
    "talked": ("shop", Text(zh="记下协商", en="a line of the negotiation")),
    "talk_read": ("platform", Text(zh="读到协商记录", en="lines of the negotiation log read")),
    "talk_corrected": ("shop", Text(zh="撤回一条协商", en="a line of the negotiation taken back")),
    "talk_limited": ("shop", Text(zh="定了让步上限", en="a limit of the negotiation set")),
    "talk_need": ("shop", Text(zh="记下买家寄回的难处", en="what keeps the buyer from sending it back")),
    "agreed": ("shop", Text(zh="双方谈妥", en="both sides agree")),
    "talk_ended": ("shop", Text(zh="协商结束，没谈成", en="the negotiation ended without an agreement")),
    "talk_felt": ("shop", Text(zh="记下买家的态度", en="how the buyer took it")),
    "wait_begun": ("shop", Text(zh="已发出，等回复", en="sent; waits for an answer")),
    "wait_ended": ("system", Text(zh="放回待处理", en="back in the queue")),
    "noted": ("shop", Text(zh="加了备注", en="noted")),
    "labelled": ("shop", Text(zh="贴了标签", en="labelled")),
    "label_taken_off": ("shop", Text(zh="撕掉标签", en="label taken off")),
    "assigned": ("shop", Text(zh="换了负责人", en="handed over")),
    "task_done": ("shop", Text(zh="完成待办", en="task done")),
    "unmasked": ("shop", Text(zh="查看了买家信息", en="looked at the buyer's data")),
    "deadline_warned": ("system", Text(zh="临近超时提醒", en="warned of a deadline")),
    "deadline_missed": ("system", Text(zh="已超时", en="deadline missed")),
    "matched": ("warehouse", Text(zh="收到退件", en="parcel arrived")),
    "goods_received": ("warehouse", Text(zh="退货已收到", en="the return arrived")),
    "goods_recounted": ("warehouse", Text(zh="重新清点", en="counted again")),
    "goods_inspected": ("warehouse", Text(zh="已验货", en="inspected")),
    "goods_taken_off": ("warehouse", Text(zh="退件已改挂到别的单", en="the parcel belongs elsewhere")),
    "deadline_paused": ("system", Text(zh="计时暂停", en="clock paused")),
    "alarm_taken": ("shop", Text(zh="接手了提醒", en="took the alarm over")),
    "alarm_escalated": (
        "system",
        Text(zh="没人接手，已提醒主管", en="nobody took the alarm; the lead was told"),
    ),
    "action_not_covered": (
        "system",
        Text(zh="订单余额不够，没有提交", en="no longer covered by the order; not sent"),
    ),
    "action_overtaken": (
        "system",
        Text(zh="平台上有变化，没有提交", en="changed on the platform meanwhile; not sent"),
    ),
    "answer_late": ("platform", Text(zh="平台结果到得晚", en="the platform's answer came late")),
    "dispatch_stopped": ("warehouse", Text(zh="已截住，没有发出", en="dispatch stopped")),
    "dispatch_too_late": ("warehouse", Text(zh="没截住，已经发出", en="too late, it was sent")),
    "dispatch_not_needed": ("warehouse", Text(zh="不用截了", en="no need to stop it")),
    "unmatched": ("warehouse", Text(zh="退件不再挂在这张单", en="the parcel no longer belongs here")),
    "redecide_failed": ("system", Text(zh="没能重新判断", en="could not be judged again")),
    "evidence_added": ("shop", Text(zh="加了凭证", en="evidence added")),
    "evidence_reused": ("shop", Text(zh="用了商品资料", en="evidence of the product library used")),
    "evidence_withdrawn": ("shop", Text(zh="撤下凭证", en="evidence taken off")),
    "evidence_masked": ("shop", Text(zh="给凭证打码", en="parts of evidence made black")),
    "evidence_asked": ("shop", Text(zh="发链接补凭证", en="evidence asked for by a link")),
    "evidence_request_closed": ("shop", Text(zh="收回补凭证的链接", en="link for evidence taken back")),
    "goodwill_given": ("shop", Text(zh="留出一项补偿", en="goodwill held for the buyer")),
    "goodwill_delivered": ("shop", Text(zh="补偿已发给买家", en="goodwill handed over")),
    "goodwill_not_delivered": (
        "shop",
        Text(zh="补偿其实没交出去，改回待交付", en="goodwill not handed over after all"),
    ),
    "goodwill_withdrawn": ("shop", Text(zh="撤回补偿", en="goodwill taken back")),
    "goodwill_used": ("shop", Text(zh="买家用了补偿", en="goodwill used by the buyer")),
    "pack_asked": ("shop", Text(zh="生成举证材料", en="pack of evidence asked for")),
    "pack_built": ("system", Text(zh="举证材料已生成", en="pack of evidence built")),
    "evidence_pasted": ("shop", Text(zh="已在后台提交举证", en="evidence submitted in the back office")),
    "dispute_opened": ("buyer", Text(zh="平台介入立案", en="a dispute was opened")),
    "dispute_taken": ("shop", Text(zh="接手平台介入", en="took the dispute over")),
    "dispute_given_free": ("shop", Text(zh="放开平台介入", en="gave the dispute free")),
    "dispute_submitted": ("shop", Text(zh="提交举证", en="evidence submitted")),
    "dispute_judged": ("platform", Text(zh="平台判定", en="the platform judged")),
    "dispute_withdrawn": ("buyer", Text(zh="买家撤回平台介入", en="the buyer withdrew the dispute")),
    "dispute_accepted": ("shop", Text(zh="接受平台结果", en="let the ruling stand")),
    "dispute_tested": ("shop", Text(zh="填写责任认定", en="answered a test of liability")),
    "dispute_appealed": ("shop", Text(zh="提交申诉（复议）", en="asked for reconsideration")),
    "dispute_appeal_answered": ("platform", Text(zh="申诉（复议）有结果", en="reconsideration was answered")),
    "dispute_reviewed": ("shop", Text(zh="平台介入复盘", en="wrote down what the dispute taught")),
    "complained": ("shop", Text(zh="向平台投诉", en="complained to the platform")),
    "erasure_held": ("system", Text(zh="个人信息暂不能删除", en="personal data cannot be erased yet")),
    "erased": ("system", Text(zh="已删除个人信息", en="personal data erased")),
}
"""By kind of event: whose doing it is, and what happened."""

SIDES = ("buyer", "shop", "platform", "logistics", "warehouse", "system")
"""Whose doing something can be; the timeline is narrowed by it."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Hold one line of the timeline."""

    at: datetime
    whose: str
    who: str
    words: str
    more: str
    note: bool = False


def side_words() -> dict[str, str]:
    """Name the sides of the timeline, all of them together first."""
    return {
        "": _("everything"),
        "buyer": _("buyer"),
        "shop": _("shop"),
        "platform": _("platform"),
        "logistics": _("logistics"),
        "warehouse": _("warehouse"),
        "system": _("desk"),
    }


def timeline_of(
    events: Sequence[EventLine],
    notes: Sequence[NoteView],
    names: Mapping[int, str],
    facts: Facts | None = None,
    actions: Sequence[ActionView] = (),
) -> list[Happened]:
    """Mix events, notes and what happened outside, newest first.

    A note stands in the place of the event that tells of it; `facts` know when buyer, platform and carrier
    did something, `actions` what a refusal says and why the platform did not take something.
    """
    said = {each.key: each for each in actions}
    told = [_event(each, names, said) for each in events if each.kind != "noted"]
    told += _outside(facts) if facts else []
    told += [Happened(each.at, "shop", each.person, each.text, "", note=True) for each in notes]
    return sorted(told, key=lambda each: each.at, reverse=True)


def _outside(facts: Facts) -> list[Happened]:
    return [
        Happened(moment_of(at), whose, "", text.of(lang()), "")
        for name, (whose, text) in TIMES.items()
        if isinstance(at := facts[name], int) and name not in facts.unknown
    ]


def _event(event: EventLine, names: Mapping[int, str], actions: Mapping[str, ActionView]) -> Happened:
    whose, text = KINDS.get(event.kind, ("system", Text(zh=event.kind, en=event.kind)))
    who = names.get(event.actor, "") if event.actor else ""
    action = actions.get(str(event.data.get("action")))
    more = [*_handed(event, names), *_more(event), *(_of_action(event.kind, action) if action else ())]
    return Happened(event.at, whose, who, text.of(lang()), " · ".join(more))


def handed_to(event: EventLine) -> int | None:
    """Give the person to whom an event hands its ticket, None for nobody and for any other event."""
    to = event.data.get("after") if event.kind == "assigned" else None
    return int(to) if isinstance(to, str) and to.isdecimal() else None


def _handed(event: EventLine, names: Mapping[int, str]) -> Iterator[str]:
    if event.kind == "assigned":
        to = handed_to(event)
        name = _("nobody") if to is None else names.get(to, _("a former colleague"))
        yield _("to {name}").format(name=name)


_SAYS = frozenset({"refused", "beside"})
_NOT_TAKEN = frozenset({"action_rejected", "action_failed", "action_not_done", "action_unauthorised"})


def _of_action(kind: str, action: ActionView) -> Iterator[str]:
    """Say with what reason and text something was asked of the platform, and why it was not taken."""
    if kind in _SAYS:
        named = action.params.get("reason_words") or action.params.get("reason")
        yield from (str(each) for each in (_in_words(named), action.params.get("text")) if each)
    if kind in _NOT_TAKEN:
        yield from filter(None, [_in_words(action.receipt.get("message"))])


def _in_words(said: object) -> str:
    """Give a text as it is kept, in one language or in both."""
    return str(said.get(lang()) or said.get("zh") or "") if isinstance(said, dict) else str(said or "")


def _more(event: EventLine) -> list[str]:
    data, told = event.data, []
    if isinstance(data.get("goodwill"), int):
        told.append(f"{data.get('name')} {yuan(int(str(data['cost_fen'])))}")
    if isinstance(data.get("label"), str):
        told.append(str(data["label"]))
    if isinstance(data.get("status"), str) and data["status"]:
        told.append(data["status"])
    if (verb := data.get("verb")) in set(VERB_WORDS):
        told.append(next(text.of(lang()) for code, text in VERB_WORDS.items() if code == verb))
    if isinstance(data.get("amount_fen"), int) and "verb" in data:
        told.append(yuan(data["amount_fen"]))
    if (fact := data.get("fact")) in FACTS:
        told.append(f"{FACTS[fact].label.of(lang())}: {_said(data.get('value'))}")
    return told


def _said(said: object) -> str:
    if isinstance(said, bool):
        return value("yes" if said else "no")
    return value(said) if isinstance(said, str) else str(said)
