"""Tell what an answer means: it went well, it did not and nothing was done, or nobody knows."""

from __future__ import annotations

import json

import pytest

from aftersale.channels.kuaishou import codes
from aftersale.channels.kuaishou.answer import data_of, envelope, rows_of
from aftersale.channels.kuaishou.values import EXACT, Odd, Told, is_rounded
from aftersale.domain.errors import ChannelError, Rejected, TooFast, Unauthorised, Unavailable, Unreadable
from tests.channels.kuaishou.platform import FAULTS, refusing, well

REFUSALS = [
    *((code, TooFast, "channel.throttled") for code in sorted(codes.THROTTLED)),
    *((code, Unauthorised, "channel.unauthorised") for code in sorted(codes.SHUT_OUT | codes.OAUTH_REFUSED)),
    *((code, Unauthorised, "channel.bad_signature") for code in sorted(codes.BAD_SIGNATURE)),
    *((code, Rejected, "channel.state_conflict") for code in sorted(codes.STATE_CONFLICT)),
    *((code, Rejected, "channel.not_yours") for code in sorted(codes.NOT_YOURS)),
    *((code, Rejected, "channel.rejected") for code in sorted({*codes.BAD_REQUEST, codes.INTERCEPTED})),
    (codes.VERSION_CONFLICT, Rejected, "channel.version_conflict"),
    (codes.NOT_FOUND, Rejected, "channel.not_found"),
]


@pytest.mark.parametrize("writes", [False, True])
@pytest.mark.parametrize(("result", "kind", "code"), REFUSALS)
def test_every_known_refusal_is_the_error_that_it_is(
    result: int, kind: type[ChannelError], code: str, *, writes: bool
) -> None:
    with pytest.raises(kind) as fault:
        envelope(refusing(result, "平台的话"), writes=writes)
    assert type(fault.value) is kind
    assert fault.value.code == code
    assert "平台的话" in fault.value.message.zh
    if isinstance(fault.value, Rejected):
        assert fault.value.platform_code == str(result)


def test_the_table_of_errors_leaves_out_no_number_of_the_refund_calls() -> None:
    told = {result for result, _, _ in REFUSALS}
    assert set(range(300002, 300020)) <= told
    assert {11, 21, 22, 24, 25, 26, 27, 28, 15, 16, 17, 1016, 1017, 802000} <= told


@pytest.mark.parametrize(
    "words",
    [
        "Exceed quota limit, KEY [appkey:ks1]",
        "Exceed qps limit, KEY [apiId:7;appkey:ks1], MAX_QPS [300.0]",
        "[1017] exceed quota limit,[apiId:7;primaryUserId:9]",
    ],
)
def test_the_words_of_a_quota_are_understood_under_any_number(words: str) -> None:
    with pytest.raises(Unavailable):
        envelope(refusing(424242, words), writes=True)


@pytest.mark.parametrize(
    "told",
    [
        {"result": 100200102, "error": "access_denied", "error_msg": "refreshToken.discarded"},
        {"result": 99, "error": "refreshToken.revokedAuthorizationByUser"},
        {"result": 21, "error_msg": "AUTHORIZATION_REVOKED"},
    ],
)
def test_a_token_that_is_used_up_or_taken_back_needs_a_person(told: dict[str, object]) -> None:
    with pytest.raises(Unauthorised):
        envelope(json.dumps(told).encode(), writes=True)


@pytest.mark.parametrize("name", ["html", "half", "wrong type", "no result"])
def test_what_is_no_answer_may_have_been_done_when_it_was_a_write(name: str) -> None:
    body, expected = FAULTS[name]
    with pytest.raises(expected):
        envelope(body, writes=True)
    with pytest.raises(Unavailable):
        envelope(body)


@pytest.mark.parametrize("result", [True, "1", 1.0, None, [1]])
def test_a_result_of_another_type_is_no_success(result: object) -> None:
    with pytest.raises(Unreadable):
        envelope(refusing(result), writes=True)


def test_a_number_nobody_has_seen_is_kept_and_is_no_refusal_of_a_write() -> None:
    with pytest.raises(Unreadable) as unknown:
        envelope(refusing(987654, "新的话"), writes=True)
    assert "987654" in unknown.value.message.zh
    with pytest.raises(Rejected) as refused:
        envelope(refusing(987654, "新的话"))
    assert refused.value.platform_code == "987654"


def test_a_failing_server_is_asked_again_when_nothing_can_have_been_done() -> None:
    with pytest.raises(Unavailable):
        envelope(refusing(codes.OAUTH_DOWN))
    with pytest.raises(Unreadable):
        envelope(refusing(codes.OAUTH_DOWN), writes=True)


@pytest.mark.parametrize("data", [None, [], "text", 7])
def test_a_read_without_its_object_is_asked_again(data: object) -> None:
    with pytest.raises(Unavailable):
        data_of(well(data))


def test_a_list_may_stand_beside_data() -> None:
    body = json.dumps({"result": 1, "batchDecryptResultList": [{"a": 1}, "odd"]}).encode()
    assert rows_of(body, "batchDecryptResultList") == (Told({"a": 1}),)
    with pytest.raises(Unavailable):
        rows_of(body)


def test_numbers_beyond_what_doubles_hold_come_as_text() -> None:
    told = envelope(b'{"result":1,"data":{"big":7123450000000000678,"small":9007199254740991,"low":-12}}')
    assert told.part("data").fields == {"big": "7123450000000000678", "small": EXACT, "low": -12}
    assert told.part("data").id("big") == "7123450000000000678"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("7.12345e18", "told_rounded"),
        ("7123450000000001000", "told_rounded"),
        ('"6931781998977358000"', "told_rounded"),
        ("true", "told_unreadable"),
        ('"A-1"', "told_unreadable"),
        ("-5", "told_unreadable"),
        ("[1]", "told_unreadable"),
        ("12345678901234567890", "told_unreadable"),
    ],
)
def test_an_id_that_lost_digits_or_is_none_is_refused(raw: str, code: str) -> None:
    told = envelope(f'{{"result":1,"id":{raw}}}'.encode())
    with pytest.raises(Odd) as odd:
        told.id("id")
    assert odd.value.code == code


def test_numbers_that_nothing_has_rounded_are_not_suspected() -> None:
    assert not any(map(is_rounded, ("2200000000000", "6931781998977357824", "7123450000000000678")))
    assert is_rounded(str(2**53 + 8))


@pytest.mark.parametrize("raw", [-1, 10**13, 1.5, True, "12.00"])
def test_an_amount_that_is_none_is_refused(raw: object) -> None:
    with pytest.raises(Odd):
        Told({"fee": raw}).fen("fee")


@pytest.mark.parametrize("raw", [10**18, 1, 10**30, "soon", 1.5])
def test_a_time_that_is_none_is_refused(raw: object) -> None:
    with pytest.raises(Odd):
        Told({"at": raw}).at("at")
