from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from aftersale.evidence.models import Event, PersonalValue
from aftersale.tickets.disclosures import Viewer
from aftersale.tickets.erasure import forget
from aftersale.tickets.unmasking import FIELDS, UnmaskRefused, unmask, unmaskings
from tests.tickets.privacy.desk import ENDED, FREE, breaks, make_buyer, make_person, make_shop, make_ticket

pytestmark = pytest.mark.django_db


def test_looking_is_an_event_with_a_reason() -> None:
    ticket, person = make_ticket(make_buyer(make_shop())), make_person()
    assert unmask(ticket, "contact", Viewer(person), " 要给买家回电 ", ENDED).startswith(
        "王小明，13800138000"
    )
    event = Event.objects.latest("pk")
    said = msgspec.json.decode(bytes(event.payload))
    assert (said["kind"], said["actor"], said["data"]) == ("unmasked", str(person.pk), {"field": "contact"})
    assert PersonalValue.objects.get(event=event).value == "要给买家回电"
    assert breaks() == 0


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_without_a_reason_nothing_is_shown(reason: str) -> None:
    ticket, person = make_ticket(make_buyer(make_shop())), make_person()
    with pytest.raises(UnmaskRefused) as refused:
        unmask(ticket, "contact", Viewer(person), reason, ENDED)
    assert refused.value.code == "unmask.reason"
    assert unmaskings(person, ENDED) == 0


def test_a_field_that_is_none_is_refused() -> None:
    ticket, person = make_ticket(make_buyer(make_shop())), make_person()
    with pytest.raises(UnmaskRefused) as refused:
        unmask(ticket, "order_no", Viewer(person), "看看", ENDED)
    assert refused.value.code == "unmask.field"


@pytest.mark.parametrize("field", FIELDS)
def test_what_was_erased_cannot_be_shown(field: str) -> None:
    ticket, person = make_ticket(make_buyer(make_shop())), make_person()
    forget(ticket.pk, FREE, None)
    with pytest.raises(UnmaskRefused) as refused:
        unmask(ticket, field, Viewer(person), "看看", FREE)
    assert refused.value.code == "unmask.nothing"


def test_a_page_read_before_a_change_can_still_show_and_then_act() -> None:
    ticket, person = make_ticket(make_buyer(make_shop())), make_person()
    stale = type(ticket).objects.get(pk=ticket.pk)
    unmask(ticket, "remark", Viewer(person), "核对", ENDED)
    assert unmask(stale, "remark", Viewer(person), "核对", ENDED).startswith("小明的备注")
    assert stale.sequence == ticket.sequence + 1


def test_how_often_somebody_looked_shows_by_person_and_time() -> None:
    ticket, person, other = make_ticket(make_buyer(make_shop())), make_person(), make_person("小赵")
    for minutes in (0, 1, 2):
        unmask(ticket, "remark", Viewer(person), "核对", ENDED + timedelta(minutes=minutes))
    assert unmaskings(person, ENDED) == 3
    assert unmaskings(person, ENDED + timedelta(minutes=1)) == 2
    assert unmaskings(other, ENDED) == 0
