"""Read the rules on a page: what holds on a day, by which clause, and what changed between two days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from aftersale.domain.roles import Role
from aftersale.tickets.models import Ticket
from tests.api.desk import make_person
from tests.pages.desk import text_of, visitor, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.shops.models import Shop
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.WAREHOUSE])
def test_everybody_of_the_shop_reads_the_rules_and_only_some_may_change_them(
    role: Role, as_role: Callable[[Role], Visitor]
) -> None:
    somebody = as_role(role)
    text = text_of(somebody.get("rules"))
    assert "N01" in text
    may = role in {Role.OWNER, Role.LEAD}
    assert (reverse("rules_edit") in text) == may
    assert somebody.get("rules_edit").status_code == (200 if may else 403)


def test_a_foreign_shop_is_not_there(stranger: Visitor, shop: Shop) -> None:
    for name in ("rules", "rule_parameters", "rule_difference", "rules_edit", "rules_public", "rules_turn"):
        assert stranger.get(name, shop=shop.pk).status_code == 404
    assert stranger.get("rule", "N01", shop=shop.pk).status_code == 404
    assert stranger.get("rule_parameter", "no_reason_days", shop=shop.pk).status_code == 404


@pytest.mark.parametrize("said", ["x", "-1", "9" * 30, "١"])
def test_a_shop_that_is_no_number_is_not_there(said: str, agent: Visitor) -> None:
    assert agent.get("rules", shop=said).status_code == 404


def test_who_works_in_no_shop_is_told_so() -> None:
    assert visitor(make_person("new", Role.AGENT)).get("rules").status_code == 404


def test_a_list_says_what_each_rule_gives_by_which_clause_and_since_when(agent: Visitor) -> None:
    said = words_of(agent.get("rules", q="N01"))
    for word in ("N01", "法律", "同意退货退款", "不限日期"):
        assert word in said


@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ({"layer": "platform"}, "A01", "N01"),
        ({"layer": "law"}, "N01", "A01"),
        ({"group": "no_reason"}, "N01", "Q05"),
        ({"q": "质量"}, "Q05", "N01"),
    ],
)
def test_filters_keep_what_fits(query: dict[str, str], there: str, gone: str, agent: Visitor) -> None:
    text = text_of(agent.get("rules", **query))
    assert f"/rules/rule/{gone}/" not in text
    assert f"/rules/rule/{there}/" in text


def test_the_day_decides_which_version_of_a_rule_is_listed(agent: Visitor) -> None:
    before = text_of(agent.get("rules", on="2024-06-30"))
    after = text_of(agent.get("rules", on="2024-07-01"))
    assert "/rules/rule/N02b/" not in before
    assert "/rules/rule/N02b/" in after


def test_nonsense_in_filters_breaks_nothing_and_a_day_that_is_none_is_named(agent: Visitor) -> None:
    assert agent.get("rules", layer="<b>", platform="x", group="nothing").status_code == 200
    refused = agent.get("rules", on="2024-02-30")
    assert refused.status_code == 422
    assert "没看懂日期" in words_of(refused)


def test_filters_that_fit_nothing_say_how_to_get_out(agent: Visitor) -> None:
    assert "清除筛选" in words_of(agent.get("rules", q="no such word"))


def test_a_rule_says_condition_outcome_clause_numbers_and_evidence(agent: Visitor) -> None:
    said = words_of(agent.get("rule", "N01"))
    for word in ("7天无理由", "《消费者权益保护法（2013年修正）》第25条", "复制", "运费"):
        assert word in said


def test_a_rule_is_found_whatever_its_case_and_one_that_is_none_is_not_there(agent: Visitor) -> None:
    assert agent.get("rule", "n01").status_code == 200
    assert agent.get("rule", "no-such-rule").status_code == 404


def test_a_rule_names_its_other_versions(agent: Visitor) -> None:
    text = text_of(agent.get("rule", "N02b"))
    assert "/rules/rule/N02/" in text


def test_a_rule_counts_the_open_tickets_of_the_person_alone(
    agent: Visitor, stranger: Visitor, ticket: Ticket
) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(rule_id="N01", open=True)
    assert "1 单" in words_of(agent.get("rule", "N01"))
    assert "1 单" not in words_of(stranger.get("rule", "N01"))


def test_uncertain_numbers_stand_first(agent: Visitor) -> None:
    text = text_of(agent.get("rule_parameters"))
    assert text.index("respond_unshipped_hours") < text.index("no_reason_days")
    only = text_of(agent.get("rule_parameters", doubtful="1"))
    assert "respond_unshipped_hours" in only
    assert "/rules/parameters/no_reason_days/" not in only


def test_a_number_says_every_value_the_other_sources_and_the_rules_that_rest_on_it(agent: Visitor) -> None:
    page = agent.get("rule_parameter", "no_reason_days")
    assert "/rules/rule/N01/" in text_of(page)
    assert "7 天" in words_of(page)
    assert "另有来源写 24 小时" in words_of(agent.get("rule_parameter", "respond_unshipped_hours"))
    assert agent.get("rule_parameter", "no_such_number").status_code == 404


def test_only_a_number_of_a_platform_can_be_confirmed_and_only_by_who_may(
    agent: Visitor, lead: Visitor
) -> None:
    assert 'value="confirm"' in text_of(lead.get("rule_parameter", "respond_unshipped_hours"))
    assert 'value="confirm"' not in text_of(agent.get("rule_parameter", "respond_unshipped_hours"))
    assert 'value="confirm"' not in text_of(lead.get("rule_parameter", "no_reason_days"))


def test_two_days_are_compared_in_either_order(agent: Visitor) -> None:
    one = text_of(agent.get("rule_difference", first="2024-01-01", second="2026-06-01"))
    other = text_of(agent.get("rule_difference", first="2026-06-01", second="2024-01-01"))
    assert "/rules/rule/N02b/" in one
    assert one.count("/rules/rule/") == other.count("/rules/rule/")
    same = agent.get("rule_difference", first="2026-06-01", second="2026-06-01")
    assert "/rules/rule/" not in text_of(same)


def test_the_refund_page_is_given_as_a_file_with_the_name_of_the_shop(agent: Visitor, shop: Shop) -> None:
    page = agent.get("rules_public", shop=shop.pk)
    assert "attachment" in page["Content-Disposition"]
    assert shop.name in text_of(page)


def test_the_rules_speak_english_when_asked(shop: Shop) -> None:
    somebody = visitor(make_person("jo", Role.LEAD, shop), "en")
    assert "in the order in which they are tried" in words_of(somebody.get("rules"))
    assert "Holds when all of this is true" in words_of(somebody.get("rule", "N01"))
    assert "Usual choices" in words_of(somebody.get("rules_edit"))
