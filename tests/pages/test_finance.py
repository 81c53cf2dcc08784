from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from aftersale.domain.money_legs import BY_HAND, BY_PLATFORM, LEG_WORDS, LegKind
from aftersale.domain.roles import Role
from aftersale.evidence.models import Event, PersonalValue
from aftersale.finance.following import follow_shop
from aftersale.finance.imports import run_fund_import
from aftersale.finance.legs import Leg, add
from aftersale.finance.models import Close, Difference, MoneyLeg
from aftersale.tickets.models import Import
from tests.finance.books import MONTH, NEXT, NOW, Row, a_ticket, an_action, fund_sheet, on, refund_row
from tests.finance.books import read as read_sheet
from tests.pages.desk import text_of, words_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.models import Action, Ticket
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db
SEES = {Role.OWNER, Role.LEAD, Role.FINANCE}
BOOKS = {Role.OWNER, Role.FINANCE}


@pytest.fixture
def accountant(as_role: Callable[[Role], Visitor]) -> Visitor:
    return as_role(Role.FINANCE)


@pytest.fixture
def refunds(shop: Shop) -> list[Action]:
    """Give two refunds of May: one that the platform will tell of, one that it will not."""
    made = [an_action(a_ticket(shop, number), on(10 + number)) for number in (1, 2)]
    follow_shop(shop.pk, NOW)
    return made


@pytest.fixture
def sheets(shop: Shop, accountant: Visitor, refunds: list[Action], tmp_path: Path) -> Import:
    """Read a sheet that has one of the refunds, a payment nobody knows, and a scene nobody has named."""
    rows = [
        refund_row(refunds[0]),
        Row(on(20), -4_500, ticket_no="7199999999999999999", order_no="6999999999999999999", serial="1" * 19),
        Row(on(21), -300, "某种新扣费", order_no="6999999999999999998", serial="2" * 19),
    ]
    return read_sheet(shop, accountant.person, fund_sheet(tmp_path, rows))


def month(visitor: Visitor, shop: Shop, which: str = MONTH) -> str:
    response = visitor.get("finance", shop=shop.pk, month=which)
    assert response.status_code == 200, words_of(response)
    return words_of(response)


@pytest.mark.parametrize("role", Role)
def test_only_owner_lead_and_finance_see_the_money(
    role: Role, as_role: Callable[[Role], Visitor], shop: Shop, refunds: list[Action]
) -> None:
    assert refunds
    for name in ("finance", "finance_legs", "finance_book"):
        response = as_role(role).get(name, shop=shop.pk, month=MONTH)
        assert (response.status_code == 200) == (role in SEES), (name, response.status_code)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    "name",
    ["finance_enter", "finance_explain", "finance_scene", "finance_again", "finance_close", "finance_sheets"],
)
def test_only_owner_and_finance_change_anything(
    name: str, role: Role, as_role: Callable[[Role], Visitor], shop: Shop
) -> None:
    response = as_role(role).post(name, shop=shop.pk, month=MONTH, amount="1")
    assert (response.status_code == 403) == (role not in BOOKS)


def test_a_lead_sees_the_month_and_is_offered_nothing_to_change(
    lead: Visitor, shop: Shop, sheets: Import
) -> None:
    assert sheets.state == "done"
    page = text_of(lead.get("finance", shop=shop.pk, month=MONTH))
    assert "某种新扣费" in page
    for name in ("enter", "explain", "scene", "close", "sheets", "again"):
        assert f'action="/finance/{name}/"' not in page


def test_the_month_shows_both_sides_and_names_each_difference(
    accountant: Visitor, shop: Shop, sheets: Import, refunds: list[Action]
) -> None:
    assert sheets.counts["new"] == 3
    said = month(accountant, shop)
    assert "只有平台有，我们没有" in said
    assert "动账场景没人认过" in said
    assert "-¥129.00" in said
    assert "-¥45.00" in said
    assert refunds[0].ticket.ticket_no not in said.split("差异", 1)[1].split("我方账", 1)[0]


def test_the_page_draws_the_days_as_data_without_a_script_of_its_own(
    accountant: Visitor, shop: Shop, sheets: Import
) -> None:
    assert sheets.state == "done"
    page = text_of(accountant.get("finance", shop=shop.pk, month=MONTH))
    assert 'data-chart="chart-money"' in page
    assert [kind for kind in re.findall(r"<script(?![^>]*src=)([^>]*)>", page) if "json" not in kind] == []


def test_a_sheet_is_brought_by_the_page_and_says_what_came_of_it(
    accountant: Visitor, shop: Shop, refunds: list[Action], tmp_path: Path
) -> None:
    path = fund_sheet(tmp_path, [refund_row(refunds[0]), Row(on(20), -1, serial="x")])
    content = path.read_bytes().replace(b"\tx", b"\t8.8E+18")
    file = SimpleUploadedFile("动账.csv", content, "text/csv")
    response = accountant.post("finance_sheets", shop=shop.pk, files=file)
    assert response.status_code == 302, words_of(response)
    made = Import.objects.get(kind="funds")
    waiting = text_of(accountant.get("finance_sheet", made.pk))
    assert 'hx-trigger="every 2s"' in waiting
    run_fund_import(made.pk, lambda: NOW)
    said = words_of(accountant.get("finance_sheet", made.pk, part=True))
    assert "没读进来 1" in said
    assert "丢了位数" in said
    assert "动账.csv" not in words_of(accountant.get("imports"))


def test_a_leg_is_entered_once_however_often_it_is_pressed(
    accountant: Visitor, shop: Shop, ticket: Ticket
) -> None:
    form = {
        "shop": shop.pk,
        "kind": "carrier_claim_due",
        "amount": "35.5",
        "liability": "carrier",
        "day": "2026-05-12",
        "number": ticket.ticket_no,
        "note": "中通丢件",
        "once": "abc",
    }
    for _ in range(2):
        assert accountant.post("finance_enter", **form).status_code == 302
    leg = MoneyLeg.objects.get(kind="carrier_claim_due")
    assert (leg.fen, leg.ticket_id, leg.order_no) == (3_550, ticket.pk, ticket.order_no)
    assert Event.objects.filter(kind="money_leg_entered").count() == 1
    said = words_of(accountant.get("finance_legs", shop=shop.pk, number=ticket.ticket_no))
    assert "快递理赔应收" in said
    assert "中通丢件" in said


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"amount": "很多"}, "没看懂金额“很多”"),
        ({"kind": "paid"}, "由售后单自动记账"),
        ({"amount": "0"}, "这一笔不完整"),
    ],
)
def test_what_cannot_be_booked_is_refused_with_what_to_do(
    accountant: Visitor, shop: Shop, change: dict[str, str], words: str
) -> None:
    form = {"shop": shop.pk, "kind": "reship_cost", "amount": "5", "liability": "merchant", **change}
    response = accountant.post("finance_enter", **form)
    assert response.status_code == 422
    assert words in words_of(response)
    assert not MoneyLeg.objects.exists()


def test_a_correction_is_a_new_leg_and_the_old_one_stays(accountant: Visitor, shop: Shop) -> None:
    accountant.post(
        "finance_enter", shop=shop.pk, kind="reship_cost", amount="12", liability="merchant", day="2026-05-02"
    )
    leg = MoneyLeg.objects.get()
    response = accountant.post("finance_correct", leg.pk, amount="10", note="看错了面单")
    assert response.status_code == 302
    assert sorted(MoneyLeg.objects.values_list("fen", "corrects_id")) == [(-200, leg.pk), (1_200, None)]
    assert accountant.post("finance_correct", leg.pk, amount="10", note="又一次").status_code == 422
    assert accountant.post("finance_correct", leg.pk, amount="9").status_code == 422


def test_a_difference_is_explained_and_stays_listed(accountant: Visitor, shop: Shop, sheets: Import) -> None:
    assert sheets.state == "done"
    difference = Difference.objects.get(cause="only_platform")
    accountant.post(
        "finance_explain", shop=shop.pk, month=MONTH, difference=difference.pk, note="平台极速退，已核对"
    )
    difference.refresh_from_db()
    assert difference.explained_by == accountant.person
    event = Event.objects.get(kind="difference_explained", shop=shop)
    assert "极速退" not in bytes(event.payload).decode()
    assert PersonalValue.objects.get(event=event).value == "平台极速退，已核对"
    said = month(accountant, shop)
    assert "平台极速退，已核对" in said
    assert "只有平台有，我们没有" in said


def test_all_differences_of_one_cause_are_explained_in_one_go(
    accountant: Visitor, shop: Shop, sheets: Import
) -> None:
    assert sheets.state == "done"
    accountant.post("finance_explain", shop=shop.pk, month=MONTH, cause="unnamed", note="月底再看")
    explained = Difference.objects.exclude(explained_at=None)
    assert list(explained.values_list("cause", flat=True)) == ["unnamed"]


def test_a_scene_is_named_once_and_becomes_legs(accountant: Visitor, shop: Shop, sheets: Import) -> None:
    assert sheets.state == "done"
    form = {"shop": shop.pk, "month": MONTH, "scene": "某种新扣费", "kind": "deducted"}
    assert accountant.post("finance_scene", **form).status_code == 302
    assert list(MoneyLeg.objects.filter(kind="deducted").values_list("fen", flat=True)) == [300]
    assert "没归类的动账场景" not in month(accountant, shop)
    assert accountant.post("finance_scene", **form).status_code == 422


def close_form(page: str) -> dict[str, str]:
    return {"seen": re.findall(r'name="seen" value="([0-9a-f]+)"', page)[0]}


def test_closing_says_first_what_it_will_do_and_then_does_that_and_no_other(
    accountant: Visitor, shop: Shop, sheets: Import
) -> None:
    assert sheets.state == "done"
    asked = {"shop": shop.pk, "month": MONTH}
    page = text_of(accountant.post("finance_close", **asked))
    assert "不能撤销" in page
    assert not Close.objects.exists()
    accountant.post(
        "finance_enter", shop=shop.pk, kind="reship_cost", amount="1", liability="merchant", day="2026-05-30"
    )
    late = accountant.post("finance_close", **asked, **close_form(page))
    assert (late.status_code, Close.objects.count()) == (422, 0)
    page = text_of(accountant.post("finance_close", **asked))
    assert accountant.post("finance_close", **asked, **close_form(page)).status_code == 302
    assert Close.objects.get().month == MONTH
    said = month(accountant, shop)
    assert "已关账" in said
    assert "与关账时一致" in said
    assert accountant.post("finance_close", **asked).status_code == 422


def test_what_is_entered_for_a_closed_month_stands_in_the_next_one(
    accountant: Visitor, shop: Shop, sheets: Import
) -> None:
    assert sheets.state == "done"
    asked = {"shop": shop.pk, "month": MONTH}
    page = text_of(accountant.post("finance_close", **asked))
    accountant.post("finance_close", **asked, **close_form(page))
    before = Close.objects.get()
    accountant.post(
        "finance_enter",
        shop=shop.pk,
        kind="carrier_claim_received",
        amount="8",
        liability="carrier",
        day="2026-05-30",
    )
    leg = MoneyLeg.objects.get(kind="carrier_claim_received")
    assert (leg.day, leg.month) == ("2026-05-30", NEXT)
    assert "与关账时一致" in month(accountant, shop)
    assert f"记入 {NEXT}" in words_of(accountant.get("finance_legs", shop=shop.pk, month=NEXT))
    assert Close.objects.get().snapshot == before.snapshot


def test_the_workbook_of_a_month_has_its_four_sheets_and_calculates_nothing(
    accountant: Visitor, shop: Shop, sheets: Import
) -> None:
    assert sheets.state == "done"
    accountant.post("finance_explain", shop=shop.pk, month=MONTH, cause="only_platform", note="=1+1")
    response = accountant.get("finance_book", shop=shop.pk, month=MONTH)
    assert response.headers["Content-Disposition"].startswith("attachment")
    book = CalamineWorkbook.from_filelike(io.BytesIO(response.content))
    assert book.sheet_names == ["汇总", "资金明细", "差异", "更正"]
    rows = book.get_sheet_by_name("差异").to_python()
    assert any("'=1+1" in row for row in rows)
    legs = book.get_sheet_by_name("资金明细").to_python()
    assert [row[3] for row in legs[1:]] == [129.0, 129.0]
    assert all(isinstance(row[5], str) and len(row[5]) == 19 for row in legs[1:])


def test_a_ticket_leads_to_its_ledger_for_those_who_may(
    accountant: Visitor, agent: Visitor, shop: Shop, ticket: Ticket
) -> None:
    address = f"/finance/legs/?shop={shop.pk}&amp;number={ticket.ticket_no}"
    assert address in text_of(accountant.get("ticket", ticket.pk))
    assert address not in text_of(agent.get("ticket", ticket.pk))


def test_a_month_without_anything_says_so(owner: Visitor, shop: Shop, people: dict[Role, Person]) -> None:
    assert people
    assert "这个月还没有记账" in month(owner, shop, "2026-01")


ASKED_FOR = (
    "asked", "intended", "sent", "paid", "reversed", "deducted", "return_freight", "small_payout",
    "consumer_compensation", "platform_advance", "freight_insurance", "carrier_claim_due",
    "carrier_claim_received", "reship_cost",
)  # fmt: skip
BY_THE_DESK = {"asked", "intended", "sent", "paid", "reversed", "small_payout"}


def test_every_leg_of_after_sales_money_can_be_booked_and_is_shown_everywhere(
    accountant: Visitor, shop: Shop
) -> None:
    ticket = a_ticket(shop, 1)
    legs = [Leg(LegKind(kind), 100, on(5), f"test:{kind}", ticket.order_no, ticket.pk) for kind in ASKED_FOR]
    assert add(shop.pk, legs) == len(ASKED_FOR)
    reached = BY_THE_DESK | {kind.value for kind in (*BY_HAND, *BY_PLATFORM)}
    assert set(ASKED_FOR) <= reached, "each has a way into the ledger"
    page = text_of(accountant.get("finance", shop=shop.pk, month=MONTH))
    ledger = text_of(accountant.get("finance_legs", shop=shop.pk, number=ticket.ticket_no))
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(accountant.get("finance_book", shop=shop.pk, month=MONTH).content)
    )
    sheet = repr(book.get_sheet_by_index(0).to_python())
    for kind in ASKED_FOR:
        word = LEG_WORDS[LegKind(kind)].zh
        assert word in page
        assert f"kind={kind}" in page
        assert word in ledger
        assert word in sheet


def test_a_payout_for_return_freight_is_booked_as_return_freight(shop: Shop) -> None:
    ticket = a_ticket(shop, 2)
    paid: dict[str, Any] = {"verb": "small_payout", "reserved_fen": 0}
    an_action(ticket, on(5), amount_fen=800, params={"purpose": "return_freight"}, **paid)
    an_action(ticket, on(5), amount_fen=500, params={"purpose": "goodwill"}, **paid)
    follow_shop(shop.pk, NOW)
    rows = MoneyLeg.objects.filter(ticket=ticket, kind__in=["return_freight", "small_payout"])
    booked = {leg.kind: leg.fen for leg in rows}
    assert (booked["return_freight"], booked["small_payout"]) == (800, 500)
