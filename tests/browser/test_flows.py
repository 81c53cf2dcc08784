"""Do what a lead does on a day: many tickets at once, one of which fails, and rules tried first."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from re import Pattern

    from playwright.sync_api import Page

    from tests.browser.desk import Seats

LEAD = "周敏"


def counted(page: Page, name: str | Pattern[str]) -> int:
    """Read one figure of a batch."""
    return int(page.locator(".figure", has_text=name).locator("b").inner_text())


def ended(page: Page) -> None:
    """Wait until nothing of a batch runs or can be taken back any more."""
    page.locator("#batch:not([hx-get])").wait_for(timeout=60_000)


def test_a_batch_goes_on_without_the_ticket_that_fails_and_it_is_tried_again(seats: Seats) -> None:
    page = seats.page(LEAD, path="/queue/?tab=unshipped")
    boxes = page.locator("input[name=ticket][data-doable]")
    chosen = [boxes.nth(place).input_value() for place in (-1, -2, -3) if boxes.count() >= 3]
    assert len(chosen) == 3
    for number in chosen:
        page.check(f"input[name=ticket][value='{number}']")
    page.locator("[data-bulk] button[value=approve]").click()
    page.wait_for_url("**/bulk/*/")
    ready = page.locator("main form[action$='/begin/']")
    ready.wait_for()
    other = seats.page(LEAD, path=f"/tickets/{chosen[0]}/")
    other.fill("form[action$='/note/'] input[name=text]", "买家又来了消息")
    other.locator("form[action$='/note/'] button").click()
    other.locator("#timeline li", has_text="买家又来了消息").wait_for()
    ready.locator("button.btn-primary").click()
    ended(page)
    assert (counted(page, "待办"), counted(page, "没有办成")) == (2, 1)
    page.locator("form[action$='/again/'] button").click()
    page.locator("main form[action$='/begin/'] button.btn-primary").click()
    ended(page)
    assert (counted(page, "待办"), counted(page, "没有办成")) == (1, 0)


def test_automation_is_tried_before_it_is_turned_on(seats: Seats) -> None:
    page = seats.page(LEAD, path="/automation/")
    page.select_option("#trial select[name=step]", "refund_full_unshipped")
    page.fill("#trial input[name=cap]", "200")
    page.fill("#trial input[name=day]", "5000")
    page.locator("#trial form.filters button").click()
    tried = page.locator("#trial [role=status]")
    tried.wait_for()
    assert tried.locator("li a").count() >= 1
    page.check("#trial input[name=platform]")
    page.locator("#trial form.filters button").click()
    page.locator("#trial [role=status]", has_text="只在表格里出现过").wait_for()
    assert page.locator("#trial [role=status] li a").count() == 0
    assert page.get_by_text("还没有规则", exact=False).count() >= 1


def test_rules_are_written_by_form_and_tried_before_they_hold(seats: Seats) -> None:
    page = seats.page(LEAD, path="/rules/edit/")
    page.fill("#keep_max", "50")
    page.fill("#no_reason_days", "15")
    page.locator("button[value=choose]").click()
    page.locator("#rules textarea").first.wait_for(state="attached")
    page.locator("#rules button[value=try]").click()
    tried = page.locator("#found .rules-tried")
    tried.wait_for()
    assert tried.locator("h3").inner_text()
    assert page.locator("#found .bad").count() == 0


def test_who_would_get_which_ticket_is_shown_before_it_goes_to_anybody(seats: Seats) -> None:
    page = seats.page(LEAD, path="/handover/rules/")
    someone = page.locator("form.assigned", has_text="小王").first
    someone.locator("input[name=cap]").fill("100")
    someone.locator("button").click()
    page.locator("form[action$='/rules/add/'] button").click()
    page.locator("#trial button").click()
    page.locator("#trial [role=status] b", has_text="小王").wait_for()
