"""Open what the platform pushes, and nothing else."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from aftersale.channels.interface import AppKeys, Message, Push, PushRefused
from aftersale.channels.kuaishou import Kuaishou

MESSAGE_KEY = "MDEyMzQ1Njc4OWFiY2RlZg=="
KEYS = AppKeys("ks600000000000000001", "app-secret-0000", message_key=MESSAGE_KEY)
HEARTBEAT = b"watm3Pt/wCJGbPJJXW0XpA=="
ADDED = (
    b"dfeWYlIikAu1qaaojGdMcEMXubOI0qjqohiEU2r9QrROyCm+V/l4S79xAfKGwI05FTVukWQnt2yoFpwHQ1WS91HcvryIR7a5OsllIlw8"
    b"5fSibBxxPeKS71hWuGmUavldVpFJrdNt8w34QTkfdM6lzvu7HVx/Wou8Ts1cNfteNDE3XbOSYPNaUJBNnoFjcAjnxYL43RmgX2dDgcIv"
    b"xOgRhXLjgaycTKa3igTJnvTpJCXtuowgrV6RrXEMKc7Ef98KVh0BDB6kbZkBfbF1HhuP0uaXmI2/7pxADYYSdej69XIeMgdmu1ckTvhg"
    b"8uAHocSk/vwj53hIMCo42jkIqXiMpoGQiFDmjLD/FdUdJeBABx4/7dGNhmD0M2lgCJ311GhJv5Yp9sI0kQXyyK+eqADgP/pKOj8LfAP9"
    b"a+ggKZwr6VdcFOaSjYWNH5eti798sTx3+LrwwShpwEDsuUzGcs5Hcp9k9/DqTObJ1MdVT7+YNaRDTElCaXlMxQRTrBfjYUYX"
)


def sealed(told: object, key: str = MESSAGE_KEY) -> bytes:
    """Seal a message as the platform does."""
    padder = PKCS7(128).padder()
    text = padder.update(json.dumps(told).encode()) + padder.finalize()
    encryptor = Cipher(algorithms.AES(base64.b64decode(key)), modes.CBC(bytes(16))).encryptor()
    return base64.b64encode(encryptor.update(text) + encryptor.finalize())


def message(**changes: object) -> dict[str, object]:
    """Tell that a ticket changed."""
    return {
        "eventId": "e-1",
        "bizId": 2200000000001,
        "openId": "shop-1",
        "appKey": KEYS.app_key,
        "event": "kwaishop_aftersales_updateRefund",
        "info": json.dumps({"orderId": 2300000000001, "refundId": 2200000000001, "status": 20}),
        "createTime": 1_700_000_000_123,
        "test": False,
        **changes,
    }


def opened(body: bytes) -> Push:
    return Kuaishou().parse_push({}, body, KEYS)


def refusal(body: bytes) -> PushRefused:
    with pytest.raises(PushRefused) as refused:
        opened(body)
    assert refused.value.answer == b'{"result":0}'
    return refused.value


def test_a_heartbeat_is_answered_and_says_nothing() -> None:
    assert opened(HEARTBEAT) == Push((), b'{"result":1}')
    assert opened(sealed({"test": True})) == Push((), b'{"result":1}')


def test_a_new_ticket_is_told_with_its_number_shop_and_time() -> None:
    push = opened(ADDED)
    at = datetime(2023, 11, 14, 22, 13, 20, 123_000, tzinfo=UTC)
    assert push.messages == (
        Message(
            "267_2345_147402",
            "kwaishop_aftersales_addRefund",
            "2200000000001",
            at,
            "f18d00000000000000000000000000aa",
        ),
    )
    assert push.answer == b'{"result":1}'
    assert Kuaishou().limits.push_s == 3


def test_a_message_about_an_order_names_no_ticket() -> None:
    body = sealed(message(event="kwaishop_order_delivering", info='{"oid":2300000000001}'))
    assert [each.ticket_no for each in opened(body).messages] == [""]


def test_a_message_without_its_shop_is_taken_all_the_same() -> None:
    assert [each.platform_shop_id for each in opened(sealed(message(openId=""))).messages] == [""]


def test_a_large_number_keeps_every_digit() -> None:
    body = sealed(message(info='{"refundId":7123450000000000678}'))
    assert [each.ticket_no for each in opened(body).messages] == ["7123450000000000678"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not base64!",
        base64.b64encode(b"short"),
        base64.b64encode(bytes(32)),
        ADDED[:-4] + b"AAAA",
        sealed(message(), key=base64.b64encode(b"another key 1234").decode()),
    ],
)
def test_what_does_not_open_with_our_key_changes_nothing(body: bytes) -> None:
    assert refusal(body).code == "push.not_ours"


def test_a_key_that_is_none_opens_nothing() -> None:
    keys = AppKeys(KEYS.app_key, KEYS.secret)
    with pytest.raises(PushRefused):
        Kuaishou().parse_push({}, HEARTBEAT, keys)


def test_a_message_for_another_app_changes_nothing() -> None:
    assert refusal(sealed(message(appKey="ks699999999999999999"))).code == "push.other_app"


@pytest.mark.parametrize(
    "told",
    [
        [1],
        message(eventId=""),
        message(event=None),
        message(createTime=0),
        message(createTime="soon"),
        message(info="{"),
        message(info='{"orderId":1}'),
        message(info='{"refundId":7.12345e18}'),
        message(info='{"refundId":7123450000000001000}'),
    ],
    ids=str,
)
def test_a_message_that_cannot_be_read_changes_nothing(told: object) -> None:
    assert refusal(sealed(told)).code == "push.unreadable"
