"""Answer calls about the product register: what is known of an article, said once."""

import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.http import HttpResponse
from ninja import File, Router, UploadedFile
from pydantic import Field

from aftersale.api.access import Call
from aftersale.api.answer import answered
from aftersale.api.faults import NotHere, language
from aftersale.api.imports import kept
from aftersale.api.once import Done, once
from aftersale.api.shapes import Before, FoundFault, InPath, Limit, Taken, Word, says
from aftersale.channels.register.read import Register, read_register
from aftersale.domain.roles import Permission
from aftersale.jobs.door import enqueue
from aftersale.shops.models import Product, Shop
from aftersale.shops.uploads import SHEETS, Limits
from aftersale.tickets.register_changes import CATCH_UP, rows_of, take_register

router = Router(tags=["products"])
LIMITS = Limits(kinds=SHEETS, most_files=1)


@dataclass(frozen=True, slots=True)
class ProductView:
    """Hold one article: the texts by column, and the facts they state."""

    id: int
    article_no: str
    product_id: str
    cells: dict[str, Any]
    facts: dict[str, Any]
    origins: dict[str, Any]
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ProductsPage:
    """Hold articles in the order in which they were entered."""

    products: tuple[ProductView, ...]
    next_after: int | None


@dataclass(frozen=True, slots=True)
class RegisterTaken:
    """Count what came of a register, and name the rows that state nothing because of a fault."""

    new: int
    changed: int
    unchanged: int
    faults: list[FoundFault]


class ProductIn(Taken):
    """Say what is known of an article, by the titles of the register's columns."""

    cells: dict[Word, Word] = Field(min_length=1, max_length=60)


_VIEWED = tuple(ProductView.__dataclass_fields__)


@router.get("/shops/{shop_id}/products", response=says(ProductsPage))
def products(request: Call, shop_id: InPath, after: Before = None, limit: Limit = 50) -> HttpResponse:
    """Read the register of a shop."""
    request.auth.let(Permission.VIEW, shop_id)
    rows = Product.objects.filter(shop_id=shop_id, id__gt=after or 0).order_by("id").values_list(*_VIEWED)
    found = [ProductView(*row) for row in rows[: limit + 1]]
    more = len(found) > limit
    return answered(ProductsPage(tuple(found[:limit]), found[limit - 1].id if more else None))


@router.get("/products/{product_id}", response=says(ProductView))
def product(request: Call, product_id: InPath) -> HttpResponse:
    """Read one article; its id is that of the register."""
    found = Product.objects.filter(pk=product_id).first()
    request.auth.let(Permission.VIEW, found.shop_id if found else None)
    if found is None:
        raise NotHere
    return answered(ProductView(*(getattr(found, name) for name in _VIEWED)))


@router.put("/shops/{shop_id}/products", response=says(RegisterTaken))
def put(request: Call, shop_id: InPath, body: ProductIn) -> HttpResponse:
    """Enter or replace one article, named by the cells of its 商家编码 or 商品ID."""

    def work() -> Done:
        request.auth.let(Permission.IMPORT, shop_id)
        with TemporaryDirectory(prefix="aftersale-article-") as folder:
            path = Path(folder) / "articles.csv"
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows([list(body.cells), list(body.cells.values())])
            return _taken(request, shop_id, read_register(path, language(request)))

    return once(request, work)


@router.post("/shops/{shop_id}/products/import", response=says(RegisterTaken))
def take(request: Call, shop_id: InPath, file: File[UploadedFile]) -> HttpResponse:
    """Upload a register (csv or xlsx); articles that it does not name stay as they are."""

    def work() -> Done:
        request.auth.let(Permission.IMPORT, shop_id)
        with kept([file], LIMITS) as paths:
            return _taken(request, shop_id, read_register(paths[0], language(request)))

    return once(request, work)


def _taken(request: Call, shop_id: int, register: Register) -> Done:
    shop = Shop.objects.get(pk=shop_id)
    counted = take_register(shop, rows_of(register), request.auth.person.pk, request.auth.now)
    if counted.changes:
        enqueue(CATCH_UP, shop_id)
    faults = [
        FoundFault("register.row", f"{each.row} {each.column or ''}".strip(), each.value, each.reason)
        for each in register.faults
    ]
    return Done(RegisterTaken(counted.new, counted.changed, counted.unchanged, faults))
