"""What an order told of a ticket stays where newer news comes without the order, and only what can stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.base import Source
from aftersale.evidence.models import Event
from aftersale.tickets.imports import Given, run_import, start_import
from aftersale.tickets.said import said_of
from tests.tickets.taking.notices import APPLIED, ASKED, NOW, counted, origin, refunded, shop, the_ticket
from tests.tickets.taking.sheets import PAID, counts, orders, row, sheet

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.channels.base import Notice
    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Import

pytestmark = pytest.mark.django_db
NUMBER = "7100000000000000001"
OF_ORDER = {
    "paid_at": "订单表·付款时间",
    "promised_ship_at": "订单表·承诺发货时间",
    "shipped_at": "订单表·发货时间",
    "order_paid_fen": "订单表·同一订单合计",
    "logistics_status": "订单表·物流信息",
}


def brought(of: Shop, *paths: Path) -> Import:
    made = start_import(Given(list(paths), of), None, NOW)
    done = made if made.ended_at else run_import(made.pk, lambda: NOW)
    assert done is not None
    return done


def facts(number: str = NUMBER) -> dict[str, object]:
    return dict(said_of(the_ticket(number)).facts)


def sources(number: str = NUMBER) -> dict[str, str]:
    return dict(said_of(the_ticket(number)).sources)


def test_the_same_sheet_without_its_orders_changes_nothing(tmp_path: Path) -> None:
    of = shop()
    tickets = sheet(tmp_path / "a.csv", [row(n) for n in range(6)])
    beside = orders(tmp_path / "o.csv", range(6), 商家备注="要蓝色的")
    assert counts(brought(of, tickets, beside)) == {"rows": 6, "new": 6}
    before, events = facts(), Event.objects.count()
    assert {"paid_at", "promised_ship_at", "order_paid_fen"} <= before.keys()
    again = brought(of, tickets)
    assert counts(again) == {"rows": 6, "unchanged": 6}
    assert facts() == before
    assert Event.objects.filter(subject_kind="ticket").count() == 6
    assert counts(brought(of, tickets, beside, tickets)) == {"rows": 6, "unchanged": 6}
    assert Event.objects.count() == events + 2


def test_an_overlapping_sheet_without_orders_changes_only_what_changed_and_keeps_the_rest(
    tmp_path: Path,
) -> None:
    of = shop()
    beside = orders(tmp_path / "o.csv", range(6), 商家备注="要蓝色的")
    brought(of, sheet(tmp_path / "a.csv", [row(n) for n in range(6)]), beside)
    before = facts()
    later = sheet(tmp_path / "b.csv", [row(0), row(1, PAID), *(row(n) for n in range(2, 6))])
    assert counts(brought(of, later)) == {"rows": 6, "changed": 1, "unchanged": 5}
    for name in ("paid_at", "promised_ship_at", "order_paid_fen"):
        assert facts()[name] == before[name], name
    assert (the_ticket(NUMBER).remark, the_ticket(NUMBER).open) == ("要蓝色的", False)
    # Nor does it change anything once more, without its orders or with them.
    wider = sheet(tmp_path / "c.csv", [row(1, PAID), row(0)])
    assert counts(brought(of, wider)) == {"rows": 2, "unchanged": 2, "outside": 4}
    assert counts(brought(of, wider, beside)) == {"rows": 2, "unchanged": 2, "outside": 4}


def test_what_is_kept_says_that_it_is_from_before(tmp_path: Path) -> None:
    of = shop()
    brought(of, sheet(tmp_path / "a.csv", [row(1)]), orders(tmp_path / "o.csv", [1]))
    assert sources()["paid_at"] == "订单表·付款时间"
    for name, status in (("b.csv", PAID), ("c.csv", "退款成功")):
        brought(of, sheet(tmp_path / name, [row(1, status)]))
        assert sources()["paid_at"] == "订单表·付款时间（此前）"


def test_orders_that_come_later_are_news(tmp_path: Path) -> None:
    of, tickets = shop(), sheet(tmp_path / "a.csv", [row(n) for n in range(3)])
    brought(of, tickets)
    beside = orders(tmp_path / "o.csv", range(2))
    assert counts(brought(of, tickets, beside)) == {"rows": 3, "changed": 2, "unchanged": 1}
    moved = orders(tmp_path / "p.csv", range(2), 承诺发货时间="2026-06-11 10:01:00")
    assert counts(brought(of, tickets, moved)) == {"rows": 3, "changed": 2, "unchanged": 1}
    assert str(facts()["promised_ship_at"]).startswith("2026-06-11")


def with_order(notice: Notice = ASKED) -> Notice:
    told = {
        "paid_at": APPLIED - timedelta(days=2),
        "promised_ship_at": APPLIED + timedelta(days=1),
        "shipped_at": APPLIED - timedelta(days=1),
        "order_paid_fen": 25800,
        "logistics_status": "in_transit",
    }
    known = {name: value for name, value in notice.facts.items() if name not in {"shipped", *told}}
    return replace(notice, facts={**known, **told}, sources={**notice.sources, **OF_ORDER})


def without_order(**told: object) -> Notice:
    later = refunded()
    known = {name: value for name, value in later.facts.items() if name not in {"shipped", "paid_at"}}
    return replace(later, facts={**known, **told}, sources={"applied_at": "申请时间"})


def test_an_interface_that_tells_less_keeps_what_lasts_and_lets_go_what_passes() -> None:
    of = shop()
    counted(of, [with_order()])
    assert counted(of, [without_order()], origin(Source.API))["changed"] == 1
    kept = facts(ASKED.ticket_no)
    assert {"paid_at", "promised_ship_at", "shipped_at", "order_paid_fen"} <= kept.keys()
    # Where a parcel is goes on changing.
    assert "logistics_status" not in kept
    assert counted(of, [without_order()], origin(Source.API))["unchanged"] == 1


def test_what_the_newer_news_says_itself_stands() -> None:
    of = shop()
    counted(of, [with_order()])
    paid_at = APPLIED - timedelta(hours=5)
    counted(of, [without_order(shipped=False, paid_at=paid_at)], origin(Source.API))
    told = facts(ASKED.ticket_no)
    assert (told["shipped"], told["paid_at"]) == (False, paid_at.isoformat())
    assert "shipped_at" not in told
    assert sources(ASKED.ticket_no).get("paid_at") is None


def test_what_the_newer_news_doubts_or_rules_out_is_not_kept() -> None:
    of = shop()
    counted(of, [with_order()])
    doubting = without_order(signed_at=APPLIED - timedelta(days=3))
    doubts = {**doubting.sources, "paid_at": "付款时间：看不懂"}
    doubting = replace(doubting, unknown=frozenset({"paid_at"}), sources=doubts)
    assert counted(of, [doubting], origin(Source.API))["changed"] == 1
    told = facts(ASKED.ticket_no)
    # Goods that were signed for three days ago were not sent the day before yesterday.
    assert not {"paid_at", "shipped_at"} & told.keys()
    assert told["order_paid_fen"] == 25800


def test_that_goods_had_not_left_is_not_kept() -> None:
    of, unsent = shop(), {**ASKED.sources, "shipped": "订单表·订单状态"}
    counted(of, [replace(ASKED, sources=unsent)])
    counted(of, [without_order()], origin(Source.API))
    assert "shipped" not in facts(ASKED.ticket_no)


def test_an_order_that_could_not_be_joined_any_more_takes_nothing_away(tmp_path: Path) -> None:
    of, beside = shop(), orders(tmp_path / "o.csv", [1])
    brought(of, sheet(tmp_path / "a.csv", [row(1)]), beside)
    others = orders(tmp_path / "p.csv", [2])
    brought(of, sheet(tmp_path / "b.csv", [row(1, PAID), row(2)]), others)
    assert {"paid_at", "order_paid_fen"} <= facts().keys()
    assert facts()["paid_at"] == "2026-06-08T10:01:00+08:00"
    assert the_ticket(NUMBER).observed_at > NOW - timedelta(hours=1)
