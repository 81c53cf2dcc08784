"""Do beside the answer what a ticket takes now: sent where the platform offers it, else made a task."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from aftersale.channels.verbs import Verb
from aftersale.connections.models import CarrierList
from aftersale.domain.roles import Role
from aftersale.shops.models import Shop
from aftersale.tickets import side
from aftersale.tickets.models import Action, Task, Ticket
from tests.api.desk import make_person, make_shop, make_ticket, now
from tests.pages.desk import kinds, seen, text_of, visitor, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db

OFFERS = ["flag", "remark"]


def told(ticket: Ticket, *offers: str, **fields: object) -> Ticket:
    """Let a ticket be read from the interface of its platform, which offers some verbs now."""
    observed = {**json.loads(ticket.observed), "offers": [*OFFERS, *offers]}
    Ticket.objects.filter(pk=ticket.pk).update(observed=json.dumps(observed), version="7", **fields)
    Shop.objects.filter(pk=ticket.shop_id).update(channel=ticket.shop.platform)
    return Ticket.objects.select_related("shop").get(pk=ticket.pk)


def verbs(ticket: Ticket) -> dict[str, bool]:
    return {each.verb.value: each.sent for each in side.side_acts(ticket)}


def test_a_shop_without_an_interface_prepares_everything_as_tasks(ticket: Ticket) -> None:
    assert verbs(ticket) == {"remark": False, "flag": False, "small_payout": False}


def test_a_connected_shop_sends_what_its_platform_offers_now(ticket: Ticket) -> None:
    found = told(ticket)
    assert verbs(found) == {"remark": True, "flag": True, "small_payout": False}
    on_its_way = told(ticket, "intercept", apply_type="refund_only", goods_state="sent")
    assert verbs(on_its_way)["intercept"] is True
    settled = told(ticket, apply_type="refund_only", goods_state="sent")
    assert "intercept" not in verbs(settled), "the platform would refuse it now"


@pytest.mark.parametrize(
    ("platform", "apply_type", "goods", "targets"),
    [
        ("douyin", "return_refund", "with_buyer", ()),
        ("kuaishou", "exchange", "with_buyer", ("return_refund",)),
        ("kuaishou", "refund_only", "with_buyer", ("return_refund",)),
        ("kuaishou", "refund_only", "not_sent", ()),
        ("kuaishou", "return_refund", "sent", ("refund_only",)),
    ],
)
def test_a_claim_turns_into_what_its_platform_allows(
    ticket: Ticket, platform: str, apply_type: str, goods: str, targets: tuple[str, ...]
) -> None:
    ticket.shop.platform, ticket.apply_type, ticket.goods_state = platform, apply_type, goods
    assert side.changes_of(ticket) == targets


def test_a_closed_ticket_is_still_marked_and_nothing_else(ticket: Ticket) -> None:
    ticket.open, ticket.stage, ticket.lane = False, "done", "done"
    assert set(verbs(ticket)) == {"remark", "flag"}


def test_the_way_back_is_filled_in_only_while_it_is_missing(ticket: Ticket) -> None:
    ticket.stage = "return"
    assert "return_waybill" in verbs(ticket)
    ticket.return_waybill = "SF1"
    assert "return_waybill" not in verbs(ticket)


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        (Role.AGENT, {"remark", "flag", "small_payout"}),
        (Role.TRAINEE, {"remark", "flag"}),
        (Role.READ_ONLY, set()),
    ],
)
def test_each_role_is_offered_what_it_may(
    role: Role, offered: set[str], as_role: Callable[[Role], Visitor], ticket: Ticket
) -> None:
    text = text_of(as_role(role).get("beside", ticket.pk, part=True))
    assert {each for each in ("remark", "flag", "small_payout") if f"?do={each}" in text} == offered


def test_the_page_of_a_ticket_brings_the_box_by_itself(agent: Visitor, ticket: Ticket) -> None:
    assert reverse("beside", args=[ticket.pk]) in text_of(agent.get("ticket", ticket.pk))


def test_a_remark_is_one_action_and_its_outcome_stands_below(agent: Visitor, ticket: Ticket) -> None:
    told(ticket)
    form = words_of(agent.get("beside", ticket.pk, do="remark", part=True))
    assert "马上发给平台，只发一次" in form
    agent.post("beside", ticket.pk, do="remark", text="已电话联系", part=True)
    page = agent.post("beside", ticket.pk, do="remark", text="已电话联系", part=True)
    action = Action.objects.get()
    assert (action.verb, action.params, action.guard) == ("remark", {"text": "已电话联系"}, "7")
    assert "写备注 等待提交" in words_of(page)
    message = {"zh": "平台答复：备注超长（11001）", "en": "too long"}
    Action.objects.update(state="failed", receipt={"message": message})
    assert "平台答复：备注超长（11001）" in words_of(agent.get("beside_results", ticket.pk, part=True))


def test_a_flag_of_a_colour_that_the_platform_lacks_is_not_offered(agent: Visitor, ticket: Ticket) -> None:
    text = text_of(agent.get("beside", ticket.pk, do="flag", part=True))
    assert 'value="red"' in text
    assert 'value="blue"' not in text


def test_a_form_that_lacks_something_keeps_what_was_typed(agent: Visitor, ticket: Ticket) -> None:
    page = agent.post(
        "beside", ticket.pk, do="small_payout", amount="abc", purpose="goodwill", text="抱歉", part=True
    )
    assert page.status_code == 422
    assert "没看懂金额" in words_of(page)
    assert 'value="abc"' in text_of(page)
    assert "抱歉" in text_of(page)
    assert not Action.objects.exists()


def test_a_small_payout_names_its_purpose_and_counts_against_the_limits(
    agent: Visitor, ticket: Ticket
) -> None:
    Shop.objects.update(person_cap_fen=1000)
    typed = {"do": "small_payout", "amount": "6", "purpose": "return_freight"}
    assert agent.post("beside", ticket.pk, part=True, **typed).status_code == 200
    action = Action.objects.get()
    assert (action.amount_fen, action.params, action.reserved_fen) == (600, {"purpose": "return_freight"}, 0)
    ticket.refresh_from_db()
    assert (ticket.decision_state, ticket.lane) == ("proposed", "ours"), (
        "the claim still waits for its answer"
    )
    page = agent.post("beside", ticket.pk, part=True, **{**typed, "amount": "5"})
    assert page.status_code == 422
    assert "今天最多付 ¥10.00" in words_of(page)


def test_a_payout_that_needs_two_people_goes_to_the_second_one(agent: Visitor, ticket: Ticket) -> None:
    make_person("second", Role.LEAD, ticket.shop)
    Shop.objects.update(four_eyes_fen=500)
    typed = {"do": "small_payout", "amount": "6", "purpose": "goodwill"}
    page = agent.post("beside", ticket.pk, part=True, **typed, **seen(ticket))
    assert "已提交给同事审核" in words_of(page)
    assert not Action.objects.exists()
    assert Task.objects.get(kind="review").params["amount_fen"] == 600


def test_a_carrier_that_is_known_goes_by_its_code(agent: Visitor, shop: Shop) -> None:
    ticket = told(make_ticket(shop, 9, stage="return"), "return_waybill", stage="return")
    typed = {"do": "return_waybill", "carrier": "顺丰", "waybill": "SF100"}
    assert agent.post("beside", ticket.pk, part=True, **typed).status_code == 200
    assert Action.objects.get().params == {"carrier": "shunfeng", "waybill": "SF100"}


def test_a_change_of_the_claim_waits_to_be_taken_back(agent: Visitor, shop: Shop) -> None:
    Shop.objects.filter(pk=shop.pk).update(platform="kuaishou")
    fields = {"stage": "decide", "apply_type": "return_refund", "goods_state": "with_buyer"}
    ticket = told(make_ticket(shop, 8), "change_type", **fields)
    Shop.objects.filter(pk=shop.pk).update(platform="kuaishou", channel="kuaishou")
    form = words_of(agent.get("beside", ticket.pk, do="change_type", part=True))
    assert "改成 退款" in form
    assert "没能读到平台的拒绝原因" in form, "the shop has no connection here"
    typed = {"do": "change_type", "to": "refund_only", "reason": "22"}
    page = agent.post("beside", ticket.pk, part=True, **typed, **seen(ticket))
    assert page.status_code == 200, words_of(page)
    action = Action.objects.get()
    assert (action.verb, action.params) == (Verb.CHANGE_TYPE, {"to": "refund_only", "reason": "22"})
    assert action.not_before > action.approved_at
    assert "撤回" in words_of(page)


def test_turning_a_return_into_a_refund_asks_for_the_money_as_every_refund(
    agent: Visitor, shop: Shop
) -> None:
    fields = {"stage": "decide", "apply_type": "return_refund", "goods_state": "with_buyer"}
    ticket = told(make_ticket(shop, 7), "refund_no_return", **fields)
    box = text_of(agent.get("beside", ticket.pk, part=True))
    assert f"{reverse('approve', args=[ticket.pk])}?verb=refund_no_return" in box


def test_what_was_prepared_is_pasted_and_its_outcome_told(agent: Visitor, ticket: Ticket) -> None:
    agent.post("beside", ticket.pk, do="remark", text="请加急", part=True)
    words = {"zh": "在抖店后台找到售后单", "en": "In the back office"}
    Action.objects.update(state="handed_over", receipt={"message": words})
    page = agent.get("beside", ticket.pk, part=True)
    assert "请加急" in words_of(page)
    assert "复制文字" in words_of(page)
    action = Action.objects.get()
    assert action.verb not in text_of(agent.get("ticket", ticket.pk)), (
        "the act of the answer has its own place"
    )
    agent.post("beside_told", action.pk, outcome="done", part=True)
    action.refresh_from_db()
    assert action.state == "done"
    assert kinds(ticket)[-1] == "action_confirmed"


def test_what_the_ticket_does_not_take_now_cannot_be_sent_either(agent: Visitor, ticket: Ticket) -> None:
    page = agent.post("beside", ticket.pk, do="intercept", carrier="顺丰", waybill="1", part=True)
    assert page.status_code == 404
    assert not Action.objects.exists()


def test_a_stranger_learns_of_no_ticket(ticket: Ticket) -> None:
    other = visitor(make_person("other", Role.OWNER, make_shop("第三家")))
    assert other.get("beside", ticket.pk, part=True).status_code == 404
    assert other.post("beside", ticket.pk, do="remark", text="x", part=True).status_code == 404


def test_the_carriers_of_the_platform_are_offered_and_one_that_it_lacks_is_refused_in_the_form(
    agent: Visitor, shop: Shop
) -> None:
    listed = {"shunfeng": "顺丰速运", "yuantong": "圆通速递"}
    CarrierList.objects.create(platform="douyin", carriers=listed, next_at=now())
    ticket = told(make_ticket(shop, 9, stage="return"), "return_waybill", stage="return")
    form = text_of(agent.get("beside", ticket.pk, do="return_waybill", part=True))
    assert all(f'<option value="{name}">' in form for name in listed.values())
    typed = {"do": "return_waybill", "carrier": "园通", "waybill": "YT100"}
    page = agent.post("beside", ticket.pk, part=True, **typed)
    assert page.status_code == 422
    assert "是不是：圆通速递？" in words_of(page)
    assert 'value="园通"' in text_of(page)
    assert not Action.objects.exists()


_BACK = {"stage": "receive", "apply_type": "return_refund", "held": ""}
_UNSENT = {"stage": "decide", "apply_type": "refund_only"}


@pytest.mark.parametrize(
    ("verb", "stands", "fits"),
    [
        ("goods_in_warehouse", {**_BACK, "goods_state": "inspected"}, True),
        ("goods_in_warehouse", {**_BACK, "goods_state": "back"}, False),
        ("goods_in_warehouse", {**_UNSENT, "goods_state": "inspected"}, False),
        ("goods_stopped", {**_UNSENT, "goods_state": "not_sent"}, True),
        ("goods_stopped", {**_UNSENT, "goods_state": "sent"}, False),
    ],
)
@pytest.mark.parametrize("platform", ["douyin", "kuaishou"])
def test_what_became_of_the_goods_is_told_to_the_platform_that_pays_upon_it(
    ticket: Ticket, verb: str, stands: dict[str, str], platform: str, *, fits: bool
) -> None:
    Shop.objects.update(platform=platform)
    ticket.refresh_from_db()
    seen = told(Ticket.objects.select_related("shop").get(), verb, **stands)
    assert verbs(seen).get(verb, False) is (fits and platform == "douyin")
