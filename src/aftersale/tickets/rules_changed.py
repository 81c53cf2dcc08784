"""Judge open tickets again after rules changed: first say what would turn, then do it, so many at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import OuterRef, Subquery

from aftersale.domain.errors import FactsInvalid
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets.change import Overtaken
from aftersale.tickets.fact_answers import answers_of, judged_anew, redecide
from aftersale.tickets.models import StoredDecision, Ticket
from aftersale.tickets.register_changes import Judged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

MOST = 500
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Turn:
    """Hold one ticket whose proposal would change: rule and remedy before and after."""

    ticket_id: int
    ticket_no: str
    article: str
    before: tuple[str, str]
    after: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Hold what judging again would do to the tickets looked at; `behind` counts all that wait for it."""

    behind: int
    looked: int
    turns: tuple[Turn, ...]


def behind(shop_id: int, now: datetime) -> QuerySet[Ticket]:
    """Give the open tickets that were judged by other rules than those in force."""
    newest = StoredDecision.objects.filter(ticket=OuterRef("pk")).order_by("-id")
    digest = judge_of(shop_id, now).rulebook.digest
    judged = Ticket.objects.filter(shop_id=shop_id, open=True).annotate(
        judged_by=Subquery(newest.values("rulebook_digest")[:1])
    )
    return judged.exclude(judged_by=digest).order_by("queue_at", "pk")


def foreseen(shop_id: int, now: datetime, most: int = MOST) -> Foreseen:
    """Judge the most urgent of them without writing anything, and say which proposals would change."""
    waiting = behind(shop_id, now)
    tickets = list(waiting.select_related("shop")[:most])
    turns = (_turn(ticket, now) for ticket in tickets)
    return Foreseen(waiting.count(), len(tickets), tuple(turn for turn in turns if turn))


def _turn(ticket: Ticket, now: datetime) -> Turn | None:
    try:
        verdict = judged_anew(ticket, answers_of(ticket.pk), now).decision.verdict
    except FactsInvalid:
        return None
    before, after = (ticket.rule_id, ticket.proposal), (verdict.main.id, verdict.preferred)
    if before == after:
        return None
    return Turn(ticket.pk, ticket.ticket_no, ticket.article, before, after)


def rules_changed(shop_id: int, now: datetime, actor: int | None, most: int = MOST) -> Judged:
    """Judge the most urgent of them again, a transaction each; safe to call again until none is behind."""
    numbers: Sequence[int] = list(behind(shop_id, now).values_list("pk", flat=True)[:most])
    outcomes = [_again(pk, now, actor) for pk in numbers]
    return Judged(len(outcomes), outcomes.count(True), outcomes.count(None))


def _again(ticket_id: int, now: datetime, actor: int | None) -> bool | None:
    """Judge one ticket again; None where its facts contradict one another or others kept changing it."""
    for _ in range(_TRIES):
        ticket = Ticket.objects.select_related("shop").get(pk=ticket_id)
        if not ticket.open:
            return False
        try:
            return redecide(ticket, now, actor, "rules")
        except Overtaken:
            continue
        except FactsInvalid:
            return None
    return None
