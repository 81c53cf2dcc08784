from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.finance.by_hand import Entered, enter, explain
from aftersale.finance.derive import derive
from aftersale.finance.figures import days_of
from aftersale.finance.following import follow_shop
from aftersale.finance.models import Difference, MoneyLeg
from aftersale.finance.reconcile import reconcile
from aftersale.finance.shown import month_of
from aftersale.tickets.models import Action
from tests.finance.books import (
    MONTH,
    NOW,
    Row,
    a_ticket,
    an_action,
    by,
    fund_sheet,
    number_of,
    on,
    read,
    refund_row,
    settlement_sheet,
    standing,
)

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.shops.models import Person, Shop

pytestmark = pytest.mark.django_db


def refunded(shop: Shop, number: int, day: int = 12) -> Action:
    return an_action(a_ticket(shop, number), on(day))


def test_refunds_that_both_sides_tell_alike_differ_in_nothing(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    actions = [refunded(shop, number) for number in range(5)]
    follow_shop(shop.pk, NOW)
    read(shop, accountant, fund_sheet(tmp_path, map(refund_row, actions)))
    assert standing(shop) == []
    (tie,) = month_of(shop.pk, MONTH).ties
    assert (tie.our_fen, tie.platform_fen, tie.rest_fen) == (-64_500, -64_500, 0)
    assert [(day.our_fen, day.platform_fen) for day in days_of(shop.pk, MONTH)] == [(-64_500, -64_500)]


def test_each_kind_of_difference_is_a_row_and_the_rows_are_all_that_lies_between(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    same, lower, moved, ours = (refunded(shop, number) for number in range(1, 5))
    follow_shop(shop.pk, NOW)
    rows = [
        refund_row(same),
        refund_row(lower, fen=-9_900),
        refund_row(moved, at=on(14)),
        Row(on(20), -4_500, ticket_no=number_of(99), serial="1" * 19),
    ]
    read(shop, accountant, fund_sheet(tmp_path, rows))
    assert sorted(standing(shop)) == [
        ("amount", "paid", -12_900, -9_900),
        ("only_ours", "paid", -12_900, 0),
        ("only_platform", "paid", 0, -4_500),
        ("other_day", "paid", -12_900, -12_900),
    ]
    assert Difference.objects.get(cause="only_ours").ticket_id == ours.ticket_id
    assert [tie.rest_fen for tie in month_of(shop.pk, MONTH).ties] == [0]


def test_a_refund_of_a_day_that_no_sheet_covers_yet_is_no_difference(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    early, late = refunded(shop, 1, 5), refunded(shop, 2, 25)
    follow_shop(shop.pk, NOW)
    read(shop, accountant, fund_sheet(tmp_path, [refund_row(early)]))
    assert standing(shop) == []
    assert [tie.rest_fen for tie in month_of(shop.pk, MONTH).ties] == [late.amount_fen]
    reconcile(shop.pk, NOW, whole=MONTH)
    assert standing(shop) == [("only_ours", "paid", -12_900, 0)]
    assert [tie.rest_fen for tie in month_of(shop.pk, MONTH).ties] == [0]


def test_a_refund_whose_outcome_is_unknown_is_named_until_it_is_known(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    paid, unpaid = (an_action(a_ticket(shop, number), on(12), "unknown") for number in (1, 2))
    follow_shop(shop.pk, NOW)
    read(shop, accountant, fund_sheet(tmp_path, [refund_row(paid, at=on(12))]))
    assert sorted(standing(shop)) == [
        ("unknown_open", "paid", 0, -12_900),
        ("unknown_open", "paid", 0, 0),
    ]
    for action, state in ((paid, "done"), (unpaid, "failed")):
        receipt = {"outcome": state}
        Action.objects.filter(pk=action.pk).update(state=state, ended_at=on(12), receipt=receipt)
        derive([action.ticket_id])
    reconcile(shop.pk, NOW)
    assert standing(shop) == []
    assert Difference.objects.exclude(ended_at=None).count() == 2


def test_what_only_the_platform_can_tell_is_booked_as_it_stands(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    ticket = a_ticket(shop, 7)
    rows = [
        Row(on(9), -5_000, "消费者赔付", ticket.ticket_no, ticket.order_no, "1" * 19),
        Row(on(11), 5_000, "消费者赔付", ticket.ticket_no, ticket.order_no, "2" * 19),
        Row(on(9), 700, "退款-订单退款触发-退分账", order_no=ticket.order_no, serial="3" * 19),
        Row(on(15), -90_000, "提现", serial="4" * 19),
    ]
    read(shop, accountant, fund_sheet(tmp_path, rows))
    legs = MoneyLeg.objects.order_by("at", "fen").values_list("kind", "fen", "liability", "ticket")
    assert list(legs) == [
        ("share", -700, "none", None),
        ("consumer_compensation", 5_000, "merchant", ticket.pk),
        ("consumer_compensation", -5_000, "merchant", ticket.pk),
    ]
    reconcile(shop.pk, NOW)
    assert MoneyLeg.objects.count() == 3
    assert standing(shop) == []


def test_what_a_person_entered_before_the_sheet_came_is_not_booked_twice(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    entered = Entered("consumer_compensation", 5_000, on(9), "merchant", number_of(7, 69))
    enter(shop.pk, entered, by(accountant))
    row = Row(on(9), -6_000, "消费者赔付", order_no=number_of(7, 69), serial="1" * 19)
    read(shop, accountant, fund_sheet(tmp_path, [row]))
    assert MoneyLeg.objects.count() == 1
    assert standing(shop) == [("amount", "consumer_compensation", -5_000, -6_000)]


def test_a_refund_that_was_taken_back_is_a_refund_less(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    action = refunded(shop, 1)
    Action.objects.filter(pk=action.pk).update(reserved_fen=0)
    type(action.ticket).objects.filter(pk=action.ticket_id).update(changed_at=on(13), money_state="reversed")
    follow_shop(shop.pk, NOW)
    back = refund_row(action, at=on(13), fen=12_900, serial="9" * 19)
    read(shop, accountant, fund_sheet(tmp_path, [refund_row(action), back]))
    assert standing(shop) == []
    assert [tie.our_fen for tie in month_of(shop.pk, MONTH).ties] == [0]


def test_settlements_are_held_against_what_came_in_once_both_sheets_are_there(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    order, line = number_of(1, 69), f"{number_of(1, 69)}1"
    settled = f"2026-05-20 03:00:00,\t{order},\t{line},80.00,正常,否,-,90.00,-10.00"
    other = f"2026-05-20 03:00:00,\t{order}9,\t{line}9,5.00,正常,否,-,5.00,0"
    read(shop, accountant, settlement_sheet(tmp_path, [settled, other]))
    assert list(MoneyLeg.objects.values_list("kind", "fen")) == [("settled", 8_000), ("settled", 500)]
    assert (standing(shop), month_of(shop.pk, MONTH).ties) == ([], [])
    row = Row(on(20, 3), 8_000, "货款结算入账", order_no=order, serial="1" * 19)
    read(shop, accountant, fund_sheet(tmp_path, [row]))
    assert standing(shop) == [("only_ours", "settled", 500, 0)]


def test_a_refund_before_settlement_is_found_when_the_order_is_settled(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    action = refunded(shop, 1)
    follow_shop(shop.pk, NOW)
    order = action.ticket.order_no
    line = f"2026-05-20 03:00:00,\t{order},\t{order}1,0.00,正常,是,129.00,0,0"
    read(shop, accountant, settlement_sheet(tmp_path, [line]))
    assert standing(shop) == [("at_settlement", "paid", -12_900, -12_900)]


def test_a_difference_that_changes_wants_a_new_explanation(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    action = refunded(shop, 1)
    follow_shop(shop.pk, NOW)
    other = Row(on(30), -1, ticket_no=number_of(99), serial="1" * 19)
    early = Row(on(1), -1, ticket_no=number_of(98), serial="2" * 19)
    read(shop, accountant, fund_sheet(tmp_path, [other, early]))
    found = Difference.objects.get(cause="only_ours")
    assert explain(shop.pk, [found.pk], "等表格", by(accountant)) == 1
    assert explain(shop.pk, [found.pk], "再说一次", by(accountant)) == 0
    reconcile(shop.pk, NOW)
    found.refresh_from_db()
    assert found.explained_by == accountant
    read(shop, accountant, fund_sheet(tmp_path, [refund_row(action, fen=-9_900)], "补.csv"))
    changed = Difference.objects.get(pk=found.pk)
    assert (changed.cause, changed.explained_by, changed.platform_fen) == ("amount", None, -9_900)


def test_a_difference_that_is_gone_stays_on_record(shop: Shop, accountant: Person, tmp_path: Path) -> None:
    read(
        shop,
        accountant,
        fund_sheet(tmp_path, [Row(on(12), -12_900, ticket_no=number_of(1), serial="1" * 19)]),
    )
    assert standing(shop) == [("only_platform", "paid", 0, -12_900)]
    refunded(shop, 1)
    follow_shop(shop.pk, NOW)
    assert standing(shop) == []
    assert Difference.objects.get().ended_at is not None


def test_shops_are_kept_apart(shop: Shop, accountant: Person, tmp_path: Path) -> None:
    action = refunded(shop, 1)
    elsewhere = type(shop).objects.create(name="云杉厨房专营店", platform="douyin", created_at=NOW)
    follow_shop(shop.pk, NOW)
    read(elsewhere, accountant, fund_sheet(tmp_path, [refund_row(action)]))
    assert standing(shop) == []
    assert [cause for cause, *_ in standing(elsewhere)] == ["only_platform"]
    assert Difference.objects.get().ticket is None
