from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from aftersale.evidence.chain import Stored, verify
from aftersale.evidence.models import Event
from aftersale.evidence.shop_journal import subject_of
from aftersale.finance.by_hand import Entered, correct, enter, name_scene
from aftersale.finance.closing import close, is_as_closed, next_to_close, plan
from aftersale.finance.following import follow_shop
from aftersale.finance.models import Close, FundRow, MoneyLeg
from aftersale.finance.refusals import MonthRunning, NotTheNextMonth, SceneUnknown, SeenOtherwise
from aftersale.finance.shown import month_of
from tests.finance.books import (
    MONTH,
    NEXT,
    NOW,
    Row,
    a_ticket,
    an_action,
    by,
    fund_sheet,
    on,
    read,
    refund_row,
)

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.shops.models import Person, Shop

pytestmark = pytest.mark.django_db


def a_cost(shop: Shop, person: Person, fen: int = 500, day: int = 9, month: int = 5) -> MoneyLeg:
    return enter(shop.pk, Entered("reship_cost", fen, on(day, month=month), "merchant"), by(person))


def closed(shop: Shop, person: Person, month: str = MONTH) -> Close:
    return close(shop.pk, month, plan(shop.pk, month, NOW).seen, by(person))


def test_a_month_that_is_running_is_not_closed(shop: Shop, accountant: Person) -> None:
    a_cost(shop, accountant, day=2, month=6)
    with pytest.raises(MonthRunning):
        plan(shop.pk, NEXT, NOW)


def test_months_are_closed_one_after_the_other(shop: Shop, accountant: Person) -> None:
    with pytest.raises(NotTheNextMonth):
        plan(shop.pk, MONTH, NOW)
    a_cost(shop, accountant, month=4)
    a_cost(shop, accountant)
    with pytest.raises(NotTheNextMonth) as refusal:
        plan(shop.pk, MONTH, NOW)
    assert "2026-04" in refusal.value.next_step.zh
    closed(shop, accountant, "2026-04")
    closed(shop, accountant)
    assert next_to_close(shop.pk) == NEXT
    with pytest.raises(NotTheNextMonth):
        closed(shop, accountant)


def test_a_month_without_anything_between_two_is_closed_as_well(shop: Shop, accountant: Person) -> None:
    a_cost(shop, accountant, month=3)
    closed(shop, accountant, "2026-03")
    made = closed(shop, accountant, "2026-04")
    assert json.loads(made.snapshot)["lines"] == []


def test_nobody_closes_what_they_have_not_seen(shop: Shop, accountant: Person) -> None:
    a_cost(shop, accountant)
    seen = plan(shop.pk, MONTH, NOW).seen
    a_cost(shop, accountant, 1)
    with pytest.raises(SeenOtherwise):
        close(shop.pk, MONTH, seen, by(accountant))
    assert not Close.objects.exists()
    assert not Event.objects.filter(kind="month_closed").exists()


def test_the_journal_holds_the_digest_and_its_chain_is_whole(shop: Shop, accountant: Person) -> None:
    a_cost(shop, accountant)
    made = closed(shop, accountant)
    events = Event.objects.filter(subject_kind="shop", subject_id=shop.pk).order_by("sequence")
    stored = [Stored(e.sequence, bytes(e.previous), bytes(e.payload), bytes(e.hash)) for e in events]
    assert verify(subject_of(shop.pk).genesis, stored) == []
    assert json.loads(stored[-1].payload)["data"] == {"month": MONTH, "digest": made.digest, "legs": 1}


@pytest.mark.parametrize("change", [{"fen": 501}, {"liability": "carrier"}, {"day": "2026-05-10"}])
def test_a_leg_that_was_changed_behind_our_back_is_noticed(
    shop: Shop, accountant: Person, change: dict[str, object]
) -> None:
    leg = a_cost(shop, accountant)
    made = closed(shop, accountant)
    assert is_as_closed(made)
    MoneyLeg.objects.filter(pk=leg.pk).update(**change)
    assert not is_as_closed(made)


def test_a_removed_movement_and_a_rewritten_snapshot_are_noticed(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    read(shop, accountant, fund_sheet(tmp_path, [Row(on(3), -5, "提现", serial="1" * 19)]))
    made = closed(shop, accountant)
    FundRow.objects.update(fen=-6)
    assert not is_as_closed(made)
    FundRow.objects.update(fen=-5)
    assert is_as_closed(made)
    Close.objects.update(snapshot=made.snapshot.replace(MONTH, NEXT))
    assert not is_as_closed(Close.objects.get())


def test_a_correction_of_a_closed_month_stands_in_the_open_one(shop: Shop, accountant: Person) -> None:
    leg = a_cost(shop, accountant)
    made = closed(shop, accountant)
    mended = correct(shop.pk, leg.pk, 300, "快递公司退了一半", by(accountant))
    assert (mended.fen, mended.month, mended.day, mended.corrects_id) == (-200, NEXT, "2026-05-09", leg.pk)
    again = correct(shop.pk, mended.pk, 0, "全退了", by(accountant))
    assert (again.fen, again.corrects_id) == (-300, leg.pk)
    assert is_as_closed(made)


def test_the_differences_of_a_closed_month_stay_as_they_were(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    action = an_action(a_ticket(shop, 1), on(12))
    follow_shop(shop.pk, NOW)
    made = closed(shop, accountant)
    assert [each.cause for each in month_of(shop.pk, MONTH).differences] == ["only_ours"]
    done = read(shop, accountant, fund_sheet(tmp_path, [refund_row(action)]))
    assert done.counts["late"] == 1
    then = month_of(shop.pk, MONTH)
    assert [(each.cause, each.our_fen, each.platform_fen) for each in then.differences] == [
        ("only_ours", -12_900, 0)
    ]
    assert [tie.rest_fen for tie in then.ties] == [0]
    now = month_of(shop.pk, NEXT)
    assert [each.cause for each in now.differences] == ["other_day"]
    assert [(tie.platform_fen, tie.rest_fen) for tie in now.ties] == [(-12_900, 0)]
    assert is_as_closed(made)


def test_a_scene_is_not_named_in_a_month_that_is_closed(
    shop: Shop, accountant: Person, tmp_path: Path
) -> None:
    read(shop, accountant, fund_sheet(tmp_path, [Row(on(3), -5, "新扣费", serial="1" * 19)]))
    made = closed(shop, accountant)
    with pytest.raises(SceneUnknown):
        name_scene(shop.pk, "新扣费", "deducted", by(accountant))
    assert is_as_closed(made)
