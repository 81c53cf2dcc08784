"""Hold what the library says of rules: by filter, by date, between dates, one whole."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from aftersale.cli import app
from aftersale.domain.value_words import GROUP_WORDS
from aftersale.library import rules
from aftersale.library.condition_words import condition_in_words
from aftersale.library.rule_pages import difference_page, whole_rule
from aftersale.library.rules import RuleUnknown, Wanted, difference, find, parameters_of, selected, values_on
from aftersale.library.words import Words
from aftersale.shops.rule_files import load_rulebook

if TYPE_CHECKING:
    from aftersale.texts import Lang

BOOK = load_rulebook()
BEFORE, REVISION, AFTER = date(2025, 5, 5), date(2025, 5, 6), date(2025, 6, 1)


def ids(**wanted: str) -> set[str]:
    """Name the rules that a filter leaves on a day of 2026."""
    return {rule.id for rule in selected(BOOK, Wanted(date(2026, 6, 1), **wanted))}


def run(*arguments: str) -> str:
    """Run a command that must succeed."""
    result = CliRunner().invoke(app, ["rules", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_rules_are_filtered_by_platform_layer_and_group() -> None:
    assert {"N01", "A03", "A06"} <= ids()
    assert "A06" not in ids(platform="douyin")
    assert {"N01", "A03"} <= ids(platform="douyin")
    assert "A03" not in ids(platform="kuaishou")
    assert {rule.layer for rule in map(BOOK.rule, ids(layer="law"))} == {"law"}
    assert {rule.group for rule in map(BOOK.rule, ids(group="no_reason"))} == {"no_reason"}


def test_a_rule_holds_from_its_first_day_and_no_more_on_its_last() -> None:
    on = {day: {rule.id for rule in selected(BOOK, Wanted(day))} for day in (BEFORE, REVISION)}
    assert ("A02" in on[BEFORE], "A01" in on[BEFORE]) == (True, False)
    assert ("A02" in on[REVISION], "A01" in on[REVISION]) == (False, True)


def test_the_difference_of_two_days_names_what_begins_ends_and_changes_whichever_comes_first() -> None:
    found = difference(BOOK, BEFORE, AFTER)
    assert found == difference(BOOK, AFTER, BEFORE)
    assert [rule.id for rule in found.begin] == ["A01"]
    assert [rule.id for rule in found.end] == ["A02"]
    (change,) = found.values
    assert change.parameter.name == "platform_may_support_refund_only"
    assert change.before is not None
    assert change.after is not None
    assert (change.before.value, change.after.value) == (1, 0)


def test_a_day_without_change_says_so() -> None:
    said = difference_page(difference(BOOK, AFTER, AFTER), AFTER, AFTER, Words(BOOK, "en"))
    assert said == "From 2025-06-01 to 2025-06-01\n  Nothing changes."


def test_a_parameter_that_the_platforms_share_is_listed_once_and_others_per_platform() -> None:
    found = values_on(BOOK, AFTER)
    assert [each.platform for each in found if each.parameter.name == "no_reason_days"] == ["any"]
    hours = {
        each.platform: each.value.value for each in found if each.parameter.name == "respond_unshipped_hours"
    }
    assert hours == {"douyin": 48, "kuaishou": 24}
    assert {each.platform for each in values_on(BOOK, AFTER, "kuaishou")} <= {"any", "kuaishou"}


def test_the_parameters_of_a_rule_are_found_through_derived_facts() -> None:
    assert "respond_shipped_hours" in {parameter.name for parameter in parameters_of(BOOK, find(BOOK, "T02"))}


def test_a_rule_is_found_whatever_its_case_and_an_unknown_one_is_refused() -> None:
    assert find(BOOK, "n01").id == "N01"
    with pytest.raises(RuleUnknown):
        find(BOOK, "N00")


def test_a_rule_shown_whole_has_words_predicate_clauses_sources_parameters_and_evidence() -> None:
    said = whole_rule(find(BOOK, "T02"), Words(BOOK, "zh"))
    for part in (
        "T02 商家超时未处理",
        "成立条件：",
        "已超时未处理",
        "原文：",
        "可信度",
        "respond_unshipped_hours：",
        "另有来源写 24 小时",
        "未确认，来源说法不一",
        "查阅",
    ):
        assert part in said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_rule_can_be_shown_in_both_languages(lang: Lang) -> None:
    words = Words(BOOK, lang)
    for rule in BOOK.rules:
        said = whole_rule(rule, words)
        assert said.startswith(rule.id)
        assert "None" not in said


def test_the_burden_of_proof_is_told_in_words() -> None:
    parts = condition_in_words(find(BOOK, "N01").when, Words(BOOK, "en"))
    assert "not established: the merchant is at fault" in parts
    assert "not disproved: goods are intact" in parts


def test_a_condition_says_money_as_money_and_values_as_words() -> None:
    assert "refundable > ¥0.00" in condition_in_words(find(BOOK, "T03").when, Words(BOOK, "en"))
    assert "售后原因是“7天无理由”" in condition_in_words(find(BOOK, "N01").when, Words(BOOK, "zh"))


def test_a_clause_can_be_pasted_with_document_article_and_version() -> None:
    clauses = [Words(BOOK, "zh").clause(cite) for cite in find(BOOK, "N05").citations]
    assert clauses[1] == "《消费者权益保护法实施条例（国务院令第778号）》第19条（2024-07-01 起施行的版本）"


def test_a_clause_in_english_keeps_the_chinese_name_with_a_gloss() -> None:
    clause = Words(BOOK, "en").clause(find(BOOK, "N09").citations[2])
    assert clause == "《民法典》 (Civil Code), article 201-203, version of 2021-01-01"


def test_an_assumption_is_called_one() -> None:
    assumed = next(cite for rule in BOOK.rules for cite in rule.citations if not cite.document)
    assert Words(BOOK, "en").clause(assumed).startswith("assumption: an amount of zero")
    assert Words(BOOK, "zh").clause(assumed).startswith("假设：零元")
    assert (Words(BOOK, "en").short(assumed), Words(BOOK, "zh").short(assumed)) == ("assumption", "假设")


def test_what_a_source_is_worth_and_what_it_says_is_told_in_the_language_of_the_reader() -> None:
    zh, en = (whole_rule(find(BOOK, "T02"), Words(BOOK, lang)) for lang in ("zh", "en"))
    assert "2026-11-21 查阅，可信度中：几个公开的商家资料页；未查阅各平台原页" in zh
    assert "另有来源写 24 小时：两个公开的商家资料页" in zh
    assert "confidence medium: several public merchant pages" in en
    assert "another source says 24 h: two public merchant pages" in en


def test_no_source_is_told_in_the_other_language() -> None:
    values = [value for each in BOOK.parameters.values() for value in each.values]
    listed = [*(rule.citations for rule in BOOK.rules), *(value.citations for value in values)]
    told = [each.source for each in BOOK.documents.values()]
    told += [other.source for value in values for other in value.alternatives]
    said = [(text.zh, text.en) for text in told]
    said += [
        (cite.assumption.zh, cite.assumption.en) for cites in listed for cite in cites if cite.assumption
    ]
    chinese = re.compile("[\u4e00-\u9fff]")
    assert [(zh, en) for zh, en in said if not chinese.search(zh) or chinese.search(en)] == []


def test_every_group_of_rules_has_words() -> None:
    assert {rule.group for rule in BOOK.rules} <= set(GROUP_WORDS)


def test_a_group_is_shown_in_words_and_can_be_asked_for_by_them() -> None:
    assert "· 7天无理由 ·" in whole_rule(find(BOOK, "N01"), Words(BOOK, "zh"))
    assert ids(group="7天无理由") == ids(group="no_reason") != set()


def test_a_group_that_a_shop_made_up_keeps_its_name() -> None:
    assert Words(BOOK, "zh").group("双十一") == "双十一"
    assert ids(group="双十一") == set()


def test_the_list_shows_rules_in_force_on_the_day_asked_for() -> None:
    assert "A02 " in run("list", "--at", "2025-05-05")
    assert "A02 " not in run("list", "--at", "2025-05-06")


def test_a_day_shows_rules_and_parameters() -> None:
    said = run("at", "2025-05-01", "--platform", "kuaishou")
    assert "N01 " in said
    assert "refund_after_return_days" in said


def test_two_days_are_compared_with_both_values_and_their_clauses() -> None:
    said = run("diff", "2025-05-01", "2025-06-01")
    assert "2025-05-06 A01" in said
    assert "之前：是 | 《抖音售后服务规则（2025年修订前）》" in said
    assert "之后：否 | 《抖音售后服务规则（2025年修订）》" in said


def test_one_rule_is_shown() -> None:
    assert run("show", "n01").startswith("N01 7天无理由，期限内且商品完好\n")


def test_a_span_covers_its_first_day_and_not_its_last() -> None:
    span = (REVISION, AFTER)
    held = [rules.holds(span, day) for day in (BEFORE, REVISION, date(2025, 5, 31), AFTER)]
    assert held == [False, True, True, False]
