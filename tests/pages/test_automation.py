"""Set what may go out without a person as an owner does: try it, turn it on, stop it all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from aftersale.domain.roles import Role
from aftersale.tickets.act import accept
from aftersale.tickets.models import Action, AutomationRule, AutomationStop
from tests.api.desk import now
from tests.pages.desk import text_of, words_of
from tests.tickets.acting.desk import refund

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Ticket
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db

STEP = "refund_full_unshipped"
CAPS: dict[str, Any] = {"step": STEP, "cap": "200", "day": "1000"}


@pytest.mark.parametrize("role", Role)
def test_only_who_manages_the_shop_sees_the_rules(role: Role, as_role: Callable[[Role], Visitor]) -> None:
    visitor = as_role(role)
    may = role in {Role.OWNER, Role.LEAD}
    assert visitor.get("automation").status_code == (200 if may else 403)
    assert (reverse("automation") in text_of(visitor.get("queue"))) is may


def test_a_foreign_shop_is_not_there(owner: Visitor, elsewhere: Shop) -> None:
    assert owner.get("automation", shop=elsewhere.pk).status_code == 404
    assert owner.get("automation", shop="x").status_code == 404
    assert owner.post("automation_save", shop=elsewhere.pk, on="1", **CAPS).status_code == 404
    assert owner.post("automation_switch", shop=elsewhere.pk, do="stop").status_code == 404
    assert not AutomationRule.objects.exists()


def test_nothing_is_on_before_somebody_turned_it_on(owner: Visitor) -> None:
    page = owner.get("automation")
    assert page.status_code == 200
    assert reverse("automation_save") not in text_of(page)


def test_a_dry_run_says_how_many_how_much_and_which(owner: Visitor, shop: Shop, ticket: Ticket) -> None:
    type(ticket).objects.update(applied_at=now())
    page = owner.get("automation", shop=shop.pk, **CAPS)
    said = words_of(page)
    assert ticket.ticket_no in said
    assert said.count("¥129.00") == 2
    assert (AutomationRule.objects.count(), Action.objects.count()) == (0, 0)


def test_a_dry_run_says_what_would_be_held_back(owner: Visitor, shop: Shop, ticket: Ticket) -> None:
    type(ticket).objects.update(applied_at=now())
    page = owner.get("automation", shop=shop.pk, step=STEP, cap="100", day="1000")
    assert ticket.ticket_no not in text_of(page)
    assert re.search(r"(?:超过单笔上限|above the cap of one ticket).* 1", text_of(page))


def test_a_rule_is_saved_off_then_on_and_used(owner: Visitor, shop: Shop, ticket: Ticket) -> None:
    saved: dict[str, Any] = {"shop": shop.pk, **CAPS, "from": "09:00", "until": "21:30"}
    assert owner.post("automation_save", **saved, on="").status_code == 302
    rule = AutomationRule.objects.get()
    assert (rule.on, rule.cap_fen, rule.day_fen) == (False, 20_000, 100_000)
    assert (rule.from_minute, rule.until_minute) == (540, 1_290)
    owner.post("automation_save", shop=shop.pk, **CAPS, on="1")
    rule.refresh_from_db()
    assert rule.on
    accept(ticket, None, refund(), now(), ticket.sequence)
    said = words_of(owner.get("automation", shop=shop.pk))
    assert "¥129.00" in said
    assert ticket.article in said


@pytest.mark.parametrize(
    "wrong",
    [
        {"step": STEP, "on": "1"},
        {"step": STEP, "on": "1", "cap": "100"},
        {"step": STEP, "on": "1", "cap": "0", "day": "0"},
        {"step": STEP, "on": "1", "cap": "-5", "day": "100"},
        {"step": STEP, "on": "1", "cap": "很多", "day": "100"},
        {"step": "reject", "on": "1", "cap": "1", "day": "1"},
        {"step": "no_such_step", "on": "1"},
        {"step": "agree_to_return", "on": "1", "from": "25:xx"},
    ],
)
def test_what_could_pay_without_limit_is_refused_in_words(
    owner: Visitor, shop: Shop, wrong: dict[str, Any]
) -> None:
    assert owner.post("automation_save", shop=shop.pk, **wrong).status_code == 422
    assert owner.get("automation", shop=shop.pk, **wrong).status_code == 422
    assert not AutomationRule.objects.exists()


def test_what_moves_no_money_needs_no_cap(owner: Visitor, shop: Shop) -> None:
    owner.post("automation_save", shop=shop.pk, step="agree_to_return", on="1", cap="", day="")
    rule = AutomationRule.objects.get()
    assert (rule.on, rule.cap_fen, rule.day_fen) == (True, None, None)


def test_the_stop_switch_is_one_press_and_one_press_back(lead: Visitor, shop: Shop) -> None:
    lead.post("automation_switch", shop=shop.pk, do="stop")
    assert AutomationStop.objects.get().by == lead.person
    assert 'value="resume"' in text_of(lead.get("automation"))
    lead.post("automation_switch", shop=shop.pk, do="resume")
    assert not AutomationStop.objects.exists()


def test_who_may_not_manage_the_shop_changes_nothing(agent: Visitor, shop: Shop) -> None:
    assert agent.post("automation_save", shop=shop.pk, on="1", **CAPS).status_code == 403
    assert agent.post("automation_switch", shop=shop.pk, do="stop").status_code == 403
    assert not AutomationStop.objects.exists()


def test_a_rule_for_the_platform_alone_is_tried_and_saved_so(
    owner: Visitor, shop: Shop, ticket: Ticket
) -> None:
    type(ticket).objects.update(applied_at=now())
    page = owner.get("automation", shop=shop.pk, platform="1", **CAPS)
    assert ticket.ticket_no not in words_of(page)
    assert "只在表格里出现过 1" in words_of(page)
    owner.post("automation_save", shop=shop.pk, platform="1", on="1", **CAPS)
    assert AutomationRule.objects.get().from_platform
    assert "只管平台接口读到的" in words_of(owner.get("automation", shop=shop.pk))
    type(ticket).objects.update(rank=30)
    assert ticket.ticket_no in words_of(owner.get("automation", shop=shop.pk, platform="1", **CAPS))
