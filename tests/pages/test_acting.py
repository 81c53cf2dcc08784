from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.roles import Role
from aftersale.domain.states import ActionState
from aftersale.shops.models import Connection, Shop
from aftersale.tickets.imports import Given, run_import, start_import
from aftersale.tickets.models import Action, Note, Task, Ticket
from tests.api.desk import make_person, make_ticket, now
from tests.pages.desk import kinds, seen, soon, text_of, visitor, words_of
from tests.tickets.taking.sheets import row, sheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aftersale.shops.models import Person
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db
REFUSAL = {
    "reason": "商品完好，不影响使用",
    "citation": "七日办法第九条",
    "text": "您好，商品经核对完好。",
    "sure": "仍要拒绝",
}


def approved(by: Visitor, ticket: Ticket, amount: str = "129") -> Action:
    response = by.post("approve", ticket.pk, part=True, amount=amount, vouched="1", **seen(ticket))
    assert response.status_code == 200, text_of(response)
    return ticket.actions.order_by("-id")[0]


def handed_over(by: Visitor, ticket: Ticket) -> Action:
    """Approve, and let the action be prepared for the back office."""
    action = approved(by, ticket)
    Action.objects.filter(pk=action.pk).update(state=ActionState.HANDED_OVER)
    Ticket.objects.filter(pk=ticket.pk).update(money_state="sending")
    Task.objects.create(
        shop_id=ticket.shop_id, ticket=ticket, action=action, kind="confirm", created_at=action.approved_at
    )
    return action


def test_paying_out_is_asked_first_with_goods_number_and_amount(agent: Visitor, ticket: Ticket) -> None:
    response = agent.get("approve", ticket.pk, part=True)
    said = text_of(response)
    assert 'value="129.00"' in said
    assert ticket.ticket_no in said
    assert "10 秒后才提交" in said
    assert not Action.objects.exists()


def test_what_another_amount_becomes_is_said_before_it_is_pressed(agent: Visitor, ticket: Ticket) -> None:
    """True where an interface is asked; a shop whose tasks are all prepared is told nothing of it."""
    hint = "平台接口只能按申请的 ¥129.00 退"
    assert hint not in words_of(agent.get("approve", ticket.pk, part=True))
    Shop.objects.filter(pk=ticket.shop_id).update(channel="douyin")
    assert hint in words_of(agent.get("approve", ticket.pk, part=True))
    other = words_of(agent.get("approve", ticket.pk, part=True, verb="compensate"))
    assert "平台接口" not in other


def test_an_approval_makes_one_action_one_event_and_can_be_taken_back(agent: Visitor, ticket: Ticket) -> None:
    action = approved(agent, ticket)
    assert (action.verb, action.amount_fen, action.state) == ("refund", 12900, "intended")
    assert kinds(ticket) == ["imported", "action_intended"]
    back = agent.post("cancel", action.pk, part=True)
    assert "已撤回" in words_of(back)
    assert kinds(ticket) == ["imported", "action_intended", "action_cancelled"]
    assert Action.objects.get().state == ActionState.CANCELLED


@pytest.mark.parametrize("typed", ["129", "¥129.00", "￥129", "１２９", "129元", " 1，29 "])
def test_an_amount_may_be_typed_with_signs_and_at_full_width(
    typed: str, agent: Visitor, ticket: Ticket
) -> None:
    assert approved(agent, ticket, typed).amount_fen == 12900


@pytest.mark.parametrize("typed", ["", "many", "1.234", "-5", "0x10", "129.0.0", "1e3"])
def test_an_amount_that_cannot_be_read_is_refused_in_words(
    typed: str, agent: Visitor, ticket: Ticket
) -> None:
    response = agent.post("approve", ticket.pk, part=True, amount=typed, vouched="1", **seen(ticket))
    assert response.status_code == 422
    assert "写成元" in words_of(response)
    assert kinds(ticket) == ["imported"]


def test_the_same_press_twice_pays_once(agent: Visitor, ticket: Ticket) -> None:
    form = {"amount": "129", "vouched": "1", **seen(ticket)}
    first, second = (agent.post("approve", ticket.pk, part=True, **form) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert "撤回" in words_of(second)
    assert Action.objects.count() == 1
    assert kinds(ticket) == ["imported", "action_intended"]


def test_a_colleague_who_comes_second_is_told_that_the_ticket_moved(
    agent: Visitor, lead: Visitor, ticket: Ticket
) -> None:
    form = {"amount": "129", "vouched": "1", **seen(ticket)}
    agent.post("approve", ticket.pk, part=True, **form)
    late = lead.post("approve", ticket.pk, part=True, **form)
    assert late.status_code == 409
    assert "刚被别人改过" in words_of(late)
    assert "请刷新后再看一遍" in words_of(late)
    assert Action.objects.count() == 1


def test_a_refusal_of_a_part_keeps_the_place_that_it_was_asked_for(agent: Visitor, ticket: Ticket) -> None:
    there = {"HX-Request": "true", "HX-Target": "acting"}
    address = f"/tickets/{ticket.pk}/approve/"
    assert '<div id="acting">' in text_of(agent.client.post(address, {"amount": "x"}, headers=there))
    in_row = agent.client.post(address, {"amount": "x", "row": "1"}, headers={"HX-Request": "true"})
    assert text_of(in_row).startswith("<tr")


def test_under_a_row_the_question_comes_as_a_row(agent: Visitor, ticket: Ticket) -> None:
    beside = {"HX-Request": "true", "HX-Target": f"row-{ticket.pk}"}
    asked = text_of(agent.client.get(f"/tickets/{ticket.pk}/approve/", headers=beside))
    assert asked.startswith("<tr")
    assert 'name="row" value="1"' in asked


@pytest.mark.parametrize(
    ("page", "role"),
    [
        ("approve", Role.TRAINEE),
        *(
            (page, role)
            for page in ("approve", "refuse")
            for role in (Role.WAREHOUSE, Role.FINANCE, Role.READ_ONLY)
        ),
    ],
)
def test_who_may_not_decide_is_told_whom_to_ask(
    page: str, role: Role, as_role: Callable[[Role], Visitor], ticket: Ticket
) -> None:
    response = as_role(role).post(page, ticket.pk, amount="129", **REFUSAL, **seen(ticket))
    assert response.status_code == 403
    assert "店主调整你的角色" in words_of(response)
    assert kinds(ticket) == ["imported"]


def test_an_action_that_is_done_by_hand_is_confirmed_once(agent: Visitor, ticket: Ticket) -> None:
    action = handed_over(agent, ticket)
    done = agent.post("confirm", action.pk, part=True, outcome="done")
    assert "已完成" in words_of(done)
    before = kinds(ticket)
    assert before[-1] == "action_confirmed"
    again = agent.post("confirm", action.pk, part=True, outcome="done")
    assert again.status_code == 422
    assert kinds(ticket) == before
    assert not Task.objects.filter(done_at=None).exists()


def test_what_is_done_by_hand_is_kept_on_a_persons_word_while_the_clock_runs_on(
    agent: Visitor, ticket: Ticket, shop: Shop
) -> None:
    Connection.objects.create(shop=shop, state="connected", since=now())
    Ticket.objects.filter(pk=ticket.pk).update(stage="decide", lane="ours", turn="merchant", waits_for="")
    action = handed_over(agent, ticket)
    Action.objects.filter(pk=action.pk).update(receipt={"outcome": "handed_over"})
    done = words_of(agent.post("confirm", action.pk, part=True, outcome="done"))
    assert "按你说的记为已办好。平台还没显示出来" in done
    assert "平台已收到" not in done
    Ticket.objects.filter(pk=ticket.pk).update(lane="ours", waits_for="", waits_since=None, waits_until=None)
    assert "平台上却还在等商家处理" in words_of(agent.get("ticket", ticket.pk))
    Action.objects.filter(pk=action.pk).update(verb="compensate")
    assert "平台上却还在等商家处理" not in words_of(agent.get("ticket", ticket.pk)), (
        "money beside answers no claim"
    )
    Action.objects.filter(pk=action.pk).update(verb="agree_return")
    assert "平台上却还在等商家处理" in words_of(agent.get("ticket", ticket.pk))
    Ticket.objects.filter(pk=ticket.pk).update(stage="return")
    assert "平台上却还在等商家处理" not in words_of(agent.get("ticket", ticket.pk))


def test_an_action_that_did_not_work_may_be_decided_again(agent: Visitor, ticket: Ticket) -> None:
    action = handed_over(agent, ticket)
    assert agent.post("confirm", action.pk, part=True, outcome="failed").status_code == 200
    assert Action.objects.get().state == ActionState.FAILED
    assert approved(agent, ticket).pk != action.pk


def test_an_outcome_that_is_none_is_refused(agent: Visitor, ticket: Ticket) -> None:
    action = handed_over(agent, ticket)
    assert agent.post("confirm", action.pk, part=True, outcome="perhaps").status_code == 422
    assert kinds(ticket)[-1] == "action_intended"


def test_everybody_sees_how_an_action_stands_and_it_is_asked_again_while_open(
    agent: Visitor, people: dict[Role, Person], ticket: Ticket
) -> None:
    action = approved(agent, ticket)
    reader = visitor(people[Role.READ_ONLY])
    assert "every 3s" in text_of(reader.get("action", action.pk, part=True))
    Action.objects.filter(pk=action.pk).update(state=ActionState.UNKNOWN)
    assert "不会重复" in words_of(reader.get("action", action.pk, part=True))


def test_the_form_of_a_refusal_shows_what_it_could_break(agent: Visitor, ticket: Ticket) -> None:
    said = words_of(agent.get("refuse", ticket.pk, part=True))
    assert "按规则买家可以" in said
    assert "《电商平台通行的售后规则》" in said


def test_a_refusal_needs_reason_and_clause_and_is_one_event(agent: Visitor, ticket: Ticket) -> None:
    bare = agent.post("refuse", ticket.pk, part=True, reason="x", **seen(ticket))
    assert bare.status_code == 422
    assert "已写的内容还在" in words_of(bare)
    form = {**REFUSAL, "evidence": "照片1\n\n照片2", **seen(ticket)}
    for _ in range(2):
        assert agent.post("refuse", ticket.pk, part=True, **form).status_code == 200
    action = Action.objects.get()
    assert (action.verb, action.params["evidence"]) == ("refuse", ["照片1", "照片2"])
    assert kinds(ticket) == ["imported", "refused"]


def test_a_trainee_proposes_and_a_second_press_asks_nobody_twice(trainee: Visitor, ticket: Ticket) -> None:
    form = {"amount": "129", **seen(ticket)}
    for _ in range(2):
        assert trainee.post("propose", ticket.pk, **form).status_code == 302
    assert Task.objects.get().params["amount_fen"] == 12900
    assert kinds(ticket) == ["imported", "proposed"]


@pytest.fixture
def unclear(shop: Shop, tmp_path: Path) -> Ticket:
    """Give a ticket of today whose proposal hangs on when the goods were signed for."""
    asked, until = (f"{there(hours).replace('T', ' ')}:00" for hours in (-3, 40))
    kind = {"商品发货状态": "已发货", "售后类型": "退货退款"}
    sent = row(1, **kind, 售后申请时间=asked, 自动处理截止时间=until)
    made = start_import(Given([sheet(tmp_path / "a.csv", [sent])], shop), None, now())
    run_import(made.pk, now)
    return Ticket.objects.get()


def there(hours: float) -> str:
    """Write a time some hours from now as a browser sends it."""
    return f"{soon(hours).astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"


def test_an_answer_is_judged_at_once_and_taken_back_as_easily(agent: Visitor, unclear: Ticket) -> None:
    before = Ticket.objects.values_list("rule_id", "proposal").get()
    signed = {"fact": "signed_at", "value": there(-30)}
    assert agent.post("answer", unclear.pk, **signed).status_code == 302
    assert kinds(unclear) == ["imported", "answered"]
    assert Ticket.objects.values_list("rule_id", "proposal").get() != before
    assert "人工补充" in words_of(agent.get("ticket", unclear.pk))
    agent.post("answer", unclear.pk, **signed)
    assert kinds(unclear) == ["imported", "answered"]
    assert agent.post("withdraw", unclear.pk, "signed_at").status_code == 302
    assert kinds(unclear) == ["imported", "answered", "answer_withdrawn"]
    assert Ticket.objects.values_list("rule_id", "proposal").get() == before
    assert agent.post("withdraw", unclear.pk, "signed_at").status_code == 404


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("no_such_fact", "yes"),
        ("shipped_at", "yesterday"),
        ("freight_paid_fen", "many"),
        ("signed_at", "1999"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_in_words(
    fact: str, value: str, agent: Visitor, ticket: Ticket
) -> None:
    response = agent.post("answer", ticket.pk, fact=fact, value=value)
    assert response.status_code == 422
    assert kinds(ticket) == ["imported"]


def test_a_note_is_one_event_however_often_it_is_pressed(agent: Visitor, ticket: Ticket) -> None:
    for _ in range(2):
        assert agent.post("note", ticket.pk, text="买家说周五寄回").status_code == 302
    assert [note.text for note in Note.objects.all()] == ["买家说周五寄回"]
    assert kinds(ticket) == ["imported", "noted"]
    assert agent.post("note", ticket.pk, text="  ").status_code == 422


def test_an_agent_takes_a_free_ticket_and_hands_none_over(
    agent: Visitor, people: dict[Role, Person], ticket: Ticket
) -> None:
    for _ in range(2):
        assert agent.post("assign", ticket.pk, person=agent.person.pk).status_code == 302
    assert kinds(ticket) == ["imported", "assigned"]
    assert agent.post("assign", ticket.pk, person=people[Role.LEAD].pk).status_code == 403


def test_a_lead_hands_over_to_colleagues_of_the_shop_alone(
    lead: Visitor, people: dict[Role, Person], elsewhere: Shop, ticket: Ticket
) -> None:
    assert lead.post("assign", ticket.pk, person=people[Role.AGENT].pk).status_code == 302
    foreign = make_person("foreign", Role.AGENT, elsewhere)
    for nobody in (foreign.pk, 10**30, "²", "x"):
        assert lead.post("assign", ticket.pk, person=nobody).status_code == 404
    assert lead.post("assign", ticket.pk, person="").status_code == 302
    assert kinds(ticket) == ["imported", "assigned", "assigned"]


def test_an_approval_for_a_shop_that_is_shut_out_says_that_it_waits(agent: Visitor, ticket: Ticket) -> None:
    waits = "恢复后才会提交"
    assert waits not in words_of(agent.get("approve", ticket.pk, verb="refund", part=True))
    Connection.objects.create(shop=ticket.shop, state="unauthorised", since=now())
    assert waits in words_of(agent.get("approve", ticket.pk, verb="refund", part=True))
    made = agent.post(
        "approve", ticket.pk, verb="refund", amount="129", vouched="1", part=True, **seen(ticket)
    )
    assert "已确认" in words_of(made)
    assert waits in words_of(made)


def test_who_does_not_work_on_tickets_is_not_offered_one_and_a_refusal_says_whom_to_choose(
    lead: Visitor, people: dict[Role, Person], ticket: Ticket
) -> None:
    finance, agent = people[Role.FINANCE], people[Role.AGENT]
    offered = re.findall(r'<option value="(\d+)"', text_of(lead.get("ticket", ticket.pk)))
    assert str(agent.pk) in offered
    assert str(finance.pk) not in offered
    refused = lead.post("assign", ticket.pk, person=finance.pk)
    assert refused.status_code == 422
    assert "不处理售后单" in words_of(refused)
    assert "换一位客服、主管或店主" in words_of(refused)


def test_a_ticket_stays_shown_with_who_holds_it_though_the_role_was_changed(
    lead: Visitor, people: dict[Role, Person], ticket: Ticket
) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(assignee=people[Role.FINANCE])
    page = text_of(lead.get("ticket", ticket.pk))
    assert f'<option value="{people[Role.FINANCE].pk}" selected>' in page


def test_the_timeline_says_to_whom_a_ticket_was_handed(
    lead: Visitor, people: dict[Role, Person], ticket: Ticket
) -> None:
    gone = make_person("离职的人", Role.AGENT, ticket.shop)
    for to in (people[Role.AGENT].pk, gone.pk, ""):
        lead.post("assign", ticket.pk, person=to)
    gone.memberships.all().delete()
    said = words_of(lead.get("ticket", ticket.pk))
    for name in (str(people[Role.AGENT]), "离职的人", "待分配"):
        assert f"交给 {name}" in said


@pytest.mark.parametrize("page", ["answer", "note", "assign", "propose"])
def test_what_changes_something_is_never_done_by_opening_an_address(
    page: str, agent: Visitor, ticket: Ticket
) -> None:
    assert agent.get(page, ticket.pk).status_code == 405


def test_confirming_a_return_answers_the_claim_for_its_freight(agent: Visitor, shop: Shop) -> None:
    ticket = make_ticket(shop, 6, stage="receive", apply_type="return_refund", goods_state="inspected")
    observed = {**json.loads(ticket.observed), "freight_fen": 800}
    Ticket.objects.filter(pk=ticket.pk).update(observed=json.dumps(observed))
    asked = {"verb": "refund_received", "amount": "129", "vouched": "1", "part": True}
    assert "买家申请退货运费 ¥8.00" in words_of(
        agent.get("approve", ticket.pk, verb="refund_received", part=True)
    )
    for open_left in ({}, {"freight": "refuse"}):
        page = agent.post("approve", ticket.pk, **asked, **open_left, **seen(ticket))
        assert page.status_code == 422
        assert "还有没填的" in words_of(page)
    agent.post("approve", ticket.pk, **asked, freight="grant", **seen(ticket))
    assert ticket.actions.get().params == {"return_freight_fen": 800}


def test_what_moves_a_ticket_tells_the_page_around_it_once(agent: Visitor, ticket: Ticket) -> None:
    form = {"amount": "129", "vouched": "1", **seen(ticket)}
    made = agent.post("approve", ticket.pk, part=True, **form)
    assert made.headers["HX-Trigger"] == "moved"
    action = ticket.actions.get()
    assert "HX-Trigger" not in agent.get("action", action.pk, part=True).headers
    assert "HX-Trigger" not in agent.get("action", action.pk, part=True, was="intended").headers
    Action.objects.filter(pk=action.pk).update(state=ActionState.DONE)
    assert agent.get("action", action.pk, part=True, was="intended").headers["HX-Trigger"] == "moved"
    assert "HX-Trigger" not in agent.get("action", action.pk, part=True).headers
