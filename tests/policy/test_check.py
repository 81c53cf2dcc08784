"""Plant one fault at a time in a rulebook and ask that it is found."""

from __future__ import annotations

from functools import cache

import pytest

from aftersale.domain.facts import parse_facts
from aftersale.policy import disjoint
from aftersale.policy.check import check
from aftersale.shops.rule_files import packaged_texts

SHOP_DOCUMENT = """
layer: shop
platform: any
documents:
  - id: shop-policy
    short: 本店规则
    title: {zh: 本店售后规则, en: Shop policy}
    effective: [2025-01-01, null]
    kind: policy
    source: {zh: 店铺, en: the shop}
    read_on: 2026-01-01
    confidence: H
"""


def rule(
    rule_id: str, when: str, *, remedy: str = "refund_no_return", priority: int = 500, extra: str = ""
) -> str:
    return f"""
  - id: {rule_id}
    title: {{zh: 试, en: test}}
    note: {{zh: 试, en: test}}
    kind: entitle
    mode: M
    effective: [2025-01-01, null]
    anchor: applied
    priority: {priority}
    when: {when}
    then: {{remedies: [{remedy}], liability: none, freight: none}}
    cite: [{{document: shop-policy, article: '1'}}]
    confidence: H
{extra}"""


def with_rules(*rules: str) -> dict[str, str]:
    head = "layer: shop\nplatform: any\nrules:\n"
    return {"shop/documents.yaml": SHOP_DOCUMENT, "shop/rules.yaml": head + "".join(rules)}


def codes(added: dict[str, str]) -> set[tuple[str, str]]:
    found = check(packaged_texts() | added, about="shop/")
    return {(finding.code, finding.path.split()[-1]) for finding in found}


@cache
def clean() -> tuple[object, ...]:
    return check(packaged_texts())


def test_the_packaged_rulebook_is_clean() -> None:
    assert clean() == ()


def test_it_is_clean_too_where_the_solver_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disjoint, "HAS_SOLVER", False)
    ties = {finding.code for finding in check(packaged_texts())} - {"rulebook.tie"}
    assert ties == set()


@pytest.mark.parametrize("solver", [True, False])
def test_a_rule_that_contradicts_itself_can_never_fire(solver: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    monkeypatch.setattr(disjoint, "HAS_SOLVER", solver and disjoint.HAS_SOLVER)
    added = with_rules(
        rule("Z1", "reason = 'damaged' and reason = 'no_reason'"), rule("Z2", "shipped and not shipped")
    )
    assert {("rulebook.never", "Z1"), ("rulebook.never", "Z2")} <= codes(added)


def test_a_contradiction_through_derived_facts_is_found() -> None:
    added = with_rules(
        rule("Z1", "nr_right and not received"), rule("Z2", "overdue and merchant_response = 'agreed'")
    )
    assert {("rulebook.never", "Z1"), ("rulebook.never", "Z2")} <= codes(added)


def test_a_rule_whose_every_case_a_higher_rule_takes_is_found() -> None:
    lower = rule("Z1", "banned_goods and paid_fen > 100", priority=2).replace("shop-policy", "consumer-law")
    planted = {"law_cn/planted.yaml": f"layer: law\nplatform: any\nrules:\n{lower}"}
    found = check(packaged_texts() | planted, about="law_cn/planted")
    assert [(finding.code, finding.path) for finding in found] == [
        ("rulebook.never", "law_cn/planted.yaml Z1")
    ]


def test_a_tie_between_rules_that_can_both_be_true_is_found() -> None:
    added = with_rules(
        rule("Z1", "received and paid_fen < 100"),
        rule("Z2", "received and paid_fen < 200", remedy="reject"),
    )
    assert ("rulebook.tie", "Z1") in codes(added)


def test_a_tie_that_before_breaks_is_no_fault() -> None:
    added = with_rules(
        rule("Z1", "received and paid_fen < 100", extra="    before: [Z2]\n"),
        rule("Z2", "received and paid_fen < 200", remedy="exchange"),
    )
    assert not {path for code, path in codes(added) if code == "rulebook.tie"}


def test_equal_priorities_that_exclude_one_another_are_no_tie() -> None:
    added = with_rules(rule("Z1", "received"), rule("Z2", "not received", remedy="reship"))
    assert not {path for code, path in codes(added) if code == "rulebook.tie"}


def test_a_gap_and_an_overlap_between_two_values_of_a_parameter_are_found() -> None:
    texts = packaged_texts()
    rest = "confidence: H, cite: [{document: consumer-law, article: '1'}]}\n"
    dated = f"      - {{value: 7, effective: [2025-01-01, 2025-06-01], {rest}"
    later = f"      - {{value: 8, effective: [2025-07-01, null], {rest}"
    sooner = later.replace("2025-07-01", "2025-05-01")
    head = "layer: law\nplatform: any\nparameters:\n"
    entry = "  - name: {}\n    title: {{zh: 试, en: test}}\n    unit: days\n    values:\n"
    planted = head + entry.format("gappy_days") + dated + later + entry.format("twice_days") + dated + sooner
    found = {
        (finding.code, finding.path)
        for finding in check(texts | {"law_cn/planted.yaml": planted}, about="law_cn/planted")
    }
    assert ("rulebook.gap", "gappy_days any") in found
    assert ("rulebook.overlap", "twice_days any") in found


def test_a_rule_that_ends_before_it_begins_is_found() -> None:
    planted = rule("Z1", "received").replace("[2025-01-01, null]", "[2025-01-01, 2024-01-01]")
    assert ("rulebook.dates", "Z1") in codes(with_rules(planted))


def test_a_version_whose_dates_do_not_meet_the_former_is_found() -> None:
    texts = packaged_texts()
    moved = texts["law_cn/no_reason.yaml"].replace(
        "effective: [null, 2024-07-01]", "effective: [null, 2024-06-01]"
    )
    assert moved != texts["law_cn/no_reason.yaml"]
    found = {
        (finding.code, finding.path.split()[-1])
        for finding in check(texts | {"law_cn/no_reason.yaml": moved}, about="law_cn/no_reason")
    }
    assert ("rulebook.gap", "N02b") in found


def test_a_shop_rule_that_gives_the_buyer_less_is_found() -> None:
    added = with_rules(rule("Z1", "reason = 'no_reason' and received and nr_open", remedy="negotiate"))
    assert ("rulebook.shop_gives_less", "Z1") in codes(added)


def test_a_shop_rule_that_only_adds_is_no_fault() -> None:
    added = with_rules(rule("Z1", "received and damaged_on_arrival and paid_fen <= 2000"))
    assert codes(added) == set()


def test_a_shop_that_changes_a_number_of_the_law_is_found_and_one_that_confirms_is_not() -> None:
    value = (
        "[{{value: {}, confidence: H, confirmed_by: 店主, cite: [{{document: shop-policy, article: '1'}}]}}]"
    )
    head = "layer: shop\nplatform: any\nparameters:\n  - name: no_reason_days\n"
    head += "    title: {zh: 试, en: t}\n    unit: days\n"
    documents = {"shop/documents.yaml": SHOP_DOCUMENT}
    changed = documents | {"shop/p.yaml": f"{head}    values: {value.format(5)}\n"}
    confirmed = documents | {"shop/p.yaml": f"{head}    values: {value.format(7)}\n"}
    assert codes(changed) == {("rulebook.not_for_shops", "no_reason_days")}
    assert codes(confirmed) == set()


def test_a_platform_number_that_no_source_gives_is_found_and_an_alternative_is_not() -> None:
    value = (
        "[{{value: {}, platform: douyin, confidence: H, cite: [{{document: shop-policy, article: '1'}}]}}]"
    )
    head = "layer: shop\nplatform: any\nparameters:\n  - name: respond_unshipped_hours\n"
    head += "    title: {zh: 试, en: t}\n    unit: hours\n"
    documents = {"shop/documents.yaml": SHOP_DOCUMENT}
    slip = documents | {"shop/p.yaml": f"{head}    values: {value.format(480)}\n"}
    alternative = documents | {"shop/p.yaml": f"{head}    values: {value.format(24)}\n"}
    assert codes(slip) == {("rulebook.unlisted_number", "respond_unshipped_hours")}
    assert codes(alternative) == set()


def test_a_limit_without_a_case_on_each_side_is_found() -> None:
    texts = packaged_texts() | with_rules(rule("Z1", "received and paid_fen <= 2000"))
    base = {"platform": "douyin", "apply_type": "refund_only", "reason": "no_reason"}
    base |= {"applied_at": "2025-06-10T10:00:00+08:00"}
    two_sides = [parse_facts(base | {"paid_fen": fen}) for fen in (1999, 2000)]
    all_sides = [*two_sides, parse_facts(base | {"paid_fen": 2001})]
    missing = check(texts, two_sides, about="shop/")
    assert [(finding.code, finding.path, finding.value) for finding in missing] == [
        ("rulebook.untested", "shop/rules.yaml Z1", "(paid_fen <= 2000)")
    ]
    assert "after" in missing[0].message.en
    assert check(texts, all_sides, about="shop/") == ()


@pytest.mark.parametrize(
    "planted",
    [
        "layer: law\nrules: []\n",
        "overrides: []\n",
        "none_when_main: [Q01]\n",
        "amount: [{set: '0'}]\n",
        "punitive: [{set: '0'}]\n",
        "derive: []\n",
    ],
)
def test_a_shop_cannot_write_what_is_not_its_to_say(planted: str) -> None:
    assert {code for code, _ in codes({"shop/planted.yaml": planted})} == {"rulebook.not_for_shops"}


def test_a_shop_rule_cannot_put_damages_in_place_of_a_refund_nor_move_liability() -> None:
    damages = rule("Z1", "received", remedy="punitive_3x")
    guard = rule("Z2", "received").replace("entitle", "guard").replace("[refund_no_return]", "[]")
    blaming = guard.replace("liability: none", "liability: buyer")
    assert codes(with_rules(damages)) == {("rulebook.not_for_shops", "Z1")}
    assert codes(with_rules(blaming)) == {("rulebook.not_for_shops", "Z2")}


def test_a_rulebook_that_does_not_load_gives_the_findings_of_loading() -> None:
    found = check(packaged_texts() | with_rules(rule("Z1", "received is null")))
    assert [finding.code for finding in found] == ["rulebook.bad_condition"]
