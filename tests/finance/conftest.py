"""Give a shop, its accountant, and jobs that wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.finance.imports import JOB
from aftersale.jobs import door
from tests.finance.books import a_person, a_shop

if TYPE_CHECKING:
    from aftersale.shops.models import Person, Shop


@pytest.fixture(autouse=True)
def a_worker_that_waits() -> None:
    door.register(JOB, lambda _id, _now: None)


@pytest.fixture
def shop() -> Shop:
    return a_shop()


@pytest.fixture
def accountant() -> Person:
    return a_person()
