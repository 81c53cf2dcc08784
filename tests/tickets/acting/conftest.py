"""Give a shop and a ticket of it that nobody has touched, for tests that need no more of either."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.jobs import door
from aftersale.tickets.receipts import PERFORM
from tests.tickets.acting.desk import make_line, make_shop, make_ticket

if TYPE_CHECKING:
    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Ticket


@pytest.fixture(autouse=True)
def _job() -> None:
    """Let an approval ask for its job, whichever test runs first in a process."""
    if PERFORM not in door.registered():
        door.register(PERFORM, lambda _action, _now: None)


@pytest.fixture
def shop() -> Shop:
    return make_shop()


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    return make_ticket(shop, make_line(shop))
