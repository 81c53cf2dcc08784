"""Say the figures of a worklist, for the screen and for the workbook alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aftersale.triage.summary import Summary
    from aftersale.triage.words import Words


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one figure: what it counts, the number as text, the money where it has any."""

    title: str
    figure: str
    fen: int | None = None


def _due_lines(summary: Summary, words: Words) -> list[Line]:
    _ = words.translate
    return [
        Line(_("open tickets"), str(summary.open)),
        Line(_("for the shop to handle"), str(summary.ours), summary.at_stake_fen),
        Line(_("waiting for the buyer"), str(summary.buyers)),
        Line(_("waiting for the platform"), str(summary.platforms)),
        Line(_("overdue"), str(summary.overdue)),
        Line(_("due within 1 h"), str(summary.due_1h)),
        Line(_("due within 4 h"), str(summary.due_4h)),
        Line(_("due within 24 h"), str(summary.due_24h)),
    ]


def proposal_lines(summary: Summary, words: Words) -> list[Line]:
    """Say how often each thing is proposed and what it is worth."""
    return [Line(words.action(one.action), str(one.tickets), one.fen) for one in summary.proposed]


def quality_lines(summary: Summary, words: Words) -> list[Line]:
    """Say how many tickets have a proposal and how much there is to find out."""
    _ = words.translate
    return [
        Line(_("open tickets with a proposal (not “negotiate”)"), f"{summary.settled_share:.1%}"),
        Line(_("questions an open ticket, median"), f"{summary.questions:g}"),
        Line(_("deadlines by rule, not in the sheet"), str(summary.estimated)),
    ]


def row_lines(summary: Summary, words: Words) -> list[Line]:
    """Account for the rows of the sheets."""
    _ = words.translate
    lines = [
        Line(_("rows in the sheets"), str(summary.rows)),
        Line(_("tickets"), str(summary.tickets)),
        Line(_("rows not read"), str(summary.parked)),
    ]
    if summary.orders:
        lines += [
            Line(_("order lines"), str(summary.orders)),
            Line(_("order lines joined to a ticket"), str(summary.orders_joined)),
            Line(_("order lines without a ticket"), str(summary.orders_unused)),
            Line(_("order lines not read"), str(summary.orders_parked)),
        ]
    return lines


def overview_lines(summary: Summary, words: Words) -> list[Line]:
    """List all figures in the order in which they are read."""
    return [
        *_due_lines(summary, words),
        *proposal_lines(summary, words),
        *quality_lines(summary, words),
        *row_lines(summary, words),
    ]
