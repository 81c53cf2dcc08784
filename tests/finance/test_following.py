from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from aftersale.finance import following
from aftersale.finance.by_hand import Entered, enter
from aftersale.finance.models import Difference
from aftersale.finance.reconcile import reconcile
from tests.finance.books import NOW, a_person, a_shop, a_ticket, an_action, by, on

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.shops.models import Shop

pytestmark = pytest.mark.django_db


def test_one_shop_that_cannot_be_compared_stops_no_other(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = a_shop("云杉厨房专营店")
    for each in (shop, other):
        an_action(a_ticket(each, 1), on(12), "unknown")
        following.follow_shop(each.pk, NOW)
    Difference.objects.update(found_at=NOW, ended_at=None, our_fen=1)
    first = min(shop.pk, other.pk)

    def failing(shop_id: int, now: datetime) -> int:
        if shop_id == first:
            raise ZeroDivisionError
        return reconcile(shop_id, now)

    monkeypatch.setattr(following, "reconcile", failing)
    an_event(shop)
    with caplog.at_level(logging.ERROR):
        assert following.follow(NOW)
    assert f"the ledger of shop {first} was not compared" in caplog.text
    assert [each.shop_id for each in Difference.objects.filter(our_fen=0)] == [max(shop.pk, other.pk)]
    assert following.follow(NOW) == 0


def an_event(shop: Shop) -> None:
    """Let something happen that the ledger follows."""
    enter(shop.pk, Entered("reship_cost", 500, on(9), "merchant"), by(a_person("小林"), NOW))
