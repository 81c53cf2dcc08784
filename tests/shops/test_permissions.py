"""The table of roles is what happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser

from aftersale.domain.roles import MAY, Permission, Role
from aftersale.shops.models import Membership, Person
from aftersale.shops.permissions import (
    PERMISSION_WORDS,
    NotAllowed,
    alone,
    may,
    name_of,
    places_of,
    require,
    role_in,
    shops_with,
)
from tests.shops.desks import make_person, make_shop

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_what_happens_is_what_the_table_says(role: Role, permission: Permission) -> None:
    here, elsewhere = make_shop("此店"), make_shop("别店")
    person = make_person(role=role, shop=here)
    allowed = permission in MAY[role]
    assert may(person, permission, here) is allowed
    assert person.has_perm(name_of(permission), here) is allowed
    assert list(shops_with(person, permission)) == ([here] if allowed else [])
    assert not may(person, permission, elsewhere)


@pytest.mark.parametrize("permission", Permission)
def test_without_a_membership_nothing_is_seen(permission: Permission) -> None:
    shop = make_shop()
    for nobody in (make_person("li"), AnonymousUser()):
        assert not may(nobody, permission, shop)
        assert not shops_with(nobody, permission).exists()
        assert role_in(nobody, shop) is None


def test_who_left_may_nothing_even_as_owner_of_everything() -> None:
    shop = make_shop()
    person = make_person(role=Role.OWNER, shop=shop)
    for flags in ({"is_active": False}, {"is_active": False, "is_superuser": True}):
        Person.objects.filter(pk=person.pk).update(**flags)
        gone = Person.objects.get(pk=person.pk)
        assert not may(gone, Permission.VIEW, shop)
        assert not shops_with(gone).exists()


def test_only_the_flag_makes_somebody_owner_of_everything() -> None:
    shops = [make_shop("一店"), make_shop("二店")]
    person = make_person(role=Role.READ_ONLY, shop=shops[0])
    assert list(shops_with(person, Permission.ERASE)) == []
    Person.objects.filter(pk=person.pk).update(is_superuser=True)
    owner = Person.objects.get(pk=person.pk)
    assert set(shops_with(owner, Permission.ERASE)) == set(shops)
    assert role_in(owner, shops[1]) is Role.OWNER


def test_a_changed_role_holds_at_once() -> None:
    shop = make_shop()
    person = make_person(role=Role.AGENT, shop=shop)
    assert may(person, Permission.APPROVE, shop)
    Membership.objects.filter(person=person).update(role=Role.TRAINEE)
    assert not may(person, Permission.APPROVE, shop)


def test_the_shops_of_a_person_are_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    shops = [make_shop(f"{number}店") for number in range(5)]
    person = make_person()
    for shop in shops:
        Membership.objects.create(person=person, shop=shop, role=Role.AGENT)
    with django_assert_num_queries(1):
        assert len(shops_with(person, Permission.APPROVE)) == 5
    with django_assert_num_queries(1):
        assert may(person, Permission.APPROVE, shops[3])


def test_a_refusal_names_what_is_missing_in_both_languages() -> None:
    shop = make_shop()
    person = make_person(role=Role.TRAINEE, shop=shop)
    require(person, Permission.PROPOSE, shop)
    with pytest.raises(NotAllowed) as caught:
        require(person, Permission.APPROVE, shop)
    assert caught.value.code == "permission.denied"
    assert "同意退款" in caught.value.message.zh
    assert "approve a refund" in caught.value.message.en


def test_every_permission_has_words() -> None:
    assert set(PERMISSION_WORDS) == set(Permission)


def test_who_works_alone_is_told_by_the_shops_they_see() -> None:
    here, elsewhere = make_shop("此店"), make_shop("别店")
    person = make_person(role=Role.OWNER, shop=here)
    make_person("far", role=Role.AGENT, shop=elsewhere)
    assert alone(places_of(person))
    second = make_person("second", role=Role.AGENT, shop=here)
    assert not alone(places_of(person))
    Person.objects.filter(pk=second.pk).update(is_active=False)
    assert alone(places_of(person))


def test_whoever_owns_every_shop_is_alone_only_where_nobody_else_is_at_the_desk() -> None:
    make_shop("此店")
    boss = make_person("boss")
    Person.objects.filter(pk=boss.pk).update(is_superuser=True)
    boss.refresh_from_db()
    assert alone(places_of(boss))
    make_person("li")
    assert not alone(places_of(boss))
