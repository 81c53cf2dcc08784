"""Offer the command: read the clock once, open files, hand over to the rooms, print what they answer."""

import sys
from datetime import datetime
from typing import Annotated

import typer

from aftersale import __version__
from aftersale.cli import demo, desk, importing, judging, keys, packs, people, rules, sandbox
from aftersale.cli.asked import EXIT_CODES, Asked
from aftersale.config.terminal import Desk, Language
from aftersale.domain.clock import SHANGHAI
from aftersale.texts import translator

__all__ = ["EXIT_CODES", "app", "main"]

# Help is written in English, the language of the documents; Desk says it in the language of the user.
_ = translator("en")

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
app.add_typer(judging.commands)
app.add_typer(desk.commands)
app.add_typer(importing.commands)
app.add_typer(packs.commands)
app.add_typer(demo.commands)
app.add_typer(people.commands, name="user")
app.add_typer(keys.commands, name="keys")
app.add_typer(rules.commands, name="rules")
app.add_typer(sandbox.commands, name="sandbox")


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


def main() -> None:
    """Run the command on the arguments of the process, speaking UTF-8 whatever the console's code page is."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    app(prog_name="aftersale")
