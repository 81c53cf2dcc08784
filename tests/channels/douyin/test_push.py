"""Take only what the platform signed, read it leniently, and answer exactly what it waits for."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from aftersale.channels.douyin import Douyin
from aftersale.channels.douyin.sign import push_sign
from aftersale.channels.interface import Push, PushRefused
from tests.channels.douyin.samples import KEYS, TICKET_NO

VECTOR = (
    b'[{"tag":"200","msg_id":"m-0001",'
    b'"data":"{\\"aftersale_id\\":7123456789012345678,\\"aftersale_status\\":6}"}]'
)
TEST = b'[{"tag":"0","msg_id":"0","data":"2023-11-15T06:13:20+08:00"}]'
TAKEN = b'{"code":0,"msg":"success"}'


def pushed(body: bytes, sign: str | None = None, app_id: str = KEYS.app_key) -> Push:
    headers = {"app-id": app_id, "event-sign": push_sign(body, KEYS) if sign is None else sign}
    return Douyin().parse_push(headers, body, KEYS)


def of(tag: object, data: object, msg_id: str = "m-1") -> bytes:
    return json.dumps([{"tag": tag, "msg_id": msg_id, "data": data}]).encode()


def test_a_push_is_taken_by_the_vector_of_its_signature() -> None:
    push = pushed(VECTOR, "c348cb07d8cd5ba4e099a206f5b6d573")
    assert [(m.message_id, m.kind, m.ticket_no) for m in push.messages] == [
        ("m-0001", "refund_created", "7123456789012345678")
    ]
    assert push.answer == TAKEN
    assert push.content_type == "application/json"


def test_the_test_that_the_platform_sends_is_answered_and_carries_nothing() -> None:
    push = pushed(TEST, "edbfc47da822af1628efa13ab12cdd10")
    assert (push.messages, push.answer) == ((), TAKEN)


@pytest.mark.parametrize("sign", ["", "c348cb07d8cd5ba4e099a206f5b6d574", "签名", "0" * 32])
def test_a_push_with_a_wrong_signature_is_refused(sign: str) -> None:
    with pytest.raises(PushRefused) as refused:
        pushed(VECTOR, sign)
    assert refused.value.code == "push.not_signed"
    assert json.loads(refused.value.answer)["code"] == 40041


def test_a_push_for_another_app_is_refused() -> None:
    with pytest.raises(PushRefused):
        pushed(VECTOR, app_id="7000000000000000002")


def test_the_signature_covers_the_raw_bytes() -> None:
    with pytest.raises(PushRefused):
        pushed(VECTOR + b" ", push_sign(VECTOR, KEYS))


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'"x"', b"null", b'[{"tag":', b"\xff"])
def test_a_signed_push_that_cannot_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(PushRefused) as refused:
        pushed(body)
    assert refused.value.code == "push.unreadable"


@pytest.mark.parametrize(
    "body",
    [
        of("203", json.dumps({"aftersale_id": int(TICKET_NO)})),
        of(203, {"aftersale_id": TICKET_NO}),
        json.dumps([{"tag": 203, "msgId": "m-1", "data": {"aftersale_id": int(TICKET_NO)}}]).encode(),
        json.dumps({"tag": "203", "msg_id": "m-1", "data": {"aftersale_id": TICKET_NO}}).encode(),
    ],
)
def test_a_message_is_read_in_every_form_that_was_seen(body: bytes) -> None:
    (message,) = pushed(body).messages
    assert (message.message_id, message.kind, message.ticket_no) == ("m-1", "buyer_return_goods", TICKET_NO)


@pytest.mark.parametrize(
    ("said", "shop"), [(4463798, "4463798"), ("4463799", "4463799"), (None, ""), (0, ""), ("x", "")]
)
def test_a_message_says_of_which_shop_it_is(said: object, shop: str) -> None:
    (message,) = pushed(of("200", {"aftersale_id": TICKET_NO, "shop_id": said})).messages
    assert message.platform_shop_id == shop


def test_a_batch_is_read_whole_and_the_same_message_twice_is_one() -> None:
    one, other = json.loads(of("200", {"aftersale_id": TICKET_NO}))[0], json.loads(of("206", {}, "m-2"))[0]
    push = pushed(json.dumps([one, other, one]).encode())
    assert [(m.message_id, m.ticket_no) for m in push.messages] == [("m-1", TICKET_NO), ("m-2", "")]


def test_a_message_without_an_id_of_its_own_is_told_apart_by_what_it_says() -> None:
    def ids(data: object) -> str:
        (message,) = pushed(json.dumps([{"tag": "200", "data": data}]).encode()).messages
        return message.message_id

    assert ids({"aftersale_id": TICKET_NO}) == ids({"aftersale_id": TICKET_NO})
    assert ids({"aftersale_id": TICKET_NO}) != ids({"aftersale_id": "7123450000000000679"})


@pytest.mark.parametrize(
    ("data", "msg_id", "at"),
    [
        ({"update_time": "2022-09-02T10:27:50+08:00"}, "m", datetime(2022, 9, 2, 2, 27, 50, tzinfo=UTC)),
        ({"apply_time": 1662085670}, "m", datetime(2022, 9, 2, 2, 27, 50, tzinfo=UTC)),
        ({"status_deadline": 1}, "04288::100:1618990587:6837", datetime(2021, 4, 21, 7, 36, 27, tzinfo=UTC)),
        ({"update_time": "bald"}, "m", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_message_tells_when_it_was_said(data: dict[str, object], msg_id: str, at: datetime) -> None:
    assert pushed(of("209", data, msg_id)).messages[0].at == at


def test_a_tag_nobody_has_seen_is_kept_and_acknowledged() -> None:
    push = pushed(of("777", {"aftersale_id": TICKET_NO}))
    assert [(m.kind, m.ticket_no) for m in push.messages] == [("tag_777", TICKET_NO)]


@pytest.mark.parametrize(
    "data",
    [
        {"aftersale_id": 7.12345e18},
        {"aftersale_id": "7123450000000001000", "p_id": "6920000000000000000", "s_id": "6920000000000000000"},
    ],
)
def test_ids_that_lost_digits_are_refused(data: dict[str, object]) -> None:
    with pytest.raises(PushRefused) as refused:
        pushed(of("200", data))
    assert refused.value.code == "push.digits_lost"
