"""Do one thing to a whole tab at once: everybody that fits the filter, told one by one, taken back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_flows import LEAD, counted

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.desk import Seats

TABS = {"note": "replace", "label": "shipped", "assign": "evidence", "extend": "receive"}
DONE, LEFT, TAKEN_BACK = "已完成", "不处理", "已撤回"
# While it can be taken back, what was approved stands under a name that says so.
APPROVED = re.compile("已完成|已确认")


def planned(seats: Seats, kind: str) -> tuple[Page, int]:
    """Ask for something to be done to all that fit a tab; give the page that shows it, and how many."""
    page = seats.page(LEAD, path=f"/queue/?tab={TABS[kind]}")
    total = int(page.locator("h1").inner_text().split()[-1])
    rows = page.locator("[data-row] input[name=ticket]")
    if page.locator("input[name=all]").count():
        rows.first.check()
        page.check("input[name=all]")
    else:
        page.check("[data-all]")
    if kind == "assign":
        page.select_option("[data-bulk] select[name=to]", label="小王")
    page.locator(f"[data-bulk] button[value={kind}]").click()
    page.wait_for_url("**/bulk/*/")
    return page, total


def begun(page: Page) -> None:
    page.locator("main form[action$='/begin/'] button.btn-primary").click()
    page.locator("#batch .figures").wait_for()
    page.locator("#batch progress").wait_for(state="detached", timeout=60_000)


@pytest.mark.parametrize(("kind", "field"), [("note", "textarea[name=note]"), ("label", "input[name=note]")])
def test_words_go_on_all_that_fit_a_tab(kind: str, field: str, seats: Seats) -> None:
    page, total = planned(seats, kind)
    page.fill(field, "大促")
    begun(page)
    assert counted(page, DONE) == total
    assert page.locator("#batch [data-row]").count() == total


def test_all_of_a_tab_go_to_a_colleague_and_stand_with_that_name(seats: Seats) -> None:
    page, total = planned(seats, "assign")
    begun(page)
    assert counted(page, DONE) + counted(page, LEFT) == total
    assert counted(page, DONE) >= 1
    seats.go(page, f"/queue/?tab={TABS['assign']}")
    assert page.locator("td.less", has_text="小王").count() >= 1


def test_more_time_is_asked_for_some_and_taken_back_whole(seats: Seats) -> None:
    page = seats.page(LEAD, path=f"/queue/?tab={TABS['extend']}")
    for box in page.locator("[data-row] input[name=ticket]").all()[:3]:
        box.check()
    page.locator("[data-bulk] button[value=extend]").click()
    page.wait_for_url("**/bulk/*/")
    begun(page)
    done = counted(page, APPROVED)
    assert done >= 1
    assert done + counted(page, LEFT) + counted(page, "没有办成") == 3
    page.keyboard.press("KeyU")
    page.locator(".figure", has_text=TAKEN_BACK).locator("b", has_text=str(done)).wait_for()
