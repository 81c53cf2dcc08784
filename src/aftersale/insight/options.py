"""Hold what a user asked for, and what other rooms lend to answer it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from aftersale.channels.spreadsheet import NO_MAP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from aftersale.channels.spreadsheet import SheetMap
    from aftersale.domain.facts import Facts
    from aftersale.texts import Lang, Text


class ReadLine(Protocol):
    """Be one line of a file of facts, from 1."""

    @property
    def line(self) -> int:
        """Give the number of the line."""


@runtime_checkable
class TicketLine(ReadLine, Protocol):
    """Be a line that holds a ticket."""

    @property
    def id(self) -> str | int | float | None:
        """Give the id as written."""

    @property
    def facts(self) -> Facts:
        """Give the facts."""


class BadLine(ReadLine, Protocol):
    """Be a line that cannot be a ticket."""

    @property
    def path(self) -> str:
        """Give the place inside the line."""

    @property
    def message(self) -> Text:
        """Say why."""


def _nothing_known(_article_no: str | None, _product_id: str | None) -> Mapping[str, object]:
    return {}


@dataclass(frozen=True, slots=True)
class Lent:
    """Hold what the command borrows from other rooms, so that both say and read things alike.

    `read_lines` reads JSON Lines of facts as `decide` does, `value_words` names the values of facts, and
    `of_article` gives what the shop's register says of a 商家编码 or 商品ID.
    """

    read_lines: Callable[[Iterable[bytes]], Iterator[TicketLine | BadLine]]
    value_words: Mapping[str, Text]
    of_article: Callable[[str | None, str | None], Mapping[str, object]] = _nothing_known


@dataclass(frozen=True, slots=True)
class WhatIfOptions:
    """Hold the options of one run; `tickets` are exports to be joined, or one file of facts."""

    tickets: tuple[Path, ...]
    lent: Lent
    lang: Lang = "zh"
    json: bool = False
    html: Path | None = None
    mapping: SheetMap = NO_MAP
