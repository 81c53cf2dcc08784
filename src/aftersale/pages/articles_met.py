"""Count the articles of a shop by their open tickets, and collect what its rules would still like to know."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Max

from aftersale.channels.register.words import ARTICLE, COLUMN_OF, COLUMNS, TITLES, WEIGHT
from aftersale.policy.explain import to_describe, what_would_change
from aftersale.shops.models import Product
from aftersale.shops.rulebooks import judge_by
from aftersale.tickets.judging import facts_from
from aftersale.tickets.models import StoredDecision, Ticket
from aftersale.tickets.models.ticket import Lane

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from aftersale.shops.models import Stock

MOST = 60
"""So many articles with tickets one page shows."""

_LOOKED_AT = 8
"""So many tickets of an article tell what is asked of it; those that run out first."""

_BEYOND = 500
# What a list shows of an article beside its name: what rules read, and what the returns bench weighs by.
TOLD = (*(column.title for column in COLUMNS if column.fact), WEIGHT)


class Key(NamedTuple):
    """Name an article as tickets do: by 商家编码, else by 商品ID."""

    article_no: str
    product_id: str


@dataclass(slots=True)
class Met:
    """Hold one article: what the shop has to do on it, what its register says and what is still asked.

    `asks` counts, by column of the register, the tickets on which an answer bears.
    """

    key: Key
    title: str
    tickets: int = 0
    product: Product | None = None
    asks: Counter[str] = field(default_factory=Counter)

    @property
    def stock(self) -> Stock | None:
        """Give the stock that its register says."""
        return getattr(self.product, "stock", None)

    @property
    def told(self) -> list[tuple[str, str]]:
        """List what the register says of it."""
        cells = self.product.cells if self.product else {}
        return [(title, cells[title]) for title in TOLD if cells.get(title)]

    @property
    def asked(self) -> list[str]:
        """List the columns that are asked for, in the order of the register."""
        return [title for title in TITLES if title in self.asks]


def articles_met(shop_id: int) -> list[Met]:
    """List the articles of a shop, most open tickets for the shop first; those without any follow."""
    ours = Ticket.objects.filter(shop_id=shop_id, lane=Lane.OURS)
    known = list(
        Product.objects.filter(shop_id=shop_id)
        .select_related("stock", "stock__said_by")
        .order_by("article_no", "product_id")[: MOST + _BEYOND]
    )
    met = sorted(_met(ours.values_list("pk", "article_no", "product_id", "article")), key=_order)[:MOST]
    for each in met:
        each.product = _product(known, each.key)
    _ask(shop_id, met)
    used = {each.product.pk for each in met if each.product}
    return met + [_beyond(product) for product in known if product.pk not in used]


def _order(met: Met) -> tuple[int, Key]:
    return -met.tickets, met.key


def _met(rows: Iterable[tuple[int, str, str, str]]) -> Iterable[Met]:
    found: dict[Key, Met] = {}
    for _ticket, article_no, product_id, title in rows:
        key = Key(article_no, "") if article_no else Key("", product_id)
        if any(key):
            found.setdefault(key, Met(key, title)).tickets += 1
    return found.values()


def _product(known: Sequence[Product], key: Key) -> Product | None:
    """Find the entry of an article; a ticket without 商家编码 may carry the 商品ID in its place."""
    number = key.article_no or key.product_id
    by_no = [each for each in known if each.article_no and each.article_no == key.article_no]
    return next(iter(by_no or [each for each in known if each.product_id == number]), None)


def _beyond(product: Product) -> Met:
    title = str(product.cells.get(ARTICLE, ""))
    return Met(Key(product.article_no, product.product_id), title, 0, product)


def _ask(shop_id: int, met: Sequence[Met]) -> None:
    of_key = {each.key: each for each in met}
    looked = Counter[Key]()
    wanted: dict[int, Key] = {}
    ours = Ticket.objects.filter(shop_id=shop_id, lane=Lane.OURS).order_by("queue_at", "pk")
    for ticket, article_no, product_id in ours.values_list("pk", "article_no", "product_id"):
        key = Key(article_no, "") if article_no else Key("", product_id)
        if key in of_key and looked[key] < _LOOKED_AT:
            looked[key] += 1
            wanted[ticket] = key
    for ticket, titles in _asked_of(wanted).items():
        of_key[wanted[ticket]].asks.update(titles)


def _asked_of(tickets: Collection[int]) -> dict[int, set[str]]:
    """Give by ticket the columns of the register that could change its proposal."""
    newest = StoredDecision.objects.filter(ticket__in=list(tickets)).order_by().values("ticket")
    ids = newest.annotate(newest=Max("pk")).values("newest")
    return {row.ticket_id: _columns(row) for row in StoredDecision.objects.filter(pk__in=ids)}


def _columns(stored: StoredDecision) -> set[str]:
    judge = judge_by(stored.rulebook_digest)
    changes = what_would_change(judge, judge.decide(facts_from(stored.facts)))
    return {COLUMN_OF[change.fact] for change in to_describe(changes)}
