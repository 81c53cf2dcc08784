"""Tokens open no more than their person may, and only until they end."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from aftersale.domain.roles import MAY, Permission, Role
from aftersale.shops.models import ApiToken, Membership, Person
from aftersale.shops.tokens import TokenRefused, issue, person_of, revoke, revoke_all
from tests.shops.desks import NOW, make_person, make_shop

if TYPE_CHECKING:
    from datetime import datetime

    from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db
READ = frozenset({Permission.VIEW})
SECOND = timedelta(seconds=1)


def second_factor(person: Person) -> None:
    """Set up a second factor."""
    TOTP.activate(person, generate_totp_secret())


def test_a_token_is_shown_once_and_kept_as_a_digest() -> None:
    person = make_person(role=Role.AGENT, shop=make_shop())
    token, secret = issue(person, "仓库扫码", READ, None, NOW)
    stored = ApiToken.objects.values().get(pk=token.pk)
    assert secret.startswith(f"as_{token.prefix}_")
    assert len(secret) > 50
    assert secret not in str(stored)
    assert secret.removeprefix(f"as_{token.prefix}_") not in str(token)
    found = person_of(secret, NOW)
    assert found == (person, READ)


@pytest.mark.parametrize(
    "wrong", ["", "as_", "as_00000000_", "Bearer x", "\udc80", "x" * 10_000, "as_00000000_" + "a" * 43]
)
def test_what_is_no_token_opens_nothing_and_costs_one_query(
    wrong: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        assert person_of(wrong, NOW) is None


def test_a_changed_sign_or_one_more_opens_nothing() -> None:
    _, secret = issue(make_person(role=Role.AGENT, shop=make_shop()), "x", READ, None, NOW)
    last = "a" if secret[-1] != "a" else "b"
    for wrong in (secret[:-1], secret[:-1] + last, secret + "a", secret.upper(), f" {secret}"):
        assert person_of(wrong, NOW) is None


@pytest.mark.parametrize(("at", "opens"), [(NOW - SECOND, True), (NOW, False), (NOW + SECOND, False)])
def test_a_token_ends_at_its_time(at: datetime, opens: bool) -> None:  # noqa: FBT001
    person = make_person(role=Role.AGENT, shop=make_shop())
    _, secret = issue(person, "x", READ, NOW, NOW - timedelta(days=30))
    assert (person_of(secret, at) is not None) is opens


def test_a_revoked_token_opens_nothing_and_is_revoked_once() -> None:
    person = make_person(role=Role.AGENT, shop=make_shop())
    token, secret = issue(person, "x", READ, None, NOW)
    _, other = issue(person, "y", READ, None, NOW)
    assert revoke(token, NOW)
    assert not revoke(token, NOW)
    assert person_of(secret, NOW) is None
    assert person_of(other, NOW) is not None
    assert revoke_all(person, NOW) == 1
    assert person_of(other, NOW) is None


def test_who_left_opens_nothing() -> None:
    person = make_person(role=Role.AGENT, shop=make_shop())
    _, secret = issue(person, "x", READ, None, NOW)
    Person.objects.update(is_active=False)
    assert person_of(secret, NOW) is None


@pytest.mark.parametrize("role", Role)
def test_scopes_shrink_with_the_role_and_never_grow(role: Role) -> None:
    shop = make_shop()
    person = make_person(role=Role.OWNER, shop=shop)
    second_factor(person)
    _, secret = issue(person, "x", set(Permission) - {Permission.ERASE}, None, NOW)
    Membership.objects.update(role=role)
    found = person_of(secret, NOW)
    assert found is not None
    assert found.scopes == MAY[role] - {Permission.ERASE}


def test_a_token_asks_for_something_and_for_no_more_than_its_person_may() -> None:
    person = make_person(role=Role.TRAINEE, shop=make_shop())
    for scopes in (frozenset[Permission](), {Permission.APPROVE}, {Permission.VIEW, Permission.ERASE}):
        with pytest.raises(TokenRefused) as caught:
            issue(person, "x", scopes, None, NOW)
        assert caught.value.code == "token.scopes"
    for name in ("", "  ", "x" * 65):
        with pytest.raises(TokenRefused, match=r"token\.name"):
            issue(person, name, READ, None, NOW)
    with pytest.raises(TokenRefused, match=r"token\.expired"):
        issue(person, "x", READ, NOW, NOW)


def test_a_token_that_moves_money_needs_a_second_factor_now_and_later() -> None:
    person = make_person(role=Role.AGENT, shop=make_shop())
    money = {Permission.VIEW, Permission.APPROVE}
    with pytest.raises(TokenRefused, match=r"token\.second_factor"):
        issue(person, "x", money, None, NOW)
    second_factor(person)
    _, secret = issue(person, "x", money, None, NOW)
    found = person_of(secret, NOW)
    assert found is not None
    assert found.scopes == money
    Authenticator.objects.all().delete()
    found = person_of(secret, NOW)
    assert found is not None
    assert found.scopes == READ


def test_a_demo_needs_no_second_factor() -> None:
    person = make_person(role=Role.AGENT, shop=make_shop(demo=True))
    _, secret = issue(person, "x", {Permission.APPROVE}, None, NOW)
    found = person_of(secret, NOW)
    assert found is not None
    assert found.scopes == {Permission.APPROVE}


def test_who_owns_everything_needs_a_second_factor_unless_there_are_only_demo_shops() -> None:
    person = make_person()
    Person.objects.update(is_superuser=True)
    person.refresh_from_db()
    with pytest.raises(TokenRefused, match=r"token\.second_factor"):
        issue(person, "x", {Permission.APPROVE}, None, NOW)
    make_shop(demo=True)
    _, secret = issue(person, "x", {Permission.APPROVE}, None, NOW)
    make_shop("真店")
    found = person_of(secret, NOW)
    assert found is not None
    assert found.scopes == frozenset()


def test_use_is_noted_at_most_once_a_minute(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    token, secret = issue(make_person(role=Role.AGENT, shop=make_shop()), "x", READ, None, NOW)
    with django_assert_num_queries(3):
        person_of(secret, NOW)
    with django_assert_num_queries(2):
        person_of(secret, NOW + timedelta(seconds=59))
    token.refresh_from_db()
    assert token.used_at == NOW
    with django_assert_num_queries(3):
        person_of(secret, NOW + timedelta(seconds=60))
    token.refresh_from_db()
    assert token.used_at == NOW + timedelta(seconds=60)


def test_no_two_tokens_are_alike() -> None:
    person = make_person(role=Role.AGENT, shop=make_shop())
    assert len({issue(person, "x", READ, None, NOW).secret for _ in range(50)}) == 50
