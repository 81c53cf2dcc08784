"""Offer the command: read the clock once, open files, hand over to the rooms, print what they answer."""

import sys
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from aftersale import __version__
from aftersale.channels.register import load_register
from aftersale.config.terminal import REFUSED, Desk, Language, print_table, say, say_findings, screen
from aftersale.domain.clock import SHANGHAI
from aftersale.insight import WhatIfOptions
from aftersale.insight import whatif as run_whatif
from aftersale.library import rule_pages, rules
from aftersale.library.checking import faults
from aftersale.library.deciding import decide_lines
from aftersale.library.refund_page import RefundPage
from aftersale.library.shop_card import shop_card
from aftersale.library.shop_folder import start
from aftersale.library.words import Words
from aftersale.policy.decide import Judge
from aftersale.policy.written import Layer, Platform
from aftersale.shops.rule_files import load_rulebook, packaged_texts, shop_texts
from aftersale.texts import Lang, Text, translator
from aftersale.triage import TriageOptions
from aftersale.triage import triage as run_triage
from aftersale.triage.options import BATCH_SIZE, SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

EXIT_CODES: dict[int, Text] = {
    0: Text(zh="完成", en="done"),
    1: Text(
        zh="做完了，但有的输入不对：decide 的坏行，rules check 查出的问题，triage 一行也没读进来",
        en="done, but some input was wrong: bad lines of decide, findings of rules check, "
        "a triage that could read no row",
    ),
    2: Text(zh="命令写法不对", en="the command line was wrong"),
    REFUSED: Text(
        zh="没有做：表格、规则或文件读不了、写不了",
        en="not done: a sheet, a rulebook or a file could not be read or written",
    ),
    130: Text(zh="被中断", en="interrupted"),
}
SOME_WRONG = 1

# Help is written in English, the language of the documents; Desk says it in the language of the user.
_ = translator("en")


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold what every command needs: the language, and the one reading of the clock."""

    lang: Lang
    now: datetime


def _day(text: str | None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        raise typer.BadParameter(f"{text!r}: YYYY-MM-DD") from None


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r}: 2026-06-10T09:00:00+08:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def _on(asked: Asked, text: str | None) -> date:
    return asked.now.date() if text is None else _day(text)


app = typer.Typer(
    name="aftersale",
    cls=Desk,
    help=_(
        "Judge after-sale tickets of 抖店 and 快手小店 by law, platform rule and shop policy, "
        "with the clause cited."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
rules_app = typer.Typer(
    help=_("Read the rules: what holds, since when, by which clause, and what your own folder adds."),
    no_args_is_help=True,
)
app.add_typer(rules_app, name="rules")

ShopOption = Annotated[
    Path | None,
    typer.Option(
        "--shop", help=_("Folder with your own rules and articles.csv."), exists=True, file_okay=False
    ),
]
JsonFlag = Annotated[bool, typer.Option("--json", help=_("Answer in JSON Lines."))]
DateArgument = Annotated[str, typer.Argument(metavar="DATE", help=_("A day, written 2025-05-06."))]


def _version(value: bool) -> None:  # noqa: FBT001  # typer hands flags over by position
    if value:
        typer.echo(f"aftersale {__version__}")
        raise typer.Exit


@app.callback()
def aftersale(
    ctx: typer.Context,
    *,
    lang: Annotated[
        Language | None, typer.Option(help=_("Language of texts and help; else AFTERSALE_LANG, else zh."))
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help=_("Show the version and exit.")),
    ] = False,
) -> None:
    """Read the clock, once; both options are dealt with while the line is read."""
    del lang, version
    ctx.obj = Asked(ctx.obj, datetime.now(tz=SHANGHAI))


@app.command(
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
    asked = cast("Asked", ctx.obj)
    options = TriageOptions(tuple(sheets), shop, mapping, out, as_json, asked.lang, separator, batch_size)
    at = asked.now if now is None else _time(now)
    code = run_triage(options, Judge(load_rulebook(shop)), at, screen(stderr=as_json), sys.stdout)
    raise typer.Exit(code)


@app.command(
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
    asked = cast("Asked", ctx.obj)
    judge = Judge(load_rulebook(shop))
    if decide_lines(judge, file, typer.echo, asked.lang, json=as_json, explain=explain):
        raise typer.Exit(SOME_WRONG)


@app.command(
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
    lang = cast("Asked", ctx.obj).lang
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


@rules_app.command("list", help=_("List the rules in force, in the order in which they are tried."))
def list_rules(
    ctx: typer.Context,
    platform: Annotated[Platform, typer.Option(help=_("Only rules that hold on this platform."))] = "any",
    layer: Annotated[Layer | None, typer.Option(help=_("Only rules of this layer."))] = None,
    group: Annotated[str | None, typer.Option(help=_("Only rules of this group, such as no_reason."))] = None,
    at: Annotated[
        str | None, typer.Option(metavar="DATE", help=_("The day that counts; today if left out."))
    ] = None,
    shop: ShopOption = None,
) -> None:
    """List rules."""
    asked = cast("Asked", ctx.obj)
    book = load_rulebook(shop)
    words = Words(book, asked.lang)
    wanted = rules.Wanted(_on(asked, at), platform, layer, group)
    print_table(
        rule_pages.rule_head(words),
        [rule_pages.rule_row(rule, words) for rule in rules.selected(book, wanted)],
    )


@rules_app.command(
    help=_("Show one rule whole: condition, outcome, clauses, parameters with all sources, evidence.")
)
def show(
    ctx: typer.Context,
    rule_id: Annotated[str, typer.Argument(metavar="ID", help=_("Id of a rule, such as N01."))],
    shop: ShopOption = None,
) -> None:
    """Show one rule."""
    book = load_rulebook(shop)
    say(rule_pages.whole_rule(rules.find(book, rule_id), Words(book, cast("Asked", ctx.obj).lang)))


@rules_app.command(help=_("Show the rules and parameters in force on a day."))
def at(
    ctx: typer.Context,
    day: DateArgument,
    platform: Annotated[Platform, typer.Option(help=_("Only what holds on this platform."))] = "any",
    shop: ShopOption = None,
) -> None:
    """Show a day."""
    book = load_rulebook(shop)
    words, on = Words(book, cast("Asked", ctx.obj).lang), _day(day)
    found = rules.selected(book, rules.Wanted(on, platform))
    print_table(rule_pages.rule_head(words), [rule_pages.rule_row(rule, words) for rule in found])
    values = rules.values_on(book, on, platform)
    print_table(rule_pages.value_head(words), [rule_pages.value_row(each, words) for each in values])


@rules_app.command(
    help=_("Show what changes between two days: rules that begin or end, parameters with both values.")
)
def diff(ctx: typer.Context, first: DateArgument, second: DateArgument, shop: ShopOption = None) -> None:
    """Compare two days."""
    book = load_rulebook(shop)
    days = _day(first), _day(second)
    say(
        rule_pages.difference_page(
            rules.difference(book, *days), *days, Words(book, cast("Asked", ctx.obj).lang)
        )
    )


@rules_app.command(help=_("Check the rules that come with the program and, where given, your own folder."))
def check(
    ctx: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help=_("Folder with your own rules."))
    ] = None,
) -> None:
    """Check rule files; findings make the exit code 1."""
    lang = cast("Asked", ctx.obj).lang
    _ = translator(lang)
    texts = packaged_texts() | (shop_texts(folder) if folder else {})
    found = faults(texts)
    say_findings(screen(), found, lang)
    if found:
        typer.echo(_("{n} findings.").format(n=len(found)))
        raise typer.Exit(SOME_WRONG)
    typer.echo(_("{n} files checked, nothing found.").format(n=len(texts)))


@rules_app.command(help=_("Write a commented folder for your own rules; nothing that exists is overwritten."))
def init(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("Folder to write into."), file_okay=False)],
) -> None:
    """Start a shop folder."""
    asked = cast("Asked", ctx.obj)
    _ = translator(asked.lang)
    for path in start(folder, asked.now.date()):
        typer.echo(str(path))
    typer.echo(_("Edit these files, then run: aftersale rules check {folder}").format(folder=_quoted(folder)))


@rules_app.command(
    help=_("Write the shop's refund page for its buyers: when, how, materials, freight, time, contact.")
)
def public(
    ctx: typer.Context,
    html: Annotated[Path, typer.Option("--html", metavar="FILE", help=_("Page to write."), dir_okay=False)],
    shop: ShopOption = None,
) -> None:
    """Write the public refund page from the rules in force today."""
    asked = cast("Asked", ctx.obj)
    card = shop_card(shop_texts(shop) if shop else {})
    page = RefundPage(load_rulebook(shop), card, asked.now.date(), asked.lang).html()
    html.write_text(page, encoding="utf-8", newline="\n")
    typer.echo(str(html))


def _quoted(path: Path) -> str:
    return f'"{path}"' if " " in str(path) else str(path)


def main() -> None:
    """Run the command on the arguments of the process, speaking UTF-8 whatever the console's code page is."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    app(prog_name="aftersale")


if __name__ == "__main__":
    main()
