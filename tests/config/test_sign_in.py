"""People sign in by name and password, with a second factor where money moves, and not too often wrongly."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import identify_hasher

from aftersale.config import settings as desk
from aftersale.domain.roles import Role, moves_money
from aftersale.shops.models import Membership, Person
from tests.config.clients import (
    AGAIN,
    CODE,
    CODES,
    LOGIN,
    LOGOUT,
    PASSWORD_PAGE,
    SET_UP,
    browser,
    code_for,
    code_of,
    forget_tries,
    sign_in,
    signed_in,
)
from tests.shops.desks import PASSWORD, make_person, make_shop
from tests.shops.test_tokens import second_factor

pytestmark = pytest.mark.django_db
INSIDE = "/accounts/2fa/"
WRONG = "wrong-horse-battery"


@pytest.fixture(autouse=True)
def _no_tries() -> None:
    forget_tries()


def test_the_page_of_sign_in_is_chinese_or_english_and_offers_no_sign_up() -> None:
    for lang, word in (("zh-hans", "密码"), ("en", "Password")):
        page = browser(lang).get(LOGIN).content.decode()
        assert word in page
        assert "signup" not in page
        assert 'method="post"' in page


def test_name_and_password_let_in_and_a_wrong_one_says_why_in_chinese() -> None:
    make_person("wang", Role.TRAINEE, make_shop())
    client = browser()
    refused = sign_in(client, "wang", WRONG)
    assert refused.status_code == 200
    assert re.search(r"用户名.*密码.*(错误|不正确)", refused.content.decode())  # type: ignore[attr-defined]
    assert sign_in(client, "wang").status_code == 302
    assert signed_in(client)


def test_an_unknown_name_is_answered_like_a_wrong_password() -> None:
    make_person("wang", Role.TRAINEE, make_shop())
    pages = [
        re.sub(r'value="[^"]*"', "", sign_in(browser(), name, WRONG).content.decode())  # type: ignore[attr-defined]
        for name in ("wang", "nobody")
    ]
    assert pages[0] == pages[1]


def test_a_password_in_the_address_lets_nobody_in() -> None:
    make_person("wang", Role.TRAINEE, make_shop())
    client = browser()
    client.get(LOGIN, {"login": "wang", "password": PASSWORD})
    assert not signed_in(client)


@pytest.mark.parametrize("page", ["signup/", "email/", "password/reset/", "password/set/", "login/code/"])
def test_pages_that_the_desk_does_not_use_are_not_there(page: str) -> None:
    assert browser().get(f"/accounts/{page}").status_code == 404


def test_a_form_without_its_token_is_refused() -> None:
    make_person("wang", Role.TRAINEE, make_shop())
    client = browser(csrf=True)
    response = sign_in(client, "wang")
    assert response.status_code == 403
    assert "页面放得太久" in response.content.decode()  # type: ignore[attr-defined]
    assert not signed_in(client)


def test_signing_out_takes_a_press_and_ends_the_session() -> None:
    make_person("wang", Role.TRAINEE, make_shop())
    client = browser()
    sign_in(client, "wang")
    client.get(LOGOUT)
    assert signed_in(client)
    key = client.session.session_key
    client.post(LOGOUT)
    assert not signed_in(client)
    assert key is not None
    assert not client.session.exists(key)


def test_the_session_gets_a_new_name_at_sign_in() -> None:
    make_person("wang", Role.TRAINEE, make_shop())
    client = browser()
    session = client.session
    session["before"] = 1
    session.save()
    sign_in(client, "wang")
    assert client.session.session_key != session.session_key


@pytest.mark.parametrize("role", Role)
def test_who_moves_money_is_sent_to_set_up_a_second_factor_and_nowhere_else(role: Role) -> None:
    make_person("wang", role, make_shop())
    client = browser()
    sign_in(client, "wang")
    response = client.get(INSIDE)
    if moves_money(role):
        assert response.status_code == 302
        assert response.headers["Location"].startswith(SET_UP)
        assert client.post(INSIDE).headers["Location"] == SET_UP
        assert client.get(PASSWORD_PAGE).headers["Location"].startswith(SET_UP)
        assert client.get(SET_UP).status_code == 200
    else:
        assert response.status_code == 200


def test_in_a_demo_nobody_is_asked_for_a_second_factor() -> None:
    make_person("wang", Role.OWNER, make_shop(demo=True))
    client = browser()
    sign_in(client, "wang")
    assert client.get(INSIDE).status_code == 200


def test_setting_up_a_second_factor_opens_the_desk_and_shows_recovery_codes() -> None:
    person = make_person("wang", Role.AGENT, make_shop())
    client = browser()
    sign_in(client, "wang")
    page = client.get(SET_UP).content.decode()
    secret = client.session["mfa.totp.secret"]
    assert secret in page
    assert client.post(SET_UP, {"code": "000000"}).status_code == 200
    done = client.post(SET_UP, {"code": code_of(secret)})
    assert done.headers["Location"] == CODES
    codes = re.findall(r"\b\d{10}\b", client.get(CODES).content.decode())
    assert len(codes) == 10
    assert client.get(INSIDE).status_code == 200
    for one in Authenticator.objects.filter(user=person):
        assert secret not in str(one.data)
        assert str(one.data.get("secret", one.data.get("seed"))).startswith("k1.")


def test_with_a_second_factor_the_password_alone_lets_nobody_in() -> None:
    person = make_person("wang", Role.AGENT, make_shop())
    second_factor(person)
    client = browser()
    assert sign_in(client, "wang").headers["Location"] == CODE
    assert not signed_in(client)
    assert client.post(CODE, {"code": "000000"}).status_code == 200
    assert not signed_in(client)
    client.post(CODE, {"code": code_for(person)})
    assert signed_in(client)
    assert client.get(INSIDE).status_code == 200


def test_a_code_opens_once() -> None:
    person = make_person("wang", Role.AGENT, make_shop())
    second_factor(person)
    code = code_for(person)
    first, second = browser(), browser()
    for client in (first, second):
        sign_in(client, "wang")
        client.post(CODE, {"code": code})
    assert signed_in(first)
    assert not signed_in(second)


@pytest.mark.parametrize(("step", "opens"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_code_of_the_next_half_minute_opens_and_an_older_one_does_not(step: int, opens: bool) -> None:  # noqa: FBT001
    person = make_person("wang", Role.AGENT, make_shop())
    second_factor(person)
    client = browser()
    sign_in(client, "wang")
    client.post(CODE, {"code": code_for(person, step)})
    assert signed_in(client) is opens


def test_codes_cannot_be_tried_without_end() -> None:
    person = make_person("wang", Role.AGENT, make_shop())
    second_factor(person)
    client = browser()
    sign_in(client, "wang")
    for _ in range(5):
        client.post(CODE, {"code": "000000"})
    client.post(CODE, {"code": code_for(person)})
    assert not signed_in(client)


def test_a_session_from_before_the_second_factor_is_asked_for_it() -> None:
    person = make_person("wang", Role.AGENT, make_shop())
    client = browser()
    sign_in(client, "wang")
    second_factor(person)
    held = client.get(INSIDE)
    assert held.headers["Location"].startswith(AGAIN)
    client.post(AGAIN, {"code": code_for(person)})
    assert client.get(INSIDE).status_code == 200


def test_who_needs_a_second_factor_cannot_take_it_off() -> None:
    person = make_person("wang", Role.AGENT, make_shop())
    second_factor(person)
    client = browser()
    sign_in(client, "wang")
    client.post(CODE, {"code": code_for(person)})
    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=person, type="totp").exists()
    Membership.objects.update(role=Role.TRAINEE)
    client.post("/accounts/2fa/totp/deactivate/")
    assert not Authenticator.objects.filter(user=person, type="totp").exists()


def test_a_role_that_comes_to_move_money_is_held_at_once() -> None:
    make_person("wang", Role.TRAINEE, make_shop())
    client = browser()
    sign_in(client, "wang")
    assert client.get(INSIDE).status_code == 200
    Membership.objects.update(role=Role.AGENT)
    assert client.get(INSIDE).headers["Location"].startswith(SET_UP)


def test_a_password_that_somebody_else_knows_is_changed_first() -> None:
    make_person("wang", Role.TRAINEE, make_shop())
    Person.objects.update(must_change_password=True)
    client = browser()
    sign_in(client, "wang")
    assert client.get(INSIDE).headers["Location"].startswith(PASSWORD_PAGE)
    new = "another-horse-battery"
    client.post(PASSWORD_PAGE, {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert not Person.objects.get().must_change_password
    assert client.get(INSIDE).status_code == 200


def test_a_changed_password_ends_the_other_sessions() -> None:
    make_person("wang", Role.TRAINEE, make_shop())
    here, there = browser(), browser()
    sign_in(here, "wang")
    sign_in(there, "wang")
    new = "another-horse-battery"
    assert (
        here.post(PASSWORD_PAGE, {"oldpassword": WRONG, "password1": new, "password2": new}).status_code
        == 200
    )
    assert there.get(INSIDE).status_code == 200
    here.post(PASSWORD_PAGE, {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert here.get(INSIDE).status_code == 200
    assert there.get(INSIDE).status_code == 302


def test_who_left_is_out_at_once() -> None:
    make_person("wang", Role.TRAINEE, make_shop())
    client = browser()
    sign_in(client, "wang")
    Person.objects.update(is_active=False)
    assert client.get(INSIDE).headers["Location"].startswith(LOGIN)
    assert not signed_in(browser())
    assert sign_in(browser(), "wang").headers.get("Location", "") != "/"


@pytest.mark.parametrize(
    ("mark", "seconds", "stays"),
    [
        ("desk.seen", 30 * 60 - 45, True),
        ("desk.seen", 30 * 60, False),
        ("desk.since", 12 * 3600 - 45, True),
        ("desk.since", 12 * 3600, False),
    ],
)
def test_a_session_ends_when_nobody_uses_it_and_after_a_day_of_work(
    mark: str,
    seconds: int,
    stays: bool,  # noqa: FBT001
) -> None:
    make_person("wang", Role.TRAINEE, make_shop())
    client = browser()
    sign_in(client, "wang")
    client.get(INSIDE)
    session = client.session
    session[mark] -= seconds
    session.save()
    client.get(INSIDE)
    assert signed_in(client) is stays


def test_a_page_a_second_writes_the_session_once_a_minute() -> None:
    make_person("wang", Role.TRAINEE, make_shop())
    client = browser()
    sign_in(client, "wang")
    client.get(INSIDE)
    before = client.session["desk.seen"]
    session = client.session
    session["desk.seen"] = before - 30
    session.save()
    client.get(INSIDE)
    assert client.session["desk.seen"] == before - 30


def test_cookies_are_for_this_site_alone_and_die_with_the_browser() -> None:
    make_person("wang", Role.TRAINEE, make_shop())
    client = browser()
    sign_in(client, "wang")
    cookie = client.cookies["session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["max-age"]


def test_passwords_are_hashed_with_argon2() -> None:
    hashers = desk.PASSWORD_HASHERS
    assert hashers == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert identify_hasher(make_person().password).algorithm == "md5"  # of the tests alone
