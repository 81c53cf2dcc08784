"""Write the demo folder: two sheets for each shop and the product register."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from aftersale.domain.clock import SHANGHAI
from aftersale.sandbox import sheets, story
from aftersale.sandbox.world import make_world

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.sandbox.model import Shop, World

SEED = 20260610
# A Wednesday of a year whose holidays are published, at nine.
NOW = datetime(2026, 6, 10, 9, tzinfo=SHANGHAI)
ONE_PERSON_TICKETS = 23


class DemoSheets(NamedTuple):
    """Name the two sheets of a shop and count the tickets in the first."""

    shop: Shop
    after_sales: Path
    orders: Path
    tickets: int


def write_demo(folder: Path, seed: int = SEED, now: datetime = NOW) -> tuple[Path, list[DemoSheets]]:
    """Write the product register and two sheets for each shop of both homes; return where they are."""
    shop_layer = folder / "shop"
    shop_layer.mkdir(parents=True, exist_ok=True)
    brand = make_world(seed, now)
    one_person = make_world(seed, now, tickets=ONE_PERSON_TICKETS, home=story.ONE_PERSON)
    register = shop_layer / "articles.csv"
    # What somebody filled in since the last time is theirs.
    if not register.exists():
        sheets.write_articles(brand, register)
    written = [_write_shop(world, shop, folder) for world in (brand, one_person) for shop in world.shops]
    return register, written


def _write_shop(world: World, shop: Shop, folder: Path) -> DemoSheets:
    # One shop shows that workbooks are read as well.
    suffix = "xlsx" if shop.platform == "kuaishou" and not shop.by_sheet else "csv"
    after_sales = folder / f"{shop.name}-售后单-{world.generated}.{suffix}"
    orders = folder / f"{shop.name}-订单-{world.generated}.{suffix}"
    if shop.platform == "douyin":
        tickets = sheets.write_douyin_after_sales(world, shop, after_sales)
        sheets.write_douyin_orders(world, shop, orders)
    else:
        tickets = sheets.write_kuaishou_after_sales(world, shop, after_sales)
        sheets.write_kuaishou_orders(world, shop, orders)
    return DemoSheets(shop, after_sales, orders, tickets)
