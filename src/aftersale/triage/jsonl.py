"""Write a worklist as JSON Lines: one line a ticket, one a parked row, the summary last."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING, TextIO

from aftersale.domain.clock import moment_of
from aftersale.triage.rows import Urgency

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aftersale.channels.parked_rows import ParkedRow
    from aftersale.triage.rows import Question, Row
    from aftersale.triage.summary import Summary


def _asked(question: Question) -> dict[str, str]:
    change = question.change
    return {
        "fact": question.fact,
        "who": question.who.value,
        "rule": change.rule,
        "could_become": change.could_become,
    }


def flags_of(row: Row) -> list[str]:
    """List the guards that hold, then: overdue, the clock is an estimate, a person is needed."""
    told = {
        "overdue": row.urgency is Urgency.OVERDUE,
        "due_estimated": row.clock is not None and not row.clock.from_platform,
        "needs_person": row.is_open and row.verdict.needs_person,
    }
    return [*row.verdict.flags, *(name for name, holds in told.items() if holds)]


def ticket_line(row: Row) -> dict[str, object]:
    """Write one ticket; a ticket that is no longer open has no proposal and no due time."""
    notice, verdict = row.notice, row.verdict
    return {
        "ticket_no": notice.ticket_no,
        "order_no": notice.order_no,
        "channel": notice.channel,
        "open": row.is_open,
        "reason": row.reason,
        "amount_fen": row.amount_fen,
        "due_at": moment_of(row.clock.at).isoformat() if row.clock else None,
        "rule": verdict.main.id,
        "proposal": verdict.preferred if row.is_open else None,
        "liability": verdict.liability,
        "freight": verdict.freight,
        "ask": [_asked(question) for question in row.explained.ask],
        "citations": [citation.as_json() for citation in verdict.citations],
        "flags": flags_of(row),
    }


def parked_line(parked: ParkedRow) -> dict[str, object]:
    """Write one row that could not be taken."""
    return {
        "parked": {
            "sheet": parked.sheet,
            "row": parked.row,
            "column": parked.column,
            "value": parked.value,
            "reason": parked.reason,
        }
    }


def summary_line(summary: Summary) -> dict[str, object]:
    """Write the account of all rows."""
    return {
        "summary": {
            "rows": summary.rows,
            "tickets": summary.tickets,
            "open": summary.open,
            "parked": summary.parked,
        }
    }


def write_lines(out: TextIO, rows: Iterable[Row], parked: Iterable[ParkedRow], summary: Summary) -> None:
    """Write the whole worklist."""
    lines = chain(map(ticket_line, rows), map(parked_line, parked), [summary_line(summary)])
    out.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
