"""Send what was decided, on the version it was decided on, and nothing else."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.channels.base import Outcome
from aftersale.channels.kuaishou import Kuaishou, contract
from aftersale.channels.kuaishou.codes import POSSIBLE, Status, Way
from aftersale.channels.kuaishou.ways import STEPS
from aftersale.channels.verbs import Verb
from aftersale.domain.errors import NotSent, Rejected, Unavailable, Unreadable
from tests.channels.kuaishou.platform import (
    FEE,
    ORDER_NO,
    STATES,
    TICKET_NO,
    VERSION,
    Fields,
    Platform,
    refusing,
    ticket,
    wish,
)

ID = int(TICKET_NO)
SENT: list[tuple[str, Fields, Fields, tuple[str, Fields]]] = [
    (
        Verb.REFUND,
        {},
        {},
        (
            contract.APPROVE,
            {
                "refundId": ID,
                "refundAmount": FEE,
                "status": 10,
                "negotiateStatus": 1,
                "refundHandingWay": 10,
            },
        ),
    ),
    (
        Verb.AGREE_RETURN,
        {},
        {"address_id": "77"},
        (contract.APPROVE_RETURN, {"refundId": ID, "refundAmount": FEE, "addressId": 77}),
    ),
    (Verb.AGREE_EXCHANGE, {}, {}, (contract.APPROVE_RETURN, {"refundId": ID, "refundAmount": 0})),
    (Verb.REFUND_RECEIVED, {}, {}, (contract.CONFIRM_RECEIPT, {"refundId": ID, "status": 40})),
    (Verb.REFUND_NO_RETURN, {}, {}, (contract.DIRECT_REFUND, {"refundId": ID, "refundVersion": VERSION})),
    (
        Verb.REFUSE,
        {},
        {"evidence": ["https://a/1.jpg"]},
        (
            contract.REJECT,
            {
                "refundId": ID,
                "refundVersion": VERSION,
                "reasonCode": 12,
                "rejectDesc": "影响二次销售",
                "rejectImages": ["https://a/1.jpg"],
            },
        ),
    ),
    (
        Verb.CHANGE_TYPE,
        {},
        {},
        (
            contract.REJECT,
            {
                "refundId": ID,
                "refundVersion": VERSION,
                "reasonCode": 13,
                "rejectDesc": "不用寄回",
                "editHandlingWay": 10,
            },
        ),
    ),
    (
        Verb.CHANGE_TYPE,
        {"handlingWay": 3, "status": 10},
        {"to": "return_refund", "address_id": "77", "text": ""},
        (
            contract.REJECT,
            {
                "refundId": ID,
                "refundVersion": VERSION,
                "reasonCode": 13,
                "editHandlingWay": 1,
                "editReturnAddressId": 77,
            },
        ),
    ),
    (
        Verb.SEND,
        {},
        {},
        (contract.CONFIRM_AND_SEND, {"refundId": ID, "expressNo": "SF100", "expressCode": 4}),
    ),
    (
        Verb.RETURN_WAYBILL,
        {},
        {},
        (contract.RETURN_INFO, {"refundId": ID, "expressNo": "ZT100", "expressCode": 9}),
    ),
    (Verb.REMARK, {}, {}, (contract.ADD_NOTE, {"orderId": int(ORDER_NO), "note": "已电话联系"})),
    (Verb.FLAG, {}, {}, (contract.ADD_NOTE, {"orderId": int(ORDER_NO), "note": "", "flag": 1})),
]


def at(verb: str, **changes: object) -> Platform:
    """Set a platform up where a verb is possible."""
    way, status = STATES.get(verb, (10, 10))
    return Platform(shown=ticket(**{"handlingWay": way, "status": status, **changes}))


def refusal(platform: Platform, verb: str, params: Fields | None = None) -> Rejected:
    with pytest.raises(Rejected) as refused:
        Kuaishou().perform(wish(verb, params), platform)
    assert platform.sent == []
    assert platform.effects == 0
    return refused.value


@pytest.mark.parametrize(("verb", "shown", "params", "expected"), SENT)
def test_each_verb_is_one_call_with_what_it_needs(
    verb: str, shown: Fields, params: Fields, expected: tuple[str, Fields]
) -> None:
    platform = at(verb, **shown)
    receipt = Kuaishou().perform(wish(verb, params), platform)
    assert receipt.outcome is Outcome.DONE
    assert platform.sent == [expected]
    assert platform.effects == 1


def test_every_verb_stands_in_the_table_of_what_is_sent() -> None:
    assert {verb for verb, *_ in SENT} == Kuaishou().verbs


def test_what_the_platform_does_not_offer_is_left_to_people() -> None:
    assert not Kuaishou().verbs & {
        Verb.SUBMIT_EVIDENCE,
        Verb.EXTEND,
        Verb.COMPENSATE,
        Verb.AGREE_REPAIR,
        Verb.AGREE_RESHIP,
        Verb.INTERCEPT,
        Verb.GOODS_STOPPED,
        Verb.GOODS_IN_WAREHOUSE,
        Verb.REPLY_SERVICE,
    }


@given(
    verb=st.sampled_from(sorted(STEPS)),
    way=st.sampled_from([*map(int, Way), 7]),
    status=st.sampled_from([*map(int, Status), 33]),
    version=st.integers(min_value=1, max_value=2**62),
    guard=st.one_of(st.none(), st.integers(min_value=0, max_value=2**62).map(str), st.just("")),
)
def test_nothing_is_sent_but_on_the_version_that_was_decided_on(
    verb: Verb, way: int, status: int, version: int, guard: str | None
) -> None:
    platform = Platform(shown=ticket(handlingWay=way, status=status, updateTime=version))
    decided = str(version) if guard is None else guard
    possible = {(int(kind), int(state)) for kind in Way for state in POSSIBLE.get((verb, kind), ())}
    allowed = decided == str(version) and (way, status) in possible
    changeable = verb != Verb.CHANGE_TYPE or way != 10
    params = {"to": "return_refund"} if way == 3 else {}
    try:
        Kuaishou().perform(wish(verb, params, guard=decided), platform)
        sent = True
    except Rejected:
        sent = False
    assert sent == (allowed and changeable)
    assert len(platform.sent) == sent
    assert [method for method, *_ in platform.asked][:1] == [contract.DETAIL]
    for method, carried in platform.sent:
        if method in {contract.REJECT, contract.DIRECT_REFUND}:
            assert carried["refundVersion"] == int(decided)


def test_a_ticket_that_changed_since_is_not_touched() -> None:
    refused = refusal(at(Verb.REFUND, updateTime=VERSION + 1), Verb.REFUND)
    assert refused.code == "channel.version_conflict"


def test_a_change_between_reading_and_sending_is_the_platforms_refusal() -> None:
    platform = at(Verb.REFUSE)
    platform.faults = [refusing(300014, "refund updated")]
    with pytest.raises(Rejected) as refused:
        Kuaishou().perform(wish(Verb.REFUSE), platform)
    assert (refused.value.code, refused.value.platform_code) == ("channel.version_conflict", "300014")


def test_a_ticket_without_a_version_is_read_again() -> None:
    platform = at(Verb.REFUND, updateTime=None)
    with pytest.raises(Unavailable):
        Kuaishou().perform(wish(Verb.REFUND), platform)
    assert platform.sent == []


@pytest.mark.parametrize("verb", [Verb.REFUND, Verb.REFUND_RECEIVED, Verb.REFUND_NO_RETURN])
def test_a_refund_of_another_amount_than_was_decided_is_not_sent(verb: str) -> None:
    for fee in (FEE + 1, None):
        platform = at(verb, refundFee=fee)
        with pytest.raises(NotSent) as refused:
            Kuaishou().perform(wish(verb), platform)
        assert (refused.value.code, platform.sent) == ("channel.amount_differs", [])


@pytest.mark.parametrize(("way", "status"), list(product([*map(int, Way), 7], [60, 70, 33, 50])))
def test_what_ended_or_is_unknown_is_not_touched(way: int, status: int) -> None:
    platform = Platform(shown=ticket(handlingWay=way, status=status))
    for verb in sorted(STEPS):
        assert refusal(platform, verb).code == "channel.not_possible"


def test_granted_return_freight_goes_with_the_receipt() -> None:
    platform = at(
        Verb.REFUND_RECEIVED, returnFreightInfo={"returnFreightAmount": 800, "returnFreightStatus": 10}
    )
    Kuaishou().perform(wish(Verb.REFUND_RECEIVED, {"return_freight_fen": 800}), platform)
    assert platform.sent[0][1] == {
        "refundId": ID,
        "status": 40,
        "returnFreightHandlingAdvice": 1,
        "returnFreightAmount": 800,
    }


def test_refused_return_freight_carries_its_reason() -> None:
    platform = at(
        Verb.REFUND_RECEIVED, returnFreightInfo={"returnFreightAmount": 800, "returnFreightStatus": 10}
    )
    Kuaishou().perform(wish(Verb.REFUND_RECEIVED, {"return_freight_fen": 0, "text": "运费险已赔"}), platform)
    assert platform.sent[0][1] == {
        "refundId": ID,
        "status": 40,
        "returnFreightHandlingAdvice": 2,
        "returnFreightRejectDesc": "运费险已赔",
        "returnFreightRejectImages": [],
    }


@pytest.mark.parametrize(
    ("claimed", "params"),
    [
        (800, {}),
        (800, {"return_freight_fen": 700}),
        (800, {"return_freight_fen": 0}),
        (800, {"return_freight_fen": 0, "text": "长" * 300}),
        (None, {"return_freight_fen": 800}),
    ],
)
def test_return_freight_is_decided_as_it_was_claimed(claimed: int | None, params: Fields) -> None:
    claim = {"returnFreightAmount": claimed, "returnFreightStatus": 10} if claimed else None
    refused = refusal(at(Verb.REFUND_RECEIVED, returnFreightInfo=claim), Verb.REFUND_RECEIVED, params)
    assert refused.code in {"channel.freight_differs", "channel.bad_param"}


@pytest.mark.parametrize(
    ("verb", "params", "code"),
    [
        (Verb.REFUSE, {"reason": ""}, "channel.bad_param"),
        (Verb.REFUSE, {"reason": "其他"}, "channel.bad_param"),
        (Verb.REFUSE, {"evidence": [f"https://a/{n}.jpg" for n in range(7)]}, "channel.too_many_pictures"),
        (Verb.CHANGE_TYPE, {"to": "exchange"}, "channel.not_possible"),
        (Verb.CHANGE_TYPE, {"to": "dance"}, "channel.not_possible"),
        (Verb.AGREE_RETURN, {"address_id": "杭州"}, "channel.bad_param"),
        (Verb.SEND, {"waybill": ""}, "channel.bad_param"),
        (Verb.SEND, {"carrier": "顺丰"}, "channel.bad_param"),
        (Verb.REMARK, {"text": "长" * 201}, "channel.bad_param"),
        (Verb.FLAG, {"flag": "pink"}, "channel.bad_param"),
    ],
)
def test_what_the_platform_would_not_take_is_not_sent(verb: str, params: Fields, code: str) -> None:
    assert refusal(at(verb), verb, params).code == code


def test_a_read_that_fails_before_a_write_leaves_nothing_done() -> None:
    platform = at(Verb.REFUND)
    platform.answers[contract.DETAIL] = b"<html>502</html>"
    with pytest.raises(Unavailable):
        Kuaishou().perform(wish(Verb.REFUND), platform)
    assert platform.sent == []


def test_a_write_whose_answer_is_lost_is_not_sent_again() -> None:
    platform = at(Verb.REFUND)
    platform.faults = [b""]
    with pytest.raises(Unreadable):
        Kuaishou().perform(wish(Verb.REFUND), platform)
    assert len(platform.sent) == 1
