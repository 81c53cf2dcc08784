"""Hold what a user asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.channels.spreadsheet import NO_MAP

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from aftersale.channels.spreadsheet import SheetMap
    from aftersale.texts import Lang


def _nothing_known(_article_no: str | None, _product_id: str | None) -> Mapping[str, object]:
    return {}


@dataclass(frozen=True, slots=True)
class WhatIfOptions:
    """Hold the options of one run; `tickets` are exports to be joined, or one file of facts.

    `of_article` gives what the shop's register says of a 商家编码 or 商品ID.
    """

    tickets: tuple[Path, ...]
    lang: Lang = "zh"
    json: bool = False
    html: Path | None = None
    mapping: SheetMap = NO_MAP
    of_article: Callable[[str | None, str | None], Mapping[str, object]] = _nothing_known
