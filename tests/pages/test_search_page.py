from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from aftersale.domain.roles import Role
from aftersale.tickets.models import Ticket
from tests.api.desk import make_shop, make_ticket
from tests.pages.desk import PART, text_of, words_of
from tests.tickets.taking.sheets import imported, row, sheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aftersale.shops.models import Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def cups(shop: Shop, tmp_path: Path) -> Shop:
    """Give a shop with five tickets as a sheet tells them."""
    imported(sheet(tmp_path / "a.csv", [row(n) for n in range(5)]), shop)
    return shop


@pytest.mark.parametrize("role", Role)
def test_everybody_may_search(role: Role, as_role: Callable[[Role], Visitor], ticket: Ticket) -> None:
    response = as_role(role).get("search", q=ticket.ticket_no)
    assert response.headers["Location"] == reverse("ticket", args=[ticket.pk])


@pytest.mark.parametrize(("digits", "found"), [(5, False), (6, True), (8, True), (12, True)])
def test_the_first_digits_of_an_order_number_are_enough(
    agent: Visitor, ticket: Ticket, digits: int, *, found: bool
) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(order_no="693343587105127")
    page = words_of(agent.get("search", q="693343587105127"[:digits]))
    assert (ticket.ticket_no in page) is found


def test_blanks_around_a_number_do_not_matter(agent: Visitor, ticket: Ticket) -> None:
    response = agent.get("search", q=f"  {ticket.ticket_no}\t")
    assert response.headers["Location"] == reverse("ticket", args=[ticket.pk])


def test_two_characters_of_the_goods_are_enough(agent: Visitor, cups: Shop) -> None:
    assert cups.pk
    assert text_of(agent.get("search", q="玻璃")).count('id="row-') == 5


def test_what_finds_more_than_a_page_says_so_and_shows_the_rest(
    agent: Visitor, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aftersale.pages.queue.FOUND", 2)
    imported(sheet(tmp_path / "a.csv", [row(n) for n in range(5)]), shop)
    seen: list[str] = []
    page = agent.get("search", q="玻璃")
    assert "前 2 单" in words_of(page)
    for _ in range(3):
        seen += re.findall(r'id="row-(\d+)"', text_of(page))
        more = re.search(r'hx-get="([^"]+cursor=[^"]+)"', text_of(page))
        address = more[1] if more else "?q="
        page = agent.client.get(f"{reverse('search')}{unescape(address)}", headers=PART)
    assert len(seen) == len(set(seen)) == 5


def test_what_fits_on_a_page_is_counted(agent: Visitor, cups: Shop) -> None:
    assert cups.pk
    page = agent.get("search", q="玻璃")
    assert "找到 5 单" in words_of(page)
    assert "cursor" not in text_of(page)


@pytest.mark.parametrize("asked", ["没有这种货", "<b>", "%", "' OR 1=1 --", "x" * 5000])
def test_what_is_not_found_says_what_to_try(asked: str, agent: Visitor, cups: Shop) -> None:
    assert cups.pk
    response = agent.get("search", q=asked)
    assert response.status_code == 200
    assert "手机号" in words_of(response)
    assert "<b>" not in text_of(response).split("<h1>")[1].split("</h1>")[0]


def test_nothing_asked_finds_nothing(agent: Visitor, ticket: Ticket) -> None:
    assert ticket.ticket_no not in text_of(agent.get("search"))


def test_a_foreign_ticket_is_not_found_by_its_number(stranger: Visitor, ticket: Ticket) -> None:
    response = stranger.get("search", q=ticket.ticket_no)
    assert response.status_code == 200
    assert reverse("ticket", args=[ticket.pk]) not in text_of(response)


def test_the_same_number_in_two_shops_shows_ones_own(agent: Visitor, shop: Shop) -> None:
    other = make_shop("第三家")
    mine, foreign = make_ticket(shop, 7), make_ticket(other, 7)
    assert mine.ticket_no == foreign.ticket_no
    found = agent.get("search", q=mine.ticket_no)
    assert found.headers["Location"] == reverse("ticket", args=[mine.pk])
