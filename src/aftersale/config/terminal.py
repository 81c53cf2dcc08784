"""Speak on the terminal: help and errors in the user's language, tables, findings, no traceback."""

import os
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from typer import rich_utils
from typer.core import TyperGroup

from aftersale.channels.base import why_not
from aftersale.config.mistakes import in_chinese
from aftersale.domain.errors import AftersaleError, Finding, RulebookInvalid
from aftersale.texts import Lang, translator

REFUSED = 3
# typer shows the cases of a mistyped line and keeps what they have in common to itself.
UsageError: Any = typer.BadParameter.__base__
ENV_LANG = "AFTERSALE_LANG"
# A pipe has no width; tables are not to be broken for it.
PIPE_WIDTH = 200


class Language(StrEnum):
    """Name the languages the desk speaks."""

    ZH = "zh"
    EN = "en"


class Desk(TyperGroup):
    """Speak the user's language, wherever on the line it is asked for, and turn errors into sentences."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401  # typer keeps the type private
        """Take the language out of the line before anything of it is read; commands find it in `ctx.obj`."""
        ctx.obj, rest = _language(args)
        _translate(self, ctx, ctx.obj)
        try:
            return super().parse_args(ctx, rest)
        except UsageError as mistake:
            raise _said(mistake, ctx.obj) from None

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  # typer keeps the type private
        """Run the command; what it refuses is said on stderr, with the next step."""
        lang: Lang = ctx.obj
        try:
            return super().invoke(ctx)
        except UsageError as mistake:
            raise _said(mistake, lang) from None
        except AftersaleError as error:
            _say_error(error, lang)
        except BrokenPipeError:
            raise
        except OSError as error:
            _say_file(error, lang)
        raise typer.Exit(REFUSED)


def _said(mistake: Any, lang: Lang) -> Any:  # noqa: ANN401  # typer keeps the type private
    """Give a mistake of the command line the words of the user's language."""
    sentence = mistake.format_message()
    if lang == "zh" and in_chinese(sentence) != sentence:
        mistake.format_message = lambda: in_chinese(sentence)
    return mistake


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


def _errors() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


def screen(*, stderr: bool = False) -> Console:
    """Give the terminal, or a wide page where the output goes into a pipe or a file."""
    plain = Console(highlight=False, stderr=stderr)
    return plain if plain.is_terminal else Console(highlight=False, stderr=stderr, width=PIPE_WIDTH)


def _say_error(error: AftersaleError, lang: Lang) -> None:
    console = _errors()
    if isinstance(error, RulebookInvalid):
        say_findings(console, error.findings, lang)
    else:
        console.print(escape(error.message.of(lang)), style="bold")
    console.print(escape(error.next_step.of(lang)))


def say_findings(console: Console, findings: Sequence[Finding], lang: Lang) -> None:
    """Say each fault on a line: where it stands, what is wrong, its stable code."""
    for each in findings:
        where, said = escape(each.path), escape(each.message.of(lang))
        console.print(f"[bold]{where}[/] {said} [dim]{each.code}[/]", soft_wrap=True)


def _say_file(error: OSError, lang: Lang) -> None:
    _ = translator(lang)
    said = _("The file cannot be read or written: {file} ({why})")
    where, why = error.filename or "", why_not(error).of(lang)
    _errors().print(escape(said.format(file=where, why=why)), style="bold")
    _errors().print(_("Close it in other programs, or name another place."))


def say(text: str) -> None:
    """Print a text whose first line is its heading."""
    head, _newline, rest = text.partition("\n")
    screen().print(escape(head), style="bold", soft_wrap=True)
    if rest:
        screen().print(escape(rest), soft_wrap=True)


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns, each as wide as it needs where there is room."""
    table = Table(*head, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(escape, row))
    screen().print(table)
