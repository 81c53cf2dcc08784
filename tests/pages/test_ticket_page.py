from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from aftersale.domain.roles import Role
from aftersale.domain.vocabulary import SERVICE_TAGS
from aftersale.shops.models import Shop
from aftersale.shops.models.shop import Connection
from aftersale.tickets.models import Action, Answer, Deadline, Ticket
from tests.api.desk import make_person, make_ticket, now
from tests.pages.desk import kinds, queries, seen, soon, text_of, visitor, words_of
from tests.tickets.taking.notices import APPLIED, ASKED, the_ticket, took

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.shops.models import Person
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role)
def test_everybody_of_the_shop_reads_a_ticket_and_is_offered_what_the_role_may(
    role: Role, as_role: Callable[[Role], Visitor], ticket: Ticket
) -> None:
    response = as_role(role).get("ticket", ticket.pk)
    assert response.status_code == 200
    offered = {name: reverse(name, args=[ticket.pk]) in text_of(response) for name in ("approve", "propose")}
    may_pay = role in {Role.OWNER, Role.LEAD, Role.AGENT}
    assert offered == {"approve": may_pay, "propose": role is Role.TRAINEE}


def test_a_foreign_ticket_and_one_that_never_was_are_told_alike(stranger: Visitor, ticket: Ticket) -> None:
    foreign, never = stranger.get("ticket", ticket.pk), stranger.get("ticket", 10**30)
    assert (foreign.status_code, never.status_code) == (404, 404)
    assert "检查编号" in words_of(foreign)
    assert ticket.ticket_no not in text_of(foreign)


def test_a_ticket_says_proposal_clause_amounts_and_what_happens_if_nobody_acts(
    agent: Visitor, ticket: Ticket
) -> None:
    said = words_of(agent.get("ticket", ticket.pk))
    for word in (
        "同意退款（未发货）",
        "¥129.00",
        "《电商平台通行的售后规则》",
        "双层玻璃杯 蓝",
        "多拍/拍错/不想要",
    ):
        assert word in said


def test_what_is_known_stands_with_its_source_and_what_follows_stands_apart(
    people: dict[Role, Person], ticket: Ticket
) -> None:
    known, _, derived = words_of(visitor(people[Role.AGENT], "en").get("ticket", ticket.pk)).partition(
        "What follows from it"
    )
    assert "售后申请时间" in known
    assert "¥129.00 from the platform" in known
    assert derived
    assert "from the platform" not in derived


def test_personal_data_in_a_remark_is_masked(agent: Visitor, ticket: Ticket) -> None:
    text = text_of(agent.get("ticket", ticket.pk))
    assert "13800138000" not in text
    assert "138****8000" in text


def test_tickets_of_one_order_are_shown_together(agent: Visitor, shop: Shop) -> None:
    one, other = make_ticket(shop, 1), make_ticket(shop, 2)
    type(other).objects.filter(pk=other.pk).update(order_no=one.order_no)
    assert reverse("ticket", args=[other.pk]) in text_of(agent.get("ticket", one.pk))


def test_an_ended_ticket_offers_nothing_to_press(owner: Visitor, shop: Shop) -> None:
    ended = make_ticket(shop, 1, open=False, lane="done")
    text = text_of(owner.get("ticket", ended.pk))
    assert reverse("approve", args=[ended.pk]) not in text
    assert reverse("refuse", args=[ended.pk]) not in text


def test_what_is_under_way_is_asked_for_when_the_page_opens(agent: Visitor, ticket: Ticket) -> None:
    agent.post("approve", ticket.pk, amount="129", vouched="1", **seen(ticket))
    action = ticket.actions.get()
    assert reverse("action", args=[action.pk]) in text_of(agent.get("ticket", ticket.pk))


def test_a_proposal_of_a_colleague_is_shown_to_whom_it_is_for(
    trainee: Visitor, people: dict[Role, Person], ticket: Ticket
) -> None:
    trainee.post("propose", ticket.pk, amount="129", **seen(ticket))
    said = words_of(visitor(people[Role.LEAD], "en").get("ticket", ticket.pk))
    assert "A colleague asks for your review: agree to the refund ¥129.00" in said


def test_the_timeline_names_who_did_what(
    agent: Visitor, lead: Visitor, people: dict[Role, Person], ticket: Ticket
) -> None:
    people[Role.AGENT].name = "小王"
    people[Role.AGENT].save()
    agent.post("assign", ticket.pk, person=str(agent.person.pk))
    said = words_of(lead.get("ticket", ticket.pk))
    assert kinds(ticket) == ["imported", "assigned"]
    assert "换了负责人" in said
    assert "小王" in said


def test_a_note_is_shown_and_never_as_markup(agent: Visitor, ticket: Ticket) -> None:
    agent.post("note", ticket.pk, text="<script>alert(1)</script> 已打电话")
    text = text_of(agent.get("ticket", ticket.pk))
    assert "<script>alert" not in text
    assert "已打电话" in text


def test_a_ticket_in_english_is_in_english(shop: Shop, ticket: Ticket) -> None:
    jo = visitor(make_person("jo", Role.AGENT, shop), "en")
    said = words_of(jo.get("ticket", ticket.pk))
    assert "What happened" in said
    assert "At most refundable" in said


@pytest.mark.parametrize("role", Role)
def test_a_ticket_asks_few_queries(
    role: Role, as_role: Callable[[Role], Visitor], agent: Visitor, ticket: Ticket
) -> None:
    agent.post("note", ticket.pk, text="先看看")
    assert queries(as_role(role), reverse("ticket", args=[ticket.pk])) <= 15


def test_any_known_fact_is_corrected_as_an_event_and_taken_back(agent: Visitor, ticket: Ticket) -> None:
    page = text_of(agent.get("ticket", ticket.pk))
    assert 'name="fact" value="requested_refund_fen"' in page
    assert 'name="fact" value="paid_fen"' not in page
    response = agent.client.post(
        reverse("answer", args=[ticket.pk]), {"fact": "shipped", "value": "yes"}, follow=True
    )
    assert "已重新判断" in words_of(response)
    assert kinds(ticket) == ["imported", "answered"]
    assert "人工补充" in words_of(response)
    agent.post("withdraw", ticket.pk, "shipped")
    assert kinds(ticket) == ["imported", "answered", "answer_withdrawn"]


def test_a_set_of_tags_is_corrected_as_a_whole(agent: Visitor, ticket: Ticket) -> None:
    agent.post("answer", ticket.pk, fact="service_tags", value=[SERVICE_TAGS[0], SERVICE_TAGS[1]])
    assert Answer.objects.get().value == [SERVICE_TAGS[0], SERVICE_TAGS[1]]
    assert agent.post("answer", ticket.pk, fact="service_tags", value=["no_such_tag"]).status_code == 422
    assert kinds(ticket) == ["imported", "answered"]


def test_what_is_done_has_no_clock_until_the_platform_shows_it(agent: Visitor, ticket: Ticket) -> None:
    action = Action.objects.create(
        ticket=ticket, shop_id=ticket.shop_id, key="k", verb="refund", intent_no=1, not_before=now(),
        approved_at=now(), state="sending",
    )  # fmt: skip
    waits = {"waits_for": "platform", "waits_since": now(), "waits_until": soon(2), "lane": "waiting"}
    Ticket.objects.filter(pk=ticket.pk).update(**waits)
    Deadline.objects.filter(ticket=ticket).delete()
    due: dict[str, Any] = {"source": "platform", "side": "merchant", "starts_at": now(), "state": "running"}
    due |= {"due_at": soon(0.6), "consequence": "approves_refund"}
    Deadline.objects.create(ticket=ticket, shop_id=ticket.shop_id, kind="respond_by", **due)
    assert "还剩" in words_of(agent.post("here", ticket.pk, part=True)), "nothing is done yet"
    Action.objects.filter(pk=action.pk).update(state="done")
    head = agent.post("here", ticket.pk, part=True)
    assert "还剩" not in words_of(head)
    assert "已办好" in words_of(head)
    assert "moved from:body" in text_of(head)


def test_clocks_are_said_in_words_with_what_happens_if_nobody_acts(agent: Visitor, ticket: Ticket) -> None:
    Deadline.objects.filter(ticket=ticket).delete()
    assert "没有截止时间" in words_of(agent.get("ticket", ticket.pk))
    due: dict[str, Any] = {"source": "platform", "side": "merchant", "starts_at": now(), "state": "running"}
    due |= {"due_at": now() + timedelta(hours=3, minutes=12, seconds=30), "consequence": "approves_refund"}
    Deadline.objects.create(ticket=ticket, shop_id=ticket.shop_id, kind="respond_by", **due)
    for page in (agent.get("ticket", ticket.pk), agent.post("here", ticket.pk, part=True)):
        assert "还剩 3 小时 12 分 · 处理售后申请 · 超时平台将自动同意退款 ¥129.00" in words_of(page)


def test_a_shop_without_an_interface_says_how_old_the_data_are(agent: Visitor, ticket: Ticket) -> None:
    assert "数据截至" in words_of(agent.get("ticket", ticket.pk))


def test_nothing_asked_for_is_a_dash_and_no_zero(agent: Visitor, shop: Shop) -> None:
    exchange = make_ticket(shop, 5)
    type(exchange).objects.filter(pk=exchange.pk).update(apply_type="exchange", amount_fen=0)
    assert "申请 —" in words_of(agent.get("ticket", exchange.pk))


def test_no_code_of_ours_stands_beside_a_clause(agent: Visitor, ticket: Ticket) -> None:
    said = words_of(agent.get("ticket", ticket.pk))
    assert ticket.rule_id
    assert ticket.rule_id not in said


def test_in_english_no_mark_of_full_width_stands(shop: Shop, ticket: Ticket) -> None:
    jo = visitor(make_person("jo", Role.AGENT, shop), "en")
    main = text_of(jo.get("ticket", ticket.pk)).partition("<main")[2].partition("</main>")[0]
    assert not {"：", "？"} & set(main)


def test_the_proposal_comes_first_and_labels_behind_it(agent: Visitor, ticket: Ticket) -> None:
    page = text_of(agent.get("ticket", ticket.pk))
    proposal, label, stops = (
        page.index(said)
        for said in (
            'id="proposal"',
            reverse("label", args=[ticket.pk]),
            reverse("ticket_stop", args=[ticket.pk]),
        )
    )
    assert proposal < stops < label
    assert "标签" in words_of(agent.get("label", ticket.pk, part=True))


@pytest.mark.parametrize(("state", "role"), [("connected", "status"), ("none", "alert")])
def test_a_shop_that_is_being_read_again_is_said_calmly_and_one_that_needs_a_sheet_is_not(
    state: str, role: str, agent: Visitor, shop: Shop
) -> None:
    Connection.objects.create(shop=shop, state=state, since=now())
    Shop.objects.filter(pk=shop.pk).update(held=True)
    band = re.findall(r'<p class="(band[^"]*)" role="(\w+)">山茶小店', text_of(agent.get("queue")))
    assert band == [("band" if role == "status" else "band band-bad", role)]


def exchange_of(shop: Shop, **said: object) -> Ticket:
    """Take in an exchange of the wrong thing, of which a sheet tells an amount of nothing."""
    facts = {
        **ASKED.facts,
        "apply_type": "exchange",
        "reason": "wrong_item",
        "requested_refund_fen": 0,
        "shipped": True,
        "paid_at": APPLIED - timedelta(days=5),
        "shipped_at": APPLIED - timedelta(days=4),
        "signed_at": APPLIED - timedelta(days=2),
        **said,
    }
    took(shop, [replace(ASKED, claim="换货", status="换货", amount_fen=0, facts=facts, unknown=frozenset())])
    return the_ticket()


def test_after_the_shop_has_agreed_a_page_proposes_one_thing_only(agent: Visitor, shop: Shop) -> None:
    ticket = exchange_of(shop, merchant_response="agreed", merchant_agreed_at=APPLIED)
    assert ticket.step == "send"
    text = text_of(agent.get("ticket", ticket.pk))
    assert "建议：寄出并填写单号" in words_of(agent.get("ticket", ticket.pk))
    assert '<span class="chip">建议</span>' not in text
    assert "已同意，剩下这一步" in text


def test_before_that_the_way_that_is_proposed_is_the_one_at_the_head(agent: Visitor, shop: Shop) -> None:
    said = words_of(agent.get("ticket", exchange_of(shop).pk))
    assert "建议：请买家补凭证" in said
    assert "请买家补凭证 建议" in said
    assert said.count(" 建议 ") == 1


def test_an_exchange_says_nothing_of_amounts_that_cannot_be_paid(agent: Visitor, shop: Shop) -> None:
    said = words_of(agent.get("ticket", exchange_of(shop).pk))
    assert "申请金额为零或负数" not in said
    assert "零元" not in said
    assert "¥0.00" not in said.partition("时间线")[0]


@pytest.mark.parametrize(
    ("stage", "platform", "offered"),
    [("receive", "douyin", True), ("decide", "douyin", False), ("receive", "kuaishou", False)],
)
def test_more_time_to_receive_is_a_next_step_where_the_platform_has_it(
    stage: str, platform: str, agent: Visitor, shop: Shop, *, offered: bool
) -> None:
    Shop.objects.filter(pk=shop.pk).update(platform=platform)
    ticket = make_ticket(shop, 8, stage=stage, apply_type="return_refund", goods_state="back")
    text = text_of(agent.get("ticket", ticket.pk))
    assert ('data-key="l"' in text) is offered
    assert (f"{reverse('approve', args=[ticket.pk])}?verb=extend" in text) is offered
    assert "L</kbd></dt><dd>延长收货" in text
    if offered:
        asked = words_of(agent.get("approve", ticket.pk, part=True, verb="extend"))
        assert "延长收货" in asked
        agent.post("approve", ticket.pk, part=True, verb="extend", **seen(ticket))
        assert ticket.actions.get().verb == "extend"


def test_a_trainee_is_not_offered_more_time(trainee: Visitor, shop: Shop) -> None:
    ticket = make_ticket(shop, 8, stage="receive", apply_type="return_refund")
    assert 'data-key="l"' not in text_of(trainee.get("ticket", ticket.pk))
