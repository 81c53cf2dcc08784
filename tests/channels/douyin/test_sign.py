"""Hold the signatures to the public vectors, whose keys are made up."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.channels.douyin import Douyin
from aftersale.channels.douyin.sign import canonical, is_from_platform, signature
from tests.channels.douyin.samples import KEYS

DETAIL = '{"after_sale_id":"7123456789012345678","need_operation_record":true}'
OPERATE = (
    '{"items":[{"aftersale_id":"7123456789012345678","evidence":[{"desc":"开箱图","type":1,'
    '"url":"https://p3.example.com/a.jpg?x=1&y=2"}],"reason":"商品影响二次销售","reject_reason_code":18,'
    '"remark":"影响二次销售 <a&b>","update_time":1699999999}],"type":112}'
)
LIST = (
    '{"order_by":["update_time asc"],"page":0,"size":100,'
    '"update_end_time":1700000000,"update_start_time":1699990000}'
)
VECTORS = [
    (
        "afterSale.Detail",
        "1700000000",
        DETAIL,
        "2cc0546ceb00c48d8292ecf55978416c70f5bb2ba0a27bb28d8fc7150d1340d2",
        "020ff5d1341645b0e040549e249865f9",
    ),
    (
        "afterSale.operate",
        "1700000000",
        OPERATE,
        "8b7cae57e207e9b7aed124ebb6645916835ae1d9cb15635663040f03e7b84738",
        "dea0336619f3e9352f542476aa07d861",
    ),
    (
        "order.logisticsCompanyList",
        "1700000000",
        "{}",
        "168f2bf4b2a0b1a2196409d30f679949ae70002ec55be839e19ca523bb203337",
        "91fb8c0e34e0ec5915671ed8194d7fa3",
    ),
    (
        "afterSale.List",
        "2023-11-15 06:13:20",
        LIST,
        "8ebc3974407b1ba9c9fc1cd883345a90174710bd570ecd6e48b4c36dba3263f0",
        "eb776bff8c5e3a7384f933007b7fc9d5",
    ),
]


@pytest.mark.parametrize(("method", "timestamp", "param_json", "hmac", "md5"), VECTORS)
def test_a_call_is_signed_as_the_vectors_say(
    method: str, timestamp: str, param_json: str, hmac: str, md5: str
) -> None:
    assert canonical(json.loads(param_json)) == param_json
    assert signature(method, param_json, timestamp, KEYS) == hmac
    assert signature(method, param_json, timestamp, replace(KEYS, sign_method="md5")) == md5


def test_a_request_carries_what_was_signed_byte_for_byte() -> None:
    at = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    request = Douyin().signed("afterSale.operate", json.loads(OPERATE), KEYS, "token-0000", at)
    url = urlsplit(request.path)
    assert (request.verb, url.path, request.body) == ("POST", "/afterSale/operate", OPERATE.encode())
    assert parse_qs(url.query) == {
        "app_key": [KEYS.app_key],
        "method": ["afterSale.operate"],
        "access_token": ["token-0000"],
        "timestamp": ["1700000000"],
        "v": ["2"],
        "sign": [VECTORS[1][3]],
        "sign_method": ["hmac-sha256"],
    }


def test_a_call_for_a_token_carries_none() -> None:
    at = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    md5 = replace(KEYS, sign_method="md5")
    query = parse_qs(urlsplit(Douyin().signed("token.create", {"code": ""}, md5, "", at).path).query)
    assert "access_token" not in query
    assert query["sign_method"] == ["md5"]


_VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=4), _VALUES, max_size=4))
def test_the_order_in_which_parameters_are_given_does_not_matter(params: dict[str, object]) -> None:
    turned = dict(reversed(params.items()))
    assert canonical(params) == canonical(turned)
    assert canonical(json.loads(canonical(params))) == canonical(params)


SPI = {
    "app_key": KEYS.app_key,
    "param_json": '{"b":{"d":1,"c":"中"},"a":"<x>"}',
    "timestamp": "2023-11-15 06:13:20",
}
SPI_HMAC = "92de5033eb1b061a4d686a37f2c7b06e5f4e54e98b0291208de2b464a2408b27"
SPI_MD5 = "866272085474f8e38bb8458b84845680"


@pytest.mark.parametrize(
    ("sign_method", "name", "sign"),
    [
        ("hmac-sha256", "sign", SPI_HMAC),
        ("2", "sign_v2", SPI_HMAC),
        ("md5", "sign", SPI_MD5),
        ("1", "sign_v2", SPI_MD5),
    ],
)
def test_a_call_of_the_platform_is_known_by_its_signature(sign_method: str, name: str, sign: str) -> None:
    assert is_from_platform({**SPI, "sign_method": sign_method, name: sign}, KEYS)


def test_a_call_whose_signs_were_escaped_before_signing_is_the_platforms_as_well() -> None:
    escaped = r'{"a":"\u003cx\u003e","b":{"c":"中","d":1}}'
    text = f"{KEYS.secret}app_key{KEYS.app_key}param_json{escaped}timestamp{SPI['timestamp']}{KEYS.secret}"
    sign = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    assert is_from_platform({**SPI, "sign_method": "md5", "sign": sign}, KEYS)


@pytest.mark.parametrize(
    "changed",
    [
        {"sign": SPI_MD5},
        {"sign": "签名"},
        {},
        {"sign": SPI_HMAC, "timestamp": "2023-11-15 06:13:21"},
        {"sign": SPI_HMAC, "param_json": "{"},
        {"sign": SPI_HMAC, "param_json": '{"a":"<y>"}'},
    ],
)
def test_a_call_with_a_wrong_signature_is_not_the_platforms(changed: dict[str, str]) -> None:
    assert not is_from_platform({**SPI, "sign_method": "hmac-sha256", **changed}, KEYS)
