"""Print a comparison on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text as Styled

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from aftersale.insight.report import Case, Part, Report, Side

_MOST_LINES = 10
_MOST_LEFT = 5


class Screen:
    """Print in one language; texts of files are never taken for markup."""

    def __init__(self, console: Console, translate: Callable[[str], str]) -> None:
        self._console, self._translate = console, translate

    def say(self, text: str, style: str = "") -> None:
        """Print one line; the terminal folds it, so that it can be copied whole."""
        self._console.print(Styled(text, style=style), soft_wrap=True)

    def head(self, report: Report) -> None:
        """Print what everybody wants to know first."""
        _ = self._translate
        if report.generated:
            self.say(_("Generated data, all invented"), "bright_black")
        self.say(report.headline, "bold")
        if report.changed:
            money = _("refunds {before} → {after} ({gain})")
            self.say(money.format(before=report.before, after=report.after, gain=report.gain))
        elif report.same:
            self.say(_("Compared: rule, remedy and amount; refunds {amount}").format(amount=report.before))

    def whole(self, report: Report) -> None:
        """Print the report whole."""
        self.head(report)
        for part in report.parts:
            self._part(part)
        self._cases(report.cases)
        if report.same:
            self._part(report.staying, money=False)
        self.left(report)

    def left(self, report: Report) -> None:
        """Name the first lines that were not judged, and say how many there are."""
        _ = self._translate
        if not report.left_total:
            return
        self.say("")
        self.say(_("{count} rows were not read:").format(count=report.left_total), "yellow")
        for one in report.left[:_MOST_LEFT]:
            self.say(f"  {one.place}  {one.reason}")
        if report.left_total > _MOST_LEFT:
            self.say(_("  … and {count} more").format(count=report.left_total - _MOST_LEFT))

    def _part(self, part: Part, *, money: bool = True) -> None:
        _ = self._translate
        table = Table(
            title=part.title, title_justify="left", title_style="bold", show_edge=False, pad_edge=False
        )
        has_after = any(line.after for line in part.lines)
        table.add_column(_("before") if has_after and money else "", ratio=3)
        if has_after:
            table.add_column(_("after") if money else _("Remedy"), ratio=3)
        table.add_column(_("Tickets"), justify="right", no_wrap=True)
        if money:
            table.add_column(_("Refunds"), justify="right", no_wrap=True)
        for line in part.lines[:_MOST_LINES]:
            cells = [line.label, *([line.after] if has_after else []), f"{line.tickets:,}"]
            table.add_row(*map(Styled, [*cells, line.money] if money else cells))
        self.say("")
        self._console.print(table)
        self._rest(part)

    def _rest(self, part: Part) -> None:
        _ = self._translate
        more = len(part.lines) - _MOST_LINES
        if more > 0:
            self.say(_("… and {count} more groups, see --json or --html").format(count=more), "bright_black")
        elif part.rest:
            self.say(part.rest, "bright_black")

    def _cases(self, cases: tuple[Case, ...]) -> None:
        _ = self._translate
        if not cases:
            return
        self.say("")
        self.say(_("The largest changes"), "bold")
        for case in cases:
            self.say("")
            self.say(f"{case.ticket}  {case.article}  {case.reason}  {case.money}", "cyan")
            self._side(_("before"), case.before)
            self._side(_("after"), case.after)

    def _side(self, title: str, side: Side) -> None:
        self.say(f"  {title}  {side.remedy}  {side.amount}")
        self.say(f"      {' + '.join(side.rules)}  [{' / '.join(side.clauses)}]", "bright_black")
