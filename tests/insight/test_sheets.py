from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.base import Notice, Observed, Turn
from aftersale.channels.spreadsheet import read
from aftersale.domain.clock import SHANGHAI, seconds_of
from aftersale.insight.moment import facts_at_decision
from tests.insight.runs import generous_where, run, write_sheets
from tests.policy.books import book, judge

if TYPE_CHECKING:
    from pathlib import Path

APPLIED = datetime(2026, 3, 7, 10, tzinfo=SHANGHAI)
ANSWERED = APPLIED + timedelta(hours=3)
NEWEST = APPLIED + timedelta(days=90)
FINISHED = Notice(
    channel="douyin",
    shop=None,
    ticket_no="7001",
    order_no="6001",
    line_no=None,
    article="杯子",
    article_no="CUP-1",
    product_id=None,
    open=False,
    turn=Turn.DONE,
    status="同意退款，退款成功",
    reason="7天无理由退货",
    claim="退货退款",
    flag=None,
    remark=None,
    amount_fen=5000,
    observed=Observed("售后单", 2),
    facts={
        "platform": "douyin",
        "apply_type": "return_refund",
        "reason": "no_reason",
        "platform_reason_accepted": True,
        "paid_at": APPLIED - timedelta(days=6),
        "shipped_at": APPLIED - timedelta(days=5),
        "signed_at": APPLIED - timedelta(days=3),
        "applied_at": APPLIED,
        "merchant_response": "agreed",
        "merchant_agreed_at": ANSWERED,
        "return_waybill_at": APPLIED + timedelta(days=1),
        "goods_back": True,
        "paid_fen": 5000,
        "refunded_fen": 5000,
    },
    unknown=frozenset({"return_received_at"}),
    sources={},
)


@pytest.mark.parametrize("platform", ["douyin", "kuaishou"])
def test_every_row_of_an_export_is_judged_or_named(tmp_path: Path, platform: str) -> None:
    found = run(*write_sheets(tmp_path, platform=platform), after=generous_where("received"), as_json=True)
    assert found.code == 0
    assert found.json["rows"] == found.json["tickets"] + found.json["parked"] > 5
    assert len(found.json["parked_rows"]) == found.json["parked"]
    assert found.json["changed"] > 0


def test_a_rule_for_one_article_changes_tickets_of_that_article_only(tmp_path: Path) -> None:
    paths = write_sheets(tmp_path)
    notices = read(paths).notices
    article = next(
        notice.article_no for notice in notices if notice.facts.get("apply_type") == "return_refund"
    )
    names = {notice.article for notice in notices if notice.article_no == article}
    found = run(*paths, after=generous_where(f"article_no = '{article}'"), as_json=True).json
    assert found["changed"] > 0
    assert [(one["article_no"], {one["article"]}) for one in found["by_article"]] == [(article, names)]


def test_equal_rulebooks_treat_an_export_alike(tmp_path: Path) -> None:
    assert run(*write_sheets(tmp_path), after=book(), as_json=True).json["changed"] == 0


def test_a_sheet_of_the_sandbox_is_called_generated(tmp_path: Path) -> None:
    paths = write_sheets(tmp_path)
    assert run(*paths, after=book(), as_json=True).json["source"]["generated"] is True
    assert "演示数据" in run(*paths, after=book()).screen


def test_a_finished_ticket_is_judged_when_the_shop_answered() -> None:
    facts = facts_at_decision(FINISHED, NEWEST, {})
    assert facts["now"] == seconds_of(ANSWERED)
    assert (facts["merchant_response"], facts["agreed"], facts["goods_back"]) == ("none", False, False)
    assert (facts["refunded_fen"], facts["requested_refund_fen"]) == (0, 5000)
    assert judge().decide(facts).verdict.main.id == "N01"


def test_a_finished_ticket_without_a_time_of_answer_is_judged_when_it_was_applied_for() -> None:
    said = {name: value for name, value in FINISHED.facts.items() if name != "merchant_agreed_at"}
    facts = facts_at_decision(replace(FINISHED, facts=said), NEWEST, {})
    assert facts["now"] == seconds_of(APPLIED)


def test_what_happened_after_the_answer_is_not_known_then() -> None:
    said = {**FINISHED.facts, "signed_at": ANSWERED + timedelta(hours=1), "logistics_status": "signed"}
    facts = facts_at_decision(replace(FINISHED, facts=said), NEWEST, {})
    assert (facts["shipped"], facts["signed"], facts["received"]) == (True, False, False)
    assert "logistics_status" in facts.unknown


def test_an_open_ticket_is_judged_at_the_newest_time_of_the_sheet() -> None:
    facts = facts_at_decision(replace(FINISHED, open=True), NEWEST, {})
    assert facts["now"] == seconds_of(NEWEST)
    assert (facts["merchant_response"], facts["goods_back"], facts["refunded_fen"]) == ("agreed", True, 5000)


def test_the_register_fills_in_what_the_sheet_does_not_say() -> None:
    facts = facts_at_decision(FINISHED, NEWEST, {"category": "fresh", "reason": "damaged"})
    assert (facts["category"], facts["reason"]) == ("fresh", "no_reason")
