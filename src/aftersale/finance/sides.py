"""Read what both sides tell: the legs of the ledger and the movements of the platform, by kind."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar

from django.db.models import Q

from aftersale.channels.funds import SheetKind
from aftersale.domain.money_legs import BY_PLATFORM, LegKind, sign_of
from aftersale.finance.legs import BORNE, SHEET
from aftersale.finance.matching import Side
from aftersale.finance.models import FundRow, MoneyLeg

if TYPE_CHECKING:
    from collections.abc import Iterable

COMPARED = frozenset({LegKind.PAID, LegKind.SMALL_PAYOUT, LegKind.SETTLED, *BY_PLATFORM})
"""Kinds of which both sides tell; a refund that was taken back counts as a refund less."""

_AT_ONCE = 500
_Key = TypeVar("_Key", int, str)


def family_of(kind: str) -> str:
    """Give the kind under which a leg is compared."""
    return LegKind.PAID if kind == LegKind.REVERSED else kind


def ours(shop_id: int, wanted: Q) -> dict[str, list[Side]]:
    """Give the legs that are compared, by the kind under which they are."""
    kinds = [*COMPARED, LegKind.REVERSED]
    legs = MoneyLeg.objects.filter(wanted, shop_id=shop_id, kind__in=kinds).order_by("at", "id")
    legs = legs.exclude(kind=LegKind.PAID, source__contains=f":{BORNE}:")
    sides: dict[str, list[Side]] = defaultdict(list)
    fields = ("id", "kind", "fen", "day", "month", "order_no", "ticket__ticket_no", "corrects_id", "source")
    for pk, kind, fen, day, month, order_no, ticket_no, root, source in legs.values_list(*fields).iterator():
        told = sign_of(kind) * fen, day, month, ticket_no or "", order_no
        key = source.removeprefix(SHEET) if source.startswith(SHEET) else ""
        sides[family_of(kind)].append(Side(pk, *told, root=root or 0, key=key))
    return sides


def theirs(shop_id: int, wanted: Q) -> dict[str, list[Side]]:
    """Give what the platform tells by kind; what a settlement settles is our side of the fund export."""
    rows = FundRow.objects.filter(wanted, shop_id=shop_id).order_by("at", "id")
    rows = rows.exclude(sheet_kind=SheetKind.SETTLEMENT, kind=LegKind.SETTLED)
    sides: dict[str, list[Side]] = defaultdict(list)
    fields = ("id", "kind", "fen", "day", "month", "ticket_no", "order_no", "sheet_kind", "key")
    for pk, kind, fen, day, month, ticket_no, order_no, sheet, key in rows.values_list(*fields).iterator():
        settles = sheet == SheetKind.SETTLEMENT
        sides[kind].append(Side(pk, fen, day, month, ticket_no, order_no, settles, key=key))
    return sides


def legs_named(shop_id: int, ids: Iterable[int]) -> dict[int, tuple[str, Side]]:
    """Give some legs with their kinds, by id."""
    return {
        side.id: (kind, side)
        for some in some_of(ids)
        for kind, sides in ours(shop_id, Q(pk__in=some)).items()
        for side in sides
    }


def rows_named(shop_id: int, ids: Iterable[int]) -> dict[int, tuple[str, Side]]:
    """Give some movements with their kinds, by id."""
    return {
        side.id: (kind, side)
        for some in some_of(ids)
        for kind, sides in theirs(shop_id, Q(pk__in=some)).items()
        for side in sides
    }


def some_of(values: Iterable[_Key]) -> list[list[_Key]]:
    """Cut ids or keys into as many as one query takes."""
    found = sorted(set(values))
    return [found[start : start + _AT_ONCE] for start in range(0, len(found), _AT_ONCE)]
