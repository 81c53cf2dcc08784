"""Write the demo folder, judge its sheets, and say how to do the same with one's own."""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from aftersale.channels.spreadsheet import read
from aftersale.config.terminal import screen
from aftersale.policy.decide import Judge
from aftersale.sandbox.demo import NOW, DemoSheets, write_demo
from aftersale.shops.rule_files import load_rulebook
from aftersale.triage import TriageOptions, triage

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the demo, triage every shop of it, show the first, and say what there is to see."""
    parser = argparse.ArgumentParser(prog="python -m aftersale.config.demo", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("demo"), help="folder to write into")
    folder: Path = parser.parse_args(arguments).out
    register, written = write_demo(folder)
    judge = Judge(load_rulebook(register.parent))
    shown, *others = written
    typer.echo(f"演示数据，全部虚构，时间定在 {NOW:%Y-%m-%d %H:%M}。下面是“{shown.shop.name}”的待办：\n")
    worklists = [_triaged(shown, register.parent, judge, screen(stderr=False))]
    worklists += [_triaged(one, register.parent, judge, Console(file=io.StringIO())) for one in others]
    _say_what_was_made(folder, written, worklists)


def _triaged(one: DemoSheets, shop: Path, judge: Judge, console: Console) -> Path:
    out = one.after_sales.with_name(f"{one.shop.name}-工作清单-演示数据.xlsx")
    options = TriageOptions((one.after_sales, one.orders), shop, out=out)
    triage(options, judge, NOW, console, io.StringIO())
    return out


def _say_what_was_made(folder: Path, written: Sequence[DemoSheets], worklists: Sequence[Path]) -> None:
    rows, shops = sum(one.tickets for one in written), len(written)
    parked = sum(len(read([one.after_sales, one.orders]).parked) for one in written)
    judged = rows - parked
    typer.echo(f"\n{shops} 个演示店铺、{rows} 行售后：判断好 {judged} 单，{parked} 行故意写坏、没读进来。")
    typer.echo(f"{rows} rows of {shops} demo shops: {judged} judged, {parked} bad on purpose, not read.")
    typer.echo(f"工作清单在 / the worklists are in {folder}/：")
    for one, worklist in zip(written, worklists, strict=True):
        typer.echo(f"  {worklist.name}  {one.tickets}")
    typer.echo("\n换成你自己的表 / with a sheet of your own:")
    typer.echo("  .venv/bin/aftersale triage 你的售后导出.csv --out 工作清单.xlsx")


if __name__ == "__main__":
    main()
