"""Prove the tables of codes total, and that what is not in them is kept as it came."""

from __future__ import annotations

from itertools import product

import pytest

from aftersale.channels import standing as places
from aftersale.channels.base import Turn
from aftersale.channels.kuaishou import codes
from aftersale.channels.kuaishou.codes import Negotiation, Order, Origin, Status, Way
from aftersale.channels.kuaishou.notices import claim_words, notice_of, status_words
from aftersale.channels.kuaishou.standing import TABLE, standing_of
from aftersale.channels.kuaishou.values import Told
from aftersale.channels.kuaishou.ways import NOTES, STEPS
from aftersale.domain.facts import facts_of_export
from tests.channels.kuaishou.platform import order, ticket
from tests.channels.kuaishou.test_notices import case

ALL = list(product(Status, Way, Negotiation))


def test_the_table_has_a_place_for_every_combination_of_codes() -> None:
    assert set(TABLE) == set(ALL)
    assert {int(status) for status in Status} == {10, 11, 12, 20, 21, 22, 30, 40, 45, 50, 60, 70}
    assert {int(way) for way in Way} == {1, 3, 4, 5, 10}
    assert {int(negotiation) for negotiation in Negotiation} == {0, 1, 2, 3}


def test_every_code_has_its_word() -> None:
    assert set(codes.STATUS_WORDS) == set(Status)
    assert set(codes.WAY_WORDS) == set(codes.APPLY_TYPES) == set(Way)
    assert set(codes.NEGOTIATION_WORDS) == set(Negotiation)
    assert set(codes.ORIGIN_WORDS) == set(Origin)


@pytest.mark.parametrize("order_status", [*Order, 99])
def test_every_combination_makes_facts_that_the_desk_can_judge(order_status: int) -> None:
    for status, way, negotiation in ALL:
        told = ticket(status=int(status), handlingWay=int(way), negotiateStatus=int(negotiation))
        notice = notice_of(case(told, order(status=int(order_status))))
        facts = facts_of_export(notice.facts, notice.unknown)
        assert facts["platform"] == "kuaishou"
        assert notice.open == (status not in {Status.DONE, Status.CLOSED})


def test_money_is_said_to_have_moved_only_where_the_status_says_so() -> None:
    moved = {(status, way) for (status, way, _), found in TABLE.items() if found.refunded}
    assert moved == {(Status.DONE, Way.REFUND), (Status.DONE, Way.RETURN)}
    for status, way, negotiation in ALL:
        told = ticket(status=int(status), handlingWay=int(way), negotiateStatus=int(negotiation))
        facts = notice_of(case(told, order())).facts
        assert facts.get("refunded_fen") == (12_900 if (status, way) in moved else None)
        ended = status in {Status.DONE, Status.CLOSED}
        assert facts.get("requested_refund_fen") == (None if ended else 12_900)


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ((10, 10, 1), places.ASKED),
        ((11, 1, 1), places.ASKED),
        ((10, 1, 1), places.ASKED),
        ((10, 10, 3), places.REJECTED),
        ((12, 10, 0), places.REJECTED),
        ((10, 10, 2), places.UNSEEN),
        ((20, 10, 1), places.DISPUTE),
        ((21, 1, 0), places.DISPUTE),
        ((22, 1, 2), places.DISPUTE_AGREED),
        ((30, 1, 2), places.RETURNING),
        ((30, 1, 3), places.AT_BUYER),
        ((40, 1, 1), places.SENT_BACK),
        ((40, 3, 3), places.REJECTED_RETURN),
        ((40, 4, 1), places.UNSEEN),
        ((45, 3, 2), places.SHIPPED_AGAIN),
        ((50, 10, 2), places.PAYING),
        ((60, 1, 2), places.REFUNDED),
        ((60, 5, 2), places.REPLACED),
        ((70, 3, 0), places.CLOSED),
    ],
)
def test_both_generations_are_read_with_way_and_move(
    told: tuple[int, int, int], place: places.Standing
) -> None:
    assert standing_of(*told) == place


def test_an_exchange_that_ended_does_not_say_whether_money_moved() -> None:
    notice = notice_of(case(ticket(status=60, handlingWay=3), order()))
    assert not notice.open
    assert "refunded_fen" in notice.unknown
    assert "refunded_fen" not in notice.facts


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"status": 33}, "状态代码 33"),
        ({"handlingWay": 7}, "处理方式代码 7"),
        ({"negotiateStatus": 9}, "协商代码 9"),
    ],
)
def test_a_code_nobody_has_seen_is_kept_and_put_before_a_person(
    changes: dict[str, object], shown: str
) -> None:
    notice = notice_of(case(ticket(**changes), order()))
    assert shown in f"{notice.status} {notice.claim}"
    assert (notice.open, notice.turn) == (True, Turn.MERCHANT)
    assert "merchant_response" in notice.unknown
    assert shown in notice.sources["merchant_response"]
    assert notice.facts["status_deadline"]


def test_a_missing_move_is_the_platforms_own_unknown() -> None:
    assert standing_of(10, 10, None) == places.ASKED
    assert standing_of(10, None, 1) is None
    assert standing_of(None, 10, 1) is None


def test_words_say_whose_move_it_is_only_where_that_says_more() -> None:
    assert status_words(Told(ticket(negotiateStatus=1))) == "买家已申请，待卖家同意"
    assert status_words(Told(ticket(negotiateStatus=3))) == "买家已申请，待卖家同意（商家驳回，等待买家修改）"
    assert claim_words(Told(ticket(specialRefundType=1))) == "价保"
    assert claim_words(Told(ticket(refundType=2))) == "仅退款（商家主动退款）"
    assert claim_words(Told(ticket(refundType=9))) == "仅退款（发起方代码 9）"


def test_the_table_of_what_is_possible_speaks_of_what_is_done_and_of_all_that_is_done() -> None:
    assert {verb for verb, _ in codes.POSSIBLE} == set(STEPS)
    assert not set(STEPS) & NOTES
    assert all(statuses for statuses in codes.POSSIBLE.values())
    ended = {Status.DONE, Status.CLOSED, Status.PAYING, Status.SENT_AGAIN}
    assert not any(statuses & ended for statuses in codes.POSSIBLE.values())
    assert not {Way.RESHIP, Way.REPAIR} & {way for _, way in codes.POSSIBLE}
