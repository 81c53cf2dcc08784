"""Look at a buyer's data: with a reason, one by one, within the shop's day, shown once and kept nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.urls import reverse

from aftersale.channels.registry import CHANNELS
from aftersale.connections.models import Link
from aftersale.connections.standing import fault_of
from aftersale.domain.errors import Rejected
from aftersale.evidence.models import Event, PersonalValue
from aftersale.shops.models import Connection
from aftersale.texts import Text
from aftersale.tickets.erasure import forget
from aftersale.tickets.models import Disclosure, Ticket, Unmasking
from tests.api.desk import answer, caller, error, now
from tests.connections.interface import Scripted
from tests.pages.desk import kinds, text_of, words_of

if TYPE_CHECKING:
    from aftersale.channels.base import Hands
    from aftersale.channels.interface import Sealed
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db

CIPHER, PLAIN = "##c2VhbGVk##", "10012345678"


class Opening(Scripted):
    """Open what was sealed, until the platform has had enough."""

    refuses = False

    def reveal(self, sealed: tuple[Sealed, ...], hands: Hands) -> dict[str, str]:
        del hands
        if self.refuses:
            words = Text(zh="平台没有解密：今日解密额度已用完（300011）", en="used up")
            raise Rejected("channel.not_opened", words, words, platform_code="decrypt")
        return {each.cipher: PLAIN for each in sealed if each.cipher == CIPHER}


@pytest.fixture
def opening(monkeypatch: pytest.MonkeyPatch) -> Opening:
    found = Opening()
    monkeypatch.setitem(CHANNELS, "douyin", found)
    return found


@pytest.fixture
def sealed(ticket: Ticket, opening: Opening) -> Ticket:
    del opening
    ticket.sealed = {"phone": CIPHER}
    ticket.save(update_fields=["sealed"])
    Link.objects.create(shop=ticket.shop, push_path="p", created_at=now(), reveals_a_day=2)
    return ticket


def test_the_page_offers_it_to_who_may(agent: Visitor, trainee: Visitor, sealed: Ticket) -> None:
    address = reverse("buyer", args=[sealed.pk])
    assert address in text_of(agent.get("ticket", sealed.pk))
    assert address not in text_of(trainee.get("ticket", sealed.pk))
    assert trainee.get("buyer", sealed.pk, part=True).status_code == 403
    said = words_of(agent.get("buyer", sealed.pk, part=True))
    assert "今天这家店还能看 2 次（共 2 次）" in said


def test_a_value_is_shown_once_with_an_event_and_stored_nowhere(agent: Visitor, sealed: Ticket) -> None:
    page = agent.post("buyer", sealed.pk, part=True, field="phone", reason="买家要求回电")
    assert PLAIN in text_of(page)
    assert page.headers["Cache-Control"] == "no-store"
    assert kinds(sealed)[-1] == "unmasked"
    event = Event.objects.latest("pk")
    payload = bytes(event.payload).decode()
    assert "买家要求回电" not in payload
    assert CIPHER not in payload
    assert PersonalValue.objects.get(event=event).value == "买家要求回电"
    assert "还能看 1 次" in words_of(page)
    assert PLAIN not in text_of(agent.get("buyer", sealed.pk, part=True))


def test_what_a_platform_sealed_is_encrypted_once_more_here(sealed: Ticket) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM tickets_ticket WHERE id = %s", [sealed.pk])
        (stored,) = cursor.fetchone()
    assert stored
    assert CIPHER not in stored
    assert Ticket.objects.get(pk=sealed.pk).sealed == {"phone": CIPHER}


def test_without_a_reason_nothing_is_asked(agent: Visitor, sealed: Ticket) -> None:
    page = agent.post("buyer", sealed.pk, part=True, field="phone", reason=" ")
    assert page.status_code == 422
    assert "要写原因" in words_of(page)
    assert not Unmasking.objects.exists()


def test_the_day_of_a_shop_ends_with_words_that_say_what_to_do(agent: Visitor, sealed: Ticket) -> None:
    for _ in range(2):
        agent.post("buyer", sealed.pk, part=True, field="phone", reason="回电")
    page = agent.post("buyer", sealed.pk, part=True, field="phone", reason="回电")
    assert page.status_code == 422
    assert "今天查看买家信息的 2 次用完了" in words_of(page)
    assert PLAIN not in text_of(page)
    assert Unmasking.objects.count() == 2


def test_what_the_platform_does_not_open_costs_nothing(
    agent: Visitor, sealed: Ticket, opening: Opening
) -> None:
    opening.refuses = True
    page = agent.post("buyer", sealed.pk, part=True, field="phone", reason="回电")
    assert page.status_code == 422
    assert "今日解密额度已用完（300011）" in words_of(page)
    assert not Unmasking.objects.exists()
    assert kinds(sealed) == ["imported"]


def test_a_remark_of_a_sheet_is_shown_by_the_same_form(agent: Visitor, ticket: Ticket) -> None:
    page = agent.post("buyer", ticket.pk, part=True, field="remark", reason="核对")
    assert "13800138000" in text_of(page)


def test_the_interface_opens_it_for_programs_too(agent: Visitor, sealed: Ticket) -> None:
    asked = {"field": "phone", "reason": "回电"}
    program = caller(agent.person)
    assert answer(program.post(f"/tickets/{sealed.pk}/unmask", asked))["value"] == PLAIN
    program.post(f"/tickets/{sealed.pk}/unmask", asked)
    assert error(program.post(f"/tickets/{sealed.pk}/unmask", asked))["code"] == "reveal.used_up"


def test_what_was_sealed_goes_with_the_rest_of_the_buyer(sealed: Ticket) -> None:
    Ticket.objects.filter(pk=sealed.pk).update(open=False, ended_at=now())
    forget(sealed.pk, now(), None, anyway=True)
    assert Ticket.objects.get(pk=sealed.pk).sealed == {}


def test_who_looked_from_where_is_written_down_for_the_platform(agent: Visitor, sealed: Ticket) -> None:
    Connection.objects.create(shop=sealed.shop, state="connected", since=now())
    agent.client.defaults["REMOTE_ADDR"] = "203.0.113.7"
    agent.post("buyer", sealed.pk, part=True, field="phone", reason="回电")
    agent.post("buyer", sealed.pk, part=True, field="remark", reason="核对")
    rows = Disclosure.objects.order_by("pk")
    path = reverse("buyer", args=[sealed.pk])
    assert [(row.what, row.address, row.path) for row in rows] == [
        ("phone", "203.0.113.7", path),
        ("remark", "203.0.113.7", path),
    ]
    assert {row.person for row in rows} == {agent.person}


def test_a_report_that_fails_is_shown_where_the_connection_is(
    owner: Visitor, agent: Visitor, sealed: Ticket
) -> None:
    Connection.objects.create(shop=sealed.shop, state="connected", since=now())
    agent.post("buyer", sealed.pk, part=True, field="phone", reason="回电")
    assert "没上报" not in words_of(owner.get("settings_connection", sealed.shop_id))
    words = Text(zh="应用没有这个接口的权限。", en="no permission")
    fault = fault_of(Rejected("channel.refused", words, words, platform_code="x"), now())
    Disclosure.objects.update(fault=fault)
    said = words_of(owner.get("settings_connection", sealed.shop_id))
    assert "1 次查看买家信息还没上报给平台" in said
    assert "应用没有这个接口的权限。" in said
    assert "1 次查看买家信息没上报" in words_of(owner.get("settings_connections"))
