"""Look at what a colleague proposes with everything that speaks for and against it: pass, change, return."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.faults import NotHere
from aftersale.channels.verbs import PAYS, Verb
from aftersale.connections.hands import hands_of
from aftersale.domain.roles import Permission
from aftersale.pages.acting import TAKE_BACK_S, Incomplete, fen_said
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.proposal import newest_of, proposal_of
from aftersale.pages.refusing import form_of, kept_or_typed, refusal_said
from aftersale.pages.told import decided_now
from aftersale.pages.words import verb
from aftersale.shops.models import Person
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets import review as flow
from aftersale.tickets.act import REVIEW, Intent
from aftersale.tickets.fact_answers import answers_of
from aftersale.tickets.models import Task
from aftersale.tickets.reject_reasons import reasons_for, said_reason, words_of
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponse

    from aftersale.pages.proposal import Proposal
    from aftersale.tickets.models import Ticket
    from aftersale.tickets.refusal import Refusal
    from aftersale.tickets.reject_reasons import Reasons

_LONGEST = 2_000


@page
def review(ask: Ask, task_id: int) -> HttpResponse:
    """Show a proposal of a colleague; when sent, carry out what the reviewer made of it."""
    task, ticket = _task(ask, task_id)
    if ask.request.method == "POST":
        return _changed(ask, task, ticket)
    judge = judge_of(ticket.shop_id, ask.now)
    decision, stored = decided_now(ticket, judge, ask.now), newest_of(ticket.pk)
    proposal = proposal_of(stored, answers_of(ticket.pk), ask.now) if stored else None
    reasons = reasons_for(ticket, judge.rulebook, ask.now, hands_of)
    by = Person.objects.filter(pk=task.params.get("by")).first()
    wanted = str(task.params.get("verb", ""))
    return shown(
        ask,
        "review.html",
        **form_of(ask, ticket, judge, decision, reasons),
        task=task,
        said=task.params.get("params") or {},
        reason_said=_reason(task.params.get("params") or {}, reasons),
        verb_words=verb(wanted),
        refuses=wanted == Verb.REFUSE,
        by=str(by or "—"),
        mine=task.params.get("by") == ask.person.pk,
        proposal=proposal,
        verbs=_verbs(wanted, proposal),
        may_approve=ticket.shop_id in ask.caller.shops(Permission.APPROVE),
    )


def _reason(params: Mapping[str, object], reasons: Reasons) -> str:
    """Say the reason in words: those that were kept, else those that the platform lists now."""
    known = words_of(reasons, str(params.get("reason") or ""))
    return said_reason({"reason_words": known, **params})


def _task(ask: Ask, task_id: int) -> tuple[Task, Ticket]:
    """Read a proposal that waits, of a shop in which the person carries something out."""
    task = _proposal(ask, task_id)
    if task.done_at is not None or task.ticket is None:
        raise NotHere
    return task, task.ticket


@require_POST
@page
def approve(ask: Ask, task_id: int) -> HttpResponse:
    """Carry out what a colleague proposed, in one's own name; it can be taken back for some seconds.

    Money goes out only with the amount that the reviewer saw and confirmed; a refusal against a rule that
    must be kept is not passed as it stands, its own form asks for the word.
    """
    task, said = _proposal(ask, task_id), ask.said("sequence")
    if not (said.isascii() and said.isdigit()) or task.ticket is None:
        raise Incomplete
    judge = judge_of(task.shop_id, ask.now)
    if task.params.get("verb") == Verb.REFUSE:
        kept_or_typed(ask, judge, decided_now(task.ticket, judge, ask.now))
    elif task.params.get("verb") in PAYS and ask.said("fen") != str(task.params.get("amount_fen")):
        return _sure(ask, task, task.ticket)
    flow.approve(task, ask.person, ask.now, int(said), judge, delay_s=TAKE_BACK_S)
    ask.tell(_("Approved. It can be taken back on the ticket for some seconds."))
    return HttpResponseRedirect(reverse("tasks"))


def _sure(ask: Ask, task: Task, ticket: Ticket) -> HttpResponse:
    """Ask once more before money goes out: how much, to whom."""
    by = Person.objects.filter(pk=task.params.get("by")).first()
    words = verb(str(task.params.get("verb", "")))
    return shown(ask, "review_sure.html", task=task, ticket=ticket, verb_words=words, by=str(by or "—"))


@require_POST
@page
def give_back(ask: Ask, task_id: int) -> HttpResponse:
    """Give a proposal back with a word; who proposed it looks again."""
    task = _proposal(ask, task_id)
    if not ask.said("word"):
        raise Incomplete
    flow.give_back(task, ask.person, ask.said("word")[:_LONGEST], ask.now)
    ask.tell(_("Given back with your word."))
    return HttpResponseRedirect(reverse("tasks"))


def _proposal(ask: Ask, task_id: int) -> Task:
    """Read a proposal of a shop in which the person may carry it out, ended or not."""
    task = Task.objects.select_related("ticket__shop").filter(pk=task_id, kind=REVIEW).first()
    refuses = task is not None and task.params.get("verb") == Verb.REFUSE
    ask.caller.let(Permission.REFUSE if refuses else Permission.APPROVE, task.shop_id if task else None)
    if task is None:
        raise NotHere
    return task


def _verbs(wanted: str, proposal: Proposal | None) -> list[tuple[str, str, bool]]:
    """List what can be done instead, with its words and whether it takes an amount."""
    offered = [way.verb for way in proposal.ways if way.verb] if proposal else []
    codes = dict.fromkeys(code for code in (wanted, *offered) if code and code != Verb.REFUSE)
    return [(code, verb(code), code in PAYS) for code in codes]


def _changed(ask: Ask, task: Task, ticket: Ticket) -> HttpResponse:
    said, judge = ask.said("sequence"), judge_of(ticket.shop_id, ask.now)
    if not (said.isascii() and said.isdigit()):
        raise Incomplete
    wanted: Intent | Refusal
    if ask.said("verb") == Verb.REFUSE:
        ask.caller.let(Permission.REFUSE, ticket.shop_id)
        decision = decided_now(ticket, judge, ask.now)
        reasons = reasons_for(ticket, judge.rulebook, ask.now, hands_of)
        wanted = refusal_said(ask, reasons, judge, decision)
    else:
        ask.caller.let(Permission.APPROVE, ticket.shop_id)
        wanted = _intent(ask, task)
    flow.change(task, ask.person, wanted, ask.now, int(said), judge)
    ask.tell(_("Approved with your change. It can be taken back on the ticket for some seconds."))
    return HttpResponseRedirect(reverse("ticket", args=[ticket.pk]))


def _intent(ask: Ask, task: Task) -> Intent:
    code = ask.said("verb")
    fen = fen_said(ask.said("amount")) if code in PAYS else None
    same = code == task.params.get("verb")
    return Intent(
        code,
        fen,
        task.params.get("params") or {} if same else {},
        delay_s=TAKE_BACK_S,
        paid_unknown_accepted=bool(ask.said("vouched")),
        inspected=same and bool(task.params.get("inspected")),
    )
