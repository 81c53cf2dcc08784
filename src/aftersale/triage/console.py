"""Show a worklist on the terminal: the most urgent tickets, then the figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text as Styled

from aftersale.domain.money import yuan
from aftersale.triage.overview import proposal_lines, quality_lines, row_lines
from aftersale.triage.rows import Urgency

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from aftersale.channels.parked_rows import ParkedRow
    from aftersale.triage.book_sheets import Result
    from aftersale.triage.overview import Line
    from aftersale.triage.rows import Row
    from aftersale.triage.summary import Summary
    from aftersale.triage.words import Words

MOST_SHOWN = 20
_MOST_PARKED = 5
_STYLES = {
    Urgency.OVERDUE: "bold red",
    Urgency.WITHIN_HOUR: "bold red",
    Urgency.WITHIN_FOUR: "yellow",
    Urgency.WAITING: "bright_black",
}
# From these widths on there is room for one more column.
_WIDE, _WIDER, _WIDEST = 90, 120, 160


def _most_urgent(ours: Sequence[Row]) -> list[Row]:
    """Take the first; where many are overdue already, half of the room is for what can still be caught."""
    overdue = [row for row in ours if row.urgency is Urgency.OVERDUE]
    running = [row for row in ours if row.urgency is not Urgency.OVERDUE]
    room = max(MOST_SHOWN // 2, MOST_SHOWN - len(running))
    shown = overdue[:room]
    return [*shown, *running[: MOST_SHOWN - len(shown)]]


@dataclass(frozen=True, slots=True)
class Screen:
    """Print in one language; texts of sheets are never taken for markup."""

    console: Console
    words: Words

    def say(self, text: str, style: str = "") -> None:
        """Print one line; the terminal folds it, so that it can be copied whole."""
        self.console.print(Styled(text, style=style), soft_wrap=True)

    def show(self, result: Result) -> None:
        """Show a whole result, or say that no row of it could be read."""
        _ = self.words.translate
        if result.parked and not result.rows:
            self.say(
                _("None of the {count} rows could be read.").format(count=len(result.parked)), "bold red"
            )
        else:
            self.worklist(result.rows)
            self.summary(result.summary)
        self.parked(result.parked)

    def worklist(self, rows: Sequence[Row]) -> None:
        """Show the tickets that the shop must handle, or say that there are none."""
        _ = self.words.translate
        ours = [row for row in rows if row.is_ours]
        if not ours:
            self.say(_("No open ticket waits for the shop."), "green")
            return
        self.console.print(self._table(_most_urgent(ours)))
        if len(ours) > MOST_SHOWN:
            self.say(_("… and {count} more in the worklist").format(count=len(ours) - MOST_SHOWN))

    def _table(self, rows: Iterable[Row]) -> Table:
        _, width = self.words.translate, self.console.width
        table = Table(expand=width < _WIDEST, show_edge=False, pad_edge=False)
        table.add_column(_("Time left"), ratio=4 if width < _WIDE else 5, overflow="fold")
        table.add_column(_("Ticket no."), no_wrap=width >= _WIDE, min_width=19 if width >= _WIDE else 10)
        if width >= _WIDER:
            table.add_column(_("Article"), ratio=3, no_wrap=True, overflow="ellipsis")
        table.add_column(_("Amount"), justify="right", no_wrap=True)
        if width >= _WIDE:
            table.add_column(_("Reason"), ratio=3, overflow="fold")
        table.add_column(_("Proposal"), ratio=4, style="bold", overflow="fold")
        if width >= _WIDER:
            table.add_column(_("Find out"), ratio=4, overflow="fold")
        for row in rows:
            cells = self._cells(row, width)
            table.add_row(*cells)
        return table

    def _cells(self, row: Row, width: int) -> list[Styled]:
        notice, words = row.notice, self.words
        amount = yuan(row.amount_fen) if row.amount_fen is not None else ""
        time = words.due(row) if width >= _WIDE else words.left(row)
        cells = [Styled(time, style=_STYLES.get(row.urgency, "")), Styled(notice.ticket_no)]
        cells += [Styled(notice.article)] if width >= _WIDER else []
        cells += [Styled(amount)]
        cells += [Styled(notice.reason)] if width >= _WIDE else []
        cells += [Styled(words.proposal(row))]
        cells += [Styled(words.to_find_out(row))] if width >= _WIDER else []
        return cells

    def summary(self, summary: Summary) -> None:
        """Print what is due, what is proposed, how good the proposals are, where every row went."""
        _, words = self.words.translate, self.words
        self.say("")
        self._turns(summary)
        due = _("overdue {overdue} · due within 1 h {h1} · within 4 h {h4} · within 24 h {h24}")
        hours = {"h1": summary.due_1h, "h4": summary.due_4h, "h24": summary.due_24h}
        self.say(
            due.format(overdue=summary.overdue, **hours), "red" if summary.overdue or summary.due_1h else ""
        )
        if summary.proposed:
            self.say(_("proposals: {list}").format(list=self._listed(proposal_lines(summary, words))))
        if summary.open:
            self.say(self._listed(quality_lines(summary, words)))
        self.say(self._listed(row_lines(summary, words)))

    def _turns(self, summary: Summary) -> None:
        _ = self.words.translate
        told = _(
            "{open} open: {ours} for the shop ({money}), {buyers} for the buyer, {platforms} for the platform"
        )
        money = yuan(summary.at_stake_fen)
        turns = {"ours": summary.ours, "buyers": summary.buyers, "platforms": summary.platforms}
        self.say(told.format(open=summary.open, money=money, **turns), "bold")

    def _listed(self, lines: Iterable[Line]) -> str:
        told = (
            f"{line.title} {line.figure}" + (f" ({yuan(line.fen)})" if line.fen is not None else "")
            for line in lines
        )
        return " · ".join(told)

    def parked(self, parked: Sequence[ParkedRow]) -> None:
        """Show the first rows that could not be read, and how many there are."""
        if not parked:
            return
        _ = self.words.translate
        self.say(_("{count} rows were not read:").format(count=len(parked)), "yellow")
        for one in parked[:_MOST_PARKED]:
            self.say(f"  {one.sheet}: {one.reason}")
        if len(parked) > _MOST_PARKED:
            self.say(_("  … and {count} more").format(count=len(parked) - _MOST_PARKED))
