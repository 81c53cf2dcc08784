"""Give the vault a ticket, somebody who fills it, and files as people bring them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.domain.roles import Role
from tests.api.desk import make_person, make_shop, make_ticket

if TYPE_CHECKING:
    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.models import Ticket


@pytest.fixture
def shop() -> Shop:
    return make_shop("山茶小店")


@pytest.fixture
def person(shop: Shop) -> Person:
    return make_person("小王", Role.AGENT, shop)


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    return make_ticket(shop)
