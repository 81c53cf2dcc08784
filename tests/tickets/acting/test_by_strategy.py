"""Tell the platform what became of the goods, upon which it pays: a refund like any other on the desk."""

from __future__ import annotations

import pytest

from aftersale.channels.verbs import Verb
from aftersale.config.wiring import register_jobs
from aftersale.tickets.act import Intent
from aftersale.tickets.limits import SecondPersonNeeded
from aftersale.tickets.refusal import IntentInvalid, NotInspected
from tests.tickets.acting.desk import PAID, approve, fresh, make_line, make_shop, make_ticket, reserved
from tests.tickets.acting.test_limits import limit, person

pytestmark = pytest.mark.django_db

BACK = {"stage": "receive", "apply_type": "return_refund"}


def test_it_holds_the_money_keeps_the_limits_and_waits_for_the_inspection() -> None:
    register_jobs()
    shop = make_shop(channel="douyin")
    wang, line = person(shop, "wang"), make_line(shop)
    person(shop, "zhou")
    ticket = make_ticket(shop, line, **BACK, goods_state="back")
    with pytest.raises(IntentInvalid):
        approve(ticket, wang, Intent(Verb.GOODS_IN_WAREHOUSE))
    with pytest.raises(NotInspected):
        approve(ticket, wang, Intent(Verb.GOODS_IN_WAREHOUSE, PAID))
    limit(shop, four_eyes_fen=PAID - 1)
    with pytest.raises(SecondPersonNeeded):
        approve(fresh(ticket), wang, Intent(Verb.GOODS_IN_WAREHOUSE, PAID, inspected=True))
    limit(shop, four_eyes_fen=PAID)
    approve(fresh(ticket), wang, Intent(Verb.GOODS_IN_WAREHOUSE, PAID, inspected=True))
    assert reserved(line) == PAID
