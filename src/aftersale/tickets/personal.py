"""Know every place in which personal values of a buyer are kept, and empty it.

A room that keeps such values adds a line to the table. The page docs/privacy.md shows the same table, and a
test holds it to the encrypted fields of all tables.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from aftersale.domain.fact_table import FACTS
from aftersale.domain.masking import mask_within
from aftersale.domain.vocabulary import Kind
from aftersale.evidence.models import PersonalValue
from aftersale.texts import Text
from aftersale.tickets.change import TICKET
from aftersale.tickets.models import Erasure, Ticket

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from django.db.models import QuerySet


class How(StrEnum):
    """Say how a place is emptied."""

    BLANK = "blank"  # the text goes, the row stays
    STRIP = "strip"  # of a JSON object only harmless keys stay
    NULL = "null"  # the value becomes nothing
    FILE = "file"  # the row goes, and the file it names
    SCRUB = "scrub"  # the text stays, without what is known of the buyer


@dataclass(frozen=True, slots=True)
class Place:
    """Name one place: the model, its field, how it leads to the ticket, how it is emptied.

    `keep` are the keys of a JSON object that hold nothing personal; `signs` are keys that surely do: by them
    a ticket is found that still has something. `only` limits the rows. A `shared` row may belong to several
    tickets and goes with the last of them.
    """

    model: str
    field: str
    path: str
    how: How
    what: Text
    keep: frozenset[str] = frozenset()
    signs: tuple[str, ...] = ()
    only: tuple[tuple[str, object], ...] = ()
    shared: bool = False

    @property
    def name(self) -> str:
        """Name the place as events and the page do."""
        return f"{self.model.partition('.')[2]}.{self.field}"


_TEXT_FACTS = sorted(spec.name for spec in FACTS.values() if spec.kind is Kind.TEXT)
_KEPT_PARAMS = frozenset({"verb", "amount_fen", "by", "reason", "reason_words", "citation", "action"})
_KEPT_RECEIPT = frozenset({"outcome", "code", "platform_code", "version", "at"})

# Photos of an article, reports and authorisations show no buyer.
_NO_LIBRARY = (("library", False),)

PLACES: tuple[Place, ...] = (
    Place(
        "shops.GoodwillGiven", "text", "ticket_id", How.BLANK,
        Text(zh="补偿时写给买家的话", en="what was written to the buyer about goodwill"),
    ),
    Place("tickets.Note", "text", "ticket", How.BLANK, Text(zh="同事写的备注", en="notes of colleagues")),
    Place(
        "tickets.Action", "params", "ticket", How.STRIP,
        Text(zh="发给买家的话", en="what was written to the buyer"),
        _KEPT_PARAMS, ("text",),
    ),
    Place(
        "tickets.Action", "receipt", "ticket", How.STRIP,
        Text(zh="平台返回的原文", en="the platform's answer as it came"),
        _KEPT_RECEIPT, ("raw", "message"),
    ),
    Place(
        "tickets.Task", "params", "ticket", How.STRIP,
        Text(zh="待办里带的文字", en="texts that come with a task"),
        _KEPT_PARAMS, ("params", "text"),
    ),
    Place(
        "tickets.Answer", "value", "ticket", How.NULL,
        Text(zh="手写的核实信息", en="answers written by hand"),
        only=(("fact__in", _TEXT_FACTS),),
    ),
    Place(
        "returns.Parcel", "remark", "matches__ticket", How.BLANK,
        Text(zh="仓库备注", en="remarks of the warehouse"), shared=True,
    ),
    Place(
        "returns.ParcelPhoto", "path", "parcel__matches__ticket", How.FILE,
        Text(zh="包裹照片（面单上有收件信息）", en="photos of parcels, labels included"), shared=True,
    ),
    Place(
        "negotiation.Offer", "text", "negotiation__ticket", How.BLANK,
        Text(zh="协商里说过的话", en="what was said in a negotiation"),
    ),
    Place(
        "disputes.Case", "summary", "ticket", How.BLANK,
        Text(zh="纠纷里的举证摘要", en="summaries of disputes"),
    ),
    Place(
        "disputes.Case", "statement", "ticket", How.BLANK,
        Text(zh="纠纷里的举证说明", en="statements of disputes"),
    ),
    Place(
        "disputes.Case", "opinion", "ticket", How.BLANK,
        Text(zh="平台的判定意见", en="what the platform said of its rulings"),
    ),
    Place(
        "disputes.Submission", "text", "case__ticket", How.BLANK,
        Text(zh="提交给平台的文字", en="texts that were submitted to the platform"),
    ),
    *(
        Place(
            "disputes.Review", name, "case__ticket", How.SCRUB,
            Text(zh="复盘里出现的买家信息", en="what is known of the buyer in the lesson of a case"),
        )
        for name in ("good", "bad", "action", "lesson")
    ),
    Place(
        "disputes.CaseText", "text", "case__ticket", How.BLANK,
        Text(zh="案例库里的检索词", en="words by which a case of the library is found"),
    ),
    Place(
        "disputes.Penalty", "note", "case__ticket", How.BLANK,
        Text(zh="处罚的备注", en="notes about measures of the platform"),
    ),
    *(
        Place(
            "disputes.Complaint", name, "ticket", How.BLANK,
            Text(zh="对买家的投诉和答复", en="complaints about a buyer, and their answers"),
        )
        for name in ("text", "answer")
    ),
    # What was made of a file goes before the file itself.
    Place(
        "evidence.StoredFile", "path", "packs__ticket", How.FILE,
        Text(zh="举证材料", en="packs"),
    ),
    Place(
        "evidence.StoredFile", "path", "pieces__masked_of__links__ticket", How.FILE,
        Text(zh="打码后的凭证", en="evidence with parts blackened"), only=_NO_LIBRARY, shared=True,
    ),
    Place(
        "evidence.StoredFile", "path", "pieces__links__ticket", How.FILE,
        Text(zh="凭证文件", en="files of evidence"), only=_NO_LIBRARY, shared=True,
    ),
    Place("tickets.Pack", "summary", "ticket", How.BLANK, Text(zh="举证材料的摘要", en="summaries of packs")),
    Place("tickets.Pack", "statement", "ticket", How.BLANK, Text(zh="举证说明", en="statements of packs")),
    Place(
        "tickets.EvidenceAddress", "url", "ticket", How.BLANK,
        Text(zh="平台给的图片地址", en="addresses of pictures that the platform told"),
    ),
    Place(
        "tickets.EvidenceRequest", "words", "ticket", How.BLANK,
        Text(zh="补凭证时的留言", en="words to whom evidence was asked from"),
    ),
)  # fmt: skip
"""What hangs on a ticket by a key of its own."""

OF_THE_TICKET = ("remark", "return_waybill", "sealed")
"""Fields of the ticket itself, which change with its event."""

_PARCEL = "parcel"
_SOMEBODY = "买家"
# Fewer digits than a telephone number has are of a house or a flat, and say nothing by themselves.
_NUMBER = 7
_BETWEEN = re.compile(r"[\s，,、;；]+")


def _all(model: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = apps.get_model(model)._base_manager.all()  # noqa: SLF001  # no filter hides rows
    return rows


def _rows(place: Place, ticket_id: int) -> QuerySet[Any]:
    """Give the rows of a ticket; a shared one only when no other ticket needs it."""
    mine = _all(place.model).filter(**{place.path: ticket_id}, **dict(place.only))
    rows = _all(place.model).filter(pk__in=mine.values("pk"))
    return rows.exclude(**{f"{place.path}__in": _others(ticket_id)}) if place.shared else rows


def _others(ticket_id: int) -> QuerySet[Ticket, Any]:
    """Give every other ticket that was not erased."""
    return Ticket.objects.exclude(pk=ticket_id).exclude(Exists(erased())).values("pk")


def erased() -> QuerySet[Erasure]:
    """Give what says of the ticket of an outer query that it was erased."""
    return Erasure.objects.filter(
        shop_id=OuterRef("shop_id"), ticket_no=OuterRef("ticket_no"), erased_at__isnull=False
    )


def values_of(ticket_id: int) -> QuerySet[PersonalValue]:
    """Give the personal values beside the events of a ticket and of parcels that came back for it alone."""
    parcels = _all("returns.Parcel").filter(matches__ticket=ticket_id)
    parcels = parcels.exclude(matches__ticket__in=_others(ticket_id))
    of_parcels = Q(event__subject_kind=_PARCEL, event__subject_id__in=parcels.values("pk"))
    return PersonalValue.objects.filter(
        Q(event__subject_kind=TICKET, event__subject_id=ticket_id) | of_parcels
    )


def _full(place: Place, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Leave out rows that surely hold nothing."""
    if place.how in {How.BLANK, How.SCRUB}:
        return rows.exclude(**{place.field: ""})
    if place.how is How.NULL:
        return rows.filter(**{f"{place.field}__isnull": False})
    return rows


def found_in(ticket: Ticket) -> dict[str, int]:
    """Count what a ticket holds, by place; places that hold nothing are left out."""
    own = {f"Ticket.{name}": int(bool(getattr(ticket, name))) for name in OF_THE_TICKET}
    found = {"PersonalValue.value": values_of(ticket.pk).count(), **own}
    found["Ticket.buyer"] = int(ticket.buyer_id is not None)
    names = names_of(ticket)
    for place in PLACES:
        rows = _full(place, _rows(place, ticket.pk))
        change = place.how in {How.STRIP, How.SCRUB}
        found[place.name] = sum(1 for _ in _to_change(place, rows, names)) if change else rows.count()
    return {name: count for name, count in found.items() if count}


def names_of(ticket: Ticket) -> tuple[str, ...]:
    """Give what is known of the buyer of a ticket and may stand in a text, the longest first."""
    if ticket.buyer is None:
        return ()
    told = (*_BETWEEN.split(ticket.buyer.contact), ticket.buyer.mask)
    named = {each for each in told if len(each) > 1 and not (each.isdecimal() and len(each) < _NUMBER)}
    return tuple(sorted(named, key=len, reverse=True))


def scrubbed(text: str, names: Iterable[str]) -> str:
    """Put “买家” in the place of names, and stars in that of numbers and addresses that lead to a person."""
    for name in names:
        text = text.replace(name, _SOMEBODY)
    return mask_within(text)


def _to_change(
    place: Place, rows: QuerySet[Any], names: Collection[str]
) -> Iterator[tuple[Any, dict[str, object] | str]]:
    """Give the rows that hold more than may stay, with what stays."""
    for pk, held in rows.order_by("pk").values_list("pk", place.field):
        kept = stripped(held, place.keep) if place.how is How.STRIP else scrubbed(held, names)
        if kept != held:
            yield pk, kept


def stripped(held: Mapping[str, object], keep: frozenset[str]) -> dict[str, object]:
    """Keep harmless keys of an object, and under them only plain values."""
    return {
        name: value for name, value in held.items() if name in keep and not isinstance(value, dict | list)
    }


def empty(ticket: Ticket) -> None:
    """Empty every place of a ticket but its own fields, inside the caller's transaction."""
    values_of(ticket.pk).delete()
    names = names_of(ticket)
    for place in PLACES:
        _empty(place, _full(place, _rows(place, ticket.pk)), names)


def _empty(place: Place, rows: QuerySet[Any], names: Collection[str]) -> None:
    if place.how in {How.STRIP, How.SCRUB}:
        for pk, kept in list(_to_change(place, rows, names)):
            _all(place.model).filter(pk=pk).update(**{place.field: kept})
    elif place.how is How.FILE:
        paths = list(rows.values_list(place.field, flat=True))
        rows.delete()
        transaction.on_commit(lambda: _unlink(paths))
    else:
        rows.update(**{place.field: "" if place.how is How.BLANK else None})


def _unlink(paths: Iterable[str]) -> None:
    """Delete files of the desk; a path that leads out of its folder is left alone."""
    folder = Path(settings.FILES).resolve()
    for path in paths:
        file = (folder / path).resolve()
        if file.is_relative_to(folder):
            file.unlink(missing_ok=True)


def with_something(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Leave out tickets that hold nothing personal any more."""
    something = Q(buyer__isnull=False) | ~Q(remark="") | ~Q(return_waybill="") | ~Q(sealed="")
    values = PersonalValue.objects.filter(event__subject_kind=TICKET, event__subject_id=OuterRef("pk"))
    something |= Q(Exists(values))
    # What stays in a lesson is nothing personal: a ticket that has no more than that is done.
    for place in (each for each in PLACES if each.how is not How.SCRUB):
        rows = _all(place.model).filter(**{place.path: OuterRef("pk")}, **dict(place.only))
        rows = _full(place, rows)
        if place.signs:
            rows = rows.filter(**{f"{place.field}__has_any_keys": list(place.signs)})
        something |= Q(Exists(rows))
    return tickets.filter(something)
