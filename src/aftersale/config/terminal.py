"""Speak on the terminal: the user's language in help and errors, tables, findings; no traceback for a user's mistake."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from typer import rich_utils
from typer.core import TyperGroup

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.errors import AftersaleError, FactsInvalid, Finding, RulebookInvalid
from aftersale.texts import Lang, translator

REFUSED = 3
ENV_LANG = "AFTERSALE_LANG"
# A pipe has no width; tables are not to be broken for it.
PIPE_WIDTH = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold what every command needs: the language, and the one reading of the clock."""

    lang: Lang
    now: datetime


class Language(StrEnum):
    """Name the languages the desk speaks."""

    ZH = "zh"
    EN = "en"


class Desk(TyperGroup):
    """Speak the user's language, wherever on the line it is asked for, and turn errors into sentences."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401  # typer keeps the type private
        lang, rest = _language(args)
        ctx.obj = Asked(lang, datetime.now(tz=SHANGHAI))
        _translate(self, ctx, lang)
        return super().parse_args(ctx, rest)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  # typer keeps the type private
        try:
            return super().invoke(ctx)
        except AftersaleError as error:
            say_error(error, ctx.obj.lang)
        except BrokenPipeError:
            raise
        except OSError as error:
            say_file(error, ctx.obj.lang)
        raise typer.Exit(REFUSED)


def _language(args: Sequence[str]) -> tuple[Lang, list[str]]:
    """Take the language out of the command line; an unknown one is left for the parser to refuse."""
    asked, rest = os.environ.get(ENV_LANG, ""), list(args)
    for place, word in enumerate(args):
        if word == "--":
            break
        value = word.partition("=")[2] if word.startswith("--lang=") else (*args, "")[place + 1]
        if word.partition("=")[0] == "--lang" and value in set(Language):
            asked = value
            del rest[place : place + (1 if "=" in word else 2)]
            break
    return ("en" if asked == Language.EN else "zh"), rest


def _translate(command: Any, ctx: Any, lang: Lang) -> None:  # noqa: ANN401  # typer keeps the types private
    _ = translator(lang)
    rich_utils.ARGUMENTS_PANEL_TITLE, rich_utils.OPTIONS_PANEL_TITLE = _("Arguments"), _("Options")
    rich_utils.COMMANDS_PANEL_TITLE, rich_utils.ERRORS_PANEL_TITLE = _("Commands"), _("Error")
    rich_utils.DEFAULT_STRING, rich_utils.REQUIRED_LONG_STRING = _("[default: {}]"), _("[required]")
    rich_utils.RICH_HELP = _("Try [blue]'{command_path} {help_option}'[/] for help.")
    _translate_tree(command, ctx, lang)


def _translate_tree(command: Any, ctx: Any, lang: Lang) -> None:  # noqa: ANN401  # typer keeps the types private
    _ = translator(lang)
    for each in command.params:
        each.help = _(each.help) if each.help else each.help
    command.help = _(command.help) if command.help else command.help
    command.get_help_option(ctx).help = _("Show this message and exit.")
    for child in getattr(command, "commands", {}).values():
        _translate_tree(child, ctx, lang)


def errors() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


def screen() -> Console:
    plain = Console(highlight=False)
    return plain if plain.is_terminal else Console(highlight=False, width=PIPE_WIDTH)


def say_error(error: AftersaleError, lang: Lang) -> None:
    console = errors()
    if isinstance(error, RulebookInvalid | FactsInvalid):
        say_findings(console, error.findings, lang)
    else:
        console.print(escape(error.message.of(lang)), style="bold")
    console.print(escape(error.next_step.of(lang)))


def say_findings(console: Console, findings: Sequence[Finding], lang: Lang) -> None:
    for each in findings:
        console.print(f"[bold]{escape(each.path)}[/] {escape(each.message.of(lang))} [dim]{each.code}[/]")


def say_file(error: OSError, lang: Lang) -> None:
    _ = translator(lang)
    said = _("The file cannot be read or written: {file} ({why})")
    errors().print(escape(said.format(file=error.filename or "", why=error.strerror or error)), style="bold")
    errors().print(_("Close it in other programs, or name another place."))


def say(text: str) -> None:
    head, _newline, rest = text.partition("\n")
    screen().print(escape(head), style="bold", soft_wrap=True)
    if rest:
        screen().print(escape(rest), soft_wrap=True)


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(*head, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(escape, row))
    screen().print(table)


