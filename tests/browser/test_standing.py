"""What a page keeps in sight: clocks in words, open boxes, the tab that is shown, rows that are done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.spans import span_words
from tests.browser.desk import PHONE

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from aftersale.texts import Lang
    from tests.browser.desk import Seats

COUNTED = """([moments]) => {
    for (const each of moments) {
        const clock = document.createElement("time");
        clock.dateTime = each; clock.dataset.clock = ""; clock.dataset.tried = "";
        document.body.append(clock);
    }
    document.dispatchEvent(new CustomEvent("htmx:afterSwap"));
    return [...document.querySelectorAll("[data-tried]")].map((clock) => clock.textContent);
}"""


def test_the_script_counts_in_the_words_of_the_server(seats: Seats) -> None:
    seconds = (90, 39 * 60 + 30, 72 * 60 + 30, 47 * 3_600 + 30, 51 * 3_600 + 30)
    langs: tuple[tuple[str, Lang], ...] = (("zh-CN", "zh"), ("en-GB", "en"))
    for locale, lang in langs:
        page = seats.page(locale=locale)
        now = datetime.fromisoformat(page.evaluate("document.documentElement.dataset.now"))
        moments = [(now + timedelta(seconds=sign * each)).isoformat() for sign in (1, -1) for each in seconds]
        texts = page.evaluate(COUNTED, [moments])
        spans = [span_words(each, lang) for each in seconds]
        left, over = ("剩 {}", "超时 {}") if lang == "zh" else ("{} to go", "{} over")
        assert texts == [left.format(each) for each in spans] + [over.format(each) for each in spans]


def ticket_of(page: Page) -> str:
    return page.locator("[data-open]").first.get_attribute("href") or ""


def test_what_a_person_opened_stays_open_over_a_refresh(seats: Seats) -> None:
    page = seats.page()
    seats.go(page, ticket_of(page))
    page.locator("#costs-ways summary").first.click()
    page.locator("#costs .cost-way, #costs-ways[open] p").first.wait_for()
    page.locator("#facts-known summary").first.click()
    page.reload()
    page.locator("#costs-ways[open]").wait_for()
    page.locator("#costs .cost-way, #costs-ways[open] p").first.wait_for()
    assert page.locator("#facts-known").evaluate("(box) => box.open")
    # Closed by hand it stays closed.
    page.locator("#facts-known > summary").click()
    page.reload()
    assert not page.locator("#facts-known").evaluate("(box) => box.open")


@pytest.mark.parametrize("line", [".tabs", ".top nav"])
def test_on_a_phone_the_tab_that_is_shown_is_in_sight(seats: Seats, line: str) -> None:
    page = seats.page(path="/settings/me/", viewport=PHONE)
    tab = page.locator(f"{line} [aria-current]").first.bounding_box()
    assert tab
    assert tab["x"] >= 0
    assert tab["x"] + tab["width"] <= PHONE["width"]


def test_a_row_that_was_acted_on_is_grey_until_it_is_taken_back(seats: Seats) -> None:
    page = seats.page(path="/queue/?tab=shipped")
    while not page.locator("tr.here", has_text="请买家补凭证").count():
        page.keyboard.press("KeyJ")

    def shade() -> str:
        return str(page.locator("tr.here > td.goods").evaluate("(cell) => getComputedStyle(cell).opacity"))

    assert shade() == "1"
    page.keyboard.press("KeyA")
    page.locator("tr.here + tr.acting :focus").wait_for()
    page.keyboard.press("Enter")
    page.locator("tr.here.cleared").wait_for()
    assert float(shade()) < 1
    page.keyboard.press("KeyU")
    page.get_by_text("已放回待处理").first.wait_for()
    assert page.locator("tr.here.cleared").count() == 0
    assert shade() == "1"


def test_more_time_to_receive_has_a_key_and_stands_in_the_palette(seats: Seats) -> None:
    page = seats.page(path="/queue/?tab=receive&channel=douyin")
    for address in [each.get_attribute("href") or "" for each in page.locator("[data-open]").all()[:12]]:
        seats.go(page, address)
        if page.locator("[data-key=l]").count():
            break
    page.keyboard.press("KeyL")
    page.locator("#acting form", has_text="延长收货").wait_for()
    seats.go(page, address)
    page.keyboard.press("Control+KeyK")
    page.locator("#palette li", has_text="延长收货").wait_for(state="attached")
    page.keyboard.type("延长")
    page.keyboard.press("Enter")
    page.locator("#acting form", has_text="延长收货").wait_for()


def test_what_comes_late_moves_no_row(seats: Seats) -> None:
    page = seats.page(path="/queue/")
    page.locator("#instructions-bar").wait_for()
    there = page.locator("[data-row]").first.bounding_box()
    held: list[Route] = []
    page.route("**/instructions/bar/", lambda route: held.append(route))  # noqa: PLW0108  # playwright marks it
    page.reload()
    page.locator("[data-row]").first.wait_for()
    assert page.locator("#instructions-bar").count() == 0
    assert page.locator("[data-row]").first.bounding_box() == there
    held[0].continue_()
    page.locator("#instructions-bar").wait_for()
    assert page.locator("[data-row]").first.bounding_box() == there
