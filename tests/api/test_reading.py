"""See that tickets are read in few queries, page by page, by those who may."""

from __future__ import annotations

from base64 import b64decode
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from aftersale.domain.roles import Permission, Role
from aftersale.evidence.chain import link
from aftersale.tickets.models import Answer, Ticket
from aftersale.tickets.search import Searchable, buyer_token, index_rows, search_text
from tests.api.desk import answer, caller, error, make_person, make_shop, make_ticket, now

if TYPE_CHECKING:
    from aftersale.shops.models import Shop
    from tests.api.desk import Caller

pytestmark = pytest.mark.django_db


def due(ticket: Ticket, **span: float) -> Ticket:
    Ticket.objects.filter(pk=ticket.pk).update(queue_at=now() + timedelta(**span), lane="ours")
    return ticket


def test_the_queue_begins_with_what_is_due_first(lead: Caller, shop: Shop) -> None:
    late, soon = due(make_ticket(shop, 1), hours=9), due(make_ticket(shop, 2), hours=1)
    rows = answer(lead.get("/tickets"))["rows"]
    assert [row["id"] for row in rows] == [soon.pk, late.pk]
    assert rows[0]["shop"] == shop.name
    assert rows[0]["proposal"]


def test_a_page_of_the_queue_takes_at_most_ten_queries_and_100_kb(
    lead: Caller,
    shop: Shop,
    django_assert_max_num_queries: Any,  # noqa: ANN401  # pytest-django's own
) -> None:
    one = make_ticket(shop)
    for number in range(2, 102):
        copy = Ticket.objects.get(pk=one.pk)
        copy.pk, copy.ticket_no = None, f"72{number:017}"
        copy.save(force_insert=True)
    with django_assert_max_num_queries(10):
        response = lead.get("/tickets", limit=100, count=True)
    assert len(response.content) <= 100_000
    page = answer(response)
    assert (len(page["rows"]), page["count"]) == (100, 101)


def test_a_cursor_survives_tickets_that_come_in_between(lead: Caller, shop: Shop) -> None:
    tickets = [due(make_ticket(shop, number), hours=number) for number in range(1, 6)]
    first = answer(lead.get("/tickets", limit=2))
    due(make_ticket(shop, 50), minutes=1)
    second = answer(lead.get("/tickets", limit=2, cursor=first["next_cursor"]))
    third = answer(lead.get("/tickets", limit=2, cursor=second["next_cursor"]))
    seen = [row["id"] for page in (first, second, third) for row in page["rows"]]
    assert seen == [ticket.pk for ticket in tickets]
    assert third["next_cursor"] is None


def test_a_cursor_that_was_altered_is_refused(lead: Caller) -> None:
    said = error(lead.get("/tickets", cursor="WzFd:made:up"))
    assert said["code"] == "cursor.invalid"


def test_a_ticket_with_200_events_is_read_in_at_most_15_queries(
    lead: Caller,
    ticket: Ticket,
    django_assert_max_num_queries: Any,  # noqa: ANN401  # pytest-django's own
) -> None:
    for number in range(199):
        answer(lead.post(f"/tickets/{ticket.pk}/notes", {"text": f"第 {number} 条"}), 201)
    with django_assert_max_num_queries(15):
        page = answer(lead.get(f"/tickets/{ticket.pk}"))
    assert len(page["whole"]["events"]) == 200
    assert len(page["whole"]["notes"]) == 100
    assert page["whole"]["ticket"]["ticket_no"] == ticket.ticket_no
    assert page["whole"]["decision"]["rule_id"] == ticket.rule_id
    assert page["whole"]["deadlines"]


def test_events_carry_what_is_needed_to_check_them(lead: Caller, ticket: Ticket) -> None:
    answer(lead.post(f"/tickets/{ticket.pk}/notes", {"text": "看过了"}), 201)
    newest = answer(lead.get(f"/tickets/{ticket.pk}/events", limit=1))
    older = answer(lead.get(f"/tickets/{ticket.pk}/events", before=newest["next_before"]))
    events = [*reversed(older["events"]), *newest["events"]]
    for before, after in pairwise(events):
        assert after["previous"] == before["hash"]
    last = events[-1]
    assert "看过".encode() not in b64decode(last["payload"])
    assert link(bytes.fromhex(last["previous"]), b64decode(last["payload"])).hex() == last["hash"]


def test_the_facts_say_their_value_source_and_who_can_answer(lead: Caller, ticket: Ticket) -> None:
    facts = {each["name"]: each for each in answer(lead.get(f"/tickets/{ticket.pk}/facts"))["facts"]}
    assert facts["applied_at"]["source"] == "售后申请时间"
    assert facts["applied_at"]["value"].endswith("+08:00")
    assert facts["paid_fen"]["value"] == 12900
    unknown = next(each for each in facts.values() if each["unknown"])
    assert unknown["answered_by"]
    assert Answer.objects.count() == 0


def test_an_explained_decision_is_the_stored_one(lead: Caller, ticket: Ticket) -> None:
    stored = answer(lead.get(f"/tickets/{ticket.pk}/decisions"))["decisions"][0]
    explained = answer(lead.get(f"/decisions/{stored['id']}/explain"))
    assert explained["same"]
    hits = [step["rule"] for step in explained["trace"] if step["outcome"] == "hit"]
    assert stored["rule_id"] in hits


def index(ticket: Ticket, *ids: str) -> None:
    hashed = tuple(buyer_token(ticket.shop_id, each) for each in ids)
    said = Searchable(
        ticket.ticket_no, ticket.order_no, ticket.article, ticket.article_no, ticket.product_id, hashed
    )
    index_rows([(ticket.pk, ticket.shop_id, search_text(said))])


@pytest.mark.parametrize(
    "asked", ["玻璃", "CUP-350-BL", "71000000000000007", "0007", "13800138000", "+86 138 0013 8000"]
)
def test_a_ticket_is_found_by_goods_code_number_end_and_phone(lead: Caller, shop: Shop, asked: str) -> None:
    ticket = make_ticket(shop, 7)
    index(ticket, "13800138000")
    asked = ticket.order_no if asked.startswith("7100") else asked
    found = answer(lead.get("/tickets/search", q=asked))
    assert [row["id"] for row in found["rows"]] == [ticket.pk]


def test_a_search_goes_on_where_a_page_ended(lead: Caller, shop: Shop) -> None:
    for number in range(1, 6):
        index(make_ticket(shop, number))
    first = answer(lead.get("/tickets/search", q="玻璃杯", limit=3))
    second = answer(lead.get("/tickets/search", q="玻璃杯", limit=3, before=first["next_before"]))
    found = [row["id"] for page in (first, second) for row in page["rows"]]
    assert len(found) == 5
    assert found == sorted(found, reverse=True)
    assert second["next_before"] is None


def test_the_same_phone_in_another_shop_is_not_found(stranger: Caller, shop: Shop) -> None:
    ticket = make_ticket(shop)
    index(ticket, "13800138000")
    assert answer(stranger.get("/tickets/search", q="13800138000"))["rows"] == []
    assert answer(stranger.get("/tickets/search", q=ticket.ticket_no))["rows"] == []
    assert answer(stranger.get("/tickets/search", q="玻璃"))["rows"] == []


def test_a_token_without_the_scope_to_see_sees_nothing(shop: Shop) -> None:
    narrow = caller(make_person("narrow", Role.LEAD, shop), Permission.IMPORT)
    response = narrow.get("/tickets")
    assert response.status_code == 403
    assert error(response)["code"] == "permission.denied"


def test_who_calls_learns_shops_and_permissions(lead: Caller, shop: Shop) -> None:
    make_shop("不相干的店")
    told = answer(lead.get("/me"))
    assert [each["name"] for each in told["shops"]] == [shop.name]
    assert "approve" in told["shops"][0]["permissions"]
