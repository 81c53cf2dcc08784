"""Write the demo folder, judge its sheets, and say how to do the same with one's own."""

from __future__ import annotations

import argparse
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from aftersale.domain.clock import SHANGHAI
from aftersale.sandbox import sheets, story
from aftersale.sandbox.world import make_world

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def triage_arguments(one: DemoSheets, register: Path) -> list[str]:
    """Build the command line that judges one shop's sheet at the demo's clock."""
    return [
        "triage",
        str(one.after_sales),
        str(one.orders),
        "--shop",
        str(register.parent),
        "--now",
        NOW.isoformat(),
        "--out",
        str(one.after_sales.with_name(f"{one.shop.name}-处理建议-演示数据.xlsx")),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the demo, run the triage over it and say in two languages what there is to see."""
    parser = argparse.ArgumentParser(prog="python -m aftersale.sandbox.demo", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder to write into")
    folder: Path = parser.parse_args(arguments).out
    register, written = write_demo(folder)
    _say_what_was_made(folder, register, written)
    # By name: the command line imports this room, not the other way round.
    app: typer.Typer = import_module("aftersale.cli").app
    command = typer.main.get_command(app)
    for one in written:
        command.main(args=triage_arguments(one, register), prog_name="aftersale", standalone_mode=False)
    typer.echo("\n换成自己的文件 / with a file of your own:\n  aftersale triage 你的售后导出.csv")


def _say_what_was_made(folder: Path, register: Path, written: Sequence[DemoSheets]) -> None:
    total = sum(one.tickets for one in written)
    at, shops = f"{NOW:%Y-%m-%d %H:%M}", len(written)
    typer.echo(f"演示数据，全部虚构，时间定在 {at}：{shops} 个店铺，{total} 个售后单，写在 {folder}/")
    typer.echo(f"Generated data, all invented, clock at {at}: {shops} shops, {total} tickets, in {folder}/")
    for one in written:
        typer.echo(f"  {one.after_sales.name}  {one.tickets}")
    typer.echo(f"  {register.relative_to(folder)}")


if __name__ == "__main__":
    main()
