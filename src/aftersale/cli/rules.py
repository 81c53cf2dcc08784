"""Read and check the rules: what holds, since when, by which clause."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from aftersale.cli.asked import SOME_WRONG, Asked, DateArgument, ShopOption, asked_of, day_of
from aftersale.config.terminal import print_table, say, say_findings, screen
from aftersale.library import rule_pages, rules
from aftersale.library.checking import faults
from aftersale.library.refund_page import RefundPage
from aftersale.library.shop_card import shop_card
from aftersale.library.shop_folder import start
from aftersale.library.words import Words
from aftersale.policy.written import Layer, Platform
from aftersale.shops.rule_files import load_rulebook, packaged_texts, shop_texts
from aftersale.texts import translator

_ = translator("en")
commands = typer.Typer(
    help=_("Read the rules: what holds, since when, by which clause, and what your own folder adds."),
    no_args_is_help=True,
)


def _on(asked: Asked, text: str | None) -> date:
    return asked.now.date() if text is None else day_of(text)


@commands.command("list", help=_("List the rules in force, in the order in which they are tried."))
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
    asked = asked_of(ctx)
    book = load_rulebook(shop)
    words = Words(book, asked.lang)
    wanted = rules.Wanted(_on(asked, at), platform, layer, group)
    print_table(
        rule_pages.rule_head(words),
        [rule_pages.rule_row(rule, words) for rule in rules.selected(book, wanted)],
    )


@commands.command(
    help=_("Show one rule whole: condition, outcome, clauses, parameters with all sources, evidence.")
)
def show(
    ctx: typer.Context,
    rule_id: Annotated[str, typer.Argument(metavar="ID", help=_("Id of a rule, such as N01."))],
    shop: ShopOption = None,
) -> None:
    """Show one rule."""
    book = load_rulebook(shop)
    say(rule_pages.whole_rule(rules.find(book, rule_id), Words(book, asked_of(ctx).lang)))


@commands.command(help=_("Show the rules and parameters in force on a day."))
def at(
    ctx: typer.Context,
    day: DateArgument,
    platform: Annotated[Platform, typer.Option(help=_("Only what holds on this platform."))] = "any",
    shop: ShopOption = None,
) -> None:
    """Show a day."""
    book = load_rulebook(shop)
    words, on = Words(book, asked_of(ctx).lang), day_of(day)
    found = rules.selected(book, rules.Wanted(on, platform))
    print_table(rule_pages.rule_head(words), [rule_pages.rule_row(rule, words) for rule in found])
    values = rules.values_on(book, on, platform)
    print_table(rule_pages.value_head(words), [rule_pages.value_row(each, words) for each in values])


@commands.command(
    help=_("Show what changes between two days: rules that begin or end, parameters with both values.")
)
def diff(ctx: typer.Context, first: DateArgument, second: DateArgument, shop: ShopOption = None) -> None:
    """Compare two days."""
    book = load_rulebook(shop)
    days = day_of(first), day_of(second)
    say(rule_pages.difference_page(rules.difference(book, *days), *days, Words(book, asked_of(ctx).lang)))


@commands.command(help=_("Check the rules that come with the program and, where given, your own folder."))
def check(
    ctx: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="DIR", help=_("Folder with your own rules."))
    ] = None,
) -> None:
    """Check rule files; findings make the exit code 1."""
    lang = asked_of(ctx).lang
    _ = translator(lang)
    texts = packaged_texts() | (shop_texts(folder) if folder else {})
    found = faults(texts)
    say_findings(screen(), found, lang)
    if found:
        typer.echo(_("{n} findings.").format(n=len(found)))
        raise typer.Exit(SOME_WRONG)
    typer.echo(_("{n} files checked, nothing found.").format(n=len(texts)))


@commands.command(help=_("Write a commented folder for your own rules; nothing that exists is overwritten."))
def init(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help=_("Folder to write into."), file_okay=False)],
) -> None:
    """Start a shop folder."""
    asked = asked_of(ctx)
    _ = translator(asked.lang)
    for path in start(folder, asked.now.date()):
        typer.echo(str(path))
    typer.echo(_("Edit these files, then run: aftersale rules check {folder}").format(folder=_quoted(folder)))


@commands.command(
    help=_("Write the shop's refund page for its buyers: when, how, materials, freight, time, contact.")
)
def public(
    ctx: typer.Context,
    html: Annotated[Path, typer.Option("--html", metavar="FILE", help=_("Page to write."), dir_okay=False)],
    shop: ShopOption = None,
) -> None:
    """Write the public refund page from the rules in force today."""
    asked = asked_of(ctx)
    card = shop_card(shop_texts(shop) if shop else {})
    page = RefundPage(load_rulebook(shop), card, asked.now.date(), asked.lang).html()
    html.write_text(page, encoding="utf-8", newline="\n")
    typer.echo(str(html))


def _quoted(path: Path) -> str:
    return f'"{path}"' if " " in str(path) else str(path)
