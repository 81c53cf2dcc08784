"""Read what a month shows: as it stands while it is open, as it was written down once it is closed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from aftersale.evidence.models import PersonalValue
from aftersale.finance.closing import closed
from aftersale.finance.figures import Line, Tie, Told, deltas, lines_of, open_differences, ties, told_of
from aftersale.finance.models import Difference, FundRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from aftersale.finance.models import Close

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Month:
    """Hold a month of a shop with both sides, their differences, and its close where it has one."""

    month: str
    close: Close | None
    lines: Sequence[Line]
    told: Sequence[Told]
    ties: Sequence[Tie]
    differences: Sequence[Difference]

    @property
    def unexplained(self) -> int:
        """Count the differences that nobody has explained."""
        return sum(each.explained_at is None for each in self.differences)


def month_of(shop_id: int, month: str) -> Month:
    """Read a month."""
    close = closed(shop_id, month)
    lines, told = lines_of(shop_id, month), told_of(shop_id, month)
    found = list(_as_closed(close)) if close else _as_open(shop_id, month)
    return Month(month, close, lines, told, ties(lines, told, deltas(found, month)), found)


def _as_open(shop_id: int, month: str) -> list[Difference]:
    found = open_differences(shop_id, month)
    return list(found.select_related("ticket", "explained_by", "row"))


def _as_closed(close: Close) -> Iterator[Difference]:
    """Give the differences as they were written down; who explained them since is said beside them."""
    of_month = Q(our_month=close.month) | Q(platform_month=close.month)
    rows = Difference.objects.filter(of_month, shop_id=close.shop_id)
    now = {each.key: each for each in rows.select_related("ticket", "explained_by", "row")}
    for said in json.loads(close.snapshot)["differences"]:
        yield _then(now.get(said["key"]) or Difference(shop_id=close.shop_id, key=said["key"]), said)


def _then(each: Difference, said: Mapping[str, Any]) -> Difference:
    """Lay what was written down over what is known now; nothing is saved."""
    for name, value in said.items():
        if name != "explained":
            setattr(each, name, value)
    return each


def notes_of(event_ids: Iterable[int | None]) -> dict[int, str]:
    """Give what people wrote beside legs and differences, by the event in which they did."""
    wanted, found = sorted({each for each in event_ids if each}), dict[int, str]()
    for start in range(0, len(wanted), _AT_ONCE):
        some = PersonalValue.objects.filter(event_id__in=wanted[start : start + _AT_ONCE], name="note")
        found |= {value.event_id: value.value for value in some}
    return found


@dataclass(frozen=True, slots=True)
class Scene:
    """Hold a scene of the platform that nobody has named, with how many movements and how much it moved."""

    scene: str
    number: int
    fen: int


def unnamed_of(shop_id: int, since: str) -> list[Scene]:
    """List scenes without a meaning in the months that are open."""
    sums: dict[str, list[int]] = {}
    rows = FundRow.objects.filter(shop_id=shop_id, kind="", month__gte=since)
    for scene, fen in rows.values_list("scene", "fen"):
        sums.setdefault(scene, []).append(fen)
    return [Scene(scene, len(fens), sum(fens)) for scene, fens in sorted(sums.items())]
