"""Act on a case: take it, write its words, submit once, note a ruling, appeal, learn from it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.disputes import appealing, assembling, handling, legal, register, reviewing, submitting
from aftersale.disputes.handling import Ruling
from aftersale.disputes.register import Measure, Wish
from aftersale.disputes.reviewing import Lesson
from aftersale.disputes.submitting import Word
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.errors import AftersaleError
from aftersale.domain.money_legs import LegKind
from aftersale.domain.roles import Permission
from aftersale.finance import by_hand
from aftersale.finance.by_hand import By, Entered
from aftersale.finance.following import follow as follow_money
from aftersale.pages.acting import Incomplete, NotAnAmount
from aftersale.pages.asked import fen_of, whole
from aftersale.pages.disputes import TYPED, case_for, case_page, to_case
from aftersale.pages.door import Ask, page
from aftersale.pages.evidence_out import addresses_of
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from aftersale.disputes.models import Case


def _done(ask: Ask, case: Case, act: Callable[[], object], part: str = "", said: str = "") -> HttpResponse:
    """Do it and show the case again; a refusal stands on it with everything that was typed."""
    try:
        act()
    except AftersaleError as refusal:
        typed = {name: ask.said(name) for name in TYPED if ask.said(name)}
        return case_page(ask, case_for(ask, case.pk, Permission.VIEW), refusal=refusal, typed=typed)
    if said:
        ask.tell(said)
    return HttpResponseRedirect(to_case(case, part))


@require_POST
@page
def take(ask: Ask, case_id: int) -> HttpResponse:
    """Take a case over, or give it free."""
    case = case_for(ask, case_id, Permission.DISPUTE)
    if ask.said("do") == "free":
        leads = case.shop_id in ask.caller.shops(Permission.ASSIGN)
        return _done(ask, case, lambda: handling.give_free(case, ask.person, ask.now, leads=leads))
    return _done(ask, case, lambda: handling.take(case, ask.person, ask.now))


@require_POST
@page
def words(ask: Ask, case_id: int) -> HttpResponse:
    """Take the words for the platform, and put the material together anew."""
    case = case_for(ask, case_id, Permission.DISPUTE)
    said = ask.said("summary"), ask.said("statement")
    return _done(ask, case, lambda: assembling.write(case, said, ask.person.pk, ask.now), "preview")


@require_POST
@page
def submit(ask: Ask, case_id: int) -> HttpResponse:
    """Submit once what the person looked at."""
    case = case_for(ask, case_id, Permission.DISPUTE)
    if not ask.said("sure"):
        return _done(ask, case, _incomplete)
    word = Word(_number(ask, "pack"), bool(ask.said("gaps")), by_hand=bool(ask.said("by_hand")))
    act = lambda: submitting.submit(case, ask.person, word, ask.now, addresses_of)  # noqa: E731  # said once
    return _done(ask, case, act, "sent", _("Submitted once. The platform's answer is shown here."))


def _incomplete() -> None:
    raise Incomplete


def _number(ask: Ask, name: str) -> int:
    return whole(ask.said(name)) or 0


@require_POST
@page
def rule(ask: Ask, case_id: int) -> HttpResponse:
    """Note a ruling read in the back office, or let one stand."""
    case = case_for(ask, case_id, Permission.DISPUTE)
    if ask.said("do") == "accept":
        return _done(ask, case, lambda: handling.accept(case, ask.person, ask.now), "ruling")
    ruling = Ruling(ask.said("favours"), ask.said("blamed"), ask.said("opinion"))
    return _done(ask, case, lambda: handling.rule(case, ruling, ask.person, ask.now), "ruling")


@require_POST
@page
def test(ask: Ask, case_id: int) -> HttpResponse:
    """Answer one test of liability."""
    case = case_for(ask, case_id, Permission.DISPUTE)
    said = ask.said("test"), ask.said("answer"), ask.said("item")
    return _done(ask, case, lambda: handling.test(case, *said, (ask.person, ask.now)), "tests")


@require_POST
@page
def appeal(ask: Ask, case_id: int) -> HttpResponse:
    """Prepare an appeal, say that it is submitted, or note what came of it."""
    case, do = case_for(ask, case_id, Permission.DISPUTE), ask.said("do")
    acts: dict[str, Callable[[], object]] = {
        "submitted": lambda: appealing.submitted(case, _number(ask, "pack"), ask.person, ask.now),
        "answered": lambda: appealing.answered(
            case, ask.said("answer"), ask.said("blamed"), ask.person, ask.now
        ),
    }
    said = ask.said("summary"), ask.said("statement")
    prepare = lambda: appealing.prepare(case, said, ask.person, ask.now)  # noqa: E731  # as above
    return _done(ask, case, acts.get(do, prepare), "appeal")


@require_POST
@page
def review(ask: Ask, case_id: int) -> HttpResponse:
    """Close a case with its lesson, or note that its action is done."""
    case = case_for(ask, case_id, Permission.DISPUTE)
    if ask.said("do") == "done":
        return _done(ask, case, lambda: reviewing.done(case.review, ask.now), "review")
    said = {name: ask.said(name) for name in ("cause", "root", "good", "bad", "action", "lesson")}
    lesson = Lesson(**said, due_on=_day(ask.said("due_on")))
    told = _("Closed. The case stands in the library.")
    return _done(ask, case, lambda: reviewing.review(case, lesson, ask.person, ask.now), "review", told)


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


@require_POST
@page
def deduct(ask: Ask, case_id: int) -> HttpResponse:
    """Book what the platform took because of a ruling."""
    case = case_for(ask, case_id, Permission.BOOK_MONEY)
    fen = fen_of(ask.said("amount"))
    if fen is None:
        return _done(ask, case, lambda: _no_amount(ask.said("amount")))
    entered = Entered(
        LegKind.DEDUCTED,
        fen,
        ask.now,
        case.blamed or "merchant",
        case.ticket.ticket_no,
        f"平台介入 {case.number}",
        ask.said("once")[:64] or uuid4().hex,
    )
    by = By(ask.person.pk, ask.now)
    return _done(
        ask, case, lambda: (by_hand.enter(case.shop_id, entered, by), follow_money(ask.now)), "ruling"
    )


def _no_amount(said: str) -> None:
    raise NotAnAmount(said)


@require_POST
@page
def penalty(ask: Ask, case_id: int) -> HttpResponse:
    """Note a measure of the platform that followed."""
    case = case_for(ask, case_id, Permission.DISPUTE)
    act = lambda: register.add(case.shop_id, measure_of(ask), case, ask.person, ask.now)  # noqa: E731  # as above
    return _done(ask, case, act, "ruling")


def measure_of(ask: Ask) -> Measure:
    """Read a measure from its form; the amount is points, or yuan, or a change of the score."""
    said, kind = ask.said("amount"), ask.said("kind")
    points = (whole(said.removeprefix("-")) or 0) * (-1 if said.startswith("-") else 1)
    amount = (fen_of(said) or 0) if kind in {"fine", "deposit"} else points
    today = ask.now.astimezone(SHANGHAI).date()
    return Measure(kind, amount, _day(ask.said("on")) or today, ask.said("note"))


@require_POST
@page
def legal_pack(ask: Ask, case_id: int) -> HttpResponse:
    """Have the pack for a lawyer put together, and go to it."""
    case = case_for(ask, case_id, Permission.DISPUTE)
    made = legal.ask(case, ask.person.pk, ask.now)
    return HttpResponseRedirect(reverse("pack", args=[made.pk]))


@require_POST
@page
def setting(ask: Ask, shop_id: int) -> HttpResponse:
    """Set what a shop wants of the desk in disputes."""
    ask.caller.let(Permission.MANAGE_SHOP, shop_id)
    wish = Wish(
        automatic=bool(ask.said("automatic")),
        minutes_before=_number(ask, "minutes_before"),
        orders=whole(ask.said("orders")),
    )
    register.set_wish(shop_id, wish, ask.person, ask.now)
    ask.tell(_("Saved."))
    return HttpResponseRedirect(reverse("disputes"))
