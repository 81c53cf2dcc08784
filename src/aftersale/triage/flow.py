"""Run a triage: read the sheets, judge, rank, show, write."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TextIO

from xlsxwriter.exceptions import XlsxWriterException

from aftersale.channels.parked_rows import ParkedRow, parked_by_channel
from aftersale.channels.register import Register, load_register
from aftersale.channels.spreadsheet import NO_MAP, load_map, read
from aftersale.domain.clock import SHANGHAI, seconds_of
from aftersale.domain.errors import AftersaleError, WouldReplaceInput
from aftersale.progress import Bar, bar
from aftersale.texts import Text, translator
from aftersale.triage.advice import STALE, Files, advise, say_it_is_old
from aftersale.triage.book_sheets import Result
from aftersale.triage.console import Screen
from aftersale.triage.jsonl import write_lines
from aftersale.triage.judged import Judging, Known
from aftersale.triage.options import TriageOptions
from aftersale.triage.rows import Row, ranked
from aftersale.triage.skeleton import articles_met, skeleton_path, write_skeleton
from aftersale.triage.summary import sum_up
from aftersale.triage.tables import write_csv
from aftersale.triage.words import Words
from aftersale.triage.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from rich.console import Console

    from aftersale.channels.base import Reading
    from aftersale.policy.decide import Judge

__all__ = ["TriageOptions", "triage"]

OK, NOTHING_READ = 0, 1


@dataclass(frozen=True, slots=True)
class Found:
    """Hold what a run found: the result, what was read and from where, and what `aside` was not read."""

    result: Result
    reading: Reading
    register: Register
    register_file: Path | None
    aside: tuple[ParkedRow, ...]


def triage(options: TriageOptions, judge: Judge, now: datetime, console: Console, out: TextIO) -> int:
    """Judge the tickets of the sheets and return the exit code: 0, or 1 where no row at all could be read.

    People read what is printed on `console`; `out` takes the JSON Lines, and then `console` should be stderr.
    Raises SheetRefused for a file that is no export, map or register, AftersaleError where it cannot write.
    """
    _check_out(options)
    found = find(options, judge, now)
    screen = Screen(console, found.result.words)
    if options.json:
        write_lines(out, found.result.rows, found.result.parked, found.result.summary)
    else:
        screen.show(found.result)
    screen.parked(found.aside)
    written = _write(options.out, options, found, now) if options.out else []
    advise(screen, options, found.result, Files(written, found.register_file))
    if found.reading.newest_at and now - found.reading.newest_at > STALE:
        say_it_is_old(screen, options, found.reading.newest_at)
    return OK if found.result.rows or not found.result.parked else NOTHING_READ


def _check_out(options: TriageOptions) -> None:
    """Refuse a result that is no workbook or would replace a sheet that was to be read."""
    if options.out is None:
        return
    if options.out.suffix.lower() != ".xlsx":
        raise AftersaleError(
            "out.not_xlsx",
            Text(
                zh=f"结果是工作簿，{options.out.name} 要以 .xlsx 结尾。",
                en=f"{options.out.name} must end in .xlsx.",
            ),
            Text(zh="例如 --out 处理建议.xlsx", en="For example --out worklist.xlsx"),
        )
    if options.out.resolve() in {sheet.resolve() for sheet in options.sheets}:
        raise WouldReplaceInput(options.out.name)


def find(options: TriageOptions, judge: Judge, now: datetime) -> Found:
    """Read and judge the sheets, ranked and summed up, and show nothing but a bar."""
    _ = translator(options.lang)
    with bar(shown=not options.json) as shown:
        register, register_file = load_register(options.shop, options.lang)
        shown.begin(_("reading the sheets"))
        reading = read(options.sheets, load_map(options.map_file) if options.map_file else NO_MAP)
        judging = Judging(Known(register, reading.orders > 0), judge, now, options.lang)
        shown.begin(_("judging the tickets"), len(reading.notices))
        rows, refused = _judge(reading, judging, shown)
    parked = [*(parked_by_channel(one, options.lang) for one in reading.parked), *refused]
    result = Result(
        rows=rows,
        parked=parked,
        summary=sum_up(rows, parked, reading),
        articles=articles_met(rows),
        words=Words(options.lang, judge.rulebook, seconds_of(now)),
        separator=options.joiner,
        batch_size=options.batch_size,
    )
    aside = (*(parked_by_channel(one, options.lang) for one in reading.orders_parked), *register.faults)
    return Found(result, reading, register, register_file, aside)


def _judge(reading: Reading, judging: Judging, shown: Bar) -> tuple[list[Row], list[ParkedRow]]:
    rows: list[Row] = []
    refused: list[ParkedRow] = []
    for notice in shown.each(reading.notices):
        judged = judging.row_of(notice)
        if isinstance(judged, Row):
            rows.append(judged)
        else:
            refused.append(judged)
    return ranked(rows), refused


def _write(out: Path, options: TriageOptions, found: Found, now: datetime) -> list[Path]:
    """Write the workbook, and beside it what was not read and what is still to be said of the articles."""
    _ = found.result.words.translate
    try:
        with bar(shown=not options.json) as shown:
            shown.begin(_("writing the workbook"))
            return list(_write_all(out, options, found, now))
    except (OSError, XlsxWriterException) as fault:
        reason = getattr(fault, "strerror", None) or str(fault)
        raise AftersaleError(
            "out.not_written",
            Text(zh=f"写不了 {out.name}：{reason}", en=f"{out.name} cannot be written: {reason}"),
            Text(
                zh="如果它正在 Excel 或 WPS 里打开，请先关掉；也可以换一个位置。",
                en="Close it in Excel or WPS, or choose another place.",
            ),
        ) from None


def _write_all(out: Path, options: TriageOptions, found: Found, now: datetime) -> Iterator[Path]:
    result = found.result
    unread = [*result.parked, *found.aside]
    out.parent.mkdir(parents=True, exist_ok=True)
    write_workbook(out, replace(result, parked=unread), now.astimezone(SHANGHAI))
    yield out
    if unread:
        yield _write_parked(out.with_name(f"{out.stem}-没读进来.csv"), unread, result.words)
    if result.articles:
        yield write_skeleton(
            skeleton_path(out), result.articles, (found.register, found.register_file), options.lang
        )


def _write_parked(path: Path, parked: Iterable[ParkedRow], words: Words) -> Path:
    _ = words.translate
    header = [_("Sheet"), _("Row"), _("Column"), _("What stands there"), _("Why")]
    write_csv(
        path, header, ([one.sheet, str(one.row), one.column or "", one.value, one.reason] for one in parked)
    )
    return path
