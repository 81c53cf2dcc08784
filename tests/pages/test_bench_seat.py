"""The bench is offered to who books parcels and to who confirms them; a warehouse begins there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from aftersale.domain.roles import Role
from tests.pages.desk import text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def chen(as_role: Callable[[Role], Visitor]) -> Visitor:
    return as_role(Role.WAREHOUSE)


def test_the_bench_stands_in_the_navigation_of_who_books_parcels_or_confirms_them(
    chen: Visitor, agent: Visitor, trainee: Visitor
) -> None:
    assert 'href="/bench/"' in text_of(chen.get("tasks"))
    assert 'href="/bench/good/"' in text_of(agent.get("queue"))
    assert "/bench/" not in text_of(trainee.get("queue"))
    assert agent.get("bench").status_code == 403
    assert 'href="/bench/"' not in text_of(agent.get("bench_good"))


def test_a_warehouse_begins_at_its_bench_and_is_offered_what_it_works_with(chen: Visitor) -> None:
    assert chen.get("start").headers["Location"] == reverse("bench")
    nav = re.findall(r'<nav aria-label="[^"]*">(.*?)</nav>', text_of(chen.get("bench")), re.DOTALL)[0]
    assert re.findall(r'href="([^"]+)"', nav) == ["/bench/", "/stops/", "/tasks/"]
