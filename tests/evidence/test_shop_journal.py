"""What changes about a shop and its people stands in the chain of the shop, or does not happen."""

from __future__ import annotations

import json

import pytest
from django.db import IntegrityError

from aftersale.domain.roles import Role
from aftersale.evidence.models import Event
from aftersale.evidence.shop_journal import ChangedMeanwhile, journal_person, journal_shop, together
from aftersale.shops.models import Membership, Person, Shop
from aftersale.shops.people import Change
from aftersale.shops.settings import ShopChange, set_retention
from tests.shops.desks import NOW, make_person, make_shop

pytestmark = pytest.mark.django_db


def events(shop: Shop) -> list[Event]:
    """Give the chain of a shop."""
    return list(Event.objects.filter(subject_kind="shop", subject_id=shop.pk).order_by("sequence"))


def overtaken(shop: Shop) -> None:
    """Change a shop while somebody else writes the same step of its chain."""
    with together():
        set_retention(shop, "365")
        raise IntegrityError


def test_a_change_names_what_was_and_what_is() -> None:
    shop = make_shop()
    journal_shop(ShopChange(shop, "retain_days", 1095, 365), 7, NOW)
    event = events(shop)[0]
    said = json.loads(bytes(event.payload))["data"]
    assert (event.kind, event.actor) == ("shop_retain_days", 7)
    assert (said["before"], said["after"]) == (1095, 365)


def test_what_changed_nothing_is_no_event() -> None:
    shop = make_shop()
    journal_shop(ShopChange(shop, "name", "a", "a"), None, NOW)
    assert events(shop) == []


def test_a_change_of_a_person_stands_with_each_of_their_shops() -> None:
    mine, yours, theirs = make_shop("我"), make_shop("你"), make_shop("他")
    person = make_person("li", Role.AGENT, mine)
    Membership.objects.create(person=person, shop=yours, role=Role.AGENT)
    journal_person(Change(person, "active", "true", "false"), None, NOW)
    journal_person(Change(person, "role", "agent", "lead", mine), None, NOW)
    assert [len(events(shop)) for shop in (mine, yours, theirs)] == [2, 1, 0]
    Person.objects.filter(pk=person.pk).update(is_superuser=True)
    person.refresh_from_db()
    journal_person(Change(person, "lang", "zh", "en"), None, NOW)
    assert [len(events(shop)) for shop in (mine, yours, theirs)] == [3, 2, 1]


def test_of_two_that_meet_one_is_refused_and_nothing_of_it_stays() -> None:
    shop = make_shop()
    with pytest.raises(ChangedMeanwhile) as caught:
        overtaken(shop)
    assert caught.value.message.zh
    assert Shop.objects.get().retain_days == 1095
