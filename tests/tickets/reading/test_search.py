"""See that what agents type finds the ticket: parts of titles, numbers and their ends, never a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.shops.encryption import ring
from aftersale.tickets.models import SearchText
from aftersale.tickets.search import (
    Query,
    Searchable,
    buyer_token,
    by_number,
    by_text,
    candidates,
    index_again,
    index_buyer,
    index_rows,
    query_of,
    search_text,
)
from tests.tickets.acting.desk import make_shop, make_ticket

if TYPE_CHECKING:
    from aftersale.tickets.models import Ticket

pytestmark = pytest.mark.django_db
SHOP = 7


def told(title: str, code: str = "CUP-350/蓝", buyer: tuple[str, ...] = ()) -> Searchable:
    return Searchable("7123450000000000678", "6920000000000000001", title, code, "3500000000000001", buyer)


def stored(ticket: Ticket, said: Searchable) -> None:
    index_rows([(ticket.pk, ticket.shop_id, search_text(said))])


def asks_for(tokens: set[str], query: Query | None) -> bool:
    """Judge a query of SQLite by hand over the tokens of one ticket."""
    if query is None:
        return False
    words = query.whole.replace("(", " ( ").replace(")", " ) ").replace('" *', '"*').split()
    names = {"AND": "and", "OR": "or", "(": "(", ")": ")"}
    said = " ".join(names.get(word) or str(_holds(tokens, word)) for word in words)
    return bool(eval(said))  # noqa: S307  # True, False, and, or and brackets alone


def _holds(tokens: set[str], word: str) -> bool:
    text = word.rstrip("*").strip('"')
    return any(token.startswith(text) for token in tokens) if word.endswith("*") else text in tokens


TITLES = st.text(alphabet="杯子蓝色加厚连衣裙ABcd019é ÅΐﬃⅣ㎡·-（）", min_size=2, max_size=24)


@given(title=TITLES, data=st.data())
def test_any_two_characters_of_a_title_find_it(title: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(title) - 2))
    asked = title[at : at + 2]
    tokens = {f"shop{SHOP}", *search_text(told(title)).split()}
    plain, inside = (query_of(asked, [SHOP], "sqlite", inside=part) for part in (False, True))
    if sum(each.isalnum() for each in asked) == 2 or inside:
        assert asks_for(tokens, inside)
    else:
        assert plain is None


@given(title=st.text(max_size=60))
def test_tokens_hold_no_sign_that_a_query_could_trip_over(title: str) -> None:
    for token in search_text(told(title)).split(" "):
        assert token
        assert all(each.isalnum() or each == "·" for each in token)


@pytest.mark.parametrize(
    "asked",
    [
        "玻璃",
        "璃杯",
        "350",
        "50ml",
        "ML",
        "蓝",
        "玻璃杯 蓝色",
        "cup-350",
        "0678",
        "000678",
        "692000",
        "杯 350ML",
    ],
)
def test_a_ticket_is_found_by(asked: str) -> None:
    ticket = make_ticket(make_shop(), number="7123450000000000678")
    stored(ticket, told("双层玻璃杯 350ML 蓝色"))
    found = by_text([ticket.shop_id], asked, 10)
    assert found == ([] if asked == "692000" else [ticket.pk])


def test_a_changed_title_is_found_and_the_old_one_is_not() -> None:
    ticket = make_ticket(make_shop())
    stored(ticket, told("双层玻璃杯"))
    stored(ticket, told("连衣裙"))
    assert by_text([ticket.shop_id], "玻璃", 10) == []
    assert by_text([ticket.shop_id], "连衣", 10) == [ticket.pk]


def test_another_shop_finds_nothing() -> None:
    ticket, other = make_ticket(make_shop()), make_shop("别家")
    stored(ticket, told("双层玻璃杯"))
    assert by_text([other.pk], "玻璃", 10) == []
    assert by_text([], "玻璃", 10) == []
    assert by_number([other.pk], ticket.ticket_no, 10) == []
    assert by_number([ticket.shop_id], f" {ticket.ticket_no} ", 10) == [ticket.pk]
    assert by_number([ticket.shop_id], ticket.order_no, 10) == [ticket.pk]


def test_a_buyer_is_found_by_phone_and_never_stands_there_in_clear() -> None:
    ticket = make_ticket(make_shop())
    token = buyer_token(ticket.shop_id, "13800138000")
    stored(ticket, told("双层玻璃杯", buyer=(token,)))
    for asked in ("13800138000", "+86 138-0013-8000", "８６１３８００１３８０００"):
        assert by_text([ticket.shop_id], asked, 10) == [ticket.pk]
    assert "13800138000" not in SearchText.objects.get().text
    assert token != buyer_token(ticket.shop_id + 1, "13800138000")
    assert ring().fingerprint("13800138000")[:10] not in token


@pytest.mark.parametrize(
    "asked", ["", " ", "a", "-", '"', "a' OR 1", "%", "\\", "(", "NEAR(", "杯*", "'; --"]
)
def test_what_means_something_to_a_database_means_nothing_here(asked: str) -> None:
    ticket = make_ticket(make_shop())
    stored(ticket, told("双层玻璃杯"))
    assert set(by_text([ticket.shop_id], asked, 10)) <= {ticket.pk}


def test_a_phone_that_was_opened_finds_its_ticket_though_its_text_is_stored_again() -> None:
    ticket = make_ticket(make_shop())
    stored(ticket, told("玻璃杯"))
    index_buyer(ticket.pk, ticket.shop_id, "10000000001")
    index_buyer(ticket.pk, ticket.shop_id, "10000000001")
    index_again(ticket.pk, ticket.shop_id, search_text(told("陶瓷碗")))
    assert by_text([ticket.shop_id], "10000000001", 5) == [ticket.pk]
    assert by_text([ticket.shop_id], "陶瓷", 5) == [ticket.pk]
    text = SearchText.objects.get().text
    assert text.count(buyer_token(ticket.shop_id, "10000000001")) == 1
    assert "10000000001" not in text


def test_every_number_of_a_text_is_tried_the_long_ones_first() -> None:
    found = candidates("ShopName123 订单 6933 1234-5678 9012 363 谢谢")
    assert found[1:] == ["6933123456789012363", "ShopName123"]
    assert candidates("https://fxg.jinritemai.com/x?id=7123450000000000678")[1] == "7123450000000000678"
    assert candidates("杯子") == ["杯子"]
