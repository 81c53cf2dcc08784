"""Hold what could not be taken, from sheets and register alike, with its place and the reason in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aftersale.channels.base import Notice, Parked
    from aftersale.domain.errors import FactsInvalid
    from aftersale.texts import Lang


@dataclass(frozen=True, slots=True)
class ParkedRow:
    """Name one row that could not be taken; `column` None means the row as a whole."""

    sheet: str
    row: int
    column: str | None
    value: str
    reason: str


def parked_by_channel(parked: Parked, lang: Lang) -> ParkedRow:
    """Put a row that a channel could not take into words."""
    return ParkedRow(parked.sheet, parked.row, parked.column, parked.value, parked.message.of(lang))


def parked_by_facts(notice: Notice, refusal: FactsInvalid, lang: Lang) -> ParkedRow:
    """Park a ticket whose facts cannot belong to one ticket; its number stands beside the value."""
    column, value = notice.fault_of(refusal)
    return ParkedRow(notice.observed.sheet, notice.observed.row, column, value, refusal.faults.of(lang))
