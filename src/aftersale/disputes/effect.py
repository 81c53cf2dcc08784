"""Follow whether what was done after a case helped: tickets of its article and reason, before and after."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from aftersale.policy.disputes.effect import SPAN_DAYS, BeforeAfter, Span
from aftersale.tickets.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from aftersale.disputes.models import Review

MOST = 20
"""Of so many lessons at once the effect is counted."""

_LENGTH = timedelta(days=SPAN_DAYS)


def effects_of(reviews: Iterable[Review], now: datetime) -> Mapping[int, BeforeAfter]:
    """Give the effect by case of lessons whose action is done, of the first twenty; one query for all.

    Orders by day are not known to the desk: all tickets of the shop in the span are what is counted against.
    """
    dated = [(each, each.action_done_at) for each in reviews if each.action_done_at][:MOST]
    if not dated:
        return {}
    counted = {
        f"{part}_{review.case_id}": Count("pk", filter=which)
        for review, done_at in dated
        for part, which in _parts(review, done_at).items()
    }
    days = [done_at for _, done_at in dated]
    shops = {review.case.shop_id for review, _ in dated}
    around = Ticket.objects.filter(
        shop__in=shops, applied_at__gte=min(days) - _LENGTH, applied_at__lt=min(max(days) + _LENGTH, now)
    )
    found = around.aggregate(**counted)
    return {review.case_id: _effect(review.case_id, found, (now - at).days) for review, at in dated}


def _parts(review: Review, done_at: datetime) -> Mapping[str, Q]:
    ticket = review.case.ticket
    own = Q(reason=ticket.reason) & (Q(article_no=ticket.article_no) if ticket.article_no else Q())
    shop = Q(shop_id=review.case.shop_id)
    before = shop & Q(applied_at__gte=done_at - _LENGTH, applied_at__lt=done_at)
    after = shop & Q(applied_at__gte=done_at, applied_at__lt=done_at + _LENGTH)
    return {"before": before & own, "all_before": before, "after": after & own, "all_after": after}


def _effect(case_id: int, found: Mapping[str, int], days: int) -> BeforeAfter:
    before = Span(found[f"before_{case_id}"], found[f"all_before_{case_id}"])
    return BeforeAfter(
        before, Span(found[f"after_{case_id}"], found[f"all_after_{case_id}"]), min(days, SPAN_DAYS)
    )
