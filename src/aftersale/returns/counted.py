"""Hold what the warehouse counted of one parcel, in one form whoever brings it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from aftersale.channels.receipts import Parcel as SheetParcel
    from aftersale.returns.models import Parcel


@dataclass(frozen=True, slots=True, order=True)
class CountedLine:
    """Count the pieces of one article, empty where it is not named; `expected` None: nobody announced any."""

    article_no: str
    good: int
    bad: int
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """Hold one parcel as the warehouse saw it; `arrived_at` None: just now."""

    waybill: str
    lines: tuple[CountedLine, ...] = ()
    order_no: str = ""
    weight_g: int | None = None
    remark: str = ""
    arrived_at: datetime | None = None

    @property
    def pieces(self) -> int:
        """Give the number of pieces, good and bad."""
        return sum(line.good + line.bad for line in self.lines)


def summed(lines: Iterable[CountedLine]) -> tuple[CountedLine, ...]:
    """Put lines of the same article together, in the order of the articles."""
    of_article: dict[str, list[CountedLine]] = defaultdict(list)
    for line in lines:
        of_article[line.article_no.strip()].append(line)
    return tuple(_sum(article, mine) for article, mine in sorted(of_article.items()))


def _sum(article_no: str, lines: list[CountedLine]) -> CountedLine:
    expected = [line.expected for line in lines if line.expected is not None]
    good, bad = sum(line.good for line in lines), sum(line.bad for line in lines)
    return CountedLine(article_no, good, bad, sum(expected) if expected else None)


def counted(told: Counted) -> Counted:
    """Give a parcel the form in which equals are equal: capitals, no blanks around, articles in order."""
    return Counted(
        told.waybill.strip().upper(),
        summed(told.lines),
        told.order_no.strip(),
        told.weight_g,
        told.remark.strip(),
        told.arrived_at,
    )


def from_sheet(parcel: SheetParcel) -> Counted:
    """Take a parcel from a warehouse sheet."""
    lines = [CountedLine(line.article_no, line.good, line.bad, line.expected) for line in parcel.lines]
    told = Counted(
        parcel.waybill, tuple(lines), parcel.order_no, parcel.weight_g, parcel.remark, parcel.arrived_at
    )
    return counted(told)


def stored(parcel: Parcel) -> Counted:
    """Read a parcel back."""
    lines = [CountedLine(line.article_no, line.good, line.bad, line.expected) for line in parcel.lines.all()]
    told = Counted(
        parcel.waybill, tuple(lines), parcel.order_no, parcel.weight_g, parcel.remark, parcel.arrived_at
    )
    return counted(told)


def digest_of(told: Counted) -> bytes:
    """Tell parcels apart by everything that was said of them; raises nothing, takes the form of `counted`."""
    at = None if told.arrived_at is None else int(told.arrived_at.timestamp())
    lines = [(line.article_no, line.good, line.bad, line.expected) for line in told.lines]
    return sha256(
        msgspec.json.encode((told.waybill, told.order_no, lines, told.weight_g, told.remark, at))
    ).digest()


def as_data(told: Counted) -> dict[str, object]:
    """Write what was counted as the journal keeps it; the remark is personal and stands apart."""
    lines = [
        {"article_no": line.article_no, "good": line.good, "bad": line.bad, "expected": line.expected}
        for line in told.lines
    ]
    return {
        "waybill": told.waybill,
        "order_no": told.order_no,
        "weight_g": told.weight_g,
        "lines": lines,
        "arrived_at": told.arrived_at.isoformat() if told.arrived_at else None,
    }
