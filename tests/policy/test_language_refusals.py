"""Everything outside the short list is refused at load, with file, rule and the piece that is wrong."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.errors import RulebookInvalid
from aftersale.policy.load import load, read
from aftersale.policy.parse import Refused, parse
from tests.policy.books import few_texts
from tests.policy.shops import shop_file, shop_rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aftersale.domain.errors import Finding

# What is written, and the words by which the finding points at it.
REFUSED = [
    ("coalesce(paid_fen, 0) > 1", "COALESCE(paid_fen, 0)"),
    ("nullif(paid_fen, 1) = 1", "NULLIF(paid_fen, 1)"),
    ("paid_fen is null", "paid_fen IS NULL"),
    ("paid_fen is not null", "paid_fen IS NULL"),
    ("received is unknown", "received IS NULL"),
    ("received is distinct from shipped", "received IS DISTINCT FROM shipped"),
    ("paid_fen = null", "NULL"),
    ("reason in (select 1)", "reason IN (SELECT 1)"),
    ("received or (select true)", "(SELECT TRUE)"),
    ("exists(select 1)", "EXISTS(SELECT 1)"),
    ("select received", "SELECT received"),
    ("abs(paid_fen) > 1", "ABS(paid_fen)"),
    ("any_value(received)", "ANY_VALUE(received)"),
    ("is_valid()", "is_valid/0"),
    ("if(received, true, false)", "CASE WHEN received"),
    ("current_timestamp > paid_at", "CURRENT_TIMESTAMP"),
    ("paid_fen > 1.5", "1.5"),
    ("paid_fen > 1e3", "1e3"),
    ("paid_fen / 2 > 1", "paid_fen / 2"),
    ("paid_fen // 2 > 1", "paid_fen // 2"),
    ("paid_fen % 2 = 1", "paid_fen % 2"),
    ("-paid_fen > 1", "paid_fen"),
    ("paid_fen > -'x'", "'x'"),
    ("paid_fen > -true", "TRUE"),
    ("reason like 'no%'", "reason LIKE 'no%'"),
    ("paid_fen between 1 and 2", "paid_fen BETWEEN 1 AND 2"),
    ("'a' || 'b' = 'ab'", "'a' || 'b'"),
    ("cast(paid_fen as text) = '1'", "CAST(paid_fen AS TEXT)"),
    ("ticket.received", "ticket.received"),
    ("case when received then true end", "CASE WHEN received THEN TRUE END"),
    ("case reason when 'no_reason' then true else false end", "CASE reason"),
    ("reason in ()", "reason IN ()"),
    ("paid_fen > ?", "?"),
    ("received and", "Line 1, Col: 12"),
    ("received xor shipped", "Line 1, Col: 12"),
    ("", "''"),
    ("reason = 'it", "Error tokenizing"),
    ("received; shipped", "received; shipped"),
    ("reason = 1", "number, text"),
    ("paid_at > 5", "number, time"),
    ("day_of(paid_at) > paid_at", "day, time"),
    ("service_tags = 'fast_refund'", "tags, text"),
    ("reason < 'x'", "text has no order"),
    ("received < shipped", "a condition stands by itself"),
    ("received = shipped", "a condition stands by itself"),
    ("received in (true)", "received"),
    ("greatest(received, shipped)", "bool"),
    ("reason = 'no_such_reason'", "no_such_reason"),
    ("'no_such_reason' = reason", "no_such_reason"),
    ("reason in ('no_reason', 'no_such_reason')", "no_such_reason"),
    ("reason in ('no_reason', 1)", "reason"),
    ("has_tag('no_such_tag')", "no_such_tag"),
    ("has_tag(reason)", "reason"),
    ("no_such_fact", "no_such_fact"),
    ('reason = "no_reason"', "no_reason"),
    ("amount > 1", "amount"),
    ("not paid_fen", "paid_fen"),
    ("paid_fen is true", "paid_fen"),
    ("paid_fen and received", "paid_fen"),
    ("case when paid_fen then true else false end", "paid_fen"),
    ("case when received then 1 else 'a' end = 1", "number, text"),
    ("paid_at + paid_at > paid_at", "time + time"),
    ("paid_at * 2 > paid_at", "time * number"),
    ("paid_fen - paid_at > 1", "number - time"),
    ("hours('x') > 1", "hours takes number"),
    ("day_of(paid_fen) = day_of(paid_at)", "day_of takes time"),
    ("hours(1, 2) > 1", "hours/2"),
    ("months_after(day_of(paid_at)) = day_of(paid_at)", "months_after/1"),
    ("least(paid_fen) > 1", "least/1"),
    ("least(paid_fen, 'a') > 1", "number, text"),
    ("last_day(day_of(paid_at), 5) = day_of(paid_at)", "5"),
    ("reason", "this is text, bool is needed"),
    ("paid_fen", "this is number, bool is needed"),
    ("now = applied_at", "now"),
    ("now < now", "now"),
    ("now - applied_at > 5", "now"),
    ("now + hours(1) > applied_at", "now"),
    ("applied_at > now - hours(1)", "now"),
    ("now > case when now > paid_at then applied_at else paid_at end", "now"),
    ("day_of(now) > day_of(applied_at)", "now"),
]


def rules_with(conditions: Sequence[str]) -> dict[str, str]:
    rng = Random(0)  # a seed, not a secret
    rules = [shop_rule(rng, number) | {"when": condition} for number, condition in enumerate(conditions)]
    return few_texts() | {"shop/ours.yaml": shop_file(rules)}


@cache
def refusals() -> tuple[Finding, ...]:
    """Load one file with every bad condition: all are found at once."""
    rulebook, findings = read(rules_with([condition for condition, _ in REFUSED]))
    assert rulebook is None
    return findings


@pytest.mark.parametrize("number", range(len(REFUSED)), ids=[text for text, _ in REFUSED])
def test_what_the_language_lacks_is_refused_with_file_rule_and_piece(number: int) -> None:
    condition, piece = REFUSED[number]
    finding = next(finding for finding in refusals() if finding.path == f"shop/ours.yaml SHOP{number}")
    assert finding.code == "rulebook.bad_condition"
    assert finding.value == condition
    assert piece in finding.message.en
    assert finding.message.zh


@pytest.mark.parametrize(
    "condition",
    [
        "least(paid_fen, 1, 2) > -5",
        "not not received",
        "received\n  and shipped -- for now",
        "reason not in ('no_reason') and (reason <> 'fraud') is not false",
        "now < applied_at + hours(3) or applied_at + days(2) < now",
        "start_of(last_day(months_after(day_of(paid_at), 6)) + 1) > applied_at",
        "day_of(applied_at) - day_of(paid_at) > 3 and paid_at - days(1) < applied_at - hours(2)",
        "case when received then 1 when shipped then 2 else 3 end * 2 = 4",
    ],
)
def test_what_the_language_has_is_taken(condition: str) -> None:
    assert load(rules_with([condition])).rule("SHOP0").when == parse(condition)


def test_a_refusal_says_what_it_refuses() -> None:
    with pytest.raises(Refused) as caught:
        parse("received and abs(paid_fen) > 1")
    assert caught.value.piece == "ABS(paid_fen)"
    assert str(caught.value) == f"{caught.value.reason}: ABS(paid_fen)"


def test_a_rulebook_with_a_bad_condition_stops_who_loads_it() -> None:
    with pytest.raises(RulebookInvalid) as caught:
        load(rules_with(["1", "true", "'x'"]))
    assert [finding.path for finding in caught.value.findings] == [
        "shop/ours.yaml SHOP0",
        "shop/ours.yaml SHOP2",
    ]
    assert caught.value.code == "rulebook.bad_condition"
