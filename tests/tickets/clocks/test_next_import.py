"""Estimate the next sheet by the habit of a shop."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.clock import SHANGHAI
from aftersale.shops.models import Connection, Shop
from aftersale.tickets.models import Import
from aftersale.tickets.next_import import expiring_before, next_usual
from tests.api.desk import make_shop, make_ticket
from tests.tickets.taking.notices import NOW

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("times", "now", "wanted"),
    [
        ([], "2026-06-10 09:00", None),
        (["2026-06-09 08:40"], "2026-06-10 07:00", None),
        (["2026-06-08 08:40", "2026-06-09 08:55"], "2026-06-10 07:00", "2026-06-10 08:30"),
        (["2026-06-08 08:40", "2026-06-09 08:55"], "2026-06-10 09:00", "2026-06-11 08:30"),
        (
            ["2026-06-08 08:40", "2026-06-08 13:00", "2026-06-09 08:40", "2026-06-09 13:10"],
            "2026-06-10 09:00",
            "2026-06-10 13:00",
        ),
        (["2026-06-09 08:00", "2026-06-09 20:00"], "2026-06-10 07:00", "2026-06-10 08:00"),
        (["2026-06-01 08:00", "2026-06-01 20:00"], "2026-06-10 07:00", "2026-06-10 07:00"),
    ],
)
def test_the_next_sheet_comes_when_sheets_came_before(times: list[str], now: str, wanted: str | None) -> None:
    assert next_usual(map(at, times), at(now)) == (at(wanted) if wanted else None)


def read(shop: Shop, *hours_ago: float) -> None:
    for hours in hours_ago:
        then = NOW - timedelta(hours=hours)
        Import.objects.create(shop=shop, digest="d", state="done", created_at=then, ended_at=then)


@pytest.mark.django_db
def test_what_runs_out_before_then_is_named_and_nothing_else() -> None:
    shop = make_shop("山茶小店")
    read(shop, 44, 20)
    before = make_ticket(shop, 1, queue_at=NOW + timedelta(hours=3), lane="ours")
    make_ticket(shop, 2, queue_at=NOW + timedelta(hours=5), lane="ours")
    make_ticket(shop, 3, queue_at=NOW - timedelta(hours=1), lane="ours")
    (found,) = expiring_before([shop.pk], NOW)
    assert found.next_at == NOW + timedelta(hours=4)
    assert (found.basis, found.total, list(found.tickets)) == (2, 1, [before])


@pytest.mark.django_db
def test_a_shop_that_the_platform_answers_for_waits_for_no_sheet() -> None:
    shop = make_shop("山茶小店")
    read(shop, 44, 20)
    make_ticket(shop, 1, queue_at=NOW + timedelta(hours=3), lane="ours")
    Connection.objects.create(shop=shop, state="connected", since=NOW)
    assert expiring_before([shop.pk], NOW) == []


@pytest.mark.django_db
def test_shops_that_were_never_read_by_sheet_cost_no_query_of_their_own(
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    shops = [make_shop(f"店{number}") for number in range(5)]
    with django_assert_max_num_queries(1):
        assert expiring_before([shop.pk for shop in shops], NOW) == []
