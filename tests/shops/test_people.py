"""People come, change roles and go; no shop is left without an owner."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.roles import Permission, Role
from aftersale.shops.models import ApiToken, Membership, Person
from aftersale.shops.people import (
    Newcomer,
    PeopleRefused,
    activate,
    add_person,
    deactivate,
    first_owner,
    reset_password,
    reset_second_factor,
    set_quiet_hours,
    set_role,
)
from aftersale.shops.permissions import NotAllowed, may
from aftersale.shops.second_factor import has_second_factor
from aftersale.shops.tokens import issue
from tests.shops.desks import NOW, PASSWORD, make_person, make_shop
from tests.shops.test_tokens import second_factor

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db


@contextmanager
def refused(code: str) -> Iterator[pytest.ExceptionInfo[PeopleRefused]]:
    """Expect a refusal of that code, with words in both languages."""
    with pytest.raises(PeopleRefused) as caught:
        yield caught
    assert caught.value.code == code
    assert caught.value.message.zh
    assert caught.value.message.en


def test_the_first_owner_owns_every_shop_and_is_added_once() -> None:
    made = first_owner("boss", PASSWORD, NOW)
    person = Person.objects.get()
    assert person.is_superuser
    assert person.check_password(PASSWORD)
    assert not person.must_change_password
    assert made.change.person == person
    assert may(person, Permission.ERASE, make_shop())
    with refused("people.not_first"):
        first_owner("boss2", PASSWORD, NOW)


def test_a_password_that_was_made_up_must_be_changed() -> None:
    made = first_owner("boss", None, NOW)
    person = Person.objects.get()
    assert len(made.password) >= 16
    assert person.check_password(made.password)
    assert person.must_change_password


def test_an_owner_adds_a_person_with_a_role() -> None:
    shop = make_shop()
    owner = make_person("boss", Role.OWNER, shop)
    made = add_person(shop, Newcomer("li", "小李", Role.AGENT), owner, NOW)
    assert made.change.after == "agent"
    assert made.password not in str(made.change)
    assert may(made.change.person, Permission.APPROVE, shop)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
def test_nobody_but_an_owner_manages_people(role: Role) -> None:
    shop = make_shop()
    other = make_person("li", Role.TRAINEE, shop)
    by = make_person("wang", role, shop)
    for attempt in (
        lambda: add_person(shop, Newcomer("new", "", Role.OWNER), by, NOW),
        lambda: set_role(by, shop, Role.OWNER, by),
        lambda: reset_password(other, by, NOW),
        lambda: reset_second_factor(other, by),
        lambda: deactivate(other, by, NOW),
        lambda: activate(other, by),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    assert Membership.objects.get(person=by).role == role


def test_an_owner_does_not_reach_into_another_owners_shop() -> None:
    mine, yours = make_shop("我店"), make_shop("你店")
    me, both = make_person("me", Role.OWNER, mine), make_person("both", Role.AGENT, mine)
    Membership.objects.create(person=both, shop=yours, role=Role.OWNER)
    stranger = make_person("stranger", Role.AGENT, yours)
    boss = first_superuser()
    for person in (both, stranger, boss, make_person("nowhere")):
        with pytest.raises(NotAllowed):
            reset_password(person, me, NOW)
        with pytest.raises(NotAllowed):
            deactivate(person, me, NOW)
    with pytest.raises(NotAllowed):
        set_role(me, yours, Role.OWNER, me)


def first_superuser() -> Person:
    """Make somebody who owns everything."""
    boss = make_person("boss")
    Person.objects.filter(pk=boss.pk).update(is_superuser=True)
    boss.refresh_from_db()
    return boss


@pytest.mark.parametrize(
    ("username", "code"),
    [
        ("", "people.username"),
        ("a b", "people.username"),
        ("x" * 151, "people.username"),
        ("WANG", "people.taken"),
    ],
)
def test_a_username_is_checked(username: str, code: str) -> None:
    shop = make_shop()
    make_person("wang")
    with refused(code):
        add_person(shop, Newcomer(username, "", Role.AGENT), None, NOW)
    assert Person.objects.count() == 1


@pytest.mark.parametrize("password", ["kurz", "password1234", "x" * 129, "li-wei-2026-li"])
def test_a_weak_password_is_refused_with_the_reason(password: str) -> None:
    with refused("people.password") as caught:
        add_person(make_shop(), Newcomer("li-wei-2026", "", Role.AGENT, password), None, NOW)
    assert "密码" in caught.value.message.zh
    assert password not in caught.value.message.zh + caught.value.message.en
    assert not Person.objects.exists()


def test_a_role_changes_and_goes() -> None:
    shop = make_shop()
    person = make_person("li", Role.TRAINEE, shop)
    assert set_role(person, shop, Role.AGENT, None).before == "trainee"
    assert may(person, Permission.APPROVE, shop)
    assert set_role(person, shop, None, None).after == ""
    assert not may(person, Permission.VIEW, shop)


def test_the_last_owner_of_a_shop_stays() -> None:
    shop = make_shop()
    owner = make_person("boss", Role.OWNER, shop)
    for role in (Role.AGENT, None):
        with refused("people.last_owner"):
            set_role(owner, shop, role, owner)
    with refused("people.last_owner"):
        deactivate(owner, owner, NOW)
    other = make_person("other", Role.OWNER, shop)
    deactivate(other, owner, NOW)
    with refused("people.last_owner"):
        set_role(owner, shop, Role.AGENT, None)
    activate(other, owner)
    assert set_role(owner, shop, Role.AGENT, None).after == "agent"


def test_the_last_owner_of_everything_stays() -> None:
    boss = first_superuser()
    with refused("people.last_owner"):
        deactivate(boss, None, NOW)


def test_who_goes_leaves_no_token_behind() -> None:
    shop = make_shop()
    person = make_person("li", Role.TRAINEE, shop)
    issue(person, "x", {Permission.VIEW}, None, NOW)
    change = deactivate(person, None, NOW)
    assert (change.before, change.after) == ("true", "false")
    assert not Person.objects.get(pk=person.pk).is_active
    assert ApiToken.objects.get().revoked_at == NOW


def test_a_new_password_ends_tokens_and_must_be_changed() -> None:
    shop = make_shop()
    person = make_person("li", Role.TRAINEE, shop)
    issue(person, "x", {Permission.VIEW}, None, NOW)
    made = reset_password(person, None, NOW)
    person.refresh_from_db()
    assert person.check_password(made.password)
    assert person.must_change_password
    assert ApiToken.objects.get().revoked_at == NOW


def test_a_lost_second_factor_is_set_up_again() -> None:
    person = make_person("li", Role.AGENT, make_shop())
    second_factor(person)
    assert reset_second_factor(person, None).before == "1"
    assert not has_second_factor(person)


def test_quiet_hours_are_minutes_of_a_day() -> None:
    person = make_person()
    assert set_quiet_hours(person, 22 * 60, 1439).after == "1320-1439"
    person.refresh_from_db()
    assert (person.quiet_from, person.quiet_until) == (1320, 1439)
    for wrong in ((-1, 0), (0, 1440)):
        with refused("people.minutes"):
            set_quiet_hours(person, *wrong)
