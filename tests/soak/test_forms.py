"""Do over HTTP what stands beside an answer: marks, another kind of claim, an answer to the platform."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.douyin.report import REPORT
from aftersale.channels.interface import Shown
from aftersale.channels.registry import CHANNELS
from aftersale.channels.verbs import Verb
from aftersale.connections import carriers, reporting
from aftersale.connections.revealing import left_today, reveal
from aftersale.domain.errors import Rejected
from aftersale.domain.states import ActionState
from aftersale.tickets import beside, side
from aftersale.tickets.act import Intent, accept
from aftersale.tickets.disclosures import Viewer, disclose
from aftersale.tickets.models import Disclosure, Ticket
from aftersale.tickets.search import by_text
from aftersale.tickets.tabs import Tab
from tests.soak.test_story import raised

if TYPE_CHECKING:
    from aftersale.config.soak.desk import Desk


def read(desk: Desk, shop: str, kind: str) -> Ticket:
    number = str(raised(desk, shop, kind, 1)[0]["ticket"])
    desk.work()
    return Ticket.objects.select_related("shop").get(ticket_no=number)


def again(desk: Desk, ticket: Ticket) -> Ticket:
    for _ in range(2):
        desk.place.jump(timedelta(minutes=2))
        desk.work()
    return Ticket.objects.select_related("shop").get(pk=ticket.pk)


def verbs(ticket: Ticket) -> dict[str, bool]:
    return {each.verb.value: each.sent for each in side.side_acts(ticket)}


def test_an_answer_to_the_platform_is_sent_once_and_read_back(desk: Desk) -> None:
    about = read(desk, "home", "shipped")
    desk.place.tell("services", {"order_no": about.order_no})
    desk.place.jump(timedelta(seconds=2))
    desk.work()
    asked = Ticket.objects.select_related("shop").get(ticket_no__startswith="service-")
    assert (asked.tab, asked.step, verbs(asked)) == (Tab.SERVICE, "reply", {"reply_service": True})
    action = beside.do(asked, desk.person, Verb.REPLY_SERVICE, {"text": "已核实，明天送到。"}, desk.clock())
    desk.work()
    action.refresh_from_db()
    assert action.state == ActionState.DONE, action.receipt
    after = again(desk, asked)
    assert (after.remark, after.lane) == ("已核实，明天送到。", "waiting")
    assert verbs(after) == {}, "what was answered is not answered again"
    late = beside.do(after, desk.person, Verb.REPLY_SERVICE, {"text": "再说一遍"}, desk.clock())
    desk.work()
    late.refresh_from_db()
    assert late.state == ActionState.FAILED
    assert "服务单当前状态不能回复" in str(late.receipt["message"])


def test_an_answer_whose_own_answer_is_lost_is_seen_on_the_platform(desk: Desk) -> None:
    about = read(desk, "home", "shipped")
    desk.place.tell("services", {"order_no": about.order_no})
    desk.place.jump(timedelta(seconds=2))
    desk.work()
    asked = Ticket.objects.select_related("shop").get(ticket_no__startswith="service-")
    action = beside.do(asked, desk.person, Verb.REPLY_SERVICE, {"text": "已处理。"}, desk.clock())
    desk.kill_at = "answered"
    desk.send()
    action.refresh_from_db()
    assert action.state == ActionState.SENDING
    again(desk, asked)
    action.refresh_from_db()
    assert (action.state, action.attempts) == (ActionState.DONE, 1)


@pytest.mark.parametrize("shop", ["home", "home_ks"])
def test_marks_reach_both_platforms_and_come_back(desk: Desk, shop: str) -> None:
    ticket = read(desk, shop, "shipped")
    assert verbs(ticket)["flag"] is True
    done = [
        beside.do(ticket, desk.person, verb, params, desk.clock())
        for verb, params in ((Verb.REMARK, {"text": "已电话联系"}), (Verb.FLAG, {"flag": "red"}))
    ]
    desk.work()
    for action in done:
        action.refresh_from_db()
        assert action.state == ActionState.DONE, action.receipt
    after = again(desk, ticket)
    assert after.lane == "ours", "a mark answers nothing"


def test_a_return_that_becomes_a_refund_is_paid_once_and_its_money_is_counted(desk: Desk) -> None:
    ticket = read(desk, "home", "return")
    assert verbs(ticket)["refund_no_return"] is True
    wanted = Intent(Verb.REFUND_NO_RETURN, ticket.amount_fen)
    action = accept(ticket, desk.person, wanted, desk.clock(), ticket.sequence)
    assert action.reserved_fen == ticket.amount_fen
    desk.work()
    action.refresh_from_db()
    assert action.state == ActionState.DONE, action.receipt
    assert again(desk, ticket).money_state == "paid"
    paid = [each for each in desk.place.ledger()["refunds"] if each["ticket"] == ticket.ticket_no]
    assert [each["fen"] for each in paid] == [ticket.amount_fen]


def test_a_claim_is_turned_by_its_shop_with_a_reason_of_the_platform(desk: Desk) -> None:
    ticket = read(desk, "home_ks", "return")
    assert side.changes_of(ticket) == ("refund_only",)
    assert verbs(ticket)["change_type"] is True
    channel = CHANNELS["kuaishou"]
    reasons = channel.reject_reasons(ticket.ticket_no, desk.outside.hands_of(ticket.shop, desk.clock()))  # type: ignore[attr-defined]
    params = {"to": "refund_only", "reason": reasons[0].code, "text": "不用寄回"}
    wanted = Intent(Verb.CHANGE_TYPE, params=params)
    action = accept(ticket, desk.person, wanted, desk.clock(), ticket.sequence)
    desk.work()
    action.refresh_from_db()
    assert action.state == ActionState.DONE, action.receipt
    assert again(desk, ticket).apply_type == "refund_only"


@pytest.mark.parametrize("shop", ["home", "home_ks"])
def test_a_sealed_value_is_opened_by_the_platform_until_its_day_is_over(desk: Desk, shop: str) -> None:
    ticket = read(desk, shop, "shipped")
    assert set(ticket.sealed) == {"receiver", "phone", "address"}
    hands = desk.outside.hands_of
    phone = reveal(ticket, "phone", Viewer(desk.person), "回电", desk.clock(), hands)
    assert phone.startswith("100")
    assert ticket.pk in by_text([ticket.shop_id], phone, 5)
    again(desk, ticket)
    assert ticket.pk in by_text([ticket.shop_id], phone, 5), "what is read again is found by it still"
    assert "演示" in reveal(ticket, "receiver", Viewer(desk.person), "核对地址", desk.clock(), hands)
    desk.place.tell("limits", {"kuaishou_qps": 100_000, "douyin_qps": 100_000, "reveals_daily": 2})
    with pytest.raises(Rejected) as refused:
        reveal(ticket, "address", Viewer(desk.person), "核对地址", desk.clock(), hands)
    assert "今日解密额度已用完" in refused.value.message.zh
    assert left_today(ticket.shop_id, desk.clock()).left == 98


def test_every_look_stands_in_the_books_of_the_platform_once(desk: Desk) -> None:
    ticket, hands = read(desk, "home", "shipped"), desk.outside.hands_of
    viewer = Viewer(desk.person, "203.0.113.7", "/tickets/1/buyer", "http://127.0.0.1/tickets/1")
    desk.place.tell("faults", {"kind": "timeout_after", "method": REPORT, "times": 1})
    for field in ("phone", "address"):
        reveal(ticket, field, viewer, "核对地址", desk.clock(), hands)
    disclose(ticket, Shown.DOWNLOADED, (), viewer, desk.clock())
    for _ in range(3):
        reporting.report_due(desk.clock(), hands)
        desk.place.jump(timedelta(minutes=5))
    ours = {(row.key, row.ticket.order_no, str(int(row.at.timestamp()))) for row in Disclosure.objects.all()}
    told = desk.place.ledger()["reports"]
    assert {(each["event_id"], each["order_ids"][0], each["operate_time"]) for each in told} == ours
    assert [each["operation_type"] for each in told] == [1, 1, 3]
    assert {(each["shop"], each["ip"], each["account_type"]) for each in told} == {
        ("home", "203.0.113.7", "main_account")
    }
    assert len(told) == Disclosure.objects.exclude(reported_at=None).count() == 3


def test_a_waybill_goes_out_with_the_code_that_the_platform_lists_for_the_carrier(desk: Desk) -> None:
    hands = desk.outside.hands_of
    assert carriers.renew_due(desk.clock(), hands) == 1
    assert "京东快递" in carriers.carriers_of(desk.shops["home"]).values()
    ticket = read(desk, "home", "return")
    accept(ticket, desk.person, Intent(Verb.AGREE_RETURN), desk.clock(), ticket.sequence)
    ticket = again(desk, ticket)
    assert verbs(ticket)["return_waybill"] is True
    params = carriers.with_code(ticket.shop, {"carrier": "京东", "waybill": "JD100"})
    action = beside.do(ticket, desk.person, Verb.RETURN_WAYBILL, params, desk.clock())
    desk.work()
    action.refresh_from_db()
    assert (action.state, action.params["carrier"]) == (ActionState.DONE, "jd"), action.receipt
    assert again(desk, ticket).return_waybill == "JD100"
