"""The page of sign-in looks like the desk, and at a demo desk alone it says how to get in."""

from __future__ import annotations

import pytest

from aftersale.config.demo_desk import OWNER, PASSWORD
from aftersale.shops.models import Person
from tests.config.clients import LOGIN, PASSWORD_PAGE, SET_UP, browser, forget_tries, sign_in
from tests.shops.desks import make_person, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_tries() -> None:
    forget_tries()


def login_page(lang: str = "zh-hans") -> str:
    """Read the page of sign-in."""
    return browser(lang).get(LOGIN).content.decode()


@pytest.mark.parametrize(("lang", "said"), [("zh-hans", "这里是演示"), ("en", "This is the demo")])
def test_a_demo_desk_says_which_name_and_password_to_use(lang: str, said: str) -> None:
    make_person(OWNER)
    make_shop(demo=True)
    page = login_page(lang)
    assert said in page
    assert OWNER in page
    assert PASSWORD in page


def test_a_desk_with_a_real_shop_or_none_says_nothing() -> None:
    make_person(OWNER)
    assert PASSWORD not in login_page()
    make_shop("真店")
    assert PASSWORD not in login_page()
    make_shop("演示", demo=True)
    assert PASSWORD not in login_page()


def test_where_the_owner_of_the_demo_is_gone_nothing_is_said() -> None:
    make_shop(demo=True)
    assert PASSWORD not in login_page()
    make_person(OWNER)
    Person.objects.update(is_active=False)
    assert PASSWORD not in login_page()


def test_every_page_of_signing_in_has_the_look_of_the_desk() -> None:
    make_shop(demo=True)
    make_person("wang")
    client = browser()
    pages = [client.get(LOGIN)]
    sign_in(client, "wang")
    pages += [client.get(address) for address in (PASSWORD_PAGE, SET_UP, "/accounts/2fa/", "/nowhere")]
    for page in pages:
        text = page.content.decode()
        assert "aftersale.css" in text
        assert 'class="entrance"' in text
        assert "<style" not in text


def test_the_button_that_sends_stands_out() -> None:
    assert 'class="btn btn-primary"' in login_page()
