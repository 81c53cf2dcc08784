"""Everybody has settings of their own: quiet hours, language, tokens that never do more than they may."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from aftersale.domain.roles import Permission
from aftersale.evidence.models import Event
from aftersale.shops.models import ApiToken
from aftersale.shops.tokens import person_of
from tests.api.desk import now
from tests.pages.desk import text_of

if TYPE_CHECKING:
    from aftersale.shops.models import Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db
SECRET = re.compile(r'id="secret">([^<]+)<')
TOKEN: dict[str, Any] = {"name": "仓库扫码", "days": "30", "scope": ["view", "note"]}


def kinds(shop: Shop) -> list[str]:
    """Name the events of a shop, oldest first."""
    rows = Event.objects.filter(subject_kind="shop", subject_id=shop.pk).order_by("sequence")
    return list(rows.values_list("kind", flat=True))


def quiet(start: str, end: str) -> dict[str, Any]:
    """Fill the form of quiet hours."""
    return {"from": start, "until": end}


def test_everybody_finds_their_own_settings_in_the_menu(trainee: Visitor) -> None:
    page = text_of(trainee.get("me"))
    assert 'href="/settings/me/"' in text_of(trainee.get("queue"))
    for link in ("/accounts/password/change/", "/accounts/2fa/"):
        assert f'href="{link}"' in page
    assert 'href="/settings/people/"' not in page


def test_quiet_hours_are_kept(agent: Visitor, shop: Shop) -> None:
    response = agent.post("me_change", "quiet", **quiet("22:00", "07:30"))
    assert response.headers["Location"] == "/settings/me/"
    agent.person.refresh_from_db()
    assert (agent.person.quiet_from, agent.person.quiet_until) == (1320, 450)
    assert 'value="22:00"' in text_of(agent.get("me"))
    assert kinds(shop) == ["person_quiet_hours"]


@pytest.mark.parametrize(
    ("start", "end"), [("", ""), ("late", "07:00"), ("24:30", "07:00"), ("22:00", "1:2:3")]
)
def test_quiet_hours_that_are_none_are_refused(agent: Visitor, start: str, end: str) -> None:
    response = agent.post("me_change", "quiet", part=True, **quiet(start, end))
    assert response.status_code == 422
    agent.person.refresh_from_db()
    assert agent.person.quiet_from == 0


def test_the_language_holds_for_messages_and_pages(agent: Visitor) -> None:
    agent.post("me_change", "language", lang="en")
    agent.person.refresh_from_db()
    assert agent.person.lang == "en"
    assert '<html lang="en"' in text_of(agent.get("me"))
    agent.post("me_change", "language", lang="zh")
    assert '<html lang="zh-Hans"' in text_of(agent.get("me"))


def test_a_token_is_shown_once_opens_what_was_ticked_and_ends(agent: Visitor, shop: Shop) -> None:
    response = agent.post("me_change", "token", **TOKEN)
    found = SECRET.search(text_of(response))
    assert found
    bearer = person_of(found[1], now())
    assert bearer
    assert bearer.scopes == {Permission.VIEW, Permission.NOTE}
    page = text_of(agent.get("me"))
    assert "仓库扫码" in page
    assert found[1] not in page
    agent.post("me_change", "revoke", token=ApiToken.objects.get().pk)
    assert person_of(found[1], now()) is None
    agent.post("me_change", "revoke", token=ApiToken.objects.get().pk)
    assert kinds(shop) == ["person_token", "person_token_revoked"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"days": "0"},
        {"days": "731"},
        {"days": "x"},
        {"scope": []},
        {"scope": ["manage_people"]},
    ],
)
def test_a_token_that_cannot_be_is_refused(agent: Visitor, shop: Shop, wrong: dict[str, Any]) -> None:
    response = agent.post("me_change", "token", part=True, **{**TOKEN, **wrong})
    assert response.status_code == 422
    assert "data-refused" in text_of(response)
    assert not ApiToken.objects.exists()
    assert kinds(shop) == []


def test_nobody_ends_the_token_of_another(agent: Visitor, owner: Visitor) -> None:
    agent.post("me_change", "token", **TOKEN)
    token = ApiToken.objects.get()
    assert owner.post("me_change", "revoke", token=token.pk).status_code == 404
    assert owner.post("me_change", "revoke").status_code == 404
    assert "仓库扫码" not in text_of(owner.get("me"))
    token.refresh_from_db()
    assert token.revoked_at is None


def test_an_unknown_setting_of_oneself_is_not_there(agent: Visitor) -> None:
    assert agent.post("me_change", "colour").status_code == 404
    assert agent.get("me_change", "quiet").status_code == 405
