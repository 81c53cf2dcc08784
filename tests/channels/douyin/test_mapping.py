"""Prove the tables total: each code of 抖店 has its place, and only seen codes have one."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.base import Turn
from aftersale.channels.douyin import mapping, ways
from aftersale.channels.douyin.calls import DIRECT
from aftersale.channels.douyin.channel import Douyin
from aftersale.channels.douyin.codes import (
    BUYER_REASONS,
    Arbitration,
    AutoAudit,
    Flag,
    Kind,
    LineStatus,
    Operate,
    Parcel,
    RefundStatus,
    ServiceStatus,
    Status,
    known,
)
from aftersale.channels.spreadsheet.standing import NO_DISPUTE, RULINGS
from aftersale.channels.spreadsheet.words import VAGUE_REASONS, plain, reason_of
from aftersale.channels.verbs import Verb
from aftersale.domain.vocabulary import APPLY_TYPES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (mapping.STANDINGS, product(Status, RefundStatus)),
        (mapping.STATUS_WORDS, Status),
        (mapping.CLAIMS, Kind),
        (mapping.KIND_WORDS, Kind),
        (mapping.ARBITRATION_WORDS, Arbitration),
        (mapping.HAS_LEFT, LineStatus),
        (mapping.TRACKING, Parcel),
        (mapping.ENDED_BY_ITSELF, AutoAudit),
        (mapping.FLAG_WORDS, Flag),
        (mapping.SERVICE_PLACES, ServiceStatus),
    ],
)
def test_a_table_names_every_code(table: Collection[object], codes: Iterable[object]) -> None:
    assert set(table) == set(codes)


def test_what_is_paid_is_shown_as_paid_and_nothing_else_is() -> None:
    paid = {pair for pair, place in mapping.STANDINGS.items() if place.refunded}
    ends = (Status.SUCCEEDED, Status.CLOSED, Status.ORDER_CANCELLED, Status.REVERSED)
    assert paid == set(product(ends, (RefundStatus.PAID, RefundStatus.RECOVERED)))


def test_a_ticket_with_an_end_waits_for_nobody() -> None:
    assert all(place.open or place.turn is Turn.DONE for place in mapping.STANDINGS.values())


def test_claims_and_dispute_words_are_those_of_the_desk() -> None:
    assert {claim.apply_type for claim in mapping.CLAIMS.values() if claim} == set(APPLY_TYPES)
    assert set(mapping.ARBITRATION_WORDS.values()) <= set(RULINGS) | NO_DISPUTE


@pytest.mark.parametrize("word", BUYER_REASONS.values())
def test_a_reason_is_known_or_known_to_be_vague(word: str) -> None:
    assert (reason_of(word) is None) is (plain(word) in VAGUE_REASONS)


def test_every_verb_has_a_way_or_is_left_to_a_person() -> None:
    assert set(DIRECT) | ways.JUDGED == Douyin.verbs
    assert not set(DIRECT) & ways.JUDGED
    assert Douyin.verbs | ways.NOT_OFFERED == set(Verb)
    left = {Verb.COMPENSATE, Verb.SMALL_PAYOUT, Verb.AGREE_REPAIR, Verb.AGREE_RESHIP, Verb.CHANGE_TYPE}
    assert left == ways.NOT_OFFERED


def test_every_operation_is_used() -> None:
    used = {way.code for way in ways.WAYS.values() if isinstance(way.code, Operate)}
    # Agreeing once the parcel is back stands in for agreeing at once, by how the parcel fares.
    assert used | {Operate.AGREE_PARCEL_REFUSED} == set(Operate)


def test_a_code_that_nobody_has_seen_has_no_name() -> None:
    assert known(Status, 99) is None
    assert known(Status, None) is None
    assert known(Status, 6) is Status.APPLIED
