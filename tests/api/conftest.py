from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.domain.roles import Role
from aftersale.jobs import door
from aftersale.tickets.imports import JOB
from aftersale.tickets.receipts import PERFORM
from aftersale.tickets.register_changes import CATCH_UP
from tests.api.desk import Caller, caller, make_person, make_shop, make_ticket

if TYPE_CHECKING:
    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Ticket


@pytest.fixture(autouse=True)
def jobs_that_wait() -> None:
    for name in (PERFORM, JOB, CATCH_UP):
        if name not in door.registered():
            door.register(name, lambda _id, _now: None)


@pytest.fixture
def shop() -> Shop:
    return make_shop("山茶小店")


@pytest.fixture
def elsewhere() -> Shop:
    return make_shop("别家小店")


@pytest.fixture
def lead(shop: Shop) -> Caller:
    return caller(make_person("lead", Role.LEAD, shop))


@pytest.fixture
def trainee(shop: Shop) -> Caller:
    return caller(make_person("trainee", Role.TRAINEE, shop))


@pytest.fixture
def stranger(elsewhere: Shop) -> Caller:
    return caller(make_person("stranger", Role.OWNER, elsewhere))


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    return make_ticket(shop)
