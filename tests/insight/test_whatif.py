from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from aftersale.channels.base import SheetRefused
from aftersale.domain.errors import AftersaleError
from aftersale.domain.facts import parse_facts
from aftersale.policy.decide import Judge
from aftersale.sandbox.scale import facts_stream
from tests.insight.runs import generous_where, run, ticket, write_lines, write_parquet, write_sheets
from tests.policy.books import book

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.policy.decision import Decision

STREAM: list[dict[str, Any]] = list(facts_stream(29, 400))
UNPROVEN = {"reason": "quality_defect", "quality_proven": "unknown"}


def outcome(decision: Decision) -> tuple[str, str, int]:
    return decision.verdict.main.id, decision.verdict.preferred, decision.payable_fen or 0


def test_one_new_rule_changes_exactly_the_tickets_it_speaks_of(tmp_path: Path) -> None:
    tickets = [
        ticket(1, article_no="A-1"),
        ticket(2, article_no="A-2"),
        ticket(3, article_no="A-2", apply_type="exchange"),
        ticket(4, article_no="A-2", **UNPROVEN),
    ]
    found = run(
        write_lines(tmp_path / "a.jsonl", tickets), after=generous_where("article_no = 'A-2'"), as_json=True
    )
    assert found.code == 0
    assert sorted(one["ticket"] for one in found.json["largest"]) == ["T2", "T4"]
    assert found.json["by_rule"] == [
        {"before": "Q05", "after": "SHOP-77", "tickets": 1, "gain_fen": 4000},
        {"before": "N01", "after": "SHOP-77", "tickets": 1, "gain_fen": 0},
    ]
    assert found.json["by_article"] == [
        {"article_no": "A-2", "article": None, "tickets": 2, "gain_fen": 4000}
    ]
    assert (found.json["payable_before_fen"], found.json["payable_after_fen"]) == (6000, 10000)


def test_the_changed_tickets_are_those_that_deciding_one_by_one_would_change(tmp_path: Path) -> None:
    after = generous_where("reason = 'damaged' and received")
    judges = Judge(book()), Judge(after)
    expected = {
        one["id"]
        for one in STREAM
        for facts in [parse_facts(one["facts"], one["unknown"])]
        if outcome(judges[0].decide(facts)) != outcome(judges[1].decide(facts))
    }
    found = run(write_lines(tmp_path / "s.jsonl", STREAM), after=after, as_json=True).json
    assert found["changed"] == len(expected) > 3
    assert {one["ticket"] for one in found["largest"]} <= expected


def test_the_figures_add_up(tmp_path: Path) -> None:
    found = run(
        write_lines(tmp_path / "s.jsonl", STREAM), after=generous_where("received"), as_json=True
    ).json
    assert found["rows"] == found["tickets"] + found["parked"] == len(STREAM)
    assert found["changed"] + found["same"] == found["tickets"]
    for key in ("by_rule", "by_remedy", "by_reason"):
        assert len(found[key]) < 50
        assert sum(group["tickets"] for group in found[key]) == found["changed"]
        assert sum(group["gain_fen"] for group in found[key]) == found["gain_fen"]
    assert found["gain_fen"] == found["payable_after_fen"] - found["payable_before_fen"]


def test_the_ten_largest_changes_come_first_with_both_decisions(tmp_path: Path) -> None:
    found = run(
        write_lines(tmp_path / "s.jsonl", STREAM), after=generous_where("received"), as_json=True
    ).json
    gains = [abs(one["gain_fen"]) for one in found["largest"]]
    assert len(gains) == 10
    assert gains == sorted(gains, reverse=True)
    for one in found["largest"]:
        paid = (one["after"]["payable_fen"] or 0) - (one["before"]["payable_fen"] or 0)
        assert paid == one["gain_fen"]
        assert one["after"]["rule"] == "SHOP-77"
        assert one["after"]["citations"][0] == "店铺售后政策 小额商品"


def test_equal_rulebooks_change_nothing_and_say_so(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "s.jsonl", STREAM)
    found = run(path, after=book(), as_json=True).json
    assert (found["changed"], found["gain_fen"], found["by_rule"], found["largest"]) == (0, 0, [], [])
    assert "两套规则对这些单子的处理完全一样。" in run(path, after=book()).screen
    assert "exactly alike" in run(path, after=book(), lang="en").screen


def test_a_ticket_is_judged_at_its_own_time_of_decision(tmp_path: Path) -> None:
    soon, late = ticket(1), ticket(2, now="2026-03-10T10:00:00+08:00")
    found = run(write_lines(tmp_path / "n.jsonl", [soon, late]), after=book(), as_json=True).json
    assert {(one["rule"], one["remedy"]) for one in found["staying"]} == {
        ("N01", "return_refund"),
        ("N01", "auto_approved"),
    }


def test_bad_lines_are_counted_and_named_and_the_others_are_judged(tmp_path: Path) -> None:
    wrong = ticket(3, platform="taobao")
    lines = [ticket(1), "no json", wrong, ticket(2), ticket(1)]
    path = write_lines(tmp_path / "bad.jsonl", lines)
    found = run(path, after=book(), as_json=True)
    assert found.code == 1
    assert (found.json["rows"], found.json["tickets"], found.json["parked"]) == (5, 2, 3)
    assert [one["row"] for one in found.json["parked_rows"]] == [2, 3, 5]
    assert "bad.jsonl 第 3 行" in run(path, after=book()).screen


def test_lines_without_an_id_are_called_by_their_number(tmp_path: Path) -> None:
    nameless = {key: value for key, value in ticket(1).items() if key != "id"}
    path = write_lines(tmp_path / "n.jsonl", [nameless, nameless])
    found = run(path, after=generous_where("received"), as_json=True).json
    assert [one["ticket"] for one in found["largest"]] == ["#1", "#2"]


def test_parquet_gives_the_same_figures_as_lines(tmp_path: Path) -> None:
    after = generous_where("reason = 'damaged'")
    lines = run(write_lines(tmp_path / "s.jsonl", STREAM), after=after, as_json=True).json
    columns = run(write_parquet(tmp_path / "表 [1].parquet", STREAM), after=after, as_json=True).json
    assert lines.pop("source")["kind"] == "jsonl"
    assert columns.pop("source")["kind"] == "parquet"
    assert lines == columns


def test_parquet_without_a_column_or_with_another_type_is_refused_by_name(tmp_path: Path) -> None:
    select = "* EXCLUDE (paid_fen) REPLACE (CAST(applied_at AS VARCHAR) AS applied_at)"
    path = write_parquet(tmp_path / "f.parquet", STREAM[:3], select)
    with pytest.raises(SheetRefused) as refusal:
        run(path, after=book())
    assert refusal.value.missing == ("paid_fen",)
    for said in (refusal.value.message.zh, refusal.value.message.en):
        assert "paid_fen" in said
        assert "applied_at: VARCHAR → BIGINT" in said


def test_rows_of_parquet_that_cannot_be_judged_are_named(tmp_path: Path) -> None:
    select = (
        "* REPLACE (CASE ticket WHEN 'T2' THEN NULL WHEN 'T3' THEN 'T1' ELSE ticket END AS ticket, "
        "CASE ticket WHEN 'T4' THEN 'taobao' ELSE platform END AS platform)"
    )
    path = write_parquet(tmp_path / "f.parquet", [ticket(number) for number in range(1, 6)], select)
    found = run(path, after=book(), as_json=True)
    assert found.code == 1
    assert (found.json["rows"], found.json["tickets"]) == (5, 2)
    named = [(one["row"], one["column"], one["value"]) for one in found.json["parked_rows"]]
    assert named == [(2, "ticket", ""), (3, "ticket", "T1"), (4, "platform", "taobao")]


def test_a_broken_parquet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "broken.parquet"
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(SheetRefused, match=r"parquet\.unreadable"):
        run(path, after=book())


def test_only_exports_can_be_joined(tmp_path: Path) -> None:
    first = write_lines(tmp_path / "a.jsonl", [ticket(1)])
    with pytest.raises(SheetRefused, match=r"whatif\.one_file"):
        run(first, write_lines(tmp_path / "b.jsonl", [ticket(2)]), after=book())


def test_the_page_is_never_written_over_a_file_to_be_read(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", [ticket(1)])
    with pytest.raises(AftersaleError, match=r"out\.is_input"):
        run(path, after=book(), html=path)
    assert path.read_text(encoding="utf-8").startswith('{"id": "T1"')


def test_nothing_is_written_beside_the_files(tmp_path: Path) -> None:
    write_sheets(tmp_path)
    before = sorted(tmp_path.iterdir())
    run(*before, after=generous_where("received"), as_json=True)
    assert sorted(tmp_path.iterdir()) == before


def test_where_no_ticket_can_be_judged_the_exit_code_says_so(tmp_path: Path) -> None:
    found = run(write_lines(tmp_path / "none.jsonl", ["nothing"]), after=book())
    assert found.code == 1
    assert "没有能判断的售后单。" in found.screen
