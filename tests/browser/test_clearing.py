"""Clear the day's tickets with the keyboard alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.browser.desk import texts

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from tests.browser.desk import Seats

HERE = "tr.here"


def number_of(page: Page) -> str:
    """Give the address of the ticket that is here."""
    return page.locator(f"{HERE} [data-open]").get_attribute("href") or ""


def test_whoever_signs_in_stands_in_the_queue(seats: Seats) -> None:
    page = seats.stranger()
    seats.sign_in(page, "小王")
    assert page.url.endswith("/queue/")
    assert page.locator("[data-row]").count() > 10


def cleared(page: Page) -> None:
    """Do what the key A offers on the row that is here, with the keyboard alone."""
    page.keyboard.press("KeyA")
    page.locator(f"{HERE} + tr.acting").wait_for()
    page.locator("tr.acting :focus").wait_for()
    # A return is agreed to by one key; what pays or says something is read first.
    if page.locator(f"{HERE} + tr.acting [data-cleared]").count():
        return
    # A word that has to be given: the keys stand on its tick.
    while page.evaluate("document.activeElement.matches('input[type=checkbox]')"):
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    if page.evaluate("document.activeElement.matches('input, textarea')"):
        page.keyboard.type("SF")
        page.keyboard.press("Tab")
        page.keyboard.type("SF1390000000001")
    page.keyboard.press("Enter")
    page.locator(f"{HERE} + tr.acting [data-cleared]").wait_for()


def test_the_ten_most_urgent_are_cleared_by_keyboard_alone_and_are_gone(seats: Seats) -> None:
    page = seats.page()
    urgent = [each.get_attribute("id") for each in page.locator("[data-row]").all()[:10]]
    for row in urgent:
        page.keyboard.press("KeyJ")
        assert page.locator(HERE).get_attribute("id") == row
        cleared(page)
        assert page.locator(f"{HERE}.cleared").count() == 1
    seats.go(page, "/queue/")
    left = [each.get_attribute("id") for each in page.locator("[data-row]").all()]
    assert len(left) > 10
    assert not set(urgent) & set(left)
    going = set[str | None]()
    for tab in ("under_way", "buyer", "platform"):
        seats.go(page, f"/queue/?tab={tab}")
        going |= {each.get_attribute("id") for each in page.locator("[data-row]").all()}
    # What was sent meanwhile has moved on, and nothing is asked of the shop for it any more.
    for row in set(urgent) - going:
        seats.go(page, f"/tickets/{(row or '').rpartition('-')[2]}/")
        assert page.locator("#ticket-head").count() == 1
        assert page.locator("[data-key=a]").count() == 0


def test_a_and_enter_at_once_never_leave_the_desk_and_never_pay_unseen(seats: Seats) -> None:
    page = seats.page(path="/queue/?tab=review")
    for _ in range(3):
        # Rows of other kinds stand between, as the hour has it.
        while not page.locator(f"{HERE} [data-key=a]", has_text="按建议处理").count():
            page.keyboard.press("KeyJ")
        page.keyboard.press("KeyA")
        page.keyboard.press("Enter")
        assert page.url.endswith("/queue/?tab=review")
        page.locator(f"{HERE} + tr.acting").wait_for()
        if page.locator(f"{HERE} + tr.acting form").count():
            page.keyboard.press("Escape")
            page.locator(f"{HERE} + tr.acting").wait_for(state="detached")
        else:
            page.keyboard.press("KeyU")
            page.get_by_text("已撤回").first.wait_for()
        page.keyboard.press("KeyJ")


def test_enter_waits_for_the_answer_to_its_own_key_whatever_else_is_answered(seats: Seats) -> None:
    page = seats.page(path="/queue/?tab=review")
    while not page.locator(f"{HERE} [data-key=a]", has_text="按建议处理").count():
        page.keyboard.press("KeyJ")
    held: list[Route] = []
    page.route("**/tickets/*/**", lambda route: held.append(route))  # noqa: PLW0108  # playwright marks what it is given
    page.keyboard.press("KeyA")
    page.evaluate("htmx.ajax('GET', location.href, { target: 'main', swap: 'none' })")
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    assert page.url.endswith("/queue/?tab=review")
    assert len(held) == 1
    held[0].continue_()
    page.locator(f"{HERE} + tr.acting").wait_for()


def test_a_key_pressed_twice_or_a_double_click_asks_once(seats: Seats) -> None:
    page = seats.page(path="/queue/?tab=review")
    page.keyboard.press("KeyJ")
    page.keyboard.press("KeyA")
    page.keyboard.press("KeyA")
    page.locator("tr.acting").first.wait_for()
    page.keyboard.press("KeyA")
    page.locator("[data-row] [data-key=a]").nth(1).dblclick()
    page.locator("tr.acting").nth(1).wait_for()
    page.wait_for_timeout(600)
    assert page.locator("tr.acting").count() == 2
    assert page.locator("tr.acting + tr.acting").count() == 0


def test_asking_the_buyer_copies_the_words_and_is_taken_back_with_one_key(seats: Seats) -> None:
    page = seats.page(path="/queue/?tab=shipped")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    while not page.locator(HERE, has_text="请买家补凭证").count():
        page.keyboard.press("KeyJ")
    cleared(page)
    assert "您好" in page.evaluate("navigator.clipboard.readText()")
    page.keyboard.press("KeyU")
    page.get_by_text("已放回待处理").wait_for()
    assert page.locator(f"{HERE}.cleared").count() == 0


def test_keys_of_the_list_act_on_the_row_and_back_leads_to_it(seats: Seats) -> None:
    page = seats.page()
    for _ in range(12):
        page.keyboard.press("KeyJ")
    row, ticket = page.locator(HERE).get_attribute("id"), number_of(page)
    page.keyboard.press("KeyN")
    page.wait_for_url(f"**{ticket}")
    page.locator("input[name=text]:focus").wait_for()
    page.go_back()
    page.locator(HERE).wait_for()
    assert page.locator(HERE).get_attribute("id") == row
    page.keyboard.press("KeyE")
    page.locator(f"{HERE} .less", has_text="林总").wait_for()


def test_the_key_takes_an_approval_back(seats: Seats) -> None:
    page = seats.page(path="/queue/?tab=review")
    while not page.locator(f"{HERE} [data-key=a]", has_text="按建议处理").count():
        page.keyboard.press("KeyJ")
    page.keyboard.press("KeyA")
    page.locator(f"{HERE} + tr.acting [data-key=u]").wait_for()
    # Enter, out of habit, takes nothing back.
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert page.url.endswith("/queue/?tab=review")
    assert page.get_by_text("已撤回").count() == 0
    page.keyboard.press("KeyU")
    page.get_by_text("已撤回").wait_for()


def test_a_key_never_means_another_row_than_the_one_that_is_here(seats: Seats) -> None:
    page = seats.page(path="/queue/?tab=auto")
    page.keyboard.press("KeyA")
    assert page.locator(f"{HERE}").count() == 1
    page.keyboard.press("KeyA")
    page.locator(".toast", has_text="没有一键操作").wait_for()
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


def test_a_row_is_ticked_the_search_is_reached_and_the_keys_are_listed_by_one_key_each(seats: Seats) -> None:
    page = seats.page()
    page.keyboard.press("KeyJ")
    page.keyboard.press("KeyX")
    assert page.locator(f"{HERE} input[type=checkbox]").is_checked()
    page.keyboard.press("KeyX")
    assert not page.locator(f"{HERE} input[type=checkbox]").is_checked()
    page.keyboard.press("Shift+Slash")
    page.locator("#keys[open]").wait_for()
    listed = page.locator("#keys dt").all_inner_texts()
    assert {"J / K", "A", "R", "N", "E", "X", "/", "?"} <= set(listed)
    page.keyboard.press("Escape")
    page.locator("#keys[open]").wait_for(state="detached")
    page.keyboard.press("Slash")
    assert page.evaluate("document.activeElement.name") == "q"


def test_two_chinese_characters_find_tickets(seats: Seats) -> None:
    page = seats.page()
    page.keyboard.press("Slash")
    page.keyboard.insert_text("玻璃")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/**")
    found = texts(page, "[data-open]")
    assert found
    assert all("玻璃" in each for each in found)
