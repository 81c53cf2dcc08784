"""After both sides agree: who confirms it, what the platform cannot pay; and what a line leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.urls import reverse

from aftersale.domain.errors import Rejected
from aftersale.evidence.journal import Entry
from aftersale.shops.models import Shop
from aftersale.texts import Text
from aftersale.tickets.models import Action, Task, Ticket
from aftersale.tickets.outcome import CLAIM, FAIL, locked, move
from aftersale.tickets.receipts import told, written
from tests.api.desk import make_ticket
from tests.pages.desk import seen, soon, text_of, words_of
from tests.pages.test_negotiating import agreed, line, refused, typed

if TYPE_CHECKING:
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


def test_what_a_trainee_agreed_on_is_reviewed_and_not_offered_a_second_way(
    trainee: Visitor, lead: Visitor, ticket: Ticket
) -> None:
    line(trainee, ticket)
    agreed(trainee, ticket)
    page = text_of(lead.get("negotiation", ticket.pk, part=True))
    assert reverse("review", args=[Task.objects.get(kind="review").pk]) in page
    assert "去确认" not in page
    assert "同事请你审核" in words_of(lead.get("ticket", ticket.pk))


def connected(shop: Shop, fen: int) -> Ticket:
    """Give a ticket of a shop whose platform is asked by its interface."""
    Shop.objects.filter(pk=shop.pk).update(channel="douyin")
    return make_ticket(shop, amount_fen=fen)


@pytest.mark.parametrize(("amount", "told"), [("128.99", True), ("129", False)])
def test_another_amount_than_was_applied_for_is_said_to_become_a_prepared_task(
    agent: Visitor, shop: Shop, amount: str, *, told: bool
) -> None:
    ticket = connected(shop, 12900)
    line(agent, ticket)
    said = agreed(agent, ticket, way="refund_no_return", amount=amount, text="退款不退货")
    assert "去确认" in said
    assert ("平台接口只按申请金额 ¥129.00 退款" in said) is told


def test_why_an_act_did_not_work_stands_on_the_ticket_and_in_its_timeline(
    agent: Visitor, ticket: Ticket
) -> None:
    line(agent, ticket)
    agreed(agent, ticket)
    sent = {"verb": "compensate", "amount": "30.00", **seen(ticket)}
    agent.post("approve", ticket.pk, part=True, **sent)
    action, at = Action.objects.get(), Action.objects.get().not_before
    words, after = Text(zh="余额不足", en="no money"), Text(zh="充值", en="pay in")
    refusal = Rejected("channel.refused", words, after, platform_code="1")
    with transaction.atomic():
        held = locked(action.pk)
        move(held, CLAIM, Entry("action_sending", at), sent_at=at)
        receipt = written(refusal, at)
        move(held, FAIL, Entry("action_rejected", at, data=told(receipt)), receipt=receipt)
    page = text_of(agent.get("ticket", ticket.pk))
    assert reverse("action", args=[action.pk]) in page
    assert "余额不足" in page.split("timeline", 1)[1]
    assert "action_rejected" not in page
    assert "余额不足 充值" in words_of(agent.get("action", action.pk, part=True))


def test_after_a_line_one_thing_is_said_of_where_the_ticket_stands(agent: Visitor, ticket: Ticket) -> None:
    said = line(agent, ticket)
    assert "等买家回复" in said
    assert "仍在待处理" not in said
    ticket.refresh_from_db()
    assert ticket.waits_for == "buyer"


def test_a_line_of_the_buyer_alone_leaves_the_ticket_in_the_queue_and_says_so(
    agent: Visitor, ticket: Ticket
) -> None:
    said = line(agent, ticket, gives="")
    assert "仍在待处理" in said
    assert "等买家回复" not in said


def test_a_line_that_leaves_open_whether_the_goods_come_back_asks_and_keeps_what_was_typed(
    agent: Visitor, ticket: Ticket
) -> None:
    wants = "不寄回来就不退50"
    page = refused(agent, ticket, do="line", wants=wants, gives="补偿20", back_at=typed(soon(1)))
    assert f'value="{wants}"' in page
    assert 'name="wants_way"' in page
    assert 'name="gives_way"' not in page
    again = refused(agent, ticket, do="line", wants=wants, wants_way="exchange", back_at=typed(soon(1)))
    assert 'name="wants_way"' in again
    assert "买家要 同意退货退款 ¥50.00" in line(agent, ticket, wants=wants, wants_way="return_refund")


def test_a_part_back_without_the_goods_is_read_as_such(agent: Visitor, ticket: Ticket) -> None:
    assert "买家要 退款不退货 ¥50.00" in line(agent, ticket, wants="退50，不用寄回")
