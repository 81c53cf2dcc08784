from __future__ import annotations

import doctest
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.domain import facts as module
from aftersale.domain.clock import SHANGHAI, seconds_of
from aftersale.domain.errors import AftersaleError, FactsInvalid, Finding
from aftersale.domain.fact_table import COMPANION_OF, FACTS
from aftersale.domain.facts import parse_facts
from aftersale.domain.vocabulary import CATEGORIES, SERVICE_TAGS, Kind, Stage

TICKET: dict[str, Any] = {
    "platform": "douyin",
    "apply_type": "refund_only",
    "reason": "no_reason",
    "applied_at": "2025-06-10T10:00:00+08:00",
    "paid_fen": 12900,
}
BEFORE, AFTER = "2025-06-01T10:00:00+08:00", "2025-06-05T10:00:00+08:00"
LATER = "2025-06-11T10:00:00+08:00"


def refused(facts: dict[str, Any], unknown: tuple[str, ...] = ()) -> list[Finding]:
    with pytest.raises(FactsInvalid) as caught:
        parse_facts(TICKET | facts, unknown)
    assert caught.value.code == caught.value.findings[0].code
    return list(caught.value.findings)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("signed_at", "yesterday", "+08:00"),
        ("signed_at", "2025-06-03T10:00:00", "+08:00"),  # no zone
        ("signed_at", datetime(2025, 6, 3, 10), "+08:00"),  # noqa: DTZ001  # that it has no zone is the point
        ("signed_at", 20250603, "+08:00"),
        ("signed_at", "0001-01-01T00:00:00+08:00", "+08:00"),
        ("signed_at", "9999-12-31T00:00:00+08:00", "+08:00"),
        ("paid_fen", "12900", "integer fen"),
        ("paid_fen", 129.0, "integer fen"),
        ("paid_fen", True, "integer fen"),
        ("paid_fen", -1, "integer fen >= 0"),
        ("refunded_fen", -1, "integer fen >= 0"),
        ("warranty_days", 1.5, "integer >= 0"),
        ("warranty_days", -1, "integer >= 0"),
        ("warranty_days", "365", "integer >= 0"),
        ("stalled_hours", True, "integer >= 0"),
        ("buyer_risk_score", 1.01, "0..1"),
        ("buyer_risk_score", -0.1, "0..1"),
        ("buyer_risk_score", "high", "0..1"),
        ("buyer_risk_score", True, "0..1"),
        ("buyer_risk_score", float("nan"), "0..1"),
        ("received", "yes", "true, false"),
        ("received", 1, "true, false"),
        ("category", "spaceship", ", ".join(CATEGORIES)),
        ("category", ["food"], ", ".join(CATEGORIES)),
        ("platform", "elsewhere", "douyin, kuaishou"),
        ("shop", 7, "text"),
        ("service_tags", "fast_refund", ", ".join(SERVICE_TAGS)),
        ("service_tags", ["fast_refund", "slow_refund"], ", ".join(SERVICE_TAGS)),
        ("service_tags", [["fast_refund"]], ", ".join(SERVICE_TAGS)),
        ("service_tags", [{}], ", ".join(SERVICE_TAGS)),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_path_value_and_what_is_allowed(
    name: str, value: object, allowed: str
) -> None:
    [finding] = refused({name: value})
    assert (finding.code, finding.path, finding.value) == ("facts.bad_value", name, str(value))
    assert allowed in finding.message.en
    assert FACTS[name].label.zh in finding.message.zh


@pytest.mark.parametrize("name", ["platform", "apply_type", "reason", "applied_at"])
def test_a_ticket_without_its_first_facts_is_refused(name: str) -> None:
    for missing in ({key: value for key, value in TICKET.items() if key != name}, TICKET | {name: None}):
        with pytest.raises(FactsInvalid) as caught:
            parse_facts(missing)
        assert [(fault.code, fault.path) for fault in caught.value.findings] == [("facts.missing", name)]


@pytest.mark.parametrize("name", ["platform", "applied_at", "now"])
def test_nobody_can_judge_a_ticket_without_platform_and_time(name: str) -> None:
    with pytest.raises(FactsInvalid) as caught:
        parse_facts({key: value for key, value in TICKET.items() if key != name}, [name])
    assert [(fault.code, fault.path) for fault in caught.value.findings] == [("facts.missing", name)]


@pytest.mark.parametrize("name", ["apply_type", "reason", "service_tags"])
def test_a_claim_that_nobody_knows_is_a_ticket_all_the_same(name: str) -> None:
    facts = parse_facts({key: value for key, value in TICKET.items() if key != name}, [name])
    assert facts[name] is None
    assert name in facts.unknown


def test_a_name_that_is_no_fact_is_refused_among_facts_and_among_unknowns() -> None:
    findings = refused({"weather": "rain"}, ("colour", "size"))
    assert [(finding.code, finding.path) for finding in findings] == [
        ("facts.unknown_key", "weather"),
        ("facts.unknown_key", "colour"),
        ("facts.unknown_key", "size"),
    ]


@pytest.mark.parametrize(
    ("early", "late"),
    [
        ("paid_at", "shipped_at"),
        ("shipped_at", "signed_at"),
        ("applied_at", "merchant_agreed_at"),
        ("applied_at", "merchant_rejected_at"),
        ("arbitration_applied_at", "judged_at"),
    ],
)
def test_times_in_the_wrong_order_are_no_ticket(early: str, late: str) -> None:
    [finding] = refused({early: AFTER, late: BEFORE})
    assert (finding.code, finding.path) == ("facts.contradiction", late)
    assert finding.value == f"{BEFORE} < {AFTER}"
    parse_facts(TICKET | {early: AFTER, late: AFTER})


def test_more_cannot_have_been_refunded_than_was_paid() -> None:
    [finding] = refused({"refunded_fen": 12901})
    assert (finding.code, finding.path, finding.value) == (
        "facts.contradiction",
        "refunded_fen",
        "12901 > 12900",
    )
    assert parse_facts(TICKET | {"refunded_fen": 12900})["refunded_fen"] == 12900


@pytest.mark.parametrize(("companion", "name"), sorted(COMPANION_OF.items()))
def test_what_did_not_happen_has_no_value(companion: str, name: str) -> None:
    value: object = LATER if FACTS[name].kind is Kind.TIME else 100
    [finding] = refused({companion: False, name: value})
    assert (finding.code, finding.path) == ("facts.contradiction", companion)


def test_every_fault_is_found_at_once() -> None:
    findings = refused(
        {"paid_fen": 1, "refunded_fen": 2, "category": "spaceship", "weather": "rain"}, ("colour",)
    )
    assert [finding.path for finding in findings] == ["category", "weather", "colour", "refunded_fen"]


@pytest.mark.parametrize(("companion", "name"), sorted(COMPANION_OF.items()))
def test_a_companion_says_whether_its_fact_happened(companion: str, name: str) -> None:
    value: object = LATER if FACTS[name].kind is Kind.TIME else 100
    assert parse_facts(TICKET | {name: value})[companion] is True
    assert parse_facts(TICKET)[companion] is False
    assert parse_facts(TICKET | {name: None})[companion] is False
    nobody_knows = parse_facts(TICKET, [name])
    assert nobody_knows[companion] is None
    assert {name, companion} <= nobody_knows.unknown


@pytest.mark.parametrize(("companion", "name"), sorted(COMPANION_OF.items()))
def test_a_thing_may_have_happened_at_a_time_nobody_knows(companion: str, name: str) -> None:
    for unknown in ([name], []):
        facts = parse_facts(TICKET | {companion: True}, unknown)
        assert (facts[companion], facts[name]) == (True, None)
        assert name in facts.unknown
        assert companion not in facts.unknown


def test_a_value_that_is_given_is_known_whatever_the_list_says() -> None:
    facts = parse_facts(TICKET | {"requested_refund_fen": 100}, ["requested_refund_fen", "refund_requested"])
    assert (facts["requested_refund_fen"], facts["refund_requested"]) == (100, True)
    assert facts.unknown == frozenset()


@pytest.mark.parametrize(
    ("facts", "unknown", "received"),
    [
        ({}, [], False),
        ({"signed_at": AFTER}, [], True),
        ({"signed": True}, [], True),
        ({"received": True}, [], True),
        ({"signed_at": AFTER, "received": False}, [], False),
        ({}, ["signed_at"], None),
        ({}, ["received"], None),
        ({"signed_at": AFTER}, ["received"], None),
        ({"reason": "signed_not_received", "signed_at": AFTER}, [], False),
        ({"reason": "signed_not_received", "signed_at": AFTER, "sign_proof": "stranger"}, [], False),
        ({"reason": "signed_not_received", "signed_at": AFTER}, ["sign_proof"], False),
        ({"reason": "signed_not_received", "signed_at": AFTER, "sign_proof": "pin_code"}, [], True),
        (
            {"reason": "signed_not_received", "signed_at": AFTER, "sign_proof": "buyer_signed"},
            ["received"],
            True,
        ),
        ({"reason": "signed_not_received", "sign_proof": "authorised_agent", "received": False}, [], False),
    ],
)
def test_received_follows_the_sign_off_unless_the_buyer_denies_it(
    facts: dict[str, Any],
    unknown: list[str],
    received: bool | None,  # noqa: FBT001  # what is expected
) -> None:
    assert parse_facts(TICKET | facts, unknown)["received"] is received


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        ({}, Stage.APPLIED),
        ({"shipped_at": BEFORE}, Stage.SHIPPED),
        ({"signed_at": AFTER}, Stage.RECEIVED),
        ({"return_received_at": "2025-06-20T10:00:00+08:00"}, Stage.GOODS_BACK),
    ],
)
def test_the_stage_is_how_far_the_goods_have_come(facts: dict[str, Any], stage: Stage) -> None:
    assert parse_facts(TICKET | facts).stage is stage


def test_what_is_left_out_takes_its_default() -> None:
    facts = parse_facts(TICKET)
    assert facts["now"] == facts["applied_at"]
    assert (facts["order_paid_fen"], facts["order_refunded_fen"], facts["return_cost_fen"]) == (
        12900,
        0,
        1000,
    )
    assert facts["service_tags"] == frozenset()
    assert (facts["quality_proven"], facts["sign_proof"], facts["category"]) == ("unknown", "none", "general")
    trusted = [name for name, spec in FACTS.items() if spec.kind is Kind.BOOL and facts[name] is True]
    assert trusted == [
        *("class_marked_and_confirmed", "accessories_complete", "gift_returned"),
        *("merchant_offers_fix", "return_address_ok", "pay_online"),
    ]


def test_the_order_follows_the_ticket_until_it_is_said_otherwise() -> None:
    facts = parse_facts(TICKET | {"refunded_fen": 100})
    assert (facts["order_paid_fen"], facts["order_refunded_fen"]) == (12900, 100)
    facts = parse_facts(TICKET | {"order_paid_fen": 20000, "order_refunded_fen": 7})
    assert (facts["order_paid_fen"], facts["order_refunded_fen"]) == (20000, 7)


@pytest.mark.parametrize("name", ["quality_proven", "sign_proof", "return_mismatch"])
def test_three_facts_have_a_word_for_unknown(name: str) -> None:
    facts = parse_facts(TICKET, [name])
    assert facts[name] == "unknown"
    assert FACTS[name].never_null
    assert name in facts.unknown


@pytest.mark.parametrize("name", sorted(set(FACTS) - {"platform", "applied_at", "now"}))
def test_every_other_fact_may_be_unknown(name: str) -> None:
    facts = parse_facts({key: value for key, value in TICKET.items() if key != name}, [name])
    assert facts[name] in {None, "unknown"}
    assert name in facts.unknown


def test_values_are_kept_as_integers() -> None:
    facts = parse_facts(
        TICKET | {"buyer_risk_score": 0.8, "warranty_days": 365.0, "service_tags": ["fast_refund"]}
    )
    assert facts["buyer_risk_score"] == 8000
    assert facts["warranty_days"] == 365
    assert facts["service_tags"] == frozenset({"fast_refund"})
    assert facts["applied_at"] == seconds_of(datetime(2025, 6, 10, 10, tzinfo=SHANGHAI))
    assert parse_facts(TICKET | {"requested_refund_fen": -1})["requested_refund_fen"] == -1


def test_an_answer_makes_a_fact_known() -> None:
    facts = parse_facts(TICKET, ["perishable"])
    answered = facts.with_values({"perishable": True})
    assert (answered["perishable"], answered.unknown) == (True, frozenset())
    assert facts["perishable"] is None


def test_the_digest_is_the_same_for_the_same_facts_in_any_order_and_zone() -> None:
    facts = parse_facts(TICKET | {"service_tags": ["fast_refund", "price_protect"]})
    other = parse_facts(
        dict(reversed(TICKET.items()))
        | {"service_tags": ["price_protect", "fast_refund"], "applied_at": "2025-06-10T02:00:00Z"}
    )
    assert facts.digest == other.digest
    assert len(facts.digest) == 64


@given(name=st.sampled_from([spec.name for spec in FACTS.values() if spec.kind is Kind.BOOL]))
def test_the_digest_tells_known_from_unknown_and_one_value_from_another(name: str) -> None:
    if name in COMPANION_OF:
        return
    digests = {
        parse_facts(TICKET | {name: True}).digest,
        parse_facts(TICKET | {name: False}).digest,
        parse_facts(TICKET, [name]).digest,
    }
    assert len(digests) == 3


def test_a_refusal_says_what_to_do_next() -> None:
    with pytest.raises(AftersaleError) as caught:
        parse_facts({})
    assert caught.value.next_step.of("en") == "Correct these values and try again."
    assert caught.value.next_step.of("zh")
    assert str(caught.value) == f"{caught.value.code}: {caught.value.message.en}"


def test_the_examples_of_the_documentation_hold() -> None:
    assert doctest.testmod(module).failed == 0


def test_an_unknown_payment_contradicts_no_refund_and_leaves_the_order_unknown() -> None:
    base = {"platform": "kuaishou", "apply_type": "return_refund", "reason": "no_reason"}
    base |= {"applied_at": "2026-06-05T10:00:00+08:00"}
    facts = parse_facts(base | {"refunded_fen": 15_800}, ["paid_fen"])
    assert facts["paid_fen"] is None
    assert facts["order_paid_fen"] is None
    with pytest.raises(FactsInvalid):
        parse_facts(base | {"refunded_fen": 15_800})


@pytest.mark.parametrize("arrived", ["received", "signed"])
def test_goods_that_arrived_were_sent(arrived: str) -> None:
    base = {"platform": "douyin", "apply_type": "return_refund", "reason": "no_reason", "paid_fen": 100}
    base |= {"applied_at": "2026-06-05T10:00:00+08:00"}
    facts = parse_facts(base | {arrived: True})
    assert facts["shipped"] is True
    assert "shipped_at" in facts.unknown
    assert parse_facts(base)["shipped"] is False
    assert parse_facts(base | {arrived: True, "shipped": False})["shipped"] is False
