from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aftersale.domain import vocabulary
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.facts import parse_facts
from aftersale.sandbox.scale import facts_stream

STREAM = list(facts_stream(11, 6000))
CHAINS = [
    ("paid_at", "shipped_at", "first_scan_at"),
    ("shipped_at", "signed_at", "confirmed_at", "applied_at"),
    ("paid_at", "applied_at", "merchant_agreed_at", "return_waybill_at", "return_received_at", "now"),
    ("applied_at", "merchant_rejected_at", "arbitration_applied_at", "evidence_requested_at", "now"),
    ("evidence_requested_at", "evidence_submitted_at", "judged_at", "now"),
]


def facts_of(ticket: dict[str, object]) -> dict[str, object]:
    return cast("dict[str, object]", ticket["facts"])


def unknown_of(ticket: dict[str, object]) -> list[str]:
    return cast("list[str]", ticket["unknown"])


def number(facts: dict[str, object], name: str) -> int:
    return cast("int", facts.get(name, 0))


def test_the_same_seed_gives_the_same_tickets_and_fewer_are_a_prefix() -> None:
    assert list(facts_stream(11, 100)) == STREAM[:100]
    assert list(facts_stream(12, 100)) != STREAM[:100]


def test_no_two_tickets_share_an_id() -> None:
    assert len({ticket["id"] for ticket in STREAM}) == len(STREAM)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("reason", vocabulary.REASONS),
        ("category", vocabulary.CATEGORIES),
        ("apply_type", vocabulary.APPLY_TYPES),
        ("platform", vocabulary.PLATFORMS),
        ("merchant_response", ("none", "agreed", "rejected", "negotiating")),
        ("return_mismatch", ("none", "empty", "swapped", "missing_parts", "used", "unknown")),
        ("sign_proof", vocabulary.SIGN_PROOFS),
        ("quality_proven", ("yes", "no", "unknown")),
    ],
)
def test_every_value_of_an_enumeration_occurs(name: str, values: tuple[str, ...]) -> None:
    assert {facts_of(ticket).get(name) for ticket in STREAM} - {None} == set(values)


def test_every_service_tag_occurs() -> None:
    found = {tag for ticket in STREAM for tag in cast("list[str]", facts_of(ticket).get("service_tags", []))}
    assert found == set(vocabulary.SERVICE_TAGS)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_the_domain_accepts_every_ticket_of_every_seed(seed: int) -> None:
    for ticket in facts_stream(seed, 20):
        parse_facts(facts_of(ticket), unknown_of(ticket))


def test_times_are_in_order() -> None:
    for ticket in STREAM:
        facts = facts_of(ticket)
        for chain in CHAINS:
            given_times = [datetime.fromisoformat(str(facts[name])) for name in chain if name in facts]
            assert all(early <= late for early, late in pairwise(given_times)), ticket


def test_refunds_never_exceed_what_was_paid() -> None:
    for ticket in STREAM:
        facts = facts_of(ticket)
        paid = number(facts, "paid_fen")
        assert paid > 0
        assert max(number(facts, "requested_refund_fen"), number(facts, "refunded_fen")) <= paid
        assert number(facts, "order_paid_fen") >= paid


def test_a_fact_is_known_or_unknown_never_both() -> None:
    for ticket in STREAM:
        assert not set(unknown_of(ticket)) & set(facts_of(ticket))
    assert sum(bool(unknown_of(ticket)) for ticket in STREAM) > len(STREAM) // 5


def test_applications_can_be_kept_between_two_times() -> None:
    first, last = datetime(2026, 6, 1, tzinfo=SHANGHAI), datetime(2026, 6, 2, tzinfo=SHANGHAI)
    for ticket in facts_stream(1, 50, first=first, last=last):
        assert first <= datetime.fromisoformat(str(facts_of(ticket)["applied_at"])) < last
