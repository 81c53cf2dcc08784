"""Ask what stands beside a ticket: reasons of refusal, the log, and what is sealed."""

from __future__ import annotations

import json

import pytest

from aftersale.channels.interface import RejectReason, Said, Sealed
from aftersale.channels.kuaishou import Kuaishou, contract
from aftersale.channels.kuaishou.values import millis
from aftersale.domain.errors import Rejected, Unavailable
from tests.channels.kuaishou.platform import AT, TICKET_NO, Platform, refusing, well


def test_reasons_say_what_must_come_with_them() -> None:
    told = [
        {
            "code": 12,
            "desc": "影响二次销售",
            "tip": "请上传照片",
            "requiredRejectDesc": True,
            "requiredRejectImage": True,
        },
        {"code": 13, "desc": "与买家协商一致", "requiredRejectDesc": False},
        {"desc": "没有代码"},
    ]
    platform = Platform(answers={contract.REASONS: well(told)})
    assert Kuaishou().reject_reasons(TICKET_NO, platform) == (
        RejectReason("12", "影响二次销售", needs_text=True, needs_evidence=True, hint="请上传照片"),
        RejectReason("13", "与买家协商一致", needs_text=False, needs_evidence=False),
    )
    assert platform.asked == [(contract.REASONS, {"refundId": int(TICKET_NO)}, False)]


def test_the_log_is_given_oldest_first_with_roles_as_they_came() -> None:
    told = [
        {"title": "商家同意退款", "role": 2, "createTime": millis(AT) + 5000, "staffAccountId": 55},
        {"title": "买家发起申请", "role": 1, "createTime": millis(AT), "staffAccountId": 0},
    ]
    log = Kuaishou().history(TICKET_NO, Platform(answers={contract.HISTORY: well(told)}))
    assert [(line.role, line.words) for line in log] == [("1", "买家发起申请"), ("merchant", "商家同意退款")]
    assert log[0] == Said(AT, "1", "买家发起申请")


@pytest.mark.parametrize("line", [{"title": "没有时间"}, {"title": "?", "createTime": "soon"}])
def test_a_log_that_cannot_be_read_is_asked_for_again(line: dict[str, object]) -> None:
    with pytest.raises(Unavailable):
        Kuaishou().history(TICKET_NO, Platform(answers={contract.HISTORY: well([line])}))


def opening(sealed: int, error: int = 1) -> Platform:
    results = [
        {"encryptedData": f"c{n}", "decryptedData": f"p{n}", "errorCode": error if n == 0 else 1}
        for n in range(sealed)
    ]
    body = json.dumps({"result": 1, "batchDecryptResultList": results}).encode()
    return Platform(answers={contract.DECRYPT: body})


def test_sealed_values_are_opened_with_their_order() -> None:
    platform = opening(2)
    sealed = (Sealed("2300000000001", "c0"), Sealed("2300000000001", "c1"))
    assert Kuaishou().reveal(sealed, platform) == {"c0": "p0", "c1": "p1"}
    asked = [{"encryptedData": each.cipher, "bizId": each.order_no} for each in sealed]
    assert platform.asked == [(contract.DECRYPT, {"batchDecryptList": asked}, False)]


def test_what_the_platform_does_not_open_is_left_out() -> None:
    sealed = (Sealed("1", "c0"), Sealed("1", "c1"))
    assert Kuaishou().reveal(sealed, opening(2, error=7)) == {"c1": "p1"}


def test_more_than_a_hundred_are_opened_in_turns_and_none_in_no_call() -> None:
    platform = opening(1)
    Kuaishou().reveal(tuple(Sealed("1", f"c{n}") for n in range(201)), platform)
    lists = [params["batchDecryptList"] for _, params, _ in platform.asked]
    assert [len(each) for each in lists if isinstance(each, list)] == [100, 100, 1]
    assert Kuaishou().reveal((), Platform()) == {}


def test_a_shop_that_may_not_decrypt_hears_it_and_nothing_is_asked_again() -> None:
    platform = Platform(answers={contract.DECRYPT: refusing(21, "level too low")})
    with pytest.raises(Rejected):
        Kuaishou().reveal((Sealed("1", "c0"),), platform)
    assert len(platform.asked) == 1
