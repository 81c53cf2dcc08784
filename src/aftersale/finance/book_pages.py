"""Lay out the pages of the accountant's workbook: summary, legs, differences, corrections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from aftersale.domain.money_legs import LegKind, sign_of
from aftersale.finance.figures import net_of
from aftersale.finance.models import MoneyLeg
from aftersale.finance.shown import month_of, notes_of
from aftersale.finance.words import cause_word, kind_word, liability_word
from aftersale.texts import translator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from django.db.models import QuerySet

    from aftersale.finance.shown import Month
    from aftersale.shops.models import Shop
    from aftersale.texts import Lang

_ON_THE_WAY = (LegKind.ASKED, LegKind.INTENDED, LegKind.SENT)

Sort: TypeAlias = Literal["text", "id", "money", "time", "count"]
Cell: TypeAlias = "str | int | datetime | None"
Row: TypeAlias = "tuple[Cell, ...]"


@dataclass(frozen=True, slots=True)
class Column:
    """Describe one column: title, how its cells are written, width in characters."""

    title: str
    sort: Sort
    width: int


@dataclass(frozen=True, slots=True)
class Page:
    """Describe one sheet. Money is fen, a time aware."""

    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Row]


class _Pages:
    """Lay out the pages of one month in one language."""

    def __init__(self, shop: Shop, month: Month, lang: Lang) -> None:
        self._shop, self._month, self._lang = shop, month, lang
        self._ = translator(lang)

    def summary(self) -> Page:
        _ = self._
        columns = (
            Column(_("Part"), "text", 26),
            Column(_("Kind"), "text", 22),
            Column(_("Borne by"), "text", 14),
            Column(_("Number"), "count", 10),
            Column(_("Sum"), "money", 16),
            Column(_("Effect on the shop"), "money", 18),
        )
        rows = [*self._head(), *self._ours(), *self._theirs(), *self._ties()]
        return Page(_("Summary"), columns, rows)

    def _head(self) -> Iterator[Row]:
        _, close = self._, self._month.close
        yield (_("Shop"), self._shop.name, None, None, None, None)
        yield (_("Month"), self._month.month, None, None, None, None)
        state = close.digest if close else _("open")
        yield (_("Closed, with digest") if close else _("State"), state, None, None, None, None)

    def _ours(self) -> Iterator[Row]:
        for line in self._month.lines:
            who = liability_word(line.liability, self._lang)
            word = kind_word(line.kind, self._lang)
            yield (self._("Our ledger"), word, who, line.number, line.fen, line.effect_fen)
        yield (self._("After-sale money altogether"), None, None, None, None, net_of(self._month.lines))

    def _theirs(self) -> Iterator[Row]:
        for each in self._month.told:
            word = kind_word(each.kind, self._lang)
            yield (self._("Told by the platform"), word, None, each.number, None, each.fen)

    def _ties(self) -> Iterator[Row]:
        _ = self._
        for tie in self._month.ties:
            word = kind_word(tie.kind, self._lang)
            yield (_("Platform less ours"), word, None, None, None, tie.platform_fen - tie.our_fen)
            yield (_("of which named differences"), word, None, None, None, tie.named_fen)
            yield (_("not explained"), word, None, None, None, tie.rest_fen)

    def legs(self) -> Page:
        """Give every leg that moves money, and what is due; what was asked and sent is in the summary."""
        legs = MoneyLeg.objects.filter(shop=self._shop, month=self._month.month)
        told = legs.exclude(kind__in=_ON_THE_WAY)
        return Page(self._("Legs"), self._leg_columns(), self._leg_rows(told))

    def corrections(self) -> Page:
        """Give what is booked here and belongs to a closed month, and what mends an earlier leg."""
        legs = MoneyLeg.objects.filter(shop=self._shop, month=self._month.month)
        found = legs.exclude(day__startswith=self._month.month) | legs.exclude(corrects=None)
        return Page(self._("Corrections"), self._leg_columns(), self._leg_rows(found))

    def _leg_columns(self) -> tuple[Column, ...]:
        _ = self._
        return (
            Column(_("Time"), "time", 17),
            Column(_("Kind"), "text", 20),
            Column(_("Borne by"), "text", 14),
            Column(_("Sum"), "money", 14),
            Column(_("Effect on the shop"), "money", 16),
            Column(_("Ticket no."), "id", 22),
            Column(_("Order no."), "id", 22),
            Column(_("Day"), "id", 12),
            Column(_("Corrects"), "id", 12),
            Column(_("Source"), "id", 60),
        )

    def _leg_rows(self, legs: QuerySet[MoneyLeg]) -> Iterator[Row]:
        for leg in legs.select_related("ticket").order_by("at", "id").iterator(chunk_size=2_000):
            yield (
                leg.at,
                kind_word(leg.kind, self._lang),
                liability_word(leg.liability, self._lang),
                leg.fen,
                sign_of(leg.kind) * leg.fen,
                leg.ticket.ticket_no if leg.ticket else "",
                leg.order_no,
                leg.day,
                str(leg.corrects_id or ""),
                leg.source,
            )

    def differences(self) -> Page:
        _ = self._
        columns = (
            Column(_("Cause"), "text", 26),
            Column(_("Kind"), "text", 16),
            Column(_("Ticket no."), "id", 22),
            Column(_("Order no."), "id", 22),
            Column(_("Our day"), "id", 12),
            Column(_("Ours"), "money", 14),
            Column(_("Day of the platform"), "id", 12),
            Column(_("Platform"), "money", 14),
            Column(_("Difference"), "money", 14),
            Column(_("Explained"), "time", 17),
            Column(_("by"), "text", 12),
            Column(_("Explanation"), "text", 40),
        )
        return Page(_("Differences"), columns, self._difference_rows())

    def _difference_rows(self) -> Iterator[Row]:
        notes = notes_of(each.event_id for each in self._month.differences)
        for each in self._month.differences:
            yield (
                cause_word(each.cause, self._lang),
                kind_word(each.kind, self._lang) if each.kind else (each.row.scene if each.row else ""),
                each.ticket_no,
                each.order_no,
                each.our_day,
                each.our_fen,
                each.platform_day,
                each.platform_fen,
                each.platform_fen - each.our_fen,
                each.explained_at,
                str(each.explained_by or ""),
                notes.get(each.event_id or 0, ""),
            )


def pages_of(shop: Shop, month: str, lang: Lang) -> tuple[Page, ...]:
    """Lay out every page of a month."""
    pages = _Pages(shop, month_of(shop.pk, month), lang)
    return (pages.summary(), pages.legs(), pages.differences(), pages.corrections())
