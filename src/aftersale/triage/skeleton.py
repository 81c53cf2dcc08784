"""Write the register that a shop has still to fill in: most tickets first, known answers kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aftersale.channels.base import SheetRefused
from aftersale.channels.register import Article, Register, read_register
from aftersale.channels.register.words import (
    ARTICLE,
    ARTICLE_NO,
    COLUMN_OF,
    PRODUCT_ID,
    QUESTIONS,
    TICKETS,
    TITLES,
)
from aftersale.triage.tables import write_csv

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from aftersale.channels.base import Notice
    from aftersale.texts import Lang
    from aftersale.triage.rows import Row

_COUNTED = frozenset({TICKETS, QUESTIONS})


@dataclass(slots=True)
class ArticleMet:
    """Count the tickets of one article: all, the shop's to handle, and those that wait only for the register.

    `questions` counts, for each column of the register, the tickets on which its answer bears.
    """

    article_no: str | None
    product_id: str | None
    title: str
    tickets: int = 0
    ours: int = 0
    settled: int = 0
    questions: Counter[str] = field(default_factory=Counter)

    def count(self, row: Row) -> None:
        """Count one ticket."""
        self.tickets += 1
        if row.is_ours:
            self.ours += 1
            asked = {COLUMN_OF[change.fact] for change in row.explained.describe}
            told = [title for title in TITLES if title in asked]
            self.questions.update(told)
            self.settled += bool(told) and not row.explained.ask


def _key(notice: Notice) -> tuple[str | None, str | None]:
    """Name the article; where a sheet has no 商家编码 the 商品ID stands in its place."""
    number = None if notice.article_no == notice.product_id else notice.article_no
    return number, None if number else notice.product_id


def articles_met(rows: Iterable[Row]) -> list[ArticleMet]:
    """List the articles of a sheet, those with most tickets for the shop first."""
    met: dict[tuple[str | None, str | None], ArticleMet] = {}
    for row in rows:
        notice = row.notice
        key = _key(notice)
        if any(key):
            article = met.setdefault(key, ArticleMet(key[0], notice.product_id, notice.article))
            article.count(row)
    return sorted(met.values(), key=lambda article: (-article.ours, -article.tickets))


def to_describe(met: Sequence[ArticleMet]) -> list[ArticleMet]:
    """Pick the articles about which some open ticket has a question, most tickets first."""
    return [article for article in met if article.questions]


def _described(article: ArticleMet, known: Sequence[Article | None]) -> dict[str, str]:
    """Fill one line: what the sheet says, then what is known of the article, the newest answer last."""
    cells = {
        ARTICLE_NO: article.article_no or "",
        PRODUCT_ID: article.product_id or "",
        ARTICLE: article.title,
    }
    for one in known:
        cells |= {title: text for title, text in (one.cells if one else {}).items() if text}
    cells[TICKETS] = str(article.ours)
    cells[QUESTIONS] = "、".join(title for title, _ in article.questions.most_common())
    return cells


def _lines(met: Sequence[ArticleMet], sources: Sequence[Register]) -> list[dict[str, str]]:
    """Write every article once; what the registers know beyond the articles met follows as it stands."""
    lines, used = [], set()
    for article in met:
        found = [source.find(article.article_no, article.product_id) for source in sources]
        used |= {id(one) for one in found if one}
        lines.append(_described(article, found))
    beyond: dict[tuple[str, str], dict[str, str]] = {}
    for source in sources:
        for one in source.articles:
            if id(one) not in used:
                key = (one.cells.get(ARTICLE_NO, ""), one.cells.get(PRODUCT_ID, ""))
                beyond[key] = {**beyond.get(key, {}), **one.cells, TICKETS: "0", QUESTIONS: ""}
    return [*lines, *beyond.values()]


def _header(lines: Sequence[Mapping[str, str]]) -> list[str]:
    own = dict.fromkeys(title for line in lines for title in line if title not in {*TITLES, *_COUNTED})
    return [*TITLES, *own, TICKETS, QUESTIONS]


def skeleton_path(out: Path) -> Path:
    """Name the table beside the result."""
    return out.with_name(f"{out.stem}-商品信息-待补.csv")


def write_skeleton(
    path: Path, met: Sequence[ArticleMet], known: tuple[Register, Path | None], lang: Lang
) -> Path:
    """Write the table and return where it is; `known` is the register and its file.

    An earlier table is merged: of two answers the one in the newer file holds. One that cannot be read is
    left alone and a numbered table is written beside it.
    """
    register, file = known
    sources = [register]
    if path.exists():
        try:
            earlier = read_register(path, lang)
        except SheetRefused:
            path = _free(path)
        else:
            is_newer = file is None or path.stat().st_mtime_ns >= file.stat().st_mtime_ns
            sources.insert(len(sources) if is_newer else 0, earlier)
    lines = _lines(met, sources)
    header = _header(lines)
    write_csv(path, header, ([line.get(title, "") for title in header] for line in lines))
    return path


def _free(path: Path) -> Path:
    number = 2
    while (free := path.with_name(f"{path.stem}-{number}{path.suffix}")).exists():
        number += 1
    return free
