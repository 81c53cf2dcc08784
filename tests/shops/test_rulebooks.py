"""Give the judge of a shop: read once, however many ask for it at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection

from aftersale.shops.models import PublishedRules
from aftersale.shops.rulebooks import judge_of
from tests.finance.books import a_shop

if TYPE_CHECKING:
    from aftersale.policy.decide import Judge

NOW = datetime(2026, 6, 10, 2, tzinfo=UTC)
_MANY = 4


@pytest.mark.django_db(transaction=True)
def test_threads_that_ask_first_at_the_same_moment_get_one_judge() -> None:
    shop, together = a_shop(), Barrier(_MANY)
    # A digest that this process has never met: nobody has read these rules before.
    PublishedRules.objects.create(
        shop=shop, number=1, files={}, digest=uuid4().hex, valid_from=NOW, published_at=NOW
    )

    def ask(_number: int) -> Judge:
        together.wait(30)
        try:
            return judge_of(shop.pk, NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(_MANY) as pool:
        found = list(pool.map(ask, range(_MANY)))
    assert len({id(judge) for judge in found}) == 1
