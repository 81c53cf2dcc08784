"""Let a person enter a leg, correct one, explain differences and name scenes, all in the shop's journal."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from django.db.models import Sum

from aftersale.domain.money_legs import BY_HAND, BY_PLATFORM, LEG_LIABILITIES, LegKind
from aftersale.evidence.journal import Entry, record
from aftersale.evidence.shop_journal import subject_of, together
from aftersale.finance.legs import Leg, add, locked_book
from aftersale.finance.models import Difference, FundRow, MoneyLeg, SceneName
from aftersale.finance.refusals import LegInvalid, NoteMissing, NothingToCorrect, SceneUnknown
from aftersale.tickets.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aftersale.evidence.models import Event

SCENE_KINDS = (
    LegKind.PAID,
    LegKind.SMALL_PAYOUT,
    LegKind.SETTLED,
    LegKind.WITHDRAWN,
    *(kind for kind in LegKind if kind in BY_PLATFORM),
)
"""What a scene of a platform may mean."""


@dataclass(frozen=True, slots=True)
class By:
    """Say who does it and when."""

    person_id: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Entered:
    """Hold what a person enters; `number` is of a ticket or an order, `once` tells one press from another."""

    kind: str
    fen: int | None
    at: datetime
    liability: str
    number: str = ""
    note: str = ""
    once: str = ""


def enter(shop_id: int, entered: Entered, by: By) -> MoneyLeg:
    """Add a leg by a person's word; the same press again gives the leg that is there. Raises LegInvalid."""
    if entered.kind not in BY_HAND or not entered.fen or entered.liability not in LEG_LIABILITIES:
        raise LegInvalid
    source = f"person:{by.person_id}:{entered.once}"
    with together():
        locked_book(shop_id)
        known = MoneyLeg.objects.filter(shop_id=shop_id, source=source).first() if entered.once else None
        if known is not None:
            return known
        ticket_id, order_no = _numbered(shop_id, entered.number)
        data = {
            "kind": entered.kind,
            "fen": entered.fen,
            "liability": entered.liability,
            "at": entered.at.isoformat(),
            "number": entered.number,
        }
        event = _journal(shop_id, "money_leg_entered", by, data, entered.note)
        leg = Leg(
            LegKind(entered.kind),
            entered.fen,
            entered.at,
            source if entered.once else f"event:{event.pk}",
            order_no,
            ticket_id,
            entered.liability,
            person_id=by.person_id,
            event_id=event.pk,
        )
        return _added(shop_id, leg)


def _added(shop_id: int, leg: Leg) -> MoneyLeg:
    add(shop_id, [leg])
    return MoneyLeg.objects.get(shop_id=shop_id, source=leg.source)


def _numbered(shop_id: int, number: str) -> tuple[int | None, str]:
    """Find the ticket of a ticket number; any other number is of an order."""
    found = Ticket.objects.filter(shop_id=shop_id, ticket_no=number).values_list("id", "order_no").first()
    return found or (None, number)


def correct(shop_id: int, leg_id: int, right_fen: int, note: str, by: By) -> MoneyLeg:
    """Say what a leg should have been: the difference becomes a leg of its own, the leg itself stays.

    Raises NoteMissing, NothingToCorrect, MoneyLeg.DoesNotExist.
    """
    if not note.strip():
        raise NoteMissing
    with together():
        locked_book(shop_id)
        leg = MoneyLeg.objects.get(shop_id=shop_id, pk=leg_id)
        leg = leg.corrects or leg
        before = leg.fen + (leg.corrections.aggregate(fen=Sum("fen"))["fen"] or 0)
        if before == right_fen:
            raise NothingToCorrect
        data = {"source": leg.source, "kind": leg.kind, "before_fen": before, "after_fen": right_fen}
        event = _journal(shop_id, "money_leg_corrected", by, data, note)
        made = Leg(
            LegKind(leg.kind),
            right_fen - before,
            leg.at,
            f"event:{event.pk}",
            leg.order_no,
            leg.ticket_id,
            leg.liability,
            corrects_id=leg.pk,
            person_id=by.person_id,
            event_id=event.pk,
        )
        return _added(shop_id, made)


def explain(shop_id: int, difference_ids: Sequence[int], note: str, by: By) -> int:
    """Explain differences that nobody has explained; they stay listed. Gives how many. Raises NoteMissing."""
    if not note.strip():
        raise NoteMissing
    with together():
        locked_book(shop_id)
        found = Difference.objects.filter(shop_id=shop_id, pk__in=difference_ids, explained_at=None)
        keys = sorted(found.values_list("key", flat=True))
        if not keys:
            return 0
        sums = found.aggregate(ours=Sum("our_fen"), theirs=Sum("platform_fen"))
        data = {
            "count": len(keys),
            "keys": sha256("\n".join(keys).encode()).hexdigest(),
            "our_fen": sums["ours"],
            "platform_fen": sums["theirs"],
        }
        event = _journal(shop_id, "difference_explained", by, data, note)
        return found.update(explained_at=by.now, explained_by=by.person_id, event=event)


def name_scene(shop_id: int, scene: str, kind: str, by: By) -> int:
    """Say what a scene of the platform means, for movements of open months and those that come.

    Gives how many movements got a kind by it. Raises SceneUnknown.
    """
    if kind not in SCENE_KINDS:
        raise SceneUnknown
    with together():
        book = locked_book(shop_id)
        rows = FundRow.objects.filter(shop_id=shop_id, scene=scene, kind="", month__gte=book.open_from)
        count = rows.count()
        if not count:
            raise SceneUnknown
        SceneName.objects.update_or_create(
            shop_id=shop_id,
            scene=scene,
            defaults={"kind": kind, "person_id": by.person_id, "at": by.now},
        )
        data = {"scene": scene, "kind": str(kind), "movements": count}
        _journal(shop_id, "scene_named", by, data, "")
        return rows.update(kind=kind)


def _journal(shop_id: int, kind: str, by: By, data: dict[str, object], note: str) -> Event:
    personal = {"note": note.strip()} if note.strip() else {}
    return record(subject_of(shop_id), Entry(kind, by.now, by.person_id, data, personal))
