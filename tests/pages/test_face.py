from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.pages.costs_shown import _COLOUR
from aftersale.policy.costs.ways import Step
from aftersale.tickets.models import Action, Ticket
from tests.api.desk import now
from tests.pages.desk import text_of, words_of
from tests.pages.test_acting import approved

if TYPE_CHECKING:
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


def test_what_takes_a_done_ticket_back_has_no_key(agent: Visitor, ticket: Ticket) -> None:
    waits = {"waits_for": "platform", "waits_until": now(), "lane": "waiting", "tab": "platform"}
    Ticket.objects.filter(pk=ticket.pk).update(**waits)
    page = agent.get("queue", tab="platform")
    assert "没办成，放回待处理" in words_of(page)
    assert 'data-key="a"' not in text_of(page)


def test_what_moves_no_money_is_not_being_refunded(agent: Visitor, ticket: Ticket) -> None:
    paying = {"lane": "waiting", "tab": "platform", "stage": "paying", "waits_for": ""}
    for fen, there in ((None, False), (12900, True)):
        Ticket.objects.filter(pk=ticket.pk).update(**paying, amount_fen=fen)
        row = text_of(agent.get("queue", tab="platform")).partition('class="proposes"')[2]
        assert ("平台退款中" in row.partition("</td>")[0]) is there


def test_evidence_that_is_not_there_is_never_called_enough(agent: Visitor, ticket: Ticket) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(reason="damaged")
    assert "凭证齐" not in words_of(agent.get("queue"))


def test_a_failed_act_says_why_where_it_says_that_it_failed(agent: Visitor, ticket: Ticket) -> None:
    action = approved(agent, ticket)
    receipt = {"message": {"zh": "售后状态不允许", "en": "not now"}}
    Action.objects.filter(pk=action.pk).update(state="failed", receipt=receipt)
    assert "售后状态不允许" in words_of(agent.get("action", action.pk, part=True))


def test_a_platform_that_steps_in_and_a_buyer_who_leaves_have_colours_of_their_own() -> None:
    assert _COLOUR[Step.DISPUTE] != _COLOUR[Step.BUYER]
