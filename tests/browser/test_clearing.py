"""Clear the day's tickets with the keyboard alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.desk import texts

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.desk import Seats

pytestmark = pytest.mark.xdist_group("browser")
HERE = "tr.here"


def number_of(page: Page) -> str:
    """Give the address of the ticket that is here."""
    return page.locator(f"{HERE} [data-open]").get_attribute("href") or ""


def test_whoever_signs_in_stands_in_the_queue(seats: Seats) -> None:
    page = seats.stranger()
    seats.sign_in(page, "小王")
    assert page.url.endswith("/queue/")
    assert page.locator("[data-row]").count() > 10


def test_ten_tickets_are_cleared_by_keyboard_alone(seats: Seats) -> None:
    page, cleared = seats.page(path="/queue/?tab=unshipped"), 0
    keyboard = page.keyboard
    while cleared < 10:
        keyboard.press("KeyJ")
        if not page.locator(f"{HERE} [data-key=a]").count():
            continue
        row = page.locator(HERE)
        keyboard.press("KeyA")
        asked = page.locator(f"{HERE} + tr.acting form")
        asked.wait_for()
        vouch = asked.locator("input[name=vouched]")
        if vouch.count():
            vouch.press("Space")
            asked.locator("button.btn-primary").focus()
        keyboard.press("Enter")
        page.locator(f"{HERE} + tr.acting [data-key=u]").wait_for()
        cleared += 1
        assert row.count() == 1
    assert page.locator("tr.acting [data-key=u]").count() + page.locator("tr.acting b.good").count() >= 1


def test_the_key_takes_an_approval_back(seats: Seats) -> None:
    page = seats.page(path="/queue/?tab=review")
    while not page.locator(f"{HERE} [data-key=a]").count():
        page.keyboard.press("KeyJ")
    page.keyboard.press("KeyA")
    page.locator(f"{HERE} + tr.acting button.btn-primary").wait_for()
    page.keyboard.press("Enter")
    page.locator(f"{HERE} + tr.acting [data-key=u]").wait_for()
    page.keyboard.press("KeyU")
    page.get_by_text("已撤回").wait_for()


def test_a_key_never_means_another_row_than_the_one_that_is_here(seats: Seats) -> None:
    page = seats.page(path="/queue/")
    page.keyboard.press("KeyA")
    assert page.locator(f"{HERE}").count() == 1
    for _ in range(50):
        if not page.locator(f"{HERE} [data-key=a]").count():
            break
        page.keyboard.press("KeyJ")
    page.keyboard.press("KeyA")
    page.wait_for_timeout(200)
    assert page.locator("tr.acting").count() == 0


def test_down_and_up_lead_back_and_enter_opens_the_ticket(seats: Seats) -> None:
    page = seats.page()
    page.keyboard.press("KeyJ")
    first = number_of(page)
    page.keyboard.press("KeyJ")
    assert number_of(page) != first
    page.keyboard.press("KeyK")
    assert number_of(page) == first
    page.keyboard.press("Enter")
    page.locator("[data-ticket]").wait_for()
    assert page.url.endswith(first)


def test_letters_that_an_input_method_composes_press_nothing(seats: Seats) -> None:
    page = seats.page()
    compose = """(code) => document.body.dispatchEvent(
        new KeyboardEvent("keydown", { code, key: "Process", isComposing: true, bubbles: true }))"""
    for code in ("KeyJ", "KeyA", "Slash", "KeyR"):
        page.evaluate(compose, code)
    assert page.locator(HERE).count() == 0
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    page.evaluate(compose.replace("isComposing: true", "isComposing: false"), "KeyJ")
    assert page.locator(HERE).count() == 1


def test_keys_follow_the_place_on_the_keyboard_and_not_the_letter(seats: Seats) -> None:
    page = seats.page()
    page.evaluate(
        """() => document.body.dispatchEvent(
        new KeyboardEvent("keydown", { code: "KeyJ", key: "о", bubbles: true }))"""
    )
    assert page.locator(HERE).count() == 1


def test_a_ticket_is_noted_and_taken_by_keyboard(seats: Seats) -> None:
    page = seats.page("小王", path="/queue/?who=free")
    page.keyboard.press("KeyJ")
    page.keyboard.press("Enter")
    page.locator("[data-ticket]").wait_for()
    page.keyboard.press("KeyN")
    page.keyboard.type("jk 买家说周五寄回")
    page.keyboard.press("Enter")
    page.locator("#timeline li", has_text="买家说周五寄回").wait_for()
    page.keyboard.press("KeyE")
    page.locator("#timeline li", has_text="换了负责人").wait_for()
    assert "小王" in " ".join(texts(page, "#timeline li"))


def test_an_answer_that_changes_the_verdict_is_judged_at_once(seats: Seats) -> None:
    page, before = seats.page(), ""
    for address in [each.get_attribute("href") for each in page.locator("[data-open]").all()][:40]:
        seats.go(page, str(address))
        before = page.locator("#proposal").inner_text()
        other = page.locator("form.ask .leads li").filter(has_not_text="可能")
        other = other.filter(has_not_text=before.split("：")[-1])
        if other.count():
            other.first.locator("button").click()
            break
    page.locator("#said .toast").wait_for()
    assert page.locator("#timeline li", has_text="补充信息").count() >= 1
    page.locator("form[action*='/withdraw/'] button").first.wait_for()
    assert page.locator("#proposal").inner_text() != before


def test_the_words_of_a_refusal_are_there_again_after_a_reload(seats: Seats) -> None:
    page = seats.page()
    page.locator("[data-open]").first.click()
    page.locator("[data-ticket]").wait_for()
    page.keyboard.press("KeyR")
    page.locator("input[name=reason_own]").wait_for()
    assert page.evaluate("document.activeElement.name") == "reason"
    page.keyboard.press("Tab")
    page.fill("input[name=reason_own]", "商品完好")
    page.fill("textarea[name=text]", "您好，商品经核对完好。")
    page.reload()
    page.keyboard.press("KeyR")
    page.locator("input[name=reason_own]").wait_for()
    assert page.input_value("input[name=reason_own]") == "商品完好"
    assert page.input_value("textarea[name=text]") == "您好，商品经核对完好。"


def test_what_was_refused_keeps_its_words_and_can_be_tried_again(seats: Seats) -> None:
    page = seats.page(path="/queue/?tab=shipped")
    page.locator("[data-open]").first.click()
    page.locator("[data-ticket]").wait_for()
    page.keyboard.press("KeyR")
    page.fill("input[name=reason_own]", "已签收")
    page.fill("input[name=citation_own]", "   ")
    for sure in page.locator("input[name=sure]").all():
        sure.fill("仍要拒绝")
    page.locator("#acting form button.btn-primary").click()
    page.locator("#acting [data-refused]").wait_for()
    seats.wrong.clear()
    page.keyboard.press("KeyR")
    page.locator("input[name=reason_own]").wait_for()
    assert page.input_value("input[name=reason_own]") == "已签收"


def test_a_number_pasted_anywhere_opens_its_ticket(seats: Seats) -> None:
    page = seats.page()
    number = re.search(r"\d{12,}", page.locator("[data-row] .goods").nth(3).inner_text())
    assert number
    paste = """(text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text", text);
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
    }"""
    page.evaluate(paste, f"麻烦看下 {number[0]} 谢谢")
    page.locator("[data-ticket]").wait_for()
    assert number[0] in page.locator(".head").first.inner_text()


def test_the_palette_and_the_letters_lead_from_page_to_page(seats: Seats) -> None:
    page = seats.page()
    page.keyboard.press("KeyG")
    page.keyboard.press("KeyH")
    page.wait_for_url("**/home/")
    page.keyboard.press("Control+KeyK")
    page.keyboard.type("导入")
    page.keyboard.press("Enter")
    page.wait_for_url("**/imports/")
    page.keyboard.press("Shift+Slash")
    page.locator("#keys[open]").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Slash")
    assert page.evaluate("document.activeElement.name") == "q"
