"""Who tries passwords is stopped, and told until when; nobody else is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from axes.models import AccessAttempt
from django.utils import timezone

from aftersale.domain.roles import Role
from tests.config.clients import LOGIN, browser, forget_tries, sign_in, signed_in
from tests.shops.desks import make_person, make_shop

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db
WRONG = "wrong-horse-battery"


@pytest.fixture(autouse=True)
def _no_tries() -> None:
    forget_tries()


def test_the_ninth_try_is_refused_and_says_when_to_come_back() -> None:
    shop = make_shop()
    make_person("wang", Role.TRAINEE, shop)
    make_person("li", Role.TRAINEE, shop)
    client = browser()
    for _ in range(7):
        assert sign_in(client, "wang", WRONG).status_code == 200
    sign_in(client, "wang", WRONG)
    locked = sign_in(client, "wang")
    assert locked.status_code == 429
    assert not signed_in(client)
    said = locked.content.decode()  # type: ignore[attr-defined]
    last = AccessAttempt.objects.get(username="wang").attempt_time
    until = timezone.localtime(last + timedelta(minutes=31))
    assert f"请在 {until:%H:%M} 之后再试" in said
    assert f"after {until:%H:%M}" in said
    other = browser()
    assert sign_in(other, "li").status_code == 302
    assert signed_in(other)
    elsewhere = browser()
    assert sign_in(elsewhere, "wang", address="203.0.113.8").status_code == 302
    assert signed_in(elsewhere)


@pytest.mark.parametrize(("minutes", "lets_in"), [(29, False), (31, True)])
def test_the_lock_ends_half_an_hour_after_the_last_counted_try(minutes: int, lets_in: bool) -> None:  # noqa: FBT001
    make_person("wang", Role.TRAINEE, make_shop())
    client = browser()
    for _ in range(8):
        sign_in(client, "wang", WRONG)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=minutes))
    sign_in(client, "wang")
    assert signed_in(client) is lets_in


def test_a_try_during_the_lock_does_not_make_it_longer() -> None:
    make_person("wang", Role.TRAINEE, make_shop())
    for _ in range(8):
        sign_in(browser(), "wang", WRONG)
    first = AccessAttempt.objects.get().attempt_time
    sign_in(browser(), "wang", WRONG)
    assert AccessAttempt.objects.get().attempt_time == first


def test_one_name_is_not_tried_from_many_addresses_without_end() -> None:
    make_person("wang", Role.TRAINEE, make_shop())
    for number in range(100):
        sign_in(browser(), "wang", WRONG, address=f"203.0.113.{number}")
    client = browser()
    sign_in(client, "wang", address="198.51.100.1")
    assert not signed_in(client)


def test_a_name_in_other_letters_is_the_same_name() -> None:
    make_person("wang", Role.TRAINEE, make_shop())
    for number in range(8):
        sign_in(browser(), ("wang", "WANG", " Wang")[number % 3], WRONG)
    assert sign_in(browser(), "wANG").status_code == 429


def test_tries_leave_no_password_behind() -> None:
    make_person("wang", Role.TRAINEE, make_shop())
    sign_in(browser(), "wang", WRONG)
    assert WRONG not in str(AccessAttempt.objects.values())


def test_an_address_of_a_proxy_is_believed_only_behind_one(settings: Settings) -> None:
    make_person("wang", Role.TRAINEE, make_shop())
    client = browser()
    client.post(
        LOGIN, {"login": "wang", "password": WRONG}, headers={"x-forwarded-for": "1.1.1.1, 198.51.100.9"}
    )
    settings.BEHIND_PROXY = True
    client.post(
        LOGIN, {"login": "wang", "password": WRONG}, headers={"x-forwarded-for": "1.1.1.1, 198.51.100.9"}
    )
    assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {"127.0.0.1", "198.51.100.9"}
