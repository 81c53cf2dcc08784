"""Rounds are filled from the platform's log and from a conversation: each line once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.interface import Said
from aftersale.channels.registry import CHANNELS
from aftersale.domain.errors import Unavailable
from aftersale.domain.roles import Role
from aftersale.evidence.models import Event
from aftersale.negotiation.agreeing import Outcome, end
from aftersale.negotiation.logs import EVERY, has_log, read_due, read_log, take
from aftersale.negotiation.models import Negotiation, Offer, Source
from aftersale.negotiation.rounds import Line, how_it_stands, note_line
from aftersale.shops.models import Connection
from aftersale.shops.models.shop import ConnectionState
from aftersale.texts import Text
from tests.api.desk import make_person, make_shop, make_ticket, now

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.channels.base import Hands
    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket() -> Ticket:
    return make_ticket(make_shop("山茶小店"))


@pytest.fixture
def person(ticket: Ticket) -> Person:
    return make_person("agent", Role.AGENT, ticket.shop)


def spoke(minutes: float, role: str, words: str) -> Said:
    return Said(now() + timedelta(minutes=minutes), role, words)


def test_lines_become_rounds_of_their_side_and_a_person_begins_the_talk(
    ticket: Ticket, person: Person
) -> None:
    lines = [spoke(-9, "buyer", "退我80"), spoke(-8, "merchant", "补偿20元"), spoke(-7, "17", "协商开始")]
    assert take(ticket, lines, Source.LOG, person, now()) == 3
    told = Offer.objects.order_by("number").values_list("side", "act", "amount_fen")
    assert list(told) == [("buyer", "offer", 8000), ("shop", "offer", 2000), ("platform", "word", None)]
    assert not Offer.objects.exclude(person=None).exists()
    event = Event.objects.get(kind="talk_read")
    assert b'"lines":3' in bytes(event.payload)


def test_a_line_is_taken_once_however_often_the_log_is_read(ticket: Ticket, person: Person) -> None:
    lines = [spoke(-9, "buyer", "退我80")]
    both = [*lines, *lines, replace(lines[0], words="算了，退70")]
    assert take(ticket, lines, Source.LOG, person, now()) == 1
    assert take(ticket, both, Source.LOG, person, now()) == 1
    assert take(ticket, both, Source.LOG, person, now()) == 0
    assert Event.objects.filter(kind="talk_read").count() == 2


def test_an_agreement_is_never_guessed_from_words(ticket: Ticket, person: Person) -> None:
    lines = [spoke(-9, "merchant", "补偿20元"), spoke(-8, "buyer", "同意")]
    take(ticket, lines, Source.FILE, person, now())
    talk = Negotiation.objects.get()
    assert how_it_stands(talk, list(talk.offers.all()), now()).accepted == frozenset()


def test_a_word_of_the_buyer_ends_the_wait_and_the_wait_of_the_buyer_begins(
    ticket: Ticket, person: Person
) -> None:
    note_line(ticket, person, Line(now() + timedelta(hours=2), gives="补偿20"), now(), ticket.sequence)
    assert ticket.waits_for == "buyer"
    line = spoke(1, "buyer", "退我50")
    take(ticket, [line], Source.LOG, None, now() + timedelta(minutes=2))
    ticket.refresh_from_db()
    assert ticket.waits_for == ""
    assert Negotiation.objects.get().buyer_at == line.at


def test_nothing_begins_by_itself(ticket: Ticket) -> None:
    assert take(ticket, [spoke(-9, "buyer", "退我80")], Source.LOG, None, now()) == 0
    assert not Negotiation.objects.exists()


class Logged:
    """Give one line, or fail."""

    name = "logged"

    def __init__(self, *, down: bool = False) -> None:
        self.down, self.read = down, 0

    def history(self, ticket_no: str, hands: Hands) -> tuple[Said, ...]:
        del ticket_no, hands
        self.read += 1
        if self.down:
            raise Unavailable("x", Text(zh="连不上", en="down"), Text(zh="再试", en="again"))
        return (spoke(0, "buyer", "退我50"),)


def _hands(shop: Shop, at: datetime) -> Hands:
    del shop, at
    return None  # type: ignore[return-value]  # nobody asks with them


@pytest.mark.parametrize("down", [False, True])
def test_the_log_of_a_connected_shop_is_read_by_itself_and_again_when_it_is_due(
    ticket: Ticket, person: Person, monkeypatch: pytest.MonkeyPatch, *, down: bool
) -> None:
    channel = Logged(down=down)
    monkeypatch.setitem(CHANNELS, "logged", channel)
    at = now()
    note_line(ticket, person, Line(at + timedelta(hours=2), gives="补偿20"), at, ticket.sequence)
    type(ticket.shop).objects.filter(pk=ticket.shop_id).update(channel="logged")
    assert read_due(at, _hands, 9) == 0
    Connection.objects.create(shop=ticket.shop, state=ConnectionState.CONNECTED, since=at)
    assert read_due(at, _hands, 9) == (0 if down else 1)
    assert read_due(at + EVERY - timedelta(seconds=1), _hands, 9) == 0
    assert channel.read == 1
    read_due(at + EVERY, _hands, 9)
    assert channel.read == 2
    assert Negotiation.objects.get().read_fault == ("连不上" if down else "")


def test_what_an_earlier_talk_took_is_no_round_of_the_next(ticket: Ticket, person: Person) -> None:
    at, lines = now(), [spoke(-180, "buyer", "退我80"), spoke(-120, "buyer", "再想想")]
    assert take(ticket, lines, Source.LOG, person, at) == 2
    end(Negotiation.objects.get(), person, Outcome.APART, at)
    ticket.refresh_from_db()
    note_line(ticket, person, Line(at + timedelta(hours=5), gives="补偿20"), at, ticket.sequence)
    assert take(ticket, [*lines, spoke(9, "buyer", "好")], Source.LOG, None, at) == 1


def test_a_log_that_goes_wrong_keeps_no_other_from_being_read(
    ticket: Ticket, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Odd(Logged):
        def history(self, ticket_no: str, hands: Hands) -> tuple[Said, ...]:
            if ticket_no == ticket.ticket_no:
                raise ValueError
            return super().history(ticket_no, hands)

    monkeypatch.setitem(CHANNELS, "logged", Odd())
    at, other = now(), make_ticket(ticket.shop, 2)
    Connection.objects.create(shop=ticket.shop, state=ConnectionState.CONNECTED, since=at)
    for each in (ticket, other):
        note_line(each, person, Line(at + timedelta(hours=2), gives="补偿20"), at, each.sequence)
    type(ticket.shop).objects.filter(pk=ticket.shop_id).update(channel="logged")
    assert read_due(at, _hands, 9) == 1
    assert Negotiation.objects.get(ticket=ticket).read_fault


def test_a_shop_by_sheets_has_no_log(ticket: Ticket) -> None:
    assert not has_log(ticket.shop)
    assert read_log(ticket, None) == ()  # type: ignore[arg-type]
