"""Judge tickets: triage an export, decide facts, compare rulebooks."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aftersale.channels.register import load_register
from aftersale.cli.asked import SOME_WRONG, JsonFlag, ShopOption, asked_of, time_of
from aftersale.config.terminal import screen
from aftersale.library.deciding import decide_lines
from aftersale.policy.decide import Judge
from aftersale.shops.rule_files import load_rulebook
from aftersale.texts import Lang, translator
from aftersale.triage import TriageOptions
from aftersale.triage import triage as run_triage
from aftersale.triage.options import BATCH_SIZE, SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# The table engine takes a quarter of a second to start: other commands come without it.
# ruff: noqa: PLC0415

_ = translator("en")
commands = typer.Typer()


@commands.command(
    help=_(
        "Turn an export into a worklist: what to do with every ticket, by which clause, most urgent first."
    )
)
def triage(  # noqa: PLR0913  # each option of the command is a parameter
    ctx: typer.Context,
    sheets: Annotated[
        list[Path],
        typer.Argument(
            metavar="SHEET...",
            help=_("After-sale sheets, csv or xlsx; order sheets beside them."),
            exists=True,
            dir_okay=False,
        ),
    ],
    *,
    shop: ShopOption = None,
    now: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help=_("Time to judge at, such as 2026-06-10T09:00:00+08:00; else the clock.")
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("Workbook to write."), dir_okay=False)
    ] = None,
    as_json: JsonFlag = False,
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--map",
            metavar="FILE",
            help=_("What the headers of an unknown sheet mean."),
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    separator: Annotated[
        str, typer.Option(help=_("What stands between ticket numbers for the batch search."))
    ] = SEPARATOR,
    batch_size: Annotated[
        int, typer.Option(help=_("How many ticket numbers one batch search takes."), min=1)
    ] = BATCH_SIZE,
) -> None:
    """Triage an export."""
    asked = asked_of(ctx)
    options = TriageOptions(tuple(sheets), shop, mapping, out, as_json, asked.lang, separator, batch_size)
    at = asked.now if now is None else time_of(now)
    code = run_triage(options, Judge(load_rulebook(shop)), at, screen(stderr=as_json), sys.stdout)
    raise typer.Exit(code)


@commands.command(
    help=_(
        "Decide tickets given as JSON Lines: what to do, by which clause, until when, what would change it."
    )
)
def decide(
    ctx: typer.Context,
    file: Annotated[
        typer.FileBinaryRead, typer.Argument(metavar="FILE", help=_("JSON Lines, or - for standard input."))
    ],
    *,
    as_json: JsonFlag = False,
    explain: Annotated[
        bool, typer.Option("--explain", help=_("Add every rule and the part of it that failed."))
    ] = False,
    shop: ShopOption = None,
) -> None:
    """Decide each line as it comes; bad lines are answered too and make the exit code 1."""
    asked = asked_of(ctx)
    judge = Judge(load_rulebook(shop))
    if decide_lines(judge, file, typer.echo, asked.lang, json=as_json, explain=explain):
        raise typer.Exit(SOME_WRONG)


@commands.command(
    help=_(
        "Judge the tickets again under other rules: who would be treated differently, by what, for how much."
    )
)
def whatif(
    ctx: typer.Context,
    tickets: Annotated[
        list[Path],
        typer.Argument(
            metavar="TICKETS...",
            help=_("Exports, JSON Lines of facts, or Parquet."),
            exists=True,
            dir_okay=False,
        ),
    ],
    *,
    against: Annotated[
        Path,
        typer.Option(
            metavar="RULES_DIR",
            help=_("Folder with the rules to compare with."),
            exists=True,
            file_okay=False,
        ),
    ],
    shop: ShopOption = None,
    as_json: JsonFlag = False,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help=_("Page with charts to write."), dir_okay=False)
    ] = None,
) -> None:
    """Compare the rules of today with those of a folder over the same tickets."""
    from aftersale.insight import WhatIfOptions
    from aftersale.insight import whatif as run_whatif

    lang = asked_of(ctx).lang
    options = WhatIfOptions(
        tuple(tickets), lang, as_json, html, of_article=_register_of(shop or against, lang)
    )
    before, after = load_rulebook(shop), load_rulebook(against)
    raise typer.Exit(run_whatif(options, before, after, screen(stderr=as_json), sys.stdout))


def _register_of(shop: Path | None, lang: Lang) -> "Callable[[str | None, str | None], Mapping[str, object]]":
    """Tell, by 商家编码 or 商品ID, what the shop's product register says of an article."""
    register, _file = load_register(shop, lang)

    def of_article(article_no: str | None, product_id: str | None) -> "Mapping[str, object]":
        article = register.find(article_no, product_id)
        return article.facts if article else {}

    return of_article
