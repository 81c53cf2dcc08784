"""Give pages something to show: two shops, people of every role, tickets taken in as a sheet tells them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.roles import Role
from aftersale.finance.imports import JOB as FUNDS
from aftersale.jobs import door
from aftersale.returns import imports as parcels
from aftersale.tickets.imports import JOB
from aftersale.tickets.receipts import PERFORM
from aftersale.tickets.register_changes import CATCH_UP
from tests.api.desk import make_person, make_shop, make_ticket
from tests.pages.desk import visitor

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.models import Ticket
    from tests.pages.desk import Visitor


# The real lines of a shop lie beside the repository, not in it.
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
collect_ignore = [] if SHARED.is_dir() else ["test_first_sheet.py"]


@pytest.fixture(autouse=True)
def jobs_that_wait() -> None:
    """Let jobs be asked for; nobody does them here."""
    for name in (PERFORM, JOB, CATCH_UP, FUNDS, parcels.JOB):
        if name not in door.registered():
            door.register(name, lambda _id, _now: None)


@pytest.fixture
def shop() -> Shop:
    """Give the shop that the people work in."""
    return make_shop("山茶小店")


@pytest.fixture
def elsewhere() -> Shop:
    """Give a shop that is none of their business."""
    return make_shop("别家小店")


@pytest.fixture
def people(shop: Shop) -> dict[Role, Person]:
    """Give one person of each role."""
    return {role: make_person(role.value, role, shop) for role in Role}


@pytest.fixture
def as_role(people: dict[Role, Person]) -> Callable[[Role], Visitor]:
    """Sign in by role."""
    return lambda role: visitor(people[role])


@pytest.fixture
def owner(people: dict[Role, Person]) -> Visitor:
    """Give the owner, signed in."""
    return visitor(people[Role.OWNER])


@pytest.fixture
def lead(people: dict[Role, Person]) -> Visitor:
    """Give the lead, signed in."""
    return visitor(people[Role.LEAD])


@pytest.fixture
def agent(people: dict[Role, Person]) -> Visitor:
    """Give an agent, signed in."""
    return visitor(people[Role.AGENT])


@pytest.fixture
def trainee(people: dict[Role, Person]) -> Visitor:
    """Give a trainee, signed in."""
    return visitor(people[Role.TRAINEE])


@pytest.fixture
def stranger(elsewhere: Shop) -> Visitor:
    """Give the owner of the other shop, signed in."""
    return visitor(make_person("stranger", Role.OWNER, elsewhere))


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    """Give a ticket of the shop: a refund of goods that were not sent."""
    return make_ticket(shop)
