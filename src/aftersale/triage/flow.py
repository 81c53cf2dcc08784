"""Run a triage: read the sheets, judge, rank, show, write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TextIO

from xlsxwriter.exceptions import XlsxWriterException

from aftersale.channels.spreadsheet import NO_MAP, load_map, read
from aftersale.domain.clock import SHANGHAI, seconds_of
from aftersale.domain.errors import AftersaleError
from aftersale.texts import Text, translator
from aftersale.triage.book_sheets import Result
from aftersale.triage.console import Screen
from aftersale.triage.jsonl import write_lines
from aftersale.triage.judged import Judging
from aftersale.triage.options import TriageOptions, command_at, with_out
from aftersale.triage.parked import ParkedRow, parked_by_channel
from aftersale.triage.progress import Bar, bar
from aftersale.triage.register import Register, load_register
from aftersale.triage.rows import Row, ranked
from aftersale.triage.skeleton import articles_met, skeleton_path, to_describe, write_skeleton
from aftersale.triage.summary import sum_up
from aftersale.triage.tables import write_csv
from aftersale.triage.words import Words
from aftersale.triage.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from rich.console import Console

    from aftersale.channels.base import Reading
    from aftersale.policy.decide import Judge

__all__ = ["TriageOptions", "triage"]

OK, NOTHING_READ = 0, 1
_STALE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class _Found:
    """Hold what a run found: the result, and what was read and from where."""

    result: Result
    reading: Reading
    register: Register
    register_file: Path | None
    aside: tuple[ParkedRow, ...]


def triage(options: TriageOptions, judge: Judge, now: datetime, console: Console, out: TextIO) -> int:
    """Judge the tickets of the sheets and return the exit code: 0, or 1 where no row at all could be read.

    People read what is printed on `console`; `out` takes the JSON Lines, and then `console` should be stderr.
    Raises SheetRefused for a file that is no export, map or register, AftersaleError where nothing can be written.
    """
    _check_out(options)
    found = _find(options, judge, now)
    screen = Screen(console, found.result.words)
    if options.json:
        write_lines(out, found.result.rows, found.result.parked, found.result.summary)
    else:
        screen.worklist(found.result.rows)
        screen.summary(found.result.summary)
        screen.parked(found.result.parked)
    screen.parked(found.aside)
    written = _write(options, found, now) if options.out else []
    _say_what_next(screen, options, found, written)
    _say_if_stale(screen, options, found.reading, now)
    return OK if found.result.rows or not found.result.parked else NOTHING_READ


def _check_out(options: TriageOptions) -> None:
    """Refuse a result that is no workbook or would replace a sheet that was to be read."""
    if options.out is None:
        return
    if options.out.suffix.lower() != ".xlsx":
        raise AftersaleError(
            "out.not_xlsx",
            Text(zh=f"结果是工作簿，{options.out.name} 要以 .xlsx 结尾。", en=f"{options.out.name} must end in .xlsx."),
            Text(zh="例如 --out 处理建议.xlsx", en="For example --out worklist.xlsx"),
        )
    if options.out.resolve() in {sheet.resolve() for sheet in options.sheets}:
        raise AftersaleError(
            "out.is_input",
            Text(
                zh=f"{options.out.name} 就是要读的表，写了会盖掉它。",
                en=f"{options.out.name} is a sheet to be read; writing would replace it.",
            ),
            Text(zh="请换一个文件名。", en="Choose another name."),
        )


def _find(options: TriageOptions, judge: Judge, now: datetime) -> _Found:
    _ = translator(options.lang)
    with bar(shown=not options.json) as shown:
        register, register_file = load_register(options.shop, options.lang)
        shown.begin(_("reading the sheets"))
        reading = read(options.sheets, load_map(options.map_file) if options.map_file else NO_MAP)
        shown.begin(_("judging the tickets"), len(reading.notices))
        rows, refused = _judge(reading, Judging(judge, register, now, options.lang), shown)
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
    return _Found(result, reading, register, register_file, aside)


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


def _write(options: TriageOptions, found: _Found, now: datetime) -> list[Path]:
    """Write the workbook, and beside it what was not read and what is still to be said of the articles."""
    out = options.out
    if out is None:
        return []
    try:
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


def _write_all(out: Path, options: TriageOptions, found: _Found, now: datetime) -> Iterable[Path]:
    result = found.result
    everything = Result(
        result.rows,
        [*result.parked, *found.aside],
        result.summary,
        result.articles,
        result.words,
        result.separator,
        result.batch_size,
    )
    write_workbook(out, everything, now.astimezone(SHANGHAI))
    yield out
    if everything.parked:
        parked = out.with_name(f"{out.stem}-没读进来.csv")
        _write_parked(parked, everything.parked, options)
        yield parked
    if result.articles:
        known = (found.register, found.register_file)
        yield write_skeleton(skeleton_path(out), result.articles, known, options.lang)


def _write_parked(path: Path, parked: Iterable[ParkedRow], options: TriageOptions) -> None:
    _ = translator(options.lang)
    header = [_("Sheet"), _("Row"), _("Column"), _("Value"), _("Why")]
    write_csv(path, header, ([one.sheet, str(one.row), one.column or "", one.value, one.reason] for one in parked))


def _say_what_next(screen: Screen, options: TriageOptions, found: _Found, written: list[Path]) -> None:
    """Say what was written, and the one or two things worth doing now."""
    _ = screen.words.translate
    for path in written:
        screen.say(_("written: {path}").format(path=path))
    if not found.result.rows or options.json:
        return
    if options.out is None:
        command = command_at(with_out(options), _now_of(found))
        screen.say(_("For the whole list as a workbook: {command}").format(command=command))
    asked = to_describe(found.result.articles)
    if asked and options.out is not None:
        tickets = sum(article.settled for article in asked)
        screen.say(
            _(
                "Next: {articles} articles are not described; filling in {file} settles {tickets} tickets. "
                "Save it as {register} and run again with --shop."
            ).format(
                articles=len(asked),
                file=skeleton_path(options.out).name,
                tickets=tickets,
                register=found.register_file or (options.shop or "rules") / "articles.csv",
            )
        )
