"""Keep what platforms did to a shop, and show what one more lost dispute would do to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum

from aftersale.disputes.estimating import records_of
from aftersale.disputes.models import Complaint, Consequence, DisputeSetting, Penalty
from aftersale.disputes.refusals import CaseRefused, Why
from aftersale.domain.clock import SHANGHAI
from aftersale.evidence.journal import Entry, record
from aftersale.evidence.shop_journal import subject_of, together
from aftersale.policy.disputes.score import Effect, left_a, left_b
from aftersale.tickets.change import change
from aftersale.tickets.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from aftersale.disputes.models import Case
    from aftersale.shops.models import Person, Shop

_NOTE, _TEXT = 300, 2_000
LEAST_MINUTES, MOST_MINUTES = 15, 720
COUNTED = (Consequence.POINTS_A, Consequence.POINTS_B)


@dataclass(frozen=True, slots=True)
class Register:
    """Hold points of the year by class, what is left before the next measure, and the effect of a loss."""

    points: Mapping[str, int]
    left: Mapping[str, int]
    effect: Effect
    judged: int


def register_of(shop_id: int, now: datetime) -> Register:
    """Sum up how a shop stands with its platform, as far as people noted it."""
    return registers_of([shop_id], now)[shop_id]


def registers_of(shop_ids: Collection[int], now: datetime) -> dict[int, Register]:
    """Sum up how several shops stand, in as many queries as for one."""
    points, records, wishes = _points(shop_ids, now), records_of(shop_ids, now), settings_of(shop_ids)
    return {each: _register(points[each], records[each], wish) for each, wish in wishes.items()}


def register_in(shop: Shop, record: tuple[int, int], now: datetime) -> Register:
    """Sum up how a shop stands where its setting came with it and its rulings are counted already."""
    wish = getattr(shop, "dispute_setting", None) or DisputeSetting(shop_id=shop.pk)
    return _register(_points([shop.pk], now)[shop.pk], record, wish)


def _points(shop_ids: Collection[int], now: datetime) -> Mapping[int, Mapping[str, int]]:
    """Sum up the points of this year by shop and class."""
    year = now.astimezone(SHANGHAI).year
    rows = Penalty.objects.filter(shop__in=shop_ids, on__year=year, lifted_at=None, kind__in=COUNTED)
    sums = {
        (row["shop_id"], row["kind"]): int(row["sum"])
        for row in rows.order_by().values("shop_id", "kind").annotate(sum=Sum("amount"))
    }
    return {each: {str(kind): sums.get((each, str(kind)), 0) for kind in COUNTED} for each in shop_ids}


def _register(points: Mapping[str, int], record: tuple[int, int], wish: DisputeSetting) -> Register:
    left = {
        str(Consequence.POINTS_A): left_a(points[Consequence.POINTS_A]),
        str(Consequence.POINTS_B): left_b(points[Consequence.POINTS_B]),
    }
    judged, lost = record
    return Register(points, left, Effect(lost, wish.orders), judged)


def setting_of(shop_id: int) -> DisputeSetting:
    """Give what a shop has set; where nothing was, the desk submits nothing by itself."""
    return settings_of([shop_id])[shop_id]


def settings_of(shop_ids: Collection[int]) -> dict[int, DisputeSetting]:
    """Give what several shops have set, in one query."""
    known = {each.shop_id: each for each in DisputeSetting.objects.filter(shop__in=shop_ids)}
    return {each: known.get(each) or DisputeSetting(shop_id=each) for each in shop_ids}


@dataclass(frozen=True, slots=True)
class Wish:
    """Hold what a shop wants: submit by itself so many minutes before the end, and how many orders it has."""

    automatic: bool
    minutes_before: int
    orders: int | None


def set_wish(shop_id: int, wish: Wish, person: Person, now: datetime) -> None:
    """Set what a shop wants, written into its journal; raises CaseRefused."""
    if not LEAST_MINUTES <= wish.minutes_before <= MOST_MINUTES or (wish.orders or 0) < 0:
        raise CaseRefused(Why.NOT_WHOLE)
    before = setting_of(shop_id)
    named = ("automatic", "minutes_before", "orders")
    after = {name: getattr(wish, name) for name in named}
    with together():
        DisputeSetting.objects.update_or_create(shop_id=shop_id, defaults=after)
        data = {"before": {name: getattr(before, name) for name in named}, "after": after}
        record(subject_of(shop_id), Entry("shop_disputes", now, person.pk, data))


@dataclass(frozen=True, slots=True)
class Measure:
    """Hold a measure as a person read it; `amount` is points, fen or hundredths of a score."""

    kind: str
    amount: int
    on: date
    note: str = ""


def add(shop_id: int, measure: Measure, case: Case | None, person: Person, now: datetime) -> Penalty:
    """Note a measure of the platform; raises CaseRefused."""
    if measure.kind not in set(Consequence) or (measure.kind in COUNTED and measure.amount <= 0):
        raise CaseRefused(Why.NOT_WHOLE)
    with together():
        data = {"kind": measure.kind, "amount": measure.amount, "on": measure.on.isoformat()}
        record(subject_of(shop_id), Entry("shop_penalty", now, person.pk, data, _personal(measure.note)))
        return Penalty.objects.create(
            shop_id=shop_id,
            case=case,
            kind=measure.kind,
            amount=measure.amount,
            on=measure.on,
            note=measure.note[:_NOTE],
            by=person,
            at=now,
        )


def _personal(note: str) -> dict[str, str]:
    return {"note": note[:_NOTE]} if note else {}


def lift(penalty: Penalty, person: Person, now: datetime) -> None:
    """Note that a measure was taken back."""
    with together():
        if Penalty.objects.filter(pk=penalty.pk, lifted_at=None).update(lifted_at=now):
            data = {"penalty": str(penalty.pk), "kind": penalty.kind, "amount": penalty.amount}
            record(subject_of(penalty.shop_id), Entry("shop_penalty_lifted", now, person.pk, data))


@transaction.atomic
def complain(ticket: Ticket, text: str, person: Person, now: datetime) -> Complaint:
    """Note what was told the platform about a buyer's conduct; raises CaseRefused."""
    if not text.strip():
        raise CaseRefused(Why.NOT_WHOLE)
    made = Complaint.objects.create(ticket=ticket, text=text.strip()[:_TEXT], by=person, at=now)
    locked = Ticket.objects.select_for_update(no_key=True).get(pk=ticket.pk)
    change(locked, Entry("complained", now, person.pk, {"complaint": str(made.pk)}))
    return made


def answered(complaint: Complaint, text: str, now: datetime) -> None:
    """Note what the platform answered to a complaint; raises CaseRefused."""
    if not text.strip():
        raise CaseRefused(Why.NOT_WHOLE)
    complaint.answer, complaint.answered_at = text.strip()[:_TEXT], now
    complaint.save(update_fields=["answer", "answered_at"])
