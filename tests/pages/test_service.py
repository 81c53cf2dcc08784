"""Answer a request of the platform: under its own tab, words prepared, looked at, sent once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from aftersale.channels.base import SERVICE, Turn
from aftersale.shops.models import Shop
from aftersale.tickets.models import Action, Ticket
from aftersale.tickets.steps import REPLY
from aftersale.tickets.tabs import Tab
from tests.api.desk import now
from tests.pages.desk import soon, text_of, words_of
from tests.tickets.taking.notices import ASKED, took

if TYPE_CHECKING:
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db

DETAIL = "买家反映快递迟迟没有更新，请在时限内核实并回复"


@pytest.fixture
def request_of_platform(shop: Shop) -> Ticket:
    facts = {
        "platform": "douyin",
        "applied_at": now(),
        "merchant_response": "none",
        "status_deadline": soon(20),
    }
    hidden = frozenset({"apply_type", "reason", "paid_fen", "order_paid_fen", "shipped_at", "signed_at"})
    said = replace(
        ASKED, ticket_no="service-990011", order_no="6920000000000000001", line_no=None, article="",
        claim=SERVICE,
        reason=DETAIL, status="待处理", amount_fen=None, facts=facts, unknown=hidden, sources={}, remark=None,
        contact=None, buyer=None, turn=Turn.MERCHANT, version="7", offers=("reply_service",),
    )  # fmt: skip
    took(shop, [said])
    Shop.objects.filter(pk=shop.pk).update(channel="douyin")
    return Ticket.objects.get(ticket_no="service-990011")


def test_it_stands_under_a_tab_of_its_own_with_what_to_do(
    agent: Visitor, request_of_platform: Ticket
) -> None:
    assert (request_of_platform.tab, request_of_platform.step) == (Tab.SERVICE, REPLY)
    queue = words_of(agent.get("queue", tab="service"))
    assert "service-990011" in queue or DETAIL[:6] in queue or "回复平台服务单" in queue
    page = text_of(agent.get("ticket", request_of_platform.pk))
    assert reverse("service", args=[request_of_platform.pk]) in page
    assert "核实信息" not in page.split('id="proposal"')[1][:400]


def test_the_form_says_what_is_asked_until_when_and_prepares_words(
    agent: Visitor, request_of_platform: Ticket
) -> None:
    page = agent.get("service", request_of_platform.pk, part=True)
    said = words_of(page)
    assert DETAIL in said
    assert "还剩 19 小时" in said or "还剩 20 小时" in said
    assert "商家已联系快递核实" in said
    assert "最多 500 字" in said


def test_an_answer_with_blanks_is_not_sent(agent: Visitor, request_of_platform: Ticket) -> None:
    page = agent.post("service", request_of_platform.pk, part=True, text="情况是【核实结果】")
    assert page.status_code == 422
    assert "还有【】里的内容没填" in words_of(page)
    assert not Action.objects.exists()


def test_an_answer_is_looked_at_then_sent_once(agent: Visitor, request_of_platform: Ticket) -> None:
    typed = {"text": "已联系快递，明天送到。", "evidence": "https://p3.example.com/a.jpg"}
    looked = agent.post("service", request_of_platform.pk, part=True, **typed)
    assert "这些会发给平台，只发一次" in words_of(looked)
    assert not Action.objects.exists()
    for _ in range(2):
        agent.post("service", request_of_platform.pk, part=True, sure="1", **typed)
    action = Action.objects.get()
    assert action.verb == "reply_service"
    assert action.params == {"text": typed["text"], "evidence": [typed["evidence"]]}
    page = agent.get("service", request_of_platform.pk, part=True)
    assert "回复平台服务单 等待提交" in words_of(page)
    assert "<textarea" not in text_of(page), "what is under way is not answered a second time"


def test_once_it_is_answered_nothing_asks_again(agent: Visitor, request_of_platform: Ticket) -> None:
    number = request_of_platform.pk
    agent.post("service", number, part=True, sure="1", text="已处理。")
    Action.objects.update(state="done")
    part, page = agent.get("service", number, part=True), words_of(agent.get("ticket", number))
    assert "<textarea" not in text_of(part)
    for said in (words_of(part), page, words_of(agent.post("here", number, part=True))):
        assert "还剩" not in said
        assert "平台要商家回复" not in said
    assert agent.post("service", number, part=True, sure="1", text="再说一遍。").status_code == 422
    assert Action.objects.count() == 1


def test_a_refusal_of_the_platform_is_told_in_its_words(agent: Visitor, request_of_platform: Ticket) -> None:
    agent.post("service", request_of_platform.pk, part=True, sure="1", text="已处理。")
    message = {"zh": "平台答复：服务单当前状态不能回复（11001）", "en": "no"}
    Action.objects.update(state="failed", receipt={"message": message})
    assert message["zh"] in words_of(agent.get("service", request_of_platform.pk, part=True))


def test_too_much_is_not_sent(agent: Visitor, request_of_platform: Ticket) -> None:
    addresses = "\n".join(f"https://p3.example.com/{n}.jpg" for n in range(5))
    page = agent.post("service", request_of_platform.pk, part=True, text="已处理。", evidence=addresses)
    assert page.status_code == 422
    assert "凭证最多 4 个" in words_of(page)


def test_one_that_was_closed_takes_no_answer(agent: Visitor, request_of_platform: Ticket) -> None:
    Ticket.objects.filter(pk=request_of_platform.pk).update(open=False)
    page = agent.post("service", request_of_platform.pk, part=True, sure="1", text="已处理。")
    assert page.status_code == 422
    assert not Action.objects.exists()


def test_a_trainee_reads_it_and_does_not_answer(trainee: Visitor, request_of_platform: Ticket) -> None:
    assert "<textarea" not in text_of(trainee.get("service", request_of_platform.pk, part=True))
    page = trainee.post("service", request_of_platform.pk, part=True, sure="1", text="已处理。")
    assert page.status_code == 403


def test_it_takes_no_mark_and_no_money(agent: Visitor, request_of_platform: Ticket) -> None:
    text = text_of(agent.get("beside", request_of_platform.pk, part=True))
    assert "?do=" not in text


def test_it_is_answered_from_its_row_in_the_queue_too(agent: Visitor, request_of_platform: Ticket) -> None:
    address = reverse("service", args=[request_of_platform.pk])
    assert f'hx-get="{address}"' in text_of(agent.get("queue", tab="service"))
    part = agent.client.get(
        address, headers={"HX-Request": "true", "HX-Target": f"row-{request_of_platform.pk}"}
    )
    assert text_of(part).lstrip().startswith('<tr class="acting">')
    looked = agent.post("service", request_of_platform.pk, part=True, text="已处理。", row="1")
    assert '<tr class="acting">' in text_of(looked)
    assert 'hx-target="closest tr"' in text_of(looked)
