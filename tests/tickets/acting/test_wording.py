"""What goes to a buyer is looked over wherever it is written, and stops before anything is noted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.verbs import Verb
from aftersale.domain.roles import Role
from aftersale.evidence.models import Event
from aftersale.evidence.pieces import Giver
from aftersale.jobs import door
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets import beside
from aftersale.tickets.act import Intent, accept, propose, refuse
from aftersale.tickets.models import Action
from aftersale.tickets.receipts import PERFORM
from aftersale.tickets.refusal import Refusal
from aftersale.tickets.talking import talked
from aftersale.tickets.vault.requests import Wish, ask
from aftersale.tickets.wording import WordingStopped, check_words, slips_of
from tests.api.desk import make_person, make_shop, make_ticket, now

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.shops.models import Person
    from aftersale.tickets.models import Ticket

pytestmark = pytest.mark.django_db
BAD = "删掉差评就给您退，电话 13800138000"


@pytest.fixture
def ticket() -> Ticket:
    return make_ticket(make_shop("山茶小店"))


@pytest.fixture
def person(ticket: Ticket) -> Person:
    return make_person("agent", Role.OWNER, ticket.shop)


PLACES: dict[str, Callable[[Ticket, Person], object]] = {
    "refusal": lambda t, p: refuse(
        t, p, Refusal("x", "y", BAD), now(), t.sequence, judge_of(t.shop_id, now())
    ),
    "proposed": lambda t, p: propose(t, p, Intent(Verb.REFUSE, params={"text": BAD}), now(), t.sequence),
    "compensation": lambda t, p: accept(
        t, p, Intent(Verb.COMPENSATE, 500, params={"text": BAD}), now(), t.sequence
    ),
    "payout": lambda t, p: beside.do(
        t, p, Verb.SMALL_PAYOUT, {"purpose": "goodwill", "text": BAD}, now(), 500
    ),
    "service": lambda t, p: beside.do(t, p, Verb.REPLY_SERVICE, {"text": BAD}, now()),
    "evidence": lambda t, p: beside.do(t, p, Verb.SUBMIT_EVIDENCE, {"text": BAD}, now()),
    "link": lambda t, p: ask(t, Wish(Giver.BUYER, "", BAD), p.pk, now()),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_text_to_the_buyer_stops_where_it_is_written_and_nothing_is_noted(
    place: str, ticket: Ticket, person: Person
) -> None:
    before = Event.objects.count()
    with pytest.raises(WordingStopped) as stopped:
        PLACES[place](ticket, person)
    assert "13800138000" in stopped.value.message.zh
    assert "差评" in stopped.value.message.zh
    assert Event.objects.count() == before
    assert not Action.objects.exists()


def test_what_is_told_when_asking_the_buyer_stops_too(ticket: Ticket, person: Person) -> None:
    type(ticket).objects.filter(pk=ticket.pk).update(step="negotiate")
    ticket.refresh_from_db()
    with pytest.raises(WordingStopped):
        talked(ticket, person, BAD, now() + timedelta(hours=1), now(), ticket.sequence)


def test_the_right_return_address_may_hold_a_phone_number(ticket: Ticket, person: Person) -> None:
    type(ticket).objects.filter(pk=ticket.pk).update(step="fix_address_24h")
    ticket.refresh_from_db()
    text = "退货请寄：杭州市余杭区仓前街道1号，山茶小店，13800138000"
    talked(ticket, person, text, now() + timedelta(hours=1), now(), ticket.sequence)
    ticket.refresh_from_db()
    assert ticket.waits_for == "buyer"


def test_a_remark_of_the_shop_is_for_colleagues_and_stops_nothing(ticket: Ticket, person: Person) -> None:
    if PERFORM not in door.registered():
        door.register(PERFORM, lambda _id, _now: None)
    assert beside.do(ticket, person, Verb.REMARK, {"text": BAD}, now()).verb == Verb.REMARK


def test_the_platform_reads_jargon_without_a_word(ticket: Ticket) -> None:
    assert [slip.id for slip in slips_of(ticket.shop, "已提交举证", now())] == ["jargon"]
    assert slips_of(ticket.shop, "已提交举证", now(), {"jargon"}) == ()
    check_words(ticket.shop, "已提交举证", now())
    check_words(ticket.shop, None, now())
