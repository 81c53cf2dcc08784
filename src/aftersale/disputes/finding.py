"""Find cases of the library: by what somebody types, and those that are like a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Q

from aftersale.disputes.models import Case, CaseText, Review
from aftersale.domain.disputes import CAUSE_WORDS, FAVOURS_WORDS, ROOT_WORDS
from aftersale.texts import Text
from aftersale.tickets.search import query_of, shop_token, tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from aftersale.tickets.models import Ticket

_MOST, _ALIKE, _LOOKED_AT = 100, 3, 300
_FIND = {
    "sqlite": (
        "SELECT rowid FROM disputes_search WHERE disputes_search MATCH %s ORDER BY rowid DESC LIMIT %s"
    ),
    "postgresql": (
        "SELECT case_id FROM disputes_casetext"
        " WHERE array_to_tsvector(string_to_array(text, ' ')) @@ %s::tsquery ORDER BY 1 DESC LIMIT %s"
    ),
}


def index(review: Review) -> None:
    """Store the tokens by which a case is found: its goods, its numbers, and what people wrote of it."""
    case = Case.objects.select_related("ticket").get(pk=review.case_id)
    ticket, said = case.ticket, [each for each in _said(case, review) if each]
    numbers = (ticket.ticket_no, ticket.order_no, ticket.article_no, case.number)
    tokens = dict.fromkeys([shop_token(case.shop_id), *tokens_of(said, numbers)])
    with transaction.atomic():
        CaseText.objects.update_or_create(case=case, defaults={"text": " ".join(tokens)})


def _said(case: Case, review: Review) -> Iterator[str]:
    yield from (case.ticket.article, case.ticket.reason_said, case.ticket.claim, case.opinion)
    yield from (review.good, review.bad, review.action, review.lesson)
    words = (CAUSE_WORDS.get(review.cause), ROOT_WORDS.get(review.root), FAVOURS_WORDS.get(case.favours))  # type: ignore[call-overload]  # stored codes
    yield from (each.zh for each in words if each)


def search(shops: Sequence[int], asked: str) -> list[Case]:
    """Find cases of some shops by a text, newest first; an empty text gives them all, the newest only."""
    cases = Case.objects.filter(shop__in=shops, review__isnull=False)
    cases = cases.select_related("ticket__shop", "review")
    if not asked.strip():
        return list(cases.order_by("-pk")[:_MOST])
    query = query_of(asked, shops, connection.vendor)
    if query is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_FIND[connection.vendor], [query.whole, _MOST])
        ids = [row[0] for row in cursor.fetchall()]
    return list(cases.filter(pk__in=ids).order_by("-pk"))


@dataclass(frozen=True, slots=True)
class Alike:
    """Hold a case that is like a ticket, and in what."""

    case: Case
    why: tuple[Text, ...]


_POINTS: tuple[tuple[str, int, Text], ...] = (
    ("article_no", 3, Text(zh="同一商品", en="same article")),
    ("reason", 2, Text(zh="同一原因", en="same reason")),
    ("rule_id", 2, Text(zh="同一条规则", en="same rule")),
    ("apply_type", 1, Text(zh="同一售后类型", en="same claim")),
)


def alike(ticket: Ticket, shops: Sequence[int]) -> list[Alike]:
    """Find cases with a lesson that are like a ticket: same article, reason or rule; the closest first."""
    cases = Case.objects.filter(shop__in=shops, review__isnull=False).exclude(ticket_id=ticket.pk)
    near = Q(ticket__reason=ticket.reason) if ticket.reason else Q()
    if ticket.article_no:
        near |= Q(ticket__article_no=ticket.article_no)
    if not near:
        return []
    found = cases.filter(near).select_related("ticket", "review").order_by("-pk")[:_LOOKED_AT]
    ranked = sorted(found, key=lambda case: _points(ticket, case), reverse=True)[:_ALIKE]
    return [
        Alike(case, tuple(words for name, _, words in _POINTS if _same(ticket, case, name)))
        for case in ranked
    ]


def _same(ticket: Ticket, case: Case, name: str) -> bool:
    value = getattr(ticket, name)
    return bool(value) and value == getattr(case.ticket, name)


def _points(ticket: Ticket, case: Case) -> int:
    return sum(points for name, points, _ in _POINTS if _same(ticket, case, name))
