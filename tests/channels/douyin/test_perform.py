"""Write to the platform what was decided, on the version it was decided on, and nothing else."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.channels.base import Outcome, Outgoing
from aftersale.channels.douyin import Douyin
from aftersale.channels.douyin.codes import Kind, Status
from aftersale.channels.douyin.ways import JUDGED, OFFERED, WAYS
from aftersale.channels.verbs import REFUNDS, Verb
from aftersale.domain.errors import ChannelError, NotSent, Rejected, Unreadable
from tests.channels.douyin.platform import Doudian, no, ok, silent
from tests.channels.douyin.samples import ORDER_NO, TICKET_NO, UPDATED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.channels.base import Receipt

ALL: Mapping[str, object] = {
    "carrier": "shunfeng",
    "waybill": "SF1",
    "to": "refund_only",
    "reason": "22",
    "text": "凭证不足",
    "evidence": [],
    "address_id": "88",
    "flag": "red",
}


def wish(verb: str, **changes: Any) -> Outgoing:  # noqa: ANN401 - any field of the wish
    told: dict[str, Any] = {
        "key": "k1",
        "verb": verb,
        "ticket_no": TICKET_NO,
        "order_no": ORDER_NO,
        "amount_fen": 12900 if verb in REFUNDS else None,
        "params": ALL,
        "guard": str(UPDATED),
    }
    return Outgoing(**{**told, **changes})


def standing(kind: int, status: int, **process: Any) -> Doudian:  # noqa: ANN401 - any part of the detail
    return Doudian(info={"after_sale_type": kind, "after_sale_status": status}, process=process)


def done(platform: Doudian, verb: str, **changes: Any) -> Receipt:  # noqa: ANN401 - as above
    return Douyin().perform(wish(verb, **changes), platform)


def refusal(platform: Doudian, verb: str, **changes: Any) -> Rejected:  # noqa: ANN401 - as above
    with pytest.raises(Rejected) as refused:
        done(platform, verb, **changes)
    return refused.value


OPERATIONS = [
    (Verb.REFUND, 1, 6, 201),
    (Verb.REFUND, 2, 6, 401),
    (Verb.REFUND_NO_RETURN, 1, 6, 201),
    (Verb.REFUND_NO_RETURN, 2, 6, 401),
    (Verb.REFUND_RECEIVED, 0, 11, 111),
    (Verb.AGREE_RETURN, 0, 6, 101),
    (Verb.AGREE_EXCHANGE, 3, 6, 301),
    (Verb.SEND, 3, 11, 311),
    (Verb.SEND, 3, 8, 311),
    (Verb.REFUSE, 0, 6, 102),
    (Verb.REFUSE, 0, 11, 112),
    (Verb.REFUSE, 1, 6, 202),
    (Verb.REFUSE, 3, 6, 302),
    (Verb.REFUSE, 3, 11, 312),
]
TURNED = [
    (Verb.REFUND_NO_RETURN, 0, 6, 121),
    (Verb.REFUND_NO_RETURN, 0, 7, 121),
    (Verb.REFUND_NO_RETURN, 3, 11, 321),
]


@pytest.mark.parametrize(("verb", "kind", "status", "code"), OPERATIONS)
def test_kind_and_stage_choose_the_operation(verb: Verb, kind: int, status: int, code: int) -> None:
    platform = standing(kind, status)
    receipt = done(platform, verb)
    assert receipt.outcome is Outcome.DONE
    ((method, params),) = platform.effects
    assert (method, params["type"], len(params["items"])) == ("afterSale.operate", code, 1)
    assert params["items"][0]["aftersale_id"] == TICKET_NO


@pytest.mark.parametrize(("verb", "kind", "status", "code"), TURNED)
def test_a_claim_is_turned_into_a_refund_and_looked_at_after(
    verb: Verb, kind: int, status: int, code: int
) -> None:
    platform = standing(kind, status)
    with pytest.raises(Unreadable):
        done(platform, verb)
    ((method, params),) = platform.effects
    assert (method, params["type"]) == ("afterSale.operate", code), "nothing tells that it was paid"


def test_a_return_and_an_exchange_name_the_address_that_was_chosen() -> None:
    for verb, kind in ((Verb.AGREE_RETURN, 0), (Verb.AGREE_EXCHANGE, 3)):
        platform = standing(kind, 6)
        done(platform, verb)
        assert platform.effects[0][1]["items"][0]["logistics"] == {"receiver_address_id": 88}


def test_without_a_chosen_address_the_shops_default_for_returns_is_named() -> None:
    platform = standing(0, 6)
    done(platform, Verb.AGREE_RETURN, params={})
    assert platform.effects[0][1]["items"][0]["logistics"] == {"receiver_address_id": 77}


def test_without_any_address_nothing_is_sent() -> None:
    platform = standing(0, 6)
    platform.answers = {"address.list": ok({"address_list": [{"address_id": 77, "is_default": 0}]})}
    assert refusal(platform, Verb.AGREE_RETURN, params={}).code == "channel.param_missing"
    assert platform.effects == []


@pytest.mark.parametrize(("state", "code"), [(1, 203), (3, 203), (2, 201), (4, 201), (0, 201)])
def test_goods_that_the_buyer_refused_and_that_travel_back_are_paid_once_they_are_back(
    state: int, code: int
) -> None:
    order = [{"tracking_no": "SF0", "company_name": "顺丰", "logistics_state": state}]
    platform = standing(1, 6, logistics_info={"order": order})
    done(platform, Verb.REFUND)
    assert platform.effects[0][1]["type"] == code


def test_a_refusal_carries_the_platforms_code_and_words_and_ours_for_the_buyer() -> None:
    platform = standing(1, 6)
    urls = ["https://p3.example.com/a.jpg", "https://p3.example.com/b.MP4?x=1"]
    done(platform, Verb.REFUSE, params={**ALL, "reason": "23", "evidence": urls})
    item = platform.effects[0][1]["items"][0]
    assert (item["reject_reason_code"], item["reason"], item["remark"]) == (23, "买家凭证无效", "凭证不足")
    assert [(each["type"], each["url"]) for each in item["evidence"]] == [(1, urls[0]), (2, urls[1])]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason": "99"}, "channel.param_not_taken"),
        ({"reason": ""}, "channel.param_missing"),
        ({"text": " "}, "channel.param_missing"),
        ({"reason": "23", "evidence": []}, "channel.param_missing"),
        ({"evidence": ["https://p3.example.com/a.jpg"] * 5}, "channel.param_not_taken"),
    ],
)
def test_a_refusal_that_the_platform_would_not_take_is_not_sent(
    changes: dict[str, object], code: str
) -> None:
    platform = standing(1, 6)
    assert refusal(platform, Verb.REFUSE, params={**ALL, **changes}).code == code
    assert platform.effects == []


@pytest.mark.parametrize(
    ("verb", "kind"), [(v, k) for v in sorted(JUDGED) for k in Kind if (v, k) not in OFFERED]
)
def test_what_the_platform_offers_no_call_for_is_handed_to_a_person(verb: Verb, kind: Kind) -> None:
    platform = standing(kind, 6)
    receipt = done(platform, verb)
    assert (receipt.outcome, platform.effects) == (Outcome.HANDED_OVER, [])
    assert TICKET_NO in receipt.message.zh


def test_refusing_what_was_not_shipped_is_a_persons_work() -> None:
    assert done(standing(2, 6), Verb.REFUSE).outcome is Outcome.HANDED_OVER


IMPOSSIBLE = [
    (verb, kind, status)
    for verb, kind in sorted(OFFERED)
    for status in Status
    if (verb, kind, status) not in WAYS
]


@pytest.mark.parametrize(("verb", "kind", "status"), IMPOSSIBLE)
def test_what_is_not_possible_at_a_stage_is_not_sent(verb: Verb, kind: Kind, status: Status) -> None:
    platform = standing(kind, status)
    assert refusal(platform, verb).code == "channel.not_possible_now"
    assert platform.effects == []


@given(
    step=st.sampled_from(sorted(WAYS)),
    decided_on=st.integers(1_700_000_000, 1_790_000_000),
    stands_at=st.integers(1_700_000_000, 1_790_000_000) | st.none(),
)
def test_nothing_is_answered_without_the_version_it_was_decided_on(
    step: tuple[Verb, Kind, Status], decided_on: int, stands_at: int | None
) -> None:
    verb, kind, status = step
    platform = standing(kind, status)
    platform.info["update_time"] = decided_on if stands_at is None else stands_at
    if platform.info["update_time"] == decided_on:
        # What is turned into a refund is looked at after, and nothing changes here.
        with suppress(Unreadable):
            done(platform, verb, guard=str(decided_on))
        sent = platform.sent("afterSale.operate")
        assert [params["items"][0]["update_time"] for params in sent] == [decided_on] * len(sent)
        assert len(platform.effects) == 1
    else:
        assert refusal(platform, verb, guard=str(decided_on)).code == "channel.version_conflict"
        assert platform.effects == []


def test_a_decision_that_names_no_version_is_not_sent() -> None:
    platform = standing(1, 6)
    assert refusal(platform, Verb.REFUND, guard="").code == "channel.no_version"
    assert platform.effects == []


def test_a_ticket_that_changes_between_reading_and_writing_is_a_conflict_and_changes_nothing() -> None:
    platform = standing(1, 6)
    platform.before = lambda doudian: doudian.info.update(update_time=UPDATED + 1)
    fault = refusal(platform, Verb.REFUND)
    assert (fault.code, fault.platform_code) == ("channel.version_conflict", "isv.business-failed:20309541")
    assert platform.effects == []


def test_a_refusal_of_a_ticket_that_did_not_change_keeps_the_platforms_code() -> None:
    platform = standing(1, 6)
    platform.faults = [partial(no, 50002, "isv.business-failed:11001", "不支持")]
    fault = refusal(platform, Verb.REFUND)
    assert (fault.code, fault.platform_code) == ("channel.refused", "isv.business-failed:11001")


def test_a_refusal_that_cannot_be_looked_into_stays_a_refusal() -> None:
    platform = standing(1, 6)

    def refuses() -> bytes:
        platform.answers["afterSale.Detail"] = b"<html>"
        return no(50002, "isv.business-failed:1")

    platform.faults = [refuses]
    assert refusal(platform, Verb.REFUND).code == "channel.refused"


def test_an_item_that_failed_is_a_refusal_though_the_call_succeeded() -> None:
    platform = standing(1, 6)
    platform.faults = [
        partial(ok, {"items": [{"aftersale_id": 1, "status_code": 20309, "status_msg": "余额不足"}]})
    ]
    fault = refusal(platform, Verb.REFUND)
    assert fault.platform_code == "20309"
    assert "余额不足" in fault.message.zh


def test_another_amount_than_was_applied_for_is_never_sent() -> None:
    platform = standing(1, 6)
    with pytest.raises(NotSent) as refused:
        done(platform, Verb.REFUND_NO_RETURN, amount_fen=5000)
    fault = refused.value
    assert fault.code == "channel.amount_differs", "a person does it in the back office"
    assert "¥129.00" in fault.message.zh
    assert "¥50.00" in fault.message.zh
    assert platform.effects == []


def test_an_answer_that_does_not_come_is_sent_once() -> None:
    platform = standing(1, 6)
    platform.faults = [silent]
    with pytest.raises(Unreadable):
        done(platform, Verb.REFUND)
    assert len(platform.sent("afterSale.operate")) == 1


def test_reading_before_a_write_never_leaves_its_outcome_in_doubt() -> None:
    platform = standing(1, 6)
    platform.answers = {"afterSale.Detail": b'{"code":10000,"data":'}
    with pytest.raises(ChannelError) as fault:
        done(platform, Verb.REFUND)
    assert not isinstance(fault.value, Unreadable)
    assert platform.sent("afterSale.operate") == []


def test_more_time_is_asked_for_while_goods_are_on_their_way_back() -> None:
    platform = standing(0, 11)
    done(platform, Verb.EXTEND)
    assert platform.effects == [("afterSale.timeExtend", {"aftersale_id": int(TICKET_NO)})]


BESIDE = [
    (Verb.REMARK, "afterSale.addOrderRemark", {"after_sale_id": TICKET_NO, "remark": "凭证不足"}),
    (
        Verb.FLAG,
        "order.addOrderRemark",
        {"order_id": ORDER_NO, "remark": "凭证不足", "is_add_star": "true", "star": "5"},
    ),
    (
        Verb.SUBMIT_EVIDENCE,
        "afterSale.submitEvidence",
        {"aftersale_id": int(TICKET_NO), "comment": "凭证不足", "evidence": []},
    ),
    (
        Verb.RETURN_WAYBILL,
        "afterSale.fillLogistics",
        {"aftersale_id": int(TICKET_NO), "send_type": 3, "company_code": "shunfeng", "tracking_no": "SF1"},
    ),
    (
        Verb.INTERCEPT,
        "afterSale.applyLogisticsIntercept",
        {
            "after_sale_id": int(TICKET_NO),
            "op_from": 1,
            "intercept_targets": [{"company_code": "shunfeng", "tracking_no": "SF1"}],
        },
    ),
]


@pytest.mark.parametrize(("verb", "method", "params"), BESIDE)
def test_what_answers_no_application_is_one_call(verb: Verb, method: str, params: dict[str, object]) -> None:
    platform = Doudian()
    done(platform, verb)
    assert platform.effects == [(method, params)]
    assert [writes for _, _, writes in platform.calls] == [True]


@pytest.mark.parametrize(
    ("verb", "params"),
    [
        (Verb.FLAG, {"flag": "yellow"}),
        (Verb.FLAG, {"flag": "red", "text": "长" * 61}),
        (Verb.REMARK, {}),
        (Verb.INTERCEPT, {"carrier": "shunfeng"}),
        (Verb.SUBMIT_EVIDENCE, {"text": "看图", "evidence": ["https://p3.example.com/a.jpg"] * 5}),
    ],
)
def test_what_the_platform_would_not_take_is_not_sent(verb: Verb, params: dict[str, object]) -> None:
    platform = Doudian()
    refusal(platform, verb, params=params)
    assert platform.calls == []


def test_a_parcel_that_could_not_be_stopped_is_a_refusal_with_the_platforms_words() -> None:
    results = [{"is_success": False, "unavailable_reason": "快件已派送"}]
    answer = ok({"intercept_results": results, "success_count": 0, "failed_count": 1})
    platform = Doudian(answers={"afterSale.applyLogisticsIntercept": answer})
    assert "快件已派送" in refusal(platform, Verb.INTERCEPT).message.zh


@pytest.mark.parametrize("ticket_no", ["order-6920000000000000001", "", "service-x", "７１２"])
def test_a_number_that_is_no_ticket_of_the_platform_is_not_sent(ticket_no: str) -> None:
    platform = Doudian()
    for verb in (Verb.REFUND, Verb.REMARK, Verb.REPLY_SERVICE):
        refusal(platform, verb, ticket_no=ticket_no)
    assert platform.calls == []


def test_the_reasons_for_refusing_are_those_of_the_ticket_now() -> None:
    first, second = Douyin().reject_reasons(TICKET_NO, Doudian())
    assert (first.code, first.words, first.needs_evidence) == ("22", "运费协商不一致", False)
    assert (second.code, second.needs_evidence, second.needs_text) == ("23", True, True)
    assert Douyin().reject_reasons("service-990011", Doudian()) == ()
