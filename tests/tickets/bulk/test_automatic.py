"""See that what goes out without a person stays within what the shop said, to the last fen."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.errors import AftersaleError
from aftersale.domain.roles import Role
from aftersale.domain.states import Goods
from aftersale.evidence.models import Event
from aftersale.tickets.act import Intent, accept
from aftersale.tickets.automatic import (
    RuleInvalid,
    Terms,
    in_hours,
    offered,
    resume,
    rules_of,
    set_terms,
    stop,
    used_today,
)
from aftersale.tickets.automatic_trial import try_out
from aftersale.tickets.models import Action, AutomaticUse, Ticket
from aftersale.tickets.outcome import OPEN
from aftersale.tickets.refusal import NotAutomatic
from tests.tickets.acting.desk import NOW, PAID, Desk, fresh, make_shop, refund
from tests.tickets.bulk.desk import allow, colleague, numbered
from tests.tickets.taking.notices import ASKED, took
from tests.tickets.taking.notices import NOW as TAKEN
from tests.tickets.taking.notices import shop as sheet_shop

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from aftersale.shops.models import Person, Shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("desk")]

STEP = "refund_full_unshipped"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.at(tmp_path)


@pytest.fixture
def shop() -> Shop:
    return make_shop()


@pytest.fixture
def lead(shop: Shop) -> Person:
    return colleague("lead", Role.LEAD, shop)


def by_rule(ticket: Ticket, fen: int = PAID, now: datetime = NOW) -> Action:
    ticket = fresh(ticket)
    return accept(ticket, None, refund(fen), now, ticket.sequence)


def refused(ticket: Ticket, fen: int = PAID, now: datetime = NOW) -> str:
    with pytest.raises(NotAutomatic) as caught:
        by_rule(ticket, fen, now)
    assert (Action.objects.filter(ticket=ticket).count(), fresh(ticket).sequence) == (0, 0)
    return caught.value.why


def test_nothing_goes_out_where_no_rule_is_on(shop: Shop, lead: Person) -> None:
    ticket = numbered(shop, 1)
    assert refused(ticket) == "off"
    set_terms(shop, Terms(STEP, cap_fen=PAID, day_fen=PAID), lead, NOW)
    assert (refused(ticket), offered(ticket, NOW)) == ("off", False)


def test_the_plain_list_of_a_shop_pays_nothing(shop: Shop) -> None:
    shop.automatic = [STEP, "*", "agree_to_return"]
    shop.save()
    assert refused(numbered(shop, 1)) == "off"
    ticket = numbered(shop, 2, step="agree_to_return")
    assert accept(ticket, None, Intent("agree_return"), NOW, 0).approved_by is None


def test_a_use_names_its_rule_in_the_event_and_counts(shop: Shop) -> None:
    rule, ticket = allow(shop, STEP), numbered(shop, 1)
    action = by_rule(ticket)
    event = Event.objects.get(kind="action_intended")
    told = json.loads(bytes(event.payload))
    assert (told["actor"], told["data"]["automation"]) == (None, str(rule.pk))
    assert AutomaticUse.objects.get().action == action
    assert used_today(shop.pk, STEP, NOW) == PAID


def test_what_a_person_approves_names_no_rule(shop: Shop, lead: Person) -> None:
    allow(shop, STEP)
    ticket = numbered(shop, 1)
    accept(ticket, lead, refund(), NOW, 0)
    assert b"automation" not in bytes(Event.objects.get(kind="action_intended").payload)
    assert used_today(shop.pk, STEP, NOW) == 0


@pytest.mark.parametrize(("fen", "out"), [(4_999, True), (5_000, True), (5_001, False)])
def test_the_cap_of_one_ticket_holds_to_the_fen(shop: Shop, fen: int, out: bool) -> None:  # noqa: FBT001
    allow(shop, STEP, cap_fen=5_000)
    ticket = numbered(shop, 1)
    if out:
        assert by_rule(ticket, fen).amount_fen == fen
    else:
        assert refused(ticket, fen) == "cap"


@pytest.mark.parametrize(("fen", "out"), [(2_999, True), (3_000, True), (3_001, False)])
def test_the_cap_of_the_day_holds_to_the_fen(shop: Shop, fen: int, out: bool) -> None:  # noqa: FBT001
    allow(shop, STEP, cap_fen=9_000, day_fen=10_000)
    by_rule(numbered(shop, 1), 7_000)
    ticket = numbered(shop, 2)
    if out:
        by_rule(ticket, fen)
    else:
        assert refused(ticket, fen) == "day"
    assert used_today(shop.pk, STEP, NOW) <= 10_000


def test_the_day_ends_at_midnight_in_shanghai(shop: Shop) -> None:
    allow(shop, STEP, cap_fen=9_000, day_fen=9_000)
    midnight = NOW.astimezone(SHANGHAI).replace(hour=0, minute=0) + timedelta(days=1)
    by_rule(numbered(shop, 1), 9_000, midnight - timedelta(seconds=1))
    ticket = numbered(shop, 2)
    assert refused(ticket, 1, midnight - timedelta(seconds=1)) == "day"
    by_rule(ticket, 9_000, midnight)


def test_what_came_to_nothing_is_free_again(shop: Shop) -> None:
    allow(shop, STEP, cap_fen=9_000, day_fen=9_000)
    action = by_rule(numbered(shop, 1), 9_000)
    Action.objects.filter(pk=action.pk).update(state="cancelled")
    by_rule(numbered(shop, 2), 9_000)
    assert Action.objects.filter(state__in=OPEN).count() == 1


@pytest.mark.parametrize(
    ("hour", "minute", "out"),
    [(8, 59, False), (9, 0, True), (20, 59, True), (21, 0, False), (3, 0, False)],
)
def test_a_rule_keeps_its_hours(shop: Shop, lead: Person, hour: int, minute: int, out: bool) -> None:  # noqa: FBT001
    set_terms(shop, Terms(STEP, True, PAID, PAID, 540, 1_260), lead, NOW)  # noqa: FBT003
    now = NOW.astimezone(SHANGHAI).replace(hour=hour, minute=minute)
    ticket = numbered(shop, 1)
    assert offered(ticket, now) is out
    if not out:
        assert refused(ticket, now=now) == "hours"


def test_hours_may_reach_over_midnight_and_equal_ones_are_all_day() -> None:
    night = NOW.astimezone(SHANGHAI).replace(hour=23, minute=0)
    assert in_hours(1_320, 360, night)
    assert not in_hours(360, 1_320, night)
    assert in_hours(0, 0, night)


def test_one_switch_stops_every_rule_at_once_and_lets_them_go_on(shop: Shop, lead: Person) -> None:
    allow(shop, STEP)
    shop.automatic = ["agree_to_return"]
    shop.save()
    paying, agreeing = numbered(shop, 1), numbered(shop, 2, step="agree_to_return")
    stop(shop, lead, NOW)
    stop(shop, lead, NOW)
    assert (refused(paying), offered(paying, NOW), offered(agreeing, NOW)) == ("stopped", False, False)
    resume(shop, lead, NOW)
    resume(shop, lead, NOW)
    by_rule(paying)
    kinds = Event.objects.filter(subject_kind="shop").order_by("sequence").values_list("kind", flat=True)
    assert list(kinds) == ["automation_changed", "automation_stopped", "automation_resumed"]


def test_a_rule_of_a_step_covers_no_other_step(shop: Shop) -> None:
    allow(shop, "partial_refund")
    assert refused(numbered(shop, 1)) == "off"


def test_goods_that_nobody_looked_at_are_not_paid_for_by_a_rule(shop: Shop) -> None:
    allow(shop, "inspect_then_refund")
    fields = {"step": "inspect_then_refund"}
    ticket = numbered(shop, 1, **fields)  # type: ignore[arg-type]
    intent = Intent("refund_received", PAID)
    with pytest.raises(NotAutomatic):
        accept(ticket, None, intent, NOW, 0)
    assert not offered(ticket, NOW)
    Ticket.objects.filter(pk=ticket.pk).update(goods_state=Goods.INSPECTED)
    assert offered(fresh(ticket), NOW)
    assert accept(fresh(ticket), None, intent, NOW, 0).amount_fen == PAID


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (Terms(STEP, on=True), "automation.cap"),
        (Terms(STEP, on=True, cap_fen=100), "automation.cap"),
        (Terms(STEP, on=True, day_fen=100), "automation.cap"),
        (Terms(STEP, cap_fen=0, day_fen=100), "automation.cap"),
        (Terms(STEP, cap_fen=-5, day_fen=100), "automation.cap"),
        (Terms("reject", on=True), "automation.step"),
        (Terms("negotiate", on=True), "automation.step"),
        (Terms("agree_to_return", from_minute=1_440), "automation.hours"),
    ],
)
def test_a_rule_that_could_pay_without_limit_or_refuse_is_not_kept(
    shop: Shop, lead: Person, terms: Terms, code: str
) -> None:
    with pytest.raises(RuleInvalid) as caught:
        set_terms(shop, terms, lead, NOW)
    assert caught.value.code == code
    assert rules_of(shop) == []


def test_a_rule_takes_the_place_of_the_plain_list(shop: Shop, lead: Person) -> None:
    shop.automatic = ["*"]
    shop.save()
    assert rules_of(shop) == [Terms("agree_to_return", on=True)]
    set_terms(shop, Terms("agree_to_return"), lead, NOW)
    assert rules_of(shop) == [Terms("agree_to_return")]
    assert not offered(numbered(shop, 1, step="agree_to_return"), NOW)


def test_a_change_is_an_event_that_tells_before_and_after(shop: Shop, lead: Person) -> None:
    set_terms(shop, Terms(STEP, cap_fen=1, day_fen=2), lead, NOW)
    set_terms(shop, Terms(STEP, on=True, cap_fen=3, day_fen=4), lead, NOW)
    event = Event.objects.filter(kind="automation_changed").latest("id")
    told = json.loads(bytes(event.payload))["data"]
    assert (told["before"]["cap_fen"], told["after"]["cap_fen"], told["after"]["on"]) == (1, 3, True)
    assert event.actor == lead.pk


def test_every_refusal_of_automation_says_what_to_do(shop: Shop) -> None:
    with pytest.raises(AftersaleError) as caught:
        by_rule(numbered(shop, 1))
    assert caught.value.next_step.zh


def test_a_trial_counts_what_would_have_gone_out_and_changes_nothing() -> None:
    shop = sheet_shop()
    took(shop, [ASKED])
    ticket = Ticket.objects.get()
    assert ticket.step == STEP
    trial = try_out(shop, Terms(STEP, cap_fen=20_000, day_fen=20_000), TAKEN)
    assert (trial.count, trial.fen, trial.examples[0].ticket_no) == (1, PAID, ticket.ticket_no)
    small = try_out(shop, Terms(STEP, cap_fen=PAID - 1, day_fen=20_000), TAKEN)
    assert (small.count, dict(small.held_back)) == (0, {"cap": 1})
    day = try_out(shop, Terms(STEP, cap_fen=PAID, day_fen=PAID - 1), TAKEN)
    assert (day.count, dict(day.held_back)) == (0, {"day": 1})
    assert try_out(shop, Terms(STEP, cap_fen=PAID, day_fen=PAID), TAKEN + timedelta(days=31)).count == 0
    assert (Action.objects.count(), fresh(ticket).sequence) == (0, ticket.sequence)


@pytest.mark.parametrize(("rank", "goes"), [(10, False), (20, False), (30, True)])
def test_a_rule_may_be_for_tickets_read_from_the_platform_alone(
    shop: Shop, lead: Person, rank: int, *, goes: bool
) -> None:
    set_terms(shop, Terms(STEP, on=True, cap_fen=10**7, day_fen=10**9, from_platform=True), lead, NOW)
    ticket = numbered(shop, 1, rank=rank)
    assert offered(ticket, NOW) is goes
    if goes:
        assert by_rule(ticket).verb == "refund"
        return
    with pytest.raises(NotAutomatic) as caught:
        by_rule(ticket)
    assert caught.value.why == "sheet"


@pytest.mark.parametrize("step", ["send", "inspect_then_send", "reship", "reship_missing"])
def test_goods_never_go_out_without_a_person_who_has_the_waybill(shop: Shop, lead: Person, step: str) -> None:
    with pytest.raises(RuleInvalid):
        set_terms(shop, Terms(step, on=True), lead, NOW)
    shop.automatic = [step]
    shop.save()
    assert not offered(numbered(shop, 1, step=step, goods_state=Goods.INSPECTED), NOW)
