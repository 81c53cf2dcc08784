"""Get tokens and keep them fresh: what comes new replaces what was, and 180 days stay 180 days."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from aftersale.channels.interface import AppKeys, Grant
from aftersale.channels.kuaishou import Kuaishou, contract
from aftersale.domain.errors import Unauthorised, Unavailable
from tests.channels.kuaishou.platform import AT, Platform, refusing

KEYS = AppKeys("ks600000000000000001", "app-secret-0000")
DAY = timedelta(days=1)
_KEPT = (AT + 30 * DAY, "shop-1", "云杉", ("merchant_refund",))
GRANT = Grant("access-1", "refresh-1", AT + DAY, *_KEPT)


def tokens(**changes: object) -> bytes:
    """Answer with tokens; what is None is left out."""
    told = {
        "result": 1,
        "access_token": "access-2",
        "refresh_token": "refresh-2",
        "open_id": "shop-1",
        "expires_in": 172_800,
        "scopes": ["merchant_refund", "merchant_order"],
        **changes,
    }
    return json.dumps({name: value for name, value in told.items() if value is not None}).encode()


def answering(body: bytes) -> Platform:
    return Platform(answers={contract.ACCESS_TOKEN: body, contract.REFRESH_TOKEN: body})


def test_a_code_becomes_a_grant() -> None:
    platform = answering(tokens())
    grant = Kuaishou().authorise("code-1", "", KEYS, platform)
    assert grant == Grant(
        "access-2",
        "refresh-2",
        AT + 2 * DAY,
        AT + 180 * DAY,
        "shop-1",
        scopes=("merchant_refund", "merchant_order"),
    )
    assert platform.asked == [(contract.ACCESS_TOKEN, {"grant_type": "code", "code": "code-1"}, False)]


def test_the_time_that_is_told_for_the_consent_is_believed() -> None:
    platform = answering(tokens(refresh_token_expires_in=100 * 86_400))
    assert Kuaishou().authorise("code-1", "", KEYS, platform).refresh_until == AT + 100 * DAY


def test_a_refresh_carries_on_with_the_new_refresh_token() -> None:
    platform = answering(tokens(open_id=None, scopes=None))
    fresh = Kuaishou().refresh(GRANT, KEYS, platform)
    assert fresh == Grant("access-2", "refresh-2", AT + 2 * DAY, *_KEPT)
    asked = {"grant_type": "refresh_token", "refresh_token": "refresh-1"}
    assert platform.asked == [(contract.REFRESH_TOKEN, asked, False)]


@pytest.mark.parametrize(("told", "days"), [(None, 30), (20 * 86_400, 20), (180 * 86_400, 30)])
def test_no_refresh_makes_the_consent_longer(told: int | None, days: int) -> None:
    platform = answering(tokens(refresh_token_expires_in=told))
    assert Kuaishou().refresh(GRANT, KEYS, platform).refresh_until == AT + days * DAY


@pytest.mark.parametrize("words", ["refreshToken.discarded", "refreshToken.revokedAuthorization"])
def test_a_used_or_revoked_refresh_token_needs_the_owner(words: str) -> None:
    body = refusing(100200102, words, error="access_denied")
    with pytest.raises(Unauthorised):
        Kuaishou().refresh(GRANT, KEYS, answering(body))


@pytest.mark.parametrize(
    "body",
    [
        tokens(refresh_token=None),
        tokens(access_token=""),
        tokens(expires_in="soon"),
        tokens(expires_in=0),
        b"<html>",
        b'{"result":1,"access_tok',
    ],
)
def test_an_answer_without_tokens_is_asked_for_again(body: bytes) -> None:
    with pytest.raises(Unavailable):
        Kuaishou().refresh(GRANT, KEYS, answering(body))
    with pytest.raises(Unavailable):
        Kuaishou().authorise("code-1", "", KEYS, answering(body))


def test_without_a_code_nothing_is_asked() -> None:
    platform = Platform()
    with pytest.raises(Unauthorised) as refused:
        Kuaishou().authorise("", "", KEYS, platform)
    assert refused.value.code == "channel.code_needed"
    assert platform.asked == []


def test_an_access_token_is_refreshed_well_before_it_ends() -> None:
    assert timedelta() < Kuaishou().limits.refresh_before < 2 * DAY
