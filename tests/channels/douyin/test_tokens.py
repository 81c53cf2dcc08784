"""Ask for tokens, renew them, and open what a buyer's data hides."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from aftersale.channels.douyin import Douyin
from aftersale.channels.interface import Grant, Sealed
from aftersale.channels.registry import channel_of
from aftersale.domain.errors import Unauthorised, Unavailable
from tests.channels.douyin.platform import Doudian, no, ok
from tests.channels.douyin.samples import AT, KEYS

TOKENS: dict[str, object] = {
    "access_token": "access-1",
    "refresh_token": "refresh-1",
    "expires_in": 604_800,
    "scope": "aftersale order",
    "shop_id": 4_463_798,
    "shop_name": "小蓝杯子店",
}
GRANT = Grant("access-0", "refresh-0", AT, None, "4463798")


def granting(method: str, data: object = TOKENS) -> Doudian:
    return Doudian(answers={method: ok(data)})


def test_the_channel_is_found_by_its_name() -> None:
    assert isinstance(channel_of("douyin"), Douyin)


def test_a_self_use_app_asks_for_its_own_shop() -> None:
    platform = granting("token.create")
    grant = Douyin().authorise("", "4463798", KEYS, platform)
    assert platform.sent("token.create") == [
        {"code": "", "grant_type": "authorization_self", "shop_id": "4463798"}
    ]
    assert (grant.access_token, grant.refresh_token) == ("access-1", "refresh-1")
    assert (grant.platform_shop_id, grant.shop_name, grant.scopes) == (
        "4463798",
        "小蓝杯子店",
        ("aftersale", "order"),
    )
    assert grant.access_until == AT + timedelta(days=7)
    assert grant.refresh_until == AT + timedelta(days=14)


def test_a_tool_app_changes_a_code() -> None:
    platform = granting("token.create")
    Douyin().authorise("code-1", "", KEYS, platform)
    assert platform.sent("token.create") == [{"code": "code-1", "grant_type": "authorization_code"}]


def test_a_token_is_renewed_with_its_refresh_token() -> None:
    platform = granting("token.refresh", {**TOKENS, "access_token": "access-2"})
    assert Douyin().refresh(GRANT, KEYS, platform).access_token == "access-2"  # noqa: S105 - made up
    assert platform.sent("token.refresh") == [{"grant_type": "refresh_token", "refresh_token": "refresh-0"}]


def test_an_end_told_as_a_time_is_a_time() -> None:
    until = int(AT.timestamp()) + 600
    grant = Douyin().refresh(GRANT, KEYS, granting("token.refresh", {**TOKENS, "expires_in": until}))
    assert grant.access_until == AT + timedelta(seconds=600)


@pytest.mark.parametrize("missing", ["access_token", "refresh_token", "expires_in", "shop_id"])
def test_half_a_grant_is_none(missing: str) -> None:
    with pytest.raises(Unavailable):
        Douyin().refresh(GRANT, KEYS, granting("token.refresh", {**TOKENS, missing: None}))


def test_a_code_that_has_run_out_is_for_a_person() -> None:
    platform = Doudian(answers={"token.create": no(50001, "dop.token-generate-failed:code-expired")})
    with pytest.raises(Unauthorised):
        Douyin().authorise("old", "", KEYS, platform)


def test_only_an_app_of_the_service_market_has_a_page_to_say_yes_on() -> None:
    assert Douyin().authorise_path(KEYS, "s 1", "https://desk.example.com/back") == ""
    listed = dataclasses.replace(KEYS, service_id="12")
    assert Douyin().authorise_path(listed, "s 1", "") == "/authorize?service_id=12&state=s+1"


def test_no_secret_is_written_where_keys_or_grants_are_shown() -> None:
    assert KEYS.secret not in repr(KEYS)
    assert "access-0" not in repr(GRANT)
    assert "refresh-0" not in repr(GRANT)


def test_a_token_is_renewed_within_its_last_hour() -> None:
    assert timedelta(0) < Douyin().limits.refresh_before < timedelta(hours=1)


def test_values_of_buyers_are_opened_fifty_at_a_time_and_those_not_opened_are_left_out() -> None:
    platform = Doudian(
        answers={
            "order.batchDecrypt": ok(
                {
                    "decrypt_infos": [
                        {"cipher_text": "#1#", "decrypt_text": "18400000000-1234", "err_no": 0},
                        {"cipher_text": "#2#", "decrypt_text": "无权限", "err_no": 300008},
                    ]
                }
            )
        }
    )
    sealed = tuple(Sealed("6920000000000000001", f"#{i}#") for i in range(51))
    assert Douyin().reveal(sealed, platform) == {"#1#": "18400000000-1234"}
    sizes = [len(params["cipher_infos"]) for params in platform.sent("order.batchDecrypt")]
    assert sizes == [50, 1]
    assert platform.sent("order.batchDecrypt")[0]["cipher_infos"][0] == {
        "auth_id": "6920000000000000001",
        "cipher_text": "#0#",
    }
