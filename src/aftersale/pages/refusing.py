"""Refuse an application: reasons to choose from, what stands against it, what goes with it; or propose it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aftersale.api.access import ticket_for
from aftersale.channels.verbs import Verb
from aftersale.connections.hands import hands_of
from aftersale.disputes.estimating import scene_refused
from aftersale.disputes.register import register_of
from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Permission
from aftersale.negotiation.rounds import offers_made
from aftersale.pages.acting import TAKE_BACK_S, Incomplete, acted, again, moved, row_of, sequence_of
from aftersale.pages.clauses import clauses_of
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.rights import rights_against
from aftersale.pages.told import decided_now
from aftersale.policy.disputes.conditions import conditions_of
from aftersale.policy.disputes.score import percent
from aftersale.shops.rulebooks import judge_of
from aftersale.texts import Text
from aftersale.tickets import act
from aftersale.tickets.act import REVIEW, Intent
from aftersale.tickets.models import Task
from aftersale.tickets.refusal import Refusal
from aftersale.tickets.reject_reasons import ReasonIncomplete, Reasons, check_reason, reasons_for, words_of
from aftersale.tickets.watching import tell_watchers
from aftersale.tickets.wording import WordingStopped
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpResponse

    from aftersale.policy.decide import Judge
    from aftersale.policy.decision import Decision
    from aftersale.tickets.models import Ticket

SURE = Text(zh="仍要拒绝", en="refuse anyway")
"""What is typed where a rule that must be kept stands against a refusal."""


class NotSure(AftersaleError):
    """Refuse a refusal against a mandatory rule that nobody has confirmed by typing."""

    def __init__(self, titles: str) -> None:
        super().__init__(
            "refusal.not_confirmed",
            Text(
                zh=f"这样拒绝可能违反：{titles}。",
                en=f"Refusing could break: {titles}.",
            ),
            Text(
                zh=f"确实要拒绝，请在框里输入“{SURE.zh}”；拿不准就请同事看。",
                en=f"If you mean it, type {SURE.en!r}; if not, ask a colleague.",
            ),
        )


_REASON, _CLAUSE = Text(zh="拒绝原因", en="reason"), Text(zh="依据的条款", en="clause it rests on")
# What a person can mend in the form, which is shown again with every word.
_TO_MEND = (Incomplete, NotSure, ReasonIncomplete, WordingStopped)


@page
def refuse(ask: Ask, ticket_id: int) -> HttpResponse:
    """Show the form of a refusal with what it could break; when sent, refuse, or ask who may to do so."""
    ticket = _ticket(ask, ticket_id)
    judge = judge_of(ticket.shop_id, ask.now)
    decision = decided_now(ticket, judge, ask.now)
    reasons = reasons_for(ticket, judge.rulebook, ask.now, hands_of)
    if ask.request.method != "POST":
        around = form_of(ask, ticket, judge, decision, reasons)
        return shown(ask, "_refuse.html", **around, typed={}, why=None)
    try:
        said = refusal_said(ask, reasons, judge, decision)
        return _refused(ask, ticket, said, judge) if _may(ask, ticket) else _proposed(ask, ticket, said)
    except _TO_MEND as why:
        around = form_of(ask, ticket, judge, decision, reasons)
        return shown(ask, "_refuse.html", status=422, **around, typed=_typed(ask), why=why)


def _typed(ask: Ask) -> dict[str, Any]:
    """Give back what a form of a refusal says, whole or not."""
    return {
        "reason": _own_or_chosen(ask, "reason"),
        "citation": _own_or_chosen(ask, "citation"),
        "text": ask.said("text"),
        "evidence": _lines(ask),
    }


def _own_or_chosen(ask: Ask, name: str) -> str:
    return ask.said(f"{name}_own") or ask.said(name)


def _lines(ask: Ask) -> tuple[str, ...]:
    lines = [line.strip() for said in ask.all_said("evidence") for line in said.splitlines()]
    return tuple(dict.fromkeys(line for line in lines if line))


def _ticket(ask: Ask, ticket_id: int) -> Ticket:
    """Read the ticket for whoever may refuse, or at least propose to."""
    seen = ticket_for(ask.caller, ticket_id, Permission.VIEW)
    ask.caller.let(Permission.REFUSE if _may(ask, seen) else Permission.PROPOSE, seen.shop_id)
    return seen


def _may(ask: Ask, ticket: Ticket) -> bool:
    return ticket.shop_id in ask.caller.shops(Permission.REFUSE)


def form_of(ask: Ask, ticket: Ticket, judge: Judge, decision: Decision, reasons: Reasons) -> dict[str, Any]:
    """Collect what the form of a refusal shows."""
    book, evidence = judge.rulebook, decision.verdict.evidence
    lists = [book.evidence[code] for code in evidence if code in book.evidence]
    wanted = dict.fromkeys(text.of(lang()) for each in lists for text in each.merchant)
    return {
        "ticket": ticket,
        "rights": rights_against(judge, decision),
        "reasons": reasons,
        "clauses": clauses_of(decision.verdict.citations, book),
        "wanted": list(wanted),
        "sure": SURE.of(lang()),
        **effect_of(ticket, decision, ask.now),
        "may_refuse": _may(ask, ticket),
        "offers_missing": _offers_missing(ticket, judge),
        "row": row_of(ask),
    }


def _offers_missing(ticket: Ticket, judge: Judge) -> int:
    """Say how many offers are missing until a shop should refuse; a hint that stops nobody."""
    named = judge.rulebook.parameters.get("talk_rounds_least")
    return max(named.values[-1].value - offers_made(ticket.pk), 0) if named else 0


def effect_of(ticket: Ticket, decision: Decision, now: datetime) -> dict[str, Any]:
    """Say what a refusal may lead to: why the platform would step in, and what one more lost dispute does."""
    conditions = conditions_of(scene_refused(ticket, decision))
    return {
        "conditions": [each for each in conditions if each.met is not False],
        "register": register_of(ticket.shop_id, now),
        "percent": percent,
    }


def refusal_said(ask: Ask, reasons: Reasons, judge: Judge, decision: Decision) -> Refusal:
    """Read a refusal from its form; raises Incomplete, ReasonIncomplete or NotSure."""
    reason, clause = _own_or_chosen(ask, "reason"), _own_or_chosen(ask, "citation")
    if missing := [words for words, value in ((_REASON, reason), (_CLAUSE, clause)) if not value]:
        raise Incomplete(*missing)
    words = words_of(reasons, reason)
    said = Refusal(reason, clause, ask.said("text"), _lines(ask), delay_s=TAKE_BACK_S, reason_words=words)
    check_reason(said, reasons)
    kept_or_typed(ask, judge, decision)
    return said


def kept_or_typed(ask: Ask, judge: Judge, decision: Decision) -> None:
    """Let a refusal pass that breaks no mandatory rule, or was meant so by typing; raises NotSure."""
    broken = [right.title for right in rights_against(judge, decision).standing if right.forbids]
    if broken and ask.said("sure") not in {SURE.zh, SURE.en}:
        raise NotSure("、".join(broken))


def _refused(ask: Ask, ticket: Ticket, said: Refusal, judge: Judge) -> HttpResponse:
    made = again(ask, ticket, Verb.REFUSE)
    if made is None:
        made = act.refuse(ticket, ask.person, said, ask.now, sequence_of(ask, ticket), judge)
        tell_watchers(ticket, ask.person, ask.now)
    return acted(ask, made)


def _proposed(ask: Ask, ticket: Ticket, said: Refusal) -> HttpResponse:
    """Send a refusal to whoever may confirm it, once."""
    waiting = Task.objects.filter(ticket=ticket, kind=REVIEW, done_at=None)
    if not any(each.params.get("by") == ask.person.pk for each in waiting):
        intent = Intent(Verb.REFUSE, params=said.params)
        act.propose(ticket, ask.person, intent, ask.now, sequence_of(ask, ticket))
    told, why = _("Sent to a colleague for review."), _("Nothing goes to the buyer before that.")
    return moved(shown(ask, "_handed.html", ticket=ticket, why=why, said=told, row=row_of(ask)))
