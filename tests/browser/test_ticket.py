"""Work on one ticket: an answer leads where its button says, a refusal against the law asks for a word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.desk import PHONE, WIDE, texts, too_wide
from tests.browser.test_looks import faults

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.desk import Seats


def first_with(seats: Seats, page: Page, what: str) -> None:
    """Open the first ticket of the queue that shows something."""
    for address in [str(each.get_attribute("href")) for each in page.locator("[data-open]").all()]:
        seats.go(page, address)
        if page.locator(what).count():
            return
    pytest.fail(f"no ticket shows {what}")


def test_the_key_of_an_answer_leads_where_its_words_say(seats: Seats) -> None:
    page = seats.page(path="/queue/?tab=shipped")
    first_with(seats, page, "form.ask [data-key='1']")
    said = texts(page, "form.ask .leads li span")[0].removeprefix("→").strip()
    page.keyboard.press("Digit1")
    page.locator("#said .toast").wait_for()
    proposed = page.locator("#proposal").inner_text().partition("：")[2]
    assert said.startswith("可能") or proposed == said.partition(" · ")[0]
    assert page.locator("#timeline li", has_text="补充信息").count() == 1
    page.locator("form[action*='/withdraw/'] button").first.click()
    page.locator("#timeline li", has_text="撤回信息").wait_for()


def test_keys_lead_from_one_ticket_to_the_next_of_the_list_it_was_opened_from(seats: Seats) -> None:
    page = seats.page(path="/queue/?tab=review")
    paths = [str(each.get_attribute("href")) for each in page.locator("[data-row] [data-open]").all()]
    assert len(paths) >= 2
    page.keyboard.press("KeyJ")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{paths[0]}")
    assert page.locator("[data-next]").inner_text().split() == ["1", "/", str(len(paths)), "下一单", "J"]
    page.keyboard.press("KeyJ")
    page.wait_for_url(f"**{paths[1]}")
    page.keyboard.press("KeyK")
    page.wait_for_url(f"**{paths[0]}")
    alone = seats.page(path=paths[1])
    assert not alone.locator("[data-next]").is_visible()
    alone.keyboard.press("KeyJ")
    assert alone.url.endswith(paths[1])


def test_a_refusal_against_a_mandatory_rule_asks_for_a_typed_word(seats: Seats) -> None:
    page = seats.page(path="/queue/?tab=unshipped")
    first_with(seats, page, "[data-key=r]")
    page.keyboard.press("KeyR")
    form = page.locator("#acting form")
    form.get_by_text("拒绝可能违反下面的规则").wait_for()
    assert form.locator("li.cite").count() >= 1
    form.locator("input[name=reason_own]").fill("已发货")
    form.locator("input[name=citation_own]").fill("《电子商务法》第五十一条")
    form.locator("input[name=sure]").fill("拒绝")
    form.locator("button.btn-primary").click()
    page.locator("#acting [data-refused]").wait_for()
    assert "仍要拒绝" in page.locator("#acting").inner_text()
    seats.wrong.clear()


def test_a_colleague_is_seen_at_work_and_named_in_a_note(seats: Seats) -> None:
    mine = seats.page(path="/queue/?tab=review")
    address = str(mine.locator("[data-open]").nth(4).get_attribute("href"))
    seats.go(mine, address)
    theirs = seats.page("小王", path=address)
    theirs.locator("#ticket-now .chip", has_text="林总正在处理").wait_for()
    theirs.keyboard.press("KeyN")
    theirs.keyboard.type("@林总 这单请看一下")
    theirs.keyboard.press("Enter")
    theirs.locator("#timeline li", has_text="这单请看一下").wait_for()
    seats.go(mine, address)
    mine.get_by_text("小王 在备注里提到你").wait_for()
    mine.get_by_role("button", name="知道了").click()
    seats.go(mine, address)
    assert mine.get_by_text("小王 在备注里提到你").count() == 0


def test_the_form_of_a_refusal_can_be_read_and_fits_a_phone(seats: Seats) -> None:
    page = seats.page(path="/queue/?tab=shipped", viewport=WIDE)
    first_with(seats, page, "[data-key=r]")
    page.keyboard.press("KeyR")
    page.locator("#acting form").wait_for()
    for theme in ("light", "dark"):
        page.evaluate(f"document.documentElement.dataset.bsTheme = '{theme}'")
        assert faults(page) == []
    page.set_viewport_size(PHONE)
    assert too_wide(page) == []
    assert faults(page) == []


def test_a_clock_is_said_in_words(seats: Seats) -> None:
    page = seats.page(path="/queue/")
    first_with(seats, page, "#ticket-now .due")
    said = page.locator("#ticket-now .due").first.inner_text()
    assert re.search(r"(还剩|已超时) .*(分|小时|天)", said)


def test_what_each_way_costs_opens_fits_and_leads_to_a_form(seats: Seats) -> None:
    page = seats.page(path="/queue/?tab=unshipped", viewport=WIDE)
    first_with(seats, page, "[data-key=a]")
    page.locator("#costs summary", has_text="比一比").click()
    page.locator("#costs .cost-bar").first.wait_for()
    page.locator("#costs .cost-parts summary").first.click()
    assert "默认估计，没有实测" in page.locator("#costs .cost-row").first.inner_text()
    assert faults(page) == []
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    page.set_viewport_size(PHONE)
    assert too_wide(page) == []
    assert faults(page) == []
    page.locator("#costs", has_text="买家依规则可坚持要").get_by_text("就这么办").first.click()
    page.locator("#acting form").wait_for()
