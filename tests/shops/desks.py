"""People and shops for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aftersale.shops.models import Membership, Person, Shop

if TYPE_CHECKING:
    from aftersale.domain.roles import Role

NOW = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
PASSWORD = "correct-horse-battery"  # noqa: S105  # a password for tests


def make_shop(name: str = "山茶小店", *, demo: bool = False) -> Shop:
    """Make a shop."""
    return Shop.objects.create(platform="douyin", name=name, demo=demo, created_at=NOW)


def make_person(username: str = "wang", role: Role | None = None, shop: Shop | None = None) -> Person:
    """Make a person with a password, and with a role in a shop where one is named."""
    person = Person(username=username, name="小王", date_joined=NOW)
    person.set_password(PASSWORD)
    person.save()
    if role and shop:
        Membership.objects.create(person=person, shop=shop, role=role)
    return person
