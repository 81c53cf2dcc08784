"""The forms beside a ticket ask the database a bounded number of times, however much a shop has written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from aftersale.negotiation.replies import Draft, use, write
from tests.api.desk import now
from tests.pages.desk import PART, queries
from tests.pages.test_negotiating import line

if TYPE_CHECKING:
    from aftersale.tickets.models import Ticket
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db
MOST = 12


def busy(agent: Visitor, ticket: Ticket) -> None:
    """Give a shop a talk that goes on, and replies of its own that were used."""
    line(agent, ticket)
    for number in range(5):
        draft = Draft("general", "offer", f"给办法 {number}", "您好，可以这样：{方案}，还差：{还差}")
        reply = write(ticket.shop, agent.person, draft, now(), shared=True)
        for _ in range(3):
            use(ticket, agent.person, f"r{reply.pk}", now())
            use(ticket, agent.person, "general.offer", now())


@pytest.mark.parametrize("name", ["reply", "refuse"])
def test_a_form_beside_a_ticket_asks_the_database_a_dozen_times_at_most(
    name: str, agent: Visitor, ticket: Ticket
) -> None:
    address = reverse(name, args=[ticket.pk])
    alone = queries(agent, address, PART)
    busy(agent, ticket)
    assert alone <= MOST
    assert queries(agent, address, PART) <= MOST
