"""Take a product register in: store it, journal each article that changed, judge its open tickets again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery

from aftersale.channels.register.words import STOCK, STOCK_DAY
from aftersale.domain.errors import FactsInvalid
from aftersale.evidence.journal import Entry, Subject, record
from aftersale.shops.models import Product
from aftersale.shops.register import ArticleRow, Counts, store_register
from aftersale.tickets.change import Overtaken
from aftersale.tickets.fact_answers import redecide
from aftersale.tickets.models import StoredDecision, Ticket

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from aftersale.channels.register import Register
    from aftersale.shops.models import Shop

PRODUCT = "product"
_BATCH, _NUMBERS, _TRIES = 200, 400, 3
CATCH_UP = "register_catch_up"
# Moves by itself, so it is a number of the register and no text of it.
_STOCK = frozenset({STOCK, STOCK_DAY})
# A job is lost for minutes at most; what changed before a day has long been judged again.
_LOOK_BACK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Judged:
    """Count the open tickets judged again, and those whose proposal that changed.

    `left` are those whose facts would contradict one another now, or that others kept changing.
    """

    tickets: int = 0
    turned: int = 0
    left: int = 0


def rows_of(register: Register) -> list[ArticleRow]:
    """Turn a register that a channel read into plain rows."""
    return [
        ArticleRow(
            each.article_no or "",
            each.product_id or "",
            {title: text for title, text in each.cells.items() if title not in _STOCK},
            each.facts,
            each.origins,
            each.stock,
            each.stock_day,
        )
        for each in register.articles
    ]


def take_register(shop: Shop, rows: Sequence[ArticleRow], actor: int | None, now: datetime) -> Counts:
    """Store rows with one event an article that changed, in one transaction.

    The tickets follow with `articles_changed` for the numbers of the changes.
    """
    with transaction.atomic():
        counts = store_register(shop, rows, now)
        for change in counts.changes:
            subject = Subject(shop.pk, PRODUCT, change.product_id, str(change.product_id))
            kind = "article_changed" if change.before else "article_added"
            data = {"numbers": list(change.numbers), "before": change.before, "after": change.after}
            record(subject, Entry(kind, now, actor, data))
    return counts


def numbers_changed(counts: Counts) -> list[str]:
    """Name the articles that changed, by every number that they have."""
    return sorted({number for change in counts.changes for number in change.numbers})


def articles_changed(shop: Shop, numbers: Sequence[str], now: datetime, actor: int | None = None) -> Judged:
    """Judge the open tickets of articles again, a transaction each; safe to call again after a crash."""
    tickets = turned = left = 0
    for ticket_id in _open_tickets(shop, numbers):
        outcome = _redecide(ticket_id, now, actor)
        tickets, turned, left = tickets + 1, turned + (outcome is True), left + (outcome is None)
    return Judged(tickets, turned, left)


def catch_up(shop_id: int, now: datetime) -> Judged:
    """Judge the open tickets again whose article changed after they were judged: a job, by shop."""
    newest = StoredDecision.objects.filter(ticket=OuterRef("pk")).order_by("-id").values("as_of")[:1]
    tickets = turned = left = 0
    for product in Product.objects.filter(shop_id=shop_id, changed_at__gte=now - _LOOK_BACK):
        numbers = [number for number in (product.article_no, product.product_id) if number]
        named = Q(article_no__in=numbers) | Q(product_id__in=numbers)
        mine = Ticket.objects.filter(named, shop_id=shop_id, open=True).annotate(judged_at=Subquery(newest))
        for ticket_id in list(mine.filter(judged_at__lt=product.changed_at).values_list("pk", flat=True)):
            outcome = _redecide(ticket_id, now, None)
            tickets, turned, left = tickets + 1, turned + (outcome is True), left + (outcome is None)
    return Judged(tickets, turned, left)


def _open_tickets(shop: Shop, numbers: Sequence[str]) -> Iterator[int]:
    seen: set[int] = set()
    for some in _slices(numbers):
        named = Q(article_no__in=some) | Q(product_id__in=some)
        last = 0
        while found := _after(shop, named, last):
            yield from (each for each in found if each not in seen)
            seen.update(found)
            last = found[-1]


def _slices(numbers: Sequence[str]) -> Iterable[Sequence[str]]:
    return (numbers[start : start + _NUMBERS] for start in range(0, len(numbers), _NUMBERS))


def _after(shop: Shop, named: Q, last: int) -> list[int]:
    found = Ticket.objects.filter(named, shop=shop, open=True, pk__gt=last).order_by("pk")
    return list(found.values_list("pk", flat=True)[:_BATCH])


def _redecide(ticket_id: int, now: datetime, actor: int | None) -> bool | None:
    """Judge one ticket again; None where it could not be."""
    for _ in range(_TRIES):
        ticket = Ticket.objects.select_related("shop").get(pk=ticket_id)
        if not ticket.open:
            return False
        try:
            return redecide(ticket, now, actor, "register")
        except Overtaken:
            continue
        except FactsInvalid:
            return None
    return None
