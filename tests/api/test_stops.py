"""See that a warehouse's own program reads what is to be stopped, and says once what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.domain.roles import Role
from aftersale.tickets.models import Action, StopOrder
from tests.api.desk import answer, caller, error, make_person, now

if TYPE_CHECKING:
    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Ticket
    from tests.api.desk import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def stop(shop: Shop, ticket: Ticket) -> StopOrder:
    times = {"approved_at": now(), "not_before": now()}
    action = Action.objects.create(shop=shop, ticket=ticket, key="k", verb="refund", intent_no=1, **times)
    return StopOrder.objects.create(
        shop=shop, ticket=ticket, action=action, order_no=ticket.order_no, at=now()
    )


@pytest.fixture
def warehouse(shop: Shop) -> Caller:
    return caller(make_person("chen", Role.WAREHOUSE, shop))


def test_what_waits_is_read_with_where_its_goods_are(warehouse: Caller, stop: StopOrder) -> None:
    (told,) = answer(warehouse.get("/stops"))["stops"]
    assert (told["id"], told["order_no"], told["state"]) == (stop.pk, stop.order_no, "waiting")
    assert told["goods_state"] == "not_sent"


def test_an_order_is_settled_once_and_leaves_the_list(warehouse: Caller, stop: StopOrder) -> None:
    path = f"/stops/{stop.pk}/settle"
    assert answer(warehouse.post(path, {"outcome": "stopped"}))["state"] == "stopped"
    again = warehouse.post(path, {"outcome": "too_late"})
    assert error(again)["code"] == "stop.settled"
    assert answer(warehouse.get("/stops"))["stops"] == []


def test_who_handles_no_parcels_settles_nothing(shop: Shop, stop: StopOrder) -> None:
    agent = caller(make_person("wang", Role.AGENT, shop))
    assert answer(agent.get("/stops"))["stops"] == []
    assert agent.post(f"/stops/{stop.pk}/settle", {"outcome": "stopped"}).status_code == 403
    stop.refresh_from_db()
    assert stop.state == "waiting"
