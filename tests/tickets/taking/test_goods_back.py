from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.tickets.models import Ticket
from tests.tickets.taking.notices import APPLIED, ASKED, NOW, origin, shop, took

if TYPE_CHECKING:
    from aftersale.channels.base import Notice

pytestmark = pytest.mark.django_db
_FACTS = {
    **ASKED.facts,
    "apply_type": "return_refund",
    "merchant_response": "agreed",
    "shipped": True,
    "return_waybill_at": APPLIED + timedelta(minutes=5),
}
ON_ITS_WAY = replace(ASKED, facts=_FACTS, newest_at=APPLIED)
HERE = replace(ASKED, facts={**_FACTS, "return_received_at": APPLIED + timedelta(minutes=30)})


def goods(first: Notice, then: Notice) -> tuple[str, str]:
    of, later = shop(), NOW + timedelta(hours=1)
    took(of, [first])
    took(of, [replace(then, newest_at=NOW)], origin(as_of=later, now=later))
    ticket = Ticket.objects.get()
    return ticket.goods_state, ticket.contradicted


def test_a_source_that_cannot_tell_whether_goods_are_back_contradicts_nobody() -> None:
    blind = replace(ON_ITS_WAY, unknown=frozenset({"return_received_at"}))
    assert goods(HERE, blind) == ("back", "")


def test_a_source_that_can_tell_and_shows_them_on_their_way_does() -> None:
    assert goods(HERE, ON_ITS_WAY) == ("coming_back", "goods:back>coming_back")
