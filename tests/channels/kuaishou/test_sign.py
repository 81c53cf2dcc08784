"""Hold signing to the public vectors, and requests to what the platform reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from aftersale.channels.interface import AppKeys
from aftersale.channels.kuaishou import Kuaishou, contract
from aftersale.channels.kuaishou.sign import signature, text_to_sign

SECRET = "sign-secret-0000"  # noqa: S105 - of the public vectors
KEYS = AppKeys("ks600000000000000001", "app-secret-0000", sign_secret=SECRET)
AT = datetime.fromtimestamp(1_700_000_000, tz=UTC)
DETAIL_PARAM = '{"refundId":2200000000001}'
REJECT_PARAM = '{"refundId":2200000000001,"reasonCode":12,"rejectDesc":"影响二次销售 a&b=c"}'
VECTORS = [
    (contract.DETAIL, DETAIL_PARAM, "HMAC_SHA256", "jEbQ1AEwtiC46//XwdwIH/q0s9uX+0Mwd1X9c19RAKc="),
    (contract.DETAIL, DETAIL_PARAM, "MD5", "ee78b337d098e2a4aa9d5c871ed65371"),
    (contract.REJECT, REJECT_PARAM, "HMAC_SHA256", "4wi1oJFihIBh2D9J9nYbCXgplAGDVAZfLvmXpub3/xc="),
    (contract.REJECT, REJECT_PARAM, "MD5", "dc3fff15cfb2af5c0abb3176cf969262"),
]


def fields(method: str, param: str, way: str) -> dict[str, str]:
    return {
        "method": method,
        "appkey": KEYS.app_key,
        "access_token": "token-0000",
        "param": param,
        "signMethod": way,
        "timestamp": "1700000000000",
        "version": "1",
    }


@pytest.mark.parametrize(("method", "param", "way", "expected"), VECTORS)
def test_every_vector_is_met(method: str, param: str, way: str, expected: str) -> None:
    assert signature(fields(method, param, way), SECRET) == expected


def test_the_text_that_is_signed_stands_in_order_with_the_secret_last() -> None:
    assert text_to_sign(fields(contract.DETAIL, DETAIL_PARAM, "HMAC_SHA256"), SECRET) == (
        "access_token=token-0000&appkey=ks600000000000000001&method=open.seller.order.refund.detail&"
        'param={"refundId":2200000000001}&signMethod=HMAC_SHA256&timestamp=1700000000000&version=1&'
        "signSecret=sign-secret-0000"
    )


@pytest.mark.parametrize(("sign_method", "expected"), [("hmac", VECTORS[0][3]), ("md5", VECTORS[1][3])])
def test_a_read_carries_all_in_its_address_as_it_was_signed(sign_method: str, expected: str) -> None:
    keys = AppKeys(KEYS.app_key, KEYS.secret, sign_secret=SECRET, sign_method=sign_method)
    request = Kuaishou().signed(contract.DETAIL, {"refundId": 2200000000001}, keys, "token-0000", AT)
    told = parse_qs(urlsplit(request.path).query)
    assert (request.verb, request.body) == ("GET", b"")
    assert urlsplit(request.path).path == "/open/seller/order/refund/detail"
    assert told["sign"] == [expected]
    assert told["param"] == [DETAIL_PARAM]
    assert "sign" not in request.headers


def test_a_write_carries_its_token_in_the_body_alone() -> None:
    params = {"refundId": 2200000000001, "reasonCode": 12, "rejectDesc": "影响二次销售 a&b=c"}
    request = Kuaishou().signed(contract.REJECT, params, KEYS, "token-0000", AT)
    told = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    assert (request.verb, request.path) == ("POST", "/open/refund/reject")
    assert request.headers["content-type"].startswith("application/x-www-form-urlencoded")
    assert json.loads(told["param"]) == params
    assert told.pop("sign") == signature(told, SECRET)


def test_a_call_without_parameters_still_sends_an_object() -> None:
    request = Kuaishou().signed(contract.DETAIL, {}, KEYS, "token-0000", AT)
    assert parse_qs(urlsplit(request.path).query)["param"] == ["{}"]


def test_a_call_for_tokens_carries_the_secret_and_no_token() -> None:
    asked = {"grant_type": "refresh_token", "refresh_token": "refresh-1"}
    request = Kuaishou().signed(contract.REFRESH_TOKEN, asked, KEYS, "", AT)
    told = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
    assert (request.verb, request.path) == ("POST", "/oauth2/refresh_token")
    assert told == {**asked, "app_id": KEYS.app_key, "app_secret": KEYS.secret}


def test_the_page_of_consent_names_app_scopes_and_state() -> None:
    path = Kuaishou().authorise_path(KEYS, "state-1", "https://desk.example/connected?shop=1")
    told = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
    assert urlsplit(path).path == "/oauth/authorize"
    assert "merchant_refund" in told.pop("scope").split(",")
    assert told == {
        "app_id": KEYS.app_key,
        "redirect_uri": "https://desk.example/connected?shop=1",
        "response_type": "code",
        "state": "state-1",
    }


def test_keys_and_grants_show_no_secret() -> None:
    assert SECRET not in repr(KEYS)
    assert KEYS.secret not in repr(KEYS)
