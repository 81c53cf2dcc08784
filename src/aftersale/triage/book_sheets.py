"""Lay out the sheets of the workbook: worklist, overview, batches, reasoning, articles, parked rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from aftersale.domain.clock import moment_of
from aftersale.triage.grouping import batches
from aftersale.triage.overview import overview_lines
from aftersale.triage.reasoning import reasoning_cells, reasoning_columns
from aftersale.triage.rows import Urgency
from aftersale.triage.skeleton import to_describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from aftersale.channels.parked_rows import ParkedRow
    from aftersale.triage.rows import Row
    from aftersale.triage.skeleton import ArticleMet
    from aftersale.triage.summary import Summary
    from aftersale.triage.words import Words

Sort: TypeAlias = Literal["text", "id", "money", "time", "count"]
Tone: TypeAlias = Literal["red", "amber", "grey", "plain"]
Cell: TypeAlias = str | int | datetime | None

_TONES: dict[Urgency, Tone] = {
    Urgency.OVERDUE: "red",
    Urgency.WITHIN_HOUR: "red",
    Urgency.WITHIN_FOUR: "amber",
    Urgency.WAITING: "grey",
    Urgency.DONE: "grey",
}


@dataclass(frozen=True, slots=True)
class Column:
    """Describe one column: title, how its cells are written, width in characters."""

    title: str
    sort: Sort
    width: int


@dataclass(frozen=True, slots=True)
class SheetOf:
    """Describe one sheet; each row comes with its tone. Money is fen, a time aware."""

    title: str
    columns: tuple[Column, ...]
    rows: Iterable[tuple[Tone, Sequence[Cell]]]
    frozen: int = 0
    filters: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """Hold everything that a run found, ready to be written."""

    rows: Sequence[Row]
    parked: Sequence[ParkedRow]
    summary: Summary
    articles: Sequence[ArticleMet]
    words: Words
    separator: str
    batch_size: int


def _columns(*described: tuple[str, Sort, int]) -> tuple[Column, ...]:
    return tuple(Column(title, sort, width) for title, sort, width in described)


def _worklist(result: Result) -> SheetOf:
    words, _ = result.words, result.words.translate
    columns = _columns(
        (_("Urgency"), "text", 10),
        (_("Time left"), "text", 34),
        (_("Due at"), "time", 16),
        (_("Turn"), "text", 12),
        (_("Proposal"), "text", 22),
        (_("How"), "text", 36),
        (_("Find out"), "text", 44),
        (_("Amount"), "money", 11),
        (_("Ticket no."), "id", 21),
        (_("Order no."), "id", 21),
        (_("Article"), "text", 28),
        (_("Article no."), "id", 14),
        (_("Claim"), "text", 11),
        (_("Stage"), "text", 13),
        (_("Reason"), "text", 16),
        (_("Liability"), "text", 10),
        (_("Return freight"), "text", 14),
        (_("Clause"), "text", 24),
        (_("Rule"), "id", 7),
        (_("Other ways"), "text", 24),
        (_("Get from the buyer"), "text", 30),
        (_("Our own evidence"), "text", 30),
        (_("Flag"), "text", 8),
        (_("Remark"), "text", 24),
        (_("Note on the article"), "text", 20),
        (_("Shop"), "text", 14),
        (_("Platform"), "text", 8),
    )
    rows = ((_TONES.get(row.urgency, "plain"), _worklist_cells(row, words)) for row in result.rows)
    return SheetOf(_("Worklist"), columns, rows, frozen=1)


def _worklist_cells(row: Row, words: Words) -> tuple[Cell, ...]:
    notice = row.notice
    return (
        words.urgency(row),
        words.due(row),
        moment_of(row.clock.at) if row.clock else None,
        words.turn(row),
        words.proposal(row),
        words.steps(row),
        words.questions(row),
        row.amount_fen,
        notice.ticket_no,
        notice.order_no,
        notice.article,
        notice.article_no,
        notice.claim,
        words.stage(row),
        notice.reason,
        words.liability(row) if row.is_open else "",
        words.freight(row) if row.is_open else "",
        words.citations(row) if row.is_open else "",
        row.verdict.main.id,
        words.alternatives(row),
        words.evidence(row, "buyer"),
        words.evidence(row, "merchant"),
        notice.flag,
        notice.remark,
        row.noted,
        notice.shop,
        words.channel(row),
    )


def _reasoning(result: Result) -> SheetOf:
    words, _ = result.words, result.words.translate
    columns = tuple(Column(title, sort, width) for title, sort, width in reasoning_columns(words))
    rows: Iterator[tuple[Tone, Sequence[Cell]]] = (
        ("plain", reasoning_cells(row, words)) for row in result.rows if row.is_ours
    )
    return SheetOf(_("Reasoning"), columns, rows, frozen=1)


def _batches(result: Result) -> SheetOf:
    words, _ = result.words, result.words.translate
    columns = _columns(
        (_("Proposal"), "text", 24),
        (_("Platform"), "text", 8),
        (_("Shop"), "text", 16),
        (_("Batch"), "text", 8),
        (_("Tickets"), "count", 8),
        (_("Amount"), "money", 13),
        (_("Ticket numbers for the batch search"), "text", 100),
    )
    rows: Iterator[tuple[Tone, Sequence[Cell]]] = (
        (
            "plain",
            (
                words.action(batch.action),
                words.channel(batch.rows[0]),
                batch.shop,
                f"{batch.number}/{batch.batches}",
                len(batch.rows),
                batch.fen,
                batch.joined,
            ),
        )
        for batch in batches(result.rows, result.separator, result.batch_size)
    )
    return SheetOf(_("By action"), columns, rows)


def _articles(result: Result) -> SheetOf:
    _ = result.words.translate
    columns = _columns(
        (_("Article no."), "id", 16),
        (_("Product ID"), "id", 22),
        (_("Article"), "text", 40),
        (_("Open tickets"), "count", 10),
        (_("Settled by the answers"), "count", 12),
        (_("To fill in (tickets)"), "text", 70),
    )
    rows: Iterator[tuple[Tone, Sequence[Cell]]] = (
        (
            "plain",
            (
                article.article_no,
                article.product_id,
                article.title,
                article.ours,
                article.settled,
                result.words.comma.join(
                    f"{title} ({count})" for title, count in article.questions.most_common()
                ),
            ),
        )
        for article in to_describe(result.articles)
    )
    return SheetOf(_("Articles to describe"), columns, rows)


def _parked(result: Result) -> SheetOf:
    _ = result.words.translate
    columns = _columns(
        (_("Sheet"), "text", 30),
        (_("Row"), "count", 8),
        (_("Column"), "text", 18),
        (_("What stands there"), "text", 30),
        (_("Why"), "text", 80),
    )
    rows: Iterator[tuple[Tone, Sequence[Cell]]] = (
        ("plain", (one.sheet, one.row, one.column, one.value, one.reason)) for one in result.parked
    )
    return SheetOf(_("Not read"), columns, rows)


def _overview(result: Result) -> SheetOf:
    _ = result.words.translate
    columns = _columns((_("Figure"), "text", 40), (_("Number"), "text", 16), (_("Amount"), "money", 16))
    rows: Iterator[tuple[Tone, Sequence[Cell]]] = (
        ("plain", (line.title, line.figure, line.fen))
        for line in overview_lines(result.summary, result.words)
    )
    return SheetOf(_("Overview"), columns, rows, filters=False)


def sheets_of(result: Result) -> Iterator[SheetOf]:
    """Lay out the sheets one after another; the worklist is the one to open first."""
    yield _worklist(result)
    yield _overview(result)
    yield _batches(result)
    yield _reasoning(result)
    yield _articles(result)
    yield _parked(result)
