"""Hold what the commands share: the language, the one reading of the clock, options, exit codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from aftersale.config.terminal import REFUSED
from aftersale.domain.clock import SHANGHAI
from aftersale.texts import Lang, Text, translator

if TYPE_CHECKING:
    from collections.abc import Callable

SOME_WRONG = 1
BROKEN = 4

EXIT_CODES: dict[int, Text] = {
    0: Text(zh="完成", en="done"),
    SOME_WRONG: Text(
        zh="做完了，但有的输入不对：decide 的坏行，rules check 查出的问题，triage 一行也没读进来，"
        "doctor 查出要马上处理的问题",
        en="done, but some input was wrong: bad lines of decide, findings of rules check, "
        "a triage that could read no row, something that doctor found bad",
    ),
    2: Text(zh="命令写法不对", en="the command line was wrong"),
    REFUSED: Text(
        zh="没有做：表格、规则、文件或数据库读不了、写不了，或者不允许",
        en="not done: a sheet, a rulebook, a file or the database could not be read or written, or it is not "
        "allowed",
    ),
    BROKEN: Text(
        zh="verify 发现记录被改动或缺失", en="verify found records that were changed or are missing"
    ),
    130: Text(zh="被中断", en="interrupted"),
}

# Help is written in English, the language of the documents; Desk says it in the language of the user.
_ = translator("en")

ShopOption = Annotated[
    Path | None,
    typer.Option(
        "--shop", help=_("Folder with your own rules and articles.csv."), exists=True, file_okay=False
    ),
]
JsonFlag = Annotated[bool, typer.Option("--json", help=_("Answer in JSON Lines."))]
DateArgument = Annotated[str, typer.Argument(metavar="DATE", help=_("A day, written 2025-05-06."))]


@dataclass(frozen=True, slots=True)
class Asked:
    """Hold what every command needs: the language, and the one reading of the clock."""

    lang: Lang
    now: datetime


def asked_of(ctx: typer.Context) -> Asked:
    """Give what the command was asked with."""
    return cast("Asked", ctx.obj)


def utc_clock() -> Callable[[], datetime]:
    """Give the clock to what runs for long."""
    return lambda: datetime.now(tz=UTC)


def day_of(text: str | None) -> date:
    """Read a day, or refuse the command line."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        raise typer.BadParameter(f"{text!r}: YYYY-MM-DD") from None


def time_of(text: str) -> datetime:
    """Read a time, of Shanghai where it says no zone, or refuse the command line."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r}: 2026-06-10T09:00:00+08:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
