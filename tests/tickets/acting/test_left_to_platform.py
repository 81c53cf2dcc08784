from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aftersale.channels.base import Source
from aftersale.tickets.draft import Origin
from aftersale.tickets.fact_answers import redecide
from aftersale.tickets.models import Ticket
from aftersale.tickets.sweep import Swept, end_waits
from aftersale.tickets.waiting import end
from tests.tickets.taking.notices import ASKED, NOW, origin, shop, took

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OVER = replace(ASKED, facts={**ASKED.facts, "status_deadline": NOW - HOUR})
LEFT = ("waiting", "platform", "clock", "auto_approved")
HELD_UP = ("ours", "unshipped", "", "auto_approved")


def placed() -> tuple[str, str, str, str]:
    ticket = Ticket.objects.get()
    return ticket.lane, ticket.tab, ticket.waits_for, ticket.step


def test_what_comes_in_after_the_platforms_own_deadline_is_left_to_the_platform() -> None:
    took(shop(), [OVER])
    assert placed() == LEFT
    assert Ticket.objects.get().waits_until == NOW + DAY


def test_a_deadline_that_only_we_estimate_stays_with_people() -> None:
    facts = {name: value for name, value in ASKED.facts.items() if name != "status_deadline"}
    long_ago = NOW - 20 * DAY
    took(shop(), [replace(ASKED, facts={**facts, "applied_at": long_ago, "paid_at": long_ago})])
    assert placed() == HELD_UP


def test_a_deadline_that_passes_on_the_desk_leaves_the_ticket_to_the_platform() -> None:
    took(shop(), [ASKED])
    assert placed()[0] == "ours"
    redecide(Ticket.objects.get(), NOW + 3 * DAY)
    assert placed() == LEFT


def test_a_later_sheet_that_shows_nothing_was_done_there_gives_it_to_people_for_good() -> None:
    of = shop()
    took(of, [OVER])
    took(of, [OVER], origin(as_of=NOW - HOUR))
    assert placed() == LEFT
    later = Origin("sheet", Source.SHEET, NOW + HOUR, NOW + 2 * HOUR)
    took(of, [OVER], later)
    assert placed() == HELD_UP
    redecide(Ticket.objects.get(), NOW + DAY)
    assert placed() == HELD_UP


def test_without_any_news_it_comes_back_after_a_day() -> None:
    took(shop(), [OVER])
    end_waits(NOW + DAY - HOUR, 10, Swept())
    assert placed() == LEFT
    end_waits(NOW + DAY, 10, Swept())
    assert placed() == HELD_UP


def test_a_longer_time_that_the_platform_gives_brings_it_back_with_its_proposal() -> None:
    of = shop()
    took(of, [OVER])
    given = replace(OVER, facts={**OVER.facts, "status_deadline": NOW + DAY}, newest_at=NOW)
    took(of, [given], Origin("sheet", Source.SHEET, NOW + HOUR, NOW + HOUR))
    lane, _tab, waits, step = placed()
    assert (lane, waits) == ("ours", "")
    assert step != "auto_approved"


def test_a_person_takes_it_back_at_once() -> None:
    took(shop(), [OVER])
    end(Ticket.objects.get(), "person", NOW)
    assert placed() == HELD_UP
