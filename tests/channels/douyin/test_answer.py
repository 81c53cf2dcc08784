"""Hold every answer to one of: data, or the one of four errors that it means for a read and for a write."""

from __future__ import annotations

import json

import pytest

from aftersale.channels.douyin.answer import MEANINGS, Means, read_answer
from aftersale.channels.douyin.codes import Code
from aftersale.domain.errors import ChannelError, Rejected, TooFast, Unauthorised, Unavailable, Unreadable
from tests.channels.douyin.platform import no, ok

READ: dict[Means, type[ChannelError]] = {
    Means.NOT_NOW: Unavailable,
    Means.TOO_FAST: TooFast,
    Means.REFUSED: Rejected,
    Means.SHUT_OUT: Unauthorised,
    Means.DOUBTFUL: Unavailable,
}
WRITE = {**READ, Means.DOUBTFUL: Unreadable}


def fault_of(body: bytes, *, writes: bool) -> ChannelError:
    with pytest.raises(ChannelError) as fault:
        read_answer(body, writes=writes)
    return fault.value


def test_every_code_has_a_meaning() -> None:
    assert set(MEANINGS) == set(Code)


@pytest.mark.parametrize("code", sorted(set(Code) - {Code.SUCCESS}))
def test_a_code_is_the_error_that_it_means(code: Code) -> None:
    means = MEANINGS[code]
    assert type(fault_of(no(code), writes=False)) is READ[means]
    assert type(fault_of(no(code), writes=True)) is WRITE[means]


@pytest.mark.parametrize(
    ("code", "sub_code", "expected"),
    [
        (40003, "isv.access-token-expired", Unauthorised),
        (40003, "isv.signature-invalid", Unauthorised),
        (40001, "isv.app-id-missing", Unauthorised),
        (40003, "isv.timestamp-invalid", Unauthorised),
        (40003, "isv.parameter-invalid", Rejected),
        (90000, "isv.env-suspected", Unauthorised),
        (50001, "dop.token-generate-failed:code-expired", Unauthorised),
        (20000, "isv.traffic-limited", TooFast),
        (40004, "isv.parameter-invalid:11000", Rejected),
        (50002, "isv.business-failed:20309541", Rejected),
        (80000, "isv.risk-control-failed:3", Rejected),
    ],
)
def test_a_sub_code_says_more_than_its_code(code: int, sub_code: str, expected: type[ChannelError]) -> None:
    assert type(fault_of(no(code, sub_code), writes=True)) is expected


def test_an_address_that_is_not_listed_says_what_to_do() -> None:
    fault = fault_of(no(30002, "isv.invalid_ip", "ip不在白名单"), writes=False)
    assert isinstance(fault, Unauthorised)
    assert fault.code == "channel.address_not_listed"
    assert "出口 IP" in fault.next_step.zh
    assert "白名单" in fault.next_step.zh
    assert "white list" in fault.next_step.en


def test_a_refusal_keeps_the_platforms_words_and_code() -> None:
    fault = fault_of(no(50002, "isv.business-failed:20309541", "售后状态不允许"), writes=True)
    assert isinstance(fault, Rejected)
    assert fault.platform_code == "isv.business-failed:20309541"
    assert "售后状态不允许" in fault.message.zh


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>502</html>", b'{"code":100', b"[]", b"null", b'"ok"', b"\xff\xfe", b"[" * 100_000, b"{}"],
)
def test_what_says_nothing_is_made_again_as_a_read_and_looked_up_as_a_write(body: bytes) -> None:
    assert type(fault_of(body, writes=False)) is Unavailable
    assert type(fault_of(body, writes=True)) is Unreadable


@pytest.mark.parametrize("data", ["done", 1, [], True])
def test_data_of_the_wrong_type_says_nothing(data: object) -> None:
    assert type(fault_of(ok(data), writes=False)) is Unavailable
    assert type(fault_of(ok(data), writes=True)) is Unreadable


@pytest.mark.parametrize(
    "said",
    [
        {"code": 10000, "data": {"a": 1}},
        {"code": "10000", "data": {"a": 1}},
        {"code": 10000, "err_no": 0, "message": "success", "data": {"a": 1}},
        {"err_no": 0, "message": "success", "data": {"a": 1}},
    ],
)
def test_both_envelopes_are_read(said: dict[str, object]) -> None:
    assert read_answer(json.dumps(said).encode(), writes=True).data.fields == {"a": 1}


def test_the_older_envelope_refuses_as_well() -> None:
    fault = fault_of(json.dumps({"err_no": 50002, "message": "不支持"}).encode(), writes=True)
    assert isinstance(fault, Rejected)
    assert fault.platform_code == "50002"
    assert "不支持" in fault.message.zh


def test_a_number_that_is_an_id_stays_text_to_its_last_digit() -> None:
    answer = read_answer(ok({"id": 6959800000297566494, "fen": 12900}), writes=False)
    assert answer.data.fields == {"id": "6959800000297566494", "fen": 12900}
    assert answer.log_id == "log-1"
