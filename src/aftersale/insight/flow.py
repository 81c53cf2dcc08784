"""Run a what-if: read the tickets, judge them under both rulebooks, show the difference, change nothing."""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import duckdb

from aftersale.domain.errors import WouldReplaceInput
from aftersale.insight.as_json import as_json
from aftersale.insight.console import Screen
from aftersale.insight.page import page_of
from aftersale.insight.report import report_of
from aftersale.insight.tickets import Kind, Taken, take
from aftersale.insight.words import Words
from aftersale.policy.whatif import compare
from aftersale.progress import bar
from aftersale.texts import translator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection
    from rich.console import Console

    from aftersale.insight.options import WhatIfOptions
    from aftersale.policy.rulebook import Rulebook
    from aftersale.policy.whatif import Comparison

OK, SOME_WRONG = 0, 1
# Beyond this DuckDB works on disk, in a folder of the system that is gone afterwards.
_MEMORY = "2GB"


def whatif(options: WhatIfOptions, before: Rulebook, after: Rulebook, console: Console, out: TextIO) -> int:
    """Compare two rulebooks over the tickets and return the exit code: 0, or 1 where some input was wrong.

    Input is wrong where a line of facts is bad or no ticket could be judged; rows that an export parks are
    counted and named, and are no failure. People read `console`; with `json` the object goes to `out` and
    nothing else is said. Raises SheetRefused for files that hold no tickets, WouldReplaceInput for a page
    that would lie over one of them.
    """
    _check_html(options)
    taken, found = _compared(options, (before, after))
    words = Words(options.lang, (before, after))
    report = report_of(found, taken, words)
    screen = Screen(console, words.translate)
    if options.html:
        page = page_of(report, options, (before, after), taken.kind)
        options.html.write_text(page, encoding="utf-8", newline="\n")
    if options.json:
        out.write(json.dumps(as_json(found, taken, (before, after), options.lang), ensure_ascii=False) + "\n")
    elif options.html:
        screen.head(report)
        screen.left(report)
        screen.say(words.translate("written: {path}").format(path=options.html))
    else:
        screen.whole(report)
    return _exit_code(taken, found)


def _exit_code(taken: Taken, found: Comparison) -> int:
    bad_lines = bool(taken.left) and taken.kind is not Kind.SHEET
    return SOME_WRONG if bad_lines or (taken.rows and not found.tickets) else OK


def _check_html(options: WhatIfOptions) -> None:
    """Refuse to write the page over a file that is to be read."""
    if options.html and options.html.resolve() in {path.resolve() for path in options.tickets}:
        raise WouldReplaceInput(options.html.name)


def _compared(options: WhatIfOptions, books: tuple[Rulebook, Rulebook]) -> tuple[Taken, Comparison]:
    _ = translator(options.lang)
    with database() as connection, bar(shown=not options.json) as shown:
        shown.begin(_("reading the tickets"))
        taken = take(connection, options, shown)
        shown.begin(_("judging under both rulebooks"))
        return taken, compare(connection, *books, taken.table)


@contextmanager
def database() -> Iterator[DuckDBPyConnection]:
    """Open a database in memory that fetches nothing and writes only into a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="aftersale-") as folder:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": _MEMORY,
            "temp_directory": folder,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        connection = duckdb.connect(":memory:", config=config)
        try:
            yield connection
        finally:
            connection.close()
