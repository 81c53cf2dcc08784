"""Look at bulk work as a person does: tick, read what would happen, press, read what became of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from aftersale.channels.verbs import VERB_WORDS, Verb
from aftersale.domain.roles import Role
from aftersale.jobs import door
from aftersale.tickets import batch
from aftersale.tickets.models import Action, Batch, Note, Ticket
from aftersale.tickets.talking import whom_of
from aftersale.tickets.verbs import verb_of
from aftersale.tickets.waiting import Whom
from tests.api.desk import make_person, make_ticket
from tests.pages.desk import kinds, text_of, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test.client import _MonkeyPatchedWSGIResponse as HttpResponse

    from aftersale.shops.models import Person, Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def batches_that_wait() -> None:
    door.register(batch.JOB, lambda _id, _now: None)


def fit(shop: Shop, number: int, **fields: object) -> Ticket:
    """Take a ticket in whose proposal is not out of date."""
    return make_ticket(shop, number, stable_until=None, **fields)


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    return fit(shop, 1)


def plan(visitor: Visitor, *tickets: Ticket, kind: str = "approve", **more: Any) -> HttpResponse:  # noqa: ANN401  # what a form holds
    chosen = [ticket.pk for ticket in tickets]
    return visitor.post("bulk", kind=kind, ticket=chosen, query="tab=unshipped", **more)


def planned(visitor: Visitor, *tickets: Ticket, kind: str = "approve", **more: Any) -> Batch:  # noqa: ANN401  # what a form holds
    response = plan(visitor, *tickets, kind=kind, **more)
    assert response.status_code == 302, text_of(response)
    made = Batch.objects.latest("id")
    assert response["Location"] == reverse("bulk_one", args=[made.pk])
    return made


def test_the_queue_offers_a_box_a_row_and_a_bar(agent: Visitor, ticket: Ticket) -> None:
    text = text_of(agent.get("queue"))
    assert f'name="ticket" value="{ticket.pk}"' in text
    assert 'data-fen="12900"' in text
    assert "data-bulk" in text
    assert 'value="approve"' in text


def test_whoever_may_not_approve_or_assign_is_not_offered_it(trainee: Visitor, ticket: Ticket) -> None:
    bar = text_of(trainee.get("queue")).split("data-bulk")[1].split("</form>")[0]
    assert 'value="approve"' not in bar
    assert 'value="assign"' not in bar
    assert 'value="note"' in bar
    assert f'value="{ticket.pk}"' not in bar


def test_what_a_batch_did_is_not_called_done_before_it_is_sent(agent: Visitor, shop: Shop) -> None:
    made = planned(agent, fit(shop, 1))
    agent.post("bulk_begin", made.pk)
    approved = re.compile(r"已确认，\d+ 秒后提交 1 ")
    assert approved.search(words_of(agent.get("bulk_one", made.pk)))
    Action.objects.update(state="done")
    assert not approved.search(words_of(agent.get("bulk_one", made.pk)))


def test_a_search_has_no_boxes(agent: Visitor, ticket: Ticket, shop: Shop) -> None:
    fit(shop, 2)
    text = text_of(agent.get("search", q="玻璃杯"))
    assert ticket.ticket_no in text
    assert 'name="ticket"' not in text


def test_the_plan_says_how_many_how_much_and_what_is_left_out(agent: Visitor, shop: Shop) -> None:
    first, second = fit(shop, 1), fit(shop, 2)
    third = fit(shop, 3, needs_person=True)
    made = planned(agent, first, second, third)
    said = words_of(agent.get("bulk_one", made.pk))
    assert "¥258.00" in said
    assert "要由人逐单判断" in said
    assert (Action.objects.count(), kinds(first)) == (0, ["imported"])


def test_the_plan_names_every_ticket_with_its_amount_and_what_people_have_to_do(
    agent: Visitor, shop: Shop
) -> None:
    tickets = [fit(shop, number) for number in range(1, 6)]
    said = words_of(agent.get("bulk_one", planned(agent, *tickets).pk))
    for ticket in tickets:
        assert f"{ticket.ticket_no} ¥129.00" in said
    assert "其中 5 单系统提交不了" in said
    type(shop).objects.filter(pk=shop.pk).update(channel="douyin")
    assert "系统提交不了" not in words_of(agent.get("bulk_one", Batch.objects.latest("id").pk))


def test_what_was_only_prepared_is_counted_apart_from_what_is_done(agent: Visitor, shop: Shop) -> None:
    made = planned(agent, fit(shop, 1), fit(shop, 2), fit(shop, 3))
    agent.post("bulk_begin", made.pk)
    Action.objects.update(state="done")
    Action.objects.filter(pk=Action.objects.latest("id").pk).update(state="handed_over")
    page = agent.get("bulk_one", made.pk)
    assert "已完成 2 待办 1 没有办成 0" in words_of(page)
    assert f'<a class="figure" href="{reverse("tasks")}">' in text_of(page)
    assert '<span class="warn">待到平台后台办理' in text_of(page)


def test_the_page_of_a_batch_asks_again_until_nothing_of_it_moves(agent: Visitor, shop: Shop) -> None:
    made = planned(agent, fit(shop, 1))
    agent.post("bulk_begin", made.pk)
    for state, asks_again in (("intended", True), ("sending", True), ("done", False)):
        Action.objects.update(state=state)
        assert ('hx-trigger="every 3s"' in text_of(agent.get("bulk_one", made.pk))) is asks_again


def test_the_plan_is_carried_out_once_and_told_row_by_row(agent: Visitor, shop: Shop) -> None:
    first, second = fit(shop, 1), fit(shop, 2)
    made = planned(agent, first, second)
    Ticket.objects.filter(pk=second.pk).update(sequence=9)
    for _twice in range(2):
        assert agent.post("bulk_begin", made.pk).status_code == 302
    assert Action.objects.count() == 1
    said = words_of(agent.get("bulk_one", made.pk))
    assert "刚被别人改过" in said
    assert first.ticket_no in said
    assert words_of(agent.get("bulk")).count("¥") == 0
    assert reverse("bulk_one", args=[made.pk]) in text_of(agent.get("bulk"))


def test_what_failed_is_planned_anew_as_it_stands_now(agent: Visitor, ticket: Ticket) -> None:
    made = planned(agent, ticket)
    Ticket.objects.filter(pk=ticket.pk).update(sequence=9)
    agent.post("bulk_begin", made.pk)
    response = agent.post("bulk_again", made.pk)
    again = Batch.objects.latest("id")
    assert response["Location"] == reverse("bulk_one", args=[again.pk])
    assert again.rows.get().sequence == 9


def test_all_that_was_not_sent_is_taken_back_from_the_page(agent: Visitor, shop: Shop) -> None:
    made = planned(agent, fit(shop, 1), fit(shop, 2))
    agent.post("bulk_begin", made.pk)
    assert reverse("bulk_undo", args=[made.pk]) in text_of(agent.get("bulk_one", made.pk))
    agent.post("bulk_undo", made.pk)
    assert set(Action.objects.values_list("state", flat=True)) == {"cancelled"}
    assert reverse("bulk_undo", args=[made.pk]) not in text_of(agent.get("bulk_one", made.pk))


def test_all_that_match_are_taken_by_the_filter_of_the_address(agent: Visitor, shop: Shop) -> None:
    for number in range(1, 4):
        fit(shop, number)
    fit(shop, 4, amount_fen=50)
    agent.post("bulk", kind="approve", all="1", query="tab=unshipped&least=100")
    assert Batch.objects.get().rows.count() == 3


def test_all_that_match_never_reaches_into_a_foreign_shop(
    agent: Visitor, ticket: Ticket, elsewhere: Shop
) -> None:
    fit(elsewhere, 7)
    agent.post("bulk", kind="approve", all="1", query=f"shop={elsewhere.pk}")
    assert not Batch.objects.exists()
    agent.post("bulk", kind="approve", all="1", query="")
    assert [row.ticket for row in Batch.objects.get().rows.all()] == [ticket]


def test_a_large_batch_goes_on_in_the_background_and_says_how_far_it_is(
    agent: Visitor, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "AT_ONCE", 0)
    made = planned(agent, ticket)
    agent.post("bulk_begin", made.pk)
    page = text_of(agent.get("bulk_one", made.pk, part=True))
    assert "<progress" in page
    assert "hx-trigger" in page
    assert Action.objects.count() == 0


def test_a_lead_hands_many_over_and_an_agent_may_not(
    lead: Visitor, agent: Visitor, ticket: Ticket, people: dict[Role, Person]
) -> None:
    made = planned(lead, ticket, kind="assign", to=people[Role.AGENT].pk)
    lead.post("bulk_begin", made.pk)
    ticket.refresh_from_db()
    assert ticket.assignee == people[Role.AGENT]
    refused = planned(agent, ticket, kind="assign", to="nobody")
    agent.post("bulk_begin", refused.pk)
    ticket.refresh_from_db()
    assert ticket.assignee == people[Role.AGENT]
    assert refused.rows.get().code == "not_permitted"


def test_tickets_are_handed_to_nobody_who_does_not_work_on_them(
    lead: Visitor, ticket: Ticket, elsewhere: Shop, people: dict[Role, Person]
) -> None:
    outsider = make_person("outsider", Role.AGENT, elsewhere)
    assert plan(lead, ticket, kind="assign", to=outsider.pk).status_code == 404
    assert plan(lead, ticket, kind="assign", to="").status_code == 422
    refused = plan(lead, ticket, kind="assign", to=people[Role.FINANCE].pk)
    assert (refused.status_code, "不处理售后单" in words_of(refused)) == (422, True)
    assert not Batch.objects.exists()


def test_one_note_goes_on_many(agent: Visitor, shop: Shop) -> None:
    made = planned(agent, fit(shop, 1), fit(shop, 2), kind="note")
    assert "<textarea" in text_of(agent.get("bulk_one", made.pk))
    assert agent.post("bulk_begin", made.pk).status_code == 422
    agent.post("bulk_begin", made.pk, note="先问快递")
    assert [note.text for note in Note.objects.all()] == ["先问快递", "先问快递"]


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.FINANCE, Role.READ_ONLY])
def test_who_may_not_approve_plans_nothing_that_is_done(
    role: Role, as_role: Callable[[Role], Visitor], ticket: Ticket
) -> None:
    visitor = as_role(role)
    made = planned(visitor, ticket)
    visitor.post("bulk_begin", made.pk)
    assert made.rows.get().code == "not_permitted"
    assert Action.objects.count() == 0


def test_a_ticket_of_a_foreign_shop_and_a_batch_of_somebody_else_are_not_there(
    agent: Visitor, lead: Visitor, stranger: Visitor, ticket: Ticket
) -> None:
    assert plan(stranger, ticket).status_code == 404
    made = planned(agent, ticket)
    for visitor in (stranger, lead):
        assert visitor.get("bulk_one", made.pk).status_code == 404
        for name in ("bulk_begin", "bulk_undo", "bulk_again"):
            assert visitor.post(name, made.pk).status_code == 404
    assert Action.objects.count() == 0


def test_what_was_not_chosen_or_is_not_known_is_refused_in_words(agent: Visitor, ticket: Ticket) -> None:
    nothing = agent.post("bulk", kind="approve", query="")
    assert nothing.status_code == 422
    assert "没有选中" in words_of(nothing)
    assert plan(agent, ticket, kind="dance").status_code == 422
    assert agent.post("bulk", kind="approve", ticket=["x", "9" * 40]).status_code == 422


def test_an_empty_list_of_batches_says_how_to_begin(agent: Visitor) -> None:
    assert agent.get("bulk").status_code == 200


def test_pages_that_change_something_take_no_link(agent: Visitor, ticket: Ticket) -> None:
    made = planned(agent, ticket)
    assert [agent.get(name, made.pk).status_code for name in ("bulk_begin", "bulk_undo", "bulk_again")] == [
        405
    ] * 3


def test_the_bar_says_of_which_filter_all_are(
    agent: Visitor, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aftersale.pages.queue.ROWS", 1)
    for number in (1, 2):
        fit(shop, number)
    text = text_of(agent.get("queue", tab="unshipped"))
    assert re.search(r'data-whole="2"', text)
    assert 'name="query" value="tab=unshipped"' in text


def test_a_label_is_typed_once_for_all_and_stands_on_the_ticket(agent: Visitor, ticket: Ticket) -> None:
    made = planned(agent, ticket, kind="label")
    assert agent.post("bulk_begin", made.pk, note="").status_code == 422
    assert agent.post("bulk_begin", made.pk, note="13800138000").status_code == 422
    agent.post("bulk_begin", made.pk, note="大促")
    assert "大促" in words_of(agent.get("label", ticket.pk))
    agent.post("label", ticket.pk, off="大促")
    agent.post("label", ticket.pk, name="加急")
    said = words_of(agent.get("label", ticket.pk))
    assert ("加急" in said, "大促" in said) == (True, False)


def test_the_time_to_receive_is_extended_in_one_go(agent: Visitor, shop: Shop) -> None:
    made = planned(agent, fit(shop, 1, stage="receive"), kind="extend")
    assert "延长 1 单的收货时间" in words_of(agent.get("bulk_one", made.pk))
    agent.post("bulk_begin", made.pk)
    assert Action.objects.get().verb == "extend"


def test_who_may_not_approve_extends_nothing(trainee: Visitor, shop: Shop) -> None:
    made = planned(trainee, fit(shop, 1, stage="receive"), kind="extend")
    assert [row.code for row in made.rows.all()] == ["not_permitted"]


def test_more_time_to_receive_is_said_as_the_platform_says_it_and_is_no_time_to_send_back() -> None:
    assert VERB_WORDS[Verb.EXTEND].zh == "延长收货"
    assert verb_of("extend_ship_back") is None
    assert whom_of("extend_ship_back") is Whom.BUYER
