"""The owner erases a buyer on a page of its own, which a link on the ticket leads to."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from aftersale.domain.roles import Role
from tests.api.desk import now
from tests.pages.desk import text_of, words_of
from tests.tickets.privacy.desk import make_buyer, make_ticket

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Ticket
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def free(shop: Shop) -> Ticket:
    at = now() - timedelta(days=5 * 366)
    return make_ticket(make_buyer(shop), applied_at=at, ended_at=at, observed_at=at)


def test_the_plan_is_shown_then_confirmed_and_the_values_are_gone(
    free: Ticket, as_role: Callable[[Role], Visitor]
) -> None:
    assert free.buyer
    make_ticket(free.buyer, "7100000000000000002", open=True, lane="ours", ended_at=None)
    owner = as_role(Role.OWNER)
    shown = owner.get("erasure", free.pk)
    assert "还没结束" in words_of(shown)
    digest = re.search(r'name="digest" value="([0-9a-f]+)"', text_of(shown))
    assert digest
    assert owner.post("erasure", free.pk, digest=digest[1]).status_code == 422
    done = owner.post("erasure", free.pk, digest=digest[1], reason="withdrawn")
    assert (done.status_code, done.headers["Location"]) == (302, reverse("ticket", args=[free.pk]))
    free.refresh_from_db()
    assert (free.remark, free.buyer_id) == ("", None)


def test_only_who_may_erase_is_offered_it(free: Ticket, as_role: Callable[[Role], Visitor]) -> None:
    address = reverse("erasure", args=[free.pk])
    assert address in text_of(as_role(Role.OWNER).get("ticket", free.pk))
    agent = as_role(Role.AGENT)
    assert address not in text_of(agent.get("ticket", free.pk))
    assert agent.get("erasure", free.pk).status_code == 403
