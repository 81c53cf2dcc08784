"""Try a shop's rules on the tickets that its desk judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from aftersale.domain.errors import RulebookInvalid
from aftersale.insight.desk import SPAN, held_all_along, try_rules
from aftersale.library.choices import Choices, chosen
from aftersale.policy.load import load
from aftersale.shops.rule_files import packaged_texts
from aftersale.tickets.models import StoredDecision
from tests.tickets.taking.notices import ASKED, NOW, shop, took

pytestmark = pytest.mark.django_db

GENEROUS = {
    "shop/mine.yaml": """layer: shop
documents:
  - {id: mine, short: 店规, title: {zh: 店规, en: mine}, kind: shop_policy, effective: [2020-01-01, null],
     source: {zh: 店, en: shop}, read_on: 2020-01-01, confidence: H}
rules:
  - id: SHOP-09
    title: {zh: 都退, en: refund all}
    kind: entitle
    mode: D
    effective: [2026-06-10, null]
    anchor: applied
    priority: 999
    when: not shipped and apply_type = 'refund_only'
    then: {remedies: [refund_no_return], liability: none, freight: none}
    cite: [{document: mine, article: '1'}]
    confidence: H
    note: {zh: 退, en: refund}
"""
}


def test_who_would_be_treated_differently_is_counted_as_if_the_rules_had_always_held() -> None:
    mine, other = shop(), shop("别家")
    took(mine, [replace(ASKED, ticket_no=f"71{number:017}") for number in range(3)])
    took(other, [ASKED])
    found = try_rules(mine.pk, GENEROUS, NOW, "zh")
    assert (found.tickets, found.report.changed, found.all_of_them) == (3, 3, True)
    assert "SHOP-09" in found.report.parts[0].lines[0].after
    assert found.report.cases[0].ticket.startswith("71")


def test_the_rules_in_force_change_nothing() -> None:
    mine = shop()
    took(mine, [ASKED])
    assert try_rules(mine.pk, {}, NOW, "en").report.changed == 0


def test_only_the_newest_decision_of_the_last_days_counts_and_so_many_tickets() -> None:
    mine = shop()
    took(mine, [replace(ASKED, ticket_no=f"71{number:017}") for number in range(4)])
    old = StoredDecision.objects.order_by("pk").first()
    assert old is not None
    StoredDecision.objects.filter(pk=old.pk).update(as_of=NOW - SPAN - timedelta(seconds=1))
    assert try_rules(mine.pk, GENEROUS, NOW, "zh").tickets == 3
    some = try_rules(mine.pk, GENEROUS, NOW, "zh", most=2)
    assert (some.tickets, some.all_of_them) == (2, False)


def test_files_that_cannot_be_loaded_are_refused() -> None:
    with pytest.raises(RulebookInvalid):
        try_rules(shop().pk, {"shop/x.yaml": "rules: ["}, NOW, "zh")


def test_a_shop_layer_without_beginning_keeps_what_it_ended_and_the_newest_value() -> None:
    own = chosen({}, Choices(2000, no_reason_days=15), date(2026, 3, 1))
    own = chosen(own, Choices(3000), date(2026, 6, 1))
    always = held_all_along(load({**packaged_texts(), **own}))
    assert always.rule("SHOP-KEEP").effective == (None, None)
    assert always.rule("SHOP-DAYS").effective == (date(2026, 3, 1), date(2026, 6, 1))
    value = always.parameters["choice_keep_max_fen"].value_for("douyin", 0)
    assert value is not None
    assert value.value == 3000
    assert always.rule("N01").effective == load(packaged_texts()).rule("N01").effective
