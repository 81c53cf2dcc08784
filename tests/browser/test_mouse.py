"""Work with mouse and keys by turns: what a click opens takes Enter and Esc, what has ended is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.desk import Seats

FOCUSED = "document.activeElement"


def row_with(page: Page, words: str, nth: int = 0) -> Locator:
    """Give a row that offers something."""
    return page.locator("[data-row]").filter(has=page.locator("[data-key=a]", has_text=words)).nth(nth)


def test_what_a_click_opens_below_a_row_takes_enter_and_esc(seats: Seats) -> None:
    page = seats.page(path="/queue/?tab=unshipped")
    row = row_with(page, "按建议处理")
    ident = row.get_attribute("id")
    below = page.locator(f"#{ident} + tr.acting")
    row.locator("[data-key=a]").click()
    below.locator(":focus").wait_for()
    page.keyboard.press("Escape")
    below.wait_for(state="detached")
    row.locator("[data-key=a]").click()
    below.locator(":focus").wait_for()
    while page.evaluate(f"{FOCUSED}.matches('input[type=checkbox]')"):
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    below.locator("[data-key=u]").wait_for()
    page.keyboard.press("KeyU")
    below.get_by_text("已撤回").wait_for()
    assert page.url.endswith("/queue/?tab=unshipped")


def test_what_a_click_opens_on_a_ticket_takes_enter_and_esc(seats: Seats) -> None:
    page = seats.page(path="/queue/?tab=unshipped")
    seats.go(page, str(row_with(page, "按建议处理", 2).locator("[data-open]").get_attribute("href")))
    for key in ("a", "r"):
        page.locator(f".acts [data-key={key}]").first.click()
        page.locator("#acting :focus").wait_for()
        page.keyboard.press("Escape")
        page.locator("#acting form").wait_for(state="detached")
    page.locator(".acts [data-key=a]").first.click()
    page.locator("#acting :focus").wait_for()
    while page.evaluate(f"{FOCUSED}.matches('input[type=checkbox]')"):
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#acting [data-key=u]").click()
    page.get_by_text("已撤回").first.wait_for()


def test_what_has_ended_is_shown_at_once_and_what_somebody_types_stays(seats: Seats) -> None:
    page = seats.page(path="/queue/?tab=unshipped")
    seats.go(page, str(row_with(page, "按建议处理", 1).locator("[data-open]").get_attribute("href")))
    lines = page.locator("#happened li").count()
    page.locator(".acts [data-key=a]").first.click()
    page.locator("#acting :focus").wait_for()
    while page.evaluate(f"{FOCUSED}.matches('input[type=checkbox]')"):
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("#acting [data-key=u]").wait_for()
    page.locator("#happened li", has_text="已确认处理").wait_for()
    page.locator("#timeline input[name=text]").fill("买家说周")
    page.keyboard.type("五")
    page.locator("#acting [data-key=d]").wait_for(timeout=40_000)
    page.keyboard.type("寄回")
    assert page.locator("#timeline input[name=text]").input_value() == "买家说周五寄回"
    page.locator("#acting [data-key=d]").click()
    page.locator("#happened li", has_text="人工确认结果").wait_for()
    assert page.locator("#happened li").count() > lines
    assert page.locator("#ticket-proposal [data-key=a], #ticket-proposal [data-key=r]").count() == 0
    assert page.locator("#timeline input[name=text]").input_value() == "买家说周五寄回"


def test_the_counts_of_the_queue_move_with_what_was_done_in_a_row(seats: Seats) -> None:
    page = seats.page(path="/queue/?tab=unshipped")
    before = page.locator("#queue-total").inner_text()
    row = row_with(page, "按建议处理")
    row.locator("[data-key=a]").click()
    below = page.locator(f"#{row.get_attribute('id')} + tr.acting")
    below.locator(":focus").wait_for()
    while page.evaluate(f"{FOCUSED}.matches('input[type=checkbox]')"):
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    below.locator("[data-key=u]").wait_for()
    page.locator(f"#queue-total:not(:text-is('{before}'))").wait_for()
