"""Say the events of a ticket as a line of what happened, by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.channels.verbs import VERB_WORDS
from aftersale.domain.fact_table import FACTS
from aftersale.domain.money import yuan
from aftersale.pages.words import value
from aftersale.texts import Text
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from aftersale.tickets.detail import EventLine, NoteView

# By kind of event: whose doing it is, and what happened.
_KINDS: Mapping[str, tuple[str, Text]] = {
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
    "action_under_way": ("platform", Text(zh="平台处理中", en="the platform is at it")),
    "action_unknown": ("system", Text(zh="结果待确认", en="outcome to be confirmed")),
    "action_done": ("platform", Text(zh="平台已完成", en="done by the platform")),
    "action_failed": ("platform", Text(zh="没有办成", en="failed")),
    "answered": ("shop", Text(zh="补充信息", en="answered")),
    "answer_withdrawn": ("shop", Text(zh="撤回信息", en="answer taken back")),
    "decided": ("system", Text(zh="重新给出建议", en="judged again")),
    "promised": ("shop", Text(zh="向买家作了承诺", en="promised something to the buyer")),
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
    "erased": ("system", Text(zh="已删除个人信息", en="personal data erased")),
}
KINDS = ("buyer", "shop", "platform", "warehouse", "system")


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
    """Name the sides of the timeline."""
    return {
        "shop": _("shop"),
        "platform": _("platform"),
        "warehouse": _("warehouse"),
        "system": _("desk"),
    }


def timeline_of(
    events: Sequence[EventLine], notes: Sequence[NoteView], names: Mapping[int, str]
) -> list[Happened]:
    """Mix events and notes, newest first; a note stands in the place of the event that tells of it."""
    told = [_event(each, names) for each in events if each.kind != "noted"]
    told += [Happened(each.at, "shop", each.person, each.text, "", note=True) for each in notes]
    return sorted(told, key=lambda each: each.at, reverse=True)


def _event(event: EventLine, names: Mapping[int, str]) -> Happened:
    whose, text = _KINDS.get(event.kind, ("system", Text(zh=event.kind, en=event.kind)))
    who = names.get(event.actor, "") if event.actor else ""
    return Happened(event.at, whose, who, text.of(lang()), " · ".join(_more(event)))


def _more(event: EventLine) -> list[str]:
    data, told = event.data, []
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
