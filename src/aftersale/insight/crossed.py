"""Count the tickets of a span by article and reason: where they come from, and whether it grows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, Sum

from aftersale.domain.states import Money
from aftersale.insight.behind import since
from aftersale.tickets.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from django.db.models import QuerySet

SPANS = (7, 30, 90)
"""The days that can be chosen; today is the last of them."""

_REASONS = 8
_PAID = Q(money_state=Money.PAID)


@dataclass(frozen=True, slots=True)
class Crossing:
    """Hold what is counted for one article: all, by reason, refunded in fen, and the span before."""

    article_no: str
    tickets: int
    by_reason: Mapping[str, int]
    paid_fen: int
    before: int


@dataclass(frozen=True, slots=True)
class Crossed:
    """Hold the articles with most tickets first; `reasons` are the columns, most first, "" for the others."""

    reasons: tuple[str, ...]
    rows: tuple[Crossing, ...]
    tickets: int
    paid_fen: int


def crossed(shops: Collection[int], now: datetime, days: int) -> Crossed:
    """Count what was applied for in so many Shanghai days; two queries that read an index alone."""
    begin = since(now, days)
    counted = list(_within(shops, begin, now).values("article_no", "reason").annotate(**_SUMS))
    earlier = _within(shops, begin - timedelta(days=days), now - timedelta(days=days))
    before = dict(earlier.values_list("article_no").annotate(tickets=Count("id")))
    reasons = _columns(counted)
    rows = [_row(number, found, reasons, before) for number, found in _by_article(counted)]
    return Crossed(
        reasons,
        tuple(sorted(rows, key=lambda row: (-row.tickets, row.article_no))),
        sum(row.tickets for row in rows),
        sum(row.paid_fen for row in rows),
    )


_SUMS = {"tickets": Count("id"), "paid_fen": Sum("amount_fen", filter=_PAID)}


def _within(shops: Collection[int], begin: datetime, end: datetime) -> QuerySet[Ticket]:
    # The span before ends at the same hour of the day, so that half a day is not held against a whole one.
    return Ticket.objects.filter(shop__in=shops, applied_at__gte=begin, applied_at__lte=end).order_by()


def _columns(counted: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Name the most frequent reasons; the rest share one column, which has no code."""
    found: Counter[str] = Counter()
    for each in counted:
        found[each["reason"]] += each["tickets"]
    named = [reason for reason, _number in found.most_common() if reason][:_REASONS]
    return (*named, "") if len(found) > len(named) else tuple(named)


def _by_article(counted: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, list[Mapping[str, Any]]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for each in counted:
        found.setdefault(each["article_no"], []).append(each)
    return found.items()


def _row(
    number: str, found: Iterable[Mapping[str, Any]], reasons: Collection[str], before: Mapping[str, int]
) -> Crossing:
    by_reason: Counter[str] = Counter()
    paid_fen = 0
    for each in found:
        by_reason[each["reason"] if each["reason"] in reasons else ""] += each["tickets"]
        paid_fen += each["paid_fen"] or 0
    return Crossing(number, by_reason.total(), by_reason, paid_fen, before.get(number, 0))


def titles(shops: Collection[int], numbers: Iterable[str]) -> dict[str, str]:
    """Give the title of each article, as one of its tickets has it; one look into an index for each."""
    found = {}
    for number in numbers:
        tickets = Ticket.objects.filter(shop__in=shops, article_no=number).exclude(article="")
        found[number] = tickets.order_by().values_list("article", flat=True).first() or ""
    return found
