from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import msgspec
import pytest
from django.conf import settings
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from aftersale.evidence.models import Event, PersonalValue
from aftersale.returns.models import Match, Parcel, ParcelPhoto
from aftersale.tickets.change import TICKET
from aftersale.tickets.erasure import (
    GROUND_WORDS,
    ErasureRefused,
    Ground,
    erase,
    erase_buyer,
    forget,
    plan_erasure,
)
from aftersale.tickets.models import (
    Action,
    Buyer,
    Erasure,
    IdempotencyKey,
    Note,
    ParkedRow,
    Task,
    Ticket,
)
from aftersale.tickets.parties import buyer_key
from aftersale.tickets.search import by_text
from tests.tickets.privacy.desk import (
    ENDED,
    FREE,
    LAST_DAY,
    SECRETS,
    WORLD_ID,
    breaks,
    hang_things_on,
    make_buyer,
    make_person,
    make_shop,
    make_ticket,
    sealed,
    still_there,
)

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from aftersale.shops.models import Person

pytestmark = pytest.mark.django_db


def everything_of_a_buyer() -> tuple[Buyer, Ticket, Person]:
    buyer, person = make_buyer(make_shop()), make_person()
    ticket = make_ticket(buyer)
    hang_things_on(ticket, person)
    return buyer, ticket, person


def kinds(ticket: Ticket) -> list[str]:
    events = Event.objects.filter(subject_kind=TICKET, subject_id=ticket.pk)
    return list(events.order_by("sequence").values_list("kind", flat=True))


def last_data(ticket: Ticket) -> dict[str, object]:
    event = Event.objects.filter(subject_kind=TICKET, subject_id=ticket.pk).latest("sequence")
    return cast("dict[str, object]", msgspec.json.decode(bytes(event.payload))["data"])


def test_nothing_of_an_erased_buyer_is_left_in_any_table() -> None:
    buyer, _, person = everything_of_a_buyer()
    assert still_there() == set(SECRETS)
    done = erase_buyer(buyer, person, "purpose", FREE)
    assert (done.refused, done.held, done.whole) == (False, (), True)
    assert still_there() == set()


def test_every_chain_log_and_remaining_value_verifies_afterwards() -> None:
    buyer, ticket, person = everything_of_a_buyer()
    other = make_ticket(make_buyer(buyer.shop, "##C2##"), "7100000000000000009")
    sealed()
    erase_buyer(buyer, person, "withdrawn", FREE)
    sealed()
    assert breaks() == 0
    assert PersonalValue.objects.filter(event__subject_id=other.pk).count() == 3
    assert not PersonalValue.objects.filter(event__subject_id=ticket.pk).exists()


def test_a_value_that_is_put_back_otherwise_is_found() -> None:
    _, ticket, _ = everything_of_a_buyer()
    event = Event.objects.filter(subject_id=ticket.pk).earliest("sequence")
    PersonalValue.objects.filter(event=event, name="remark").update(value="anything else")
    assert breaks() == 1


def test_the_event_names_places_and_no_values() -> None:
    buyer, ticket, person = everything_of_a_buyer()
    erase_buyer(buyer, person, "purpose", FREE)
    assert kinds(ticket) == ["imported", "action_confirmed", "erased"]
    assert last_data(ticket) == {
        "why": "purpose",
        "places": {
            "PersonalValue.value": 3,
            "Ticket.remark": 1,
            "Ticket.return_waybill": 1,
            "Ticket.buyer": 1,
            "Note.text": 1,
            "Action.params": 1,
            "Action.receipt": 1,
            "Task.params": 1,
            "Answer.value": 1,
        },
    }


def test_rows_stay_with_what_is_not_personal() -> None:
    buyer, ticket, person = everything_of_a_buyer()
    erase_buyer(buyer, person, "purpose", FREE)
    action, task, parked = Action.objects.get(), Task.objects.get(), ParkedRow.objects.get()
    assert action.params == {"reason": "no_reason", "citation": "消法25"}
    assert action.receipt == {"outcome": "done", "code": "ok"}
    assert task.params == {"verb": "refund", "amount_fen": 100}
    assert (parked.sheet, parked.row, parked.cells, parked.value) == ("售后.csv", 3, "", "")
    assert Note.objects.get(ticket=ticket).person == person


def test_the_buyer_is_found_neither_by_id_nor_by_search_and_the_ticket_by_its_number() -> None:
    buyer, ticket, person = everything_of_a_buyer()
    assert by_text([buyer.shop_id], WORLD_ID, 9) == [ticket.pk]
    erase_buyer(buyer, person, "purpose", FREE)
    assert by_text([buyer.shop_id], WORLD_ID, 9) == []
    assert by_text([buyer.shop_id], "玻璃杯", 9) == [ticket.pk]
    assert not Buyer.objects.filter(key=buyer_key(buyer.shop_id, WORLD_ID)).exists()
    left = Buyer.objects.get()
    assert (left.key, left.mask, left.contact, left.erased_at) == (f"erased:{buyer.pk}", "", "", FREE)


def test_who_comes_back_later_is_a_new_buyer() -> None:
    buyer, _, person = everything_of_a_buyer()
    erase_buyer(buyer, person, "purpose", FREE)
    assert make_buyer(buyer.shop).pk != buyer.pk


def test_while_the_law_holds_everything_nothing_goes_and_the_request_is_dated() -> None:
    buyer, ticket, person = everything_of_a_buyer()
    done = erase_buyer(buyer, person, "withdrawn", LAST_DAY)
    assert done.refused
    assert [hold.kind.value for hold in done.held[0].holds] == ["limitation", "records"]
    assert still_there() == set(SECRETS)
    asked = Erasure.objects.get()
    assert (asked.ticket_no, asked.next_at, asked.erased_at) == (ticket.ticket_no, FREE, None)
    assert last_data(ticket) == {
        "why": "withdrawn",
        "holds": ["limitation", "records"],
        "until": FREE.isoformat(),
    }


def test_what_may_go_goes_and_the_rest_waits() -> None:
    buyer, ticket, person = everything_of_a_buyer()
    held = make_ticket(buyer, "7100000000000000002", arbitration_state="submitted")
    done = erase_buyer(buyer, person, "purpose", FREE)
    assert (done.tickets, done.whole, done.refused) == ((ticket.ticket_no,), False, False)
    assert [one.ticket_no for one in done.held] == [held.ticket_no]
    assert Ticket.objects.get(pk=ticket.pk).buyer is None
    assert Ticket.objects.get(pk=held.pk).buyer == buyer
    assert Buyer.objects.get().contact != ""
    assert breaks() == 0


def test_a_plan_changes_nothing_and_says_what_would_go() -> None:
    buyer, ticket, _ = everything_of_a_buyer()
    make_ticket(buyer, "7100000000000000002", open=True)
    plan = plan_erasure(buyer, FREE)
    assert [one.ticket_id for one in plan.free] == [ticket.pk]
    assert [hold.kind.value for one in plan.held for hold in one.holds] == ["open"]
    assert plan.free[0].what["Note.text"] == 1
    assert len(plan.parked_rows) == 1
    assert still_there() == set(SECRETS)
    assert Erasure.objects.count() == 0


def test_what_was_not_shown_is_not_erased() -> None:
    buyer, ticket, person = everything_of_a_buyer()
    shown = plan_erasure(buyer, FREE).digest
    Note.objects.create(ticket=ticket, person=person, text="新备注", at=ENDED)
    with pytest.raises(ErasureRefused) as refused:
        erase_buyer(buyer, person, "purpose", FREE, shown)
    assert refused.value.code == "erasure.outdated"
    assert still_there() == set(SECRETS)
    erase_buyer(buyer, person, "purpose", FREE, plan_erasure(buyer, FREE).digest)
    assert still_there() == set()


def test_a_ticket_that_is_held_by_now_is_dated_although_the_plan_had_it_free() -> None:
    buyer, ticket, person = everything_of_a_buyer()
    plan = plan_erasure(buyer, FREE)
    Ticket.objects.filter(pk=ticket.pk).update(arbitration_state="open")
    assert erase(plan, person, Ground.PURPOSE, FREE).tickets == ()
    assert still_there() == set(SECRETS)
    assert Erasure.objects.get().erased_at is None


def test_free_words_are_no_ground_for_they_would_stay_in_the_chain() -> None:
    buyer, _, person = everything_of_a_buyer()
    with pytest.raises(ErasureRefused) as refused:
        erase_buyer(buyer, person, "王小明 13800138000 来电要求", FREE)
    assert refused.value.code == "erasure.reason"
    assert all(ground in refused.value.next_step.en for ground in Ground)
    assert set(GROUND_WORDS) == set(Ground)


def test_parcels_and_their_photos_go_with_the_last_ticket_that_needs_them(folder: Path) -> None:
    buyer, first, person = everything_of_a_buyer()
    second = make_ticket(buyer, "7100000000000000002", open=True)
    photo = folder / "files" / "photos" / "label.jpg"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"label")
    parcel = Parcel.objects.create(
        shop=buyer.shop, waybill="SF1", remark="王小明退回", arrived_at=ENDED, recorded_at=ENDED,
        recorded_by=person, digest=bytes(32),
    )  # fmt: skip
    ParcelPhoto.objects.create(
        parcel=parcel, name="label.jpg", path="photos/label.jpg", sha256="0" * 64, kind="jpeg", size=5,
        stored_at=ENDED, stored_by=person,
    )  # fmt: skip
    for ticket in (first, second):
        Match.objects.create(
            parcel=parcel, ticket=ticket, by="waybill", goods_before="", at=ENDED, person=person
        )
    assert "Parcel.remark" not in cast("dict[str, int]", forget(first.pk, FREE, None))
    assert Parcel.objects.get().remark == "王小明退回"
    Ticket.objects.filter(pk=second.pk).update(open=False)
    assert cast("dict[str, int]", forget(second.pk, FREE, None))["ParcelPhoto.path"] == 1
    assert Parcel.objects.get().remark == ""
    assert not ParcelPhoto.objects.exists()


def test_an_answer_of_the_interface_that_names_the_ticket_goes_too() -> None:
    buyer, ticket, person = everything_of_a_buyer()
    body = f'{{"ticket_no":"{ticket.ticket_no}","remark":"王小明"}}'
    IdempotencyKey.objects.create(person=person, key="1", request_digest="", body=body, created_at=ENDED)
    IdempotencyKey.objects.create(person=person, key="2", request_digest="", body="{}", created_at=ENDED)
    erase_buyer(buyer, person, "purpose", FREE)
    assert list(IdempotencyKey.objects.values_list("key", flat=True)) == ["2"]


def test_a_parked_row_of_another_buyer_stays() -> None:
    buyer, ticket, person = everything_of_a_buyer()
    row = ParkedRow.objects.get()
    ParkedRow.objects.create(batch=row.batch, shop=buyer.shop, sheet="a", row=1, value="李四", code="x")
    row.pk, row.value, row.cells = None, WORLD_ID, ""
    row.save()
    plan = plan_erasure(buyer, FREE)
    assert len(plan.parked_rows) == 2
    erase(replace(plan, tickets=plan.free), person, Ground.OTHER, FREE)
    assert [row.value for row in ParkedRow.objects.exclude(value="")] == ["李四"]
    assert Ticket.objects.get(pk=ticket.pk).remark == ""


@pytest.mark.django_db(transaction=True)
def test_the_bytes_of_the_database_hold_no_value_any_more(folder: Path) -> None:
    buyer, ticket, person = everything_of_a_buyer()
    with connection.cursor() as cursor:
        cursor.execute("SELECT value, salt FROM evidence_personalvalue ORDER BY id")
        kept = [(stored.encode(), bytes(salt)) for stored, salt in cursor.fetchall()]
    before = _image()
    assert all(stored in before and salt in before for stored, salt in kept) or not before
    erase_buyer(buyer, person, "purpose", FREE)
    after = _image()
    assert [stored for stored, _ in kept if stored in after] == []
    assert [salt for _, salt in kept if salt in after] == []
    assert ticket.ticket_no in (folder / "erasures.jsonl").read_text(encoding="utf-8")


def _image() -> bytes:
    """Give the whole file of SQLite, free pages too; PostgreSQL overwrites in its own time."""
    if connection.vendor != "sqlite":
        return b""
    return cast("sqlite3.Connection", connection.connection).serialize()


class TestErasingTwice(TestCase):
    """Try many buyers, each in a transaction of its own."""

    @given(
        st.lists(st.tuples(st.booleans(), st.sampled_from(["none", "open", "lost"])), min_size=1, max_size=4)
    )
    @tries(deadline=None, max_examples=20, derandomize=True, suppress_health_check=list(HealthCheck))
    def test_is_erasing_once(self, tickets: list[tuple[bool, str]]) -> None:
        buyer, person = make_buyer(make_shop()), make_person()
        for number, (is_open, dispute) in enumerate(tickets):
            make_ticket(buyer, f"71{number:017}", open=is_open, arbitration_state=dispute)
        first = erase_buyer(buyer, person, "purpose", FREE)
        state = _state()
        for ticket in Ticket.objects.filter(ticket_no__in=first.tickets):
            assert forget(ticket.pk, FREE, person.pk) == {}
        assert _state() == state
        again = erase_buyer(Buyer.objects.get(pk=buyer.pk), person, "purpose", FREE)
        assert again.tickets == ()
        assert breaks() == 0


def _state() -> list[object]:
    return [
        *Ticket.objects.order_by("pk").values_list("pk", "sequence", "remark", "buyer"),
        *Buyer.objects.order_by("pk").values_list("pk", "key", "mask"),
        *PersonalValue.objects.order_by("pk").values_list("pk", flat=True),
        *Erasure.objects.order_by("pk").values_list("ticket_no", "next_at", "erased_at"),
    ]


def test_the_list_of_erasures_lies_where_no_restore_replaces_it(folder: Path) -> None:
    assert folder == settings.HOME.root
