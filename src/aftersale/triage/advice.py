"""Say what to do after a run: what was written, what is worth filling in, and when the sheet is old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.fact_table import COMPANION_OF
from aftersale.triage.judged import IN_ORDERS
from aftersale.triage.options import command_at
from aftersale.triage.skeleton import skeleton_path, to_describe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aftersale.triage.book_sheets import Result
    from aftersale.triage.console import Screen
    from aftersale.triage.options import TriageOptions

# A sheet whose newest time lies further back is judged against a clock that it does not know.
STALE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Files:
    """Name what was written and the register that was read."""

    written: Sequence[Path]
    register: Path | None


def advise(screen: Screen, options: TriageOptions, result: Result, files: Files) -> None:
    """Say what was written, and the one thing worth doing next."""
    _ = screen.words.translate
    for path in files.written:
        screen.say(_("written: {path}").format(path=path))
    if not result.rows or options.json:
        return
    _advise_on_orders(screen, result)
    if options.out is None:
        name = f"{options.sheets[0].stem}-处理建议.xlsx"
        screen.say(_("Add --out {name} for the whole list as a workbook.").format(name=name))
    else:
        _advise_on_articles(screen, options, result, files.register)


def _advise_on_orders(screen: Screen, result: Result) -> None:
    """Say once what the order sheet would answer, rather than ask for it ticket by ticket."""
    if result.summary.orders:
        return
    _ = screen.words.translate
    asked = [{change.fact for change in row.explained.others} & IN_ORDERS for row in result.rows]
    facts = sorted({COMPANION_OF.get(name, name) for name in set[str]().union(*asked)})
    if facts:
        told = _("Give the order export beside it: it answers for {tickets} tickets: {facts}.")
        screen.say(told.format(tickets=sum(map(bool, asked)), facts=screen.words.facts(facts)))


def _advise_on_articles(
    screen: Screen, options: TriageOptions, result: Result, register: Path | None
) -> None:
    _ = screen.words.translate
    asked = to_describe(result.articles)
    if asked and options.out is not None:
        told = _(
            "Next: {articles} articles are not fully described; {tickets} tickets wait for nothing else. "
            "Fill in {file}, save it as {register} and run again with --shop {folder}."
        )
        home = register or (options.shop or Path("rules")) / "articles.csv"
        screen.say(
            told.format(
                articles=len(asked),
                tickets=sum(article.settled for article in asked),
                file=skeleton_path(options.out).name,
                register=home.with_suffix(".csv"),
                folder=home.parent,
            )
        )


def say_it_is_old(screen: Screen, options: TriageOptions, newest: datetime) -> None:
    """Say that the sheet is older than the clock, with the command that judges it at its own time."""
    _ = screen.words.translate
    at = newest.astimezone(SHANGHAI)
    told = _("The newest time in the sheets is {at}, more than two days ago. To judge them as of then:")
    screen.say(told.format(at=f"{at:%Y-%m-%d %H:%M}"), "bold yellow")
    screen.say(f"  {command_at(options, at)}")
