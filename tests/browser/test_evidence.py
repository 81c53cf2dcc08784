"""Evidence by a browser: a pasted screenshot, a link on a phone, parts made black, a pack that is proven."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import FilePayload

from aftersale.evidence.pack.check import check_pack
from tests.browser.desk import PHONE, WIDE, too_wide
from tests.browser.test_looks import faults
from tests.tickets.vault.files import photo

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.desk import Seats

# A folder in which the pages are kept as pictures, for looking at them.
SHOTS = os.environ.get("AFTERSALE_SHOTS", "")
PASTE = """(bytes) => {
  const data = new DataTransfer();
  const content = Uint8Array.from(atob(bytes), (sign) => sign.charCodeAt(0));
  data.items.add(new File([content], "image.jpg", { type: "image/jpeg" }));
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
}"""


def shot(page: Page, name: str) -> None:
    """Keep a picture of a page where somebody asked for it."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def wanting(seats: Seats, page: Page) -> Page:
    """Open the first ticket whose checklist misses something of the warehouse."""
    for address in [str(each.get_attribute("href")) for each in page.locator("[data-open]").all()]:
        seats.go(page, address)
        page.locator("#evidence .drop").wait_for()
        if page.locator("#evidence .wants button[value=warehouse]").count():
            return page
    pytest.fail("no ticket misses a piece of the warehouse")


def paste(page: Page, content: bytes) -> None:
    page.evaluate(PASTE, base64.b64encode(content).decode())
    page.locator("#said .toast", has_text="放入 1 个文件").wait_for()
    page.keyboard.press("Enter")


def give(seats: Seats, link: str) -> None:
    """Open a link on a phone, as somebody without an account, and send a photo."""
    phone = seats.stranger(viewport=PHONE)
    seats.go(phone, link)
    assert too_wide(phone) == []
    assert faults(phone) == []
    shot(phone, "give")
    shown = FilePayload(name="a.jpg", mimeType="image/jpeg", buffer=photo(8))
    phone.set_input_files("input[name=files]", shown)
    phone.fill("input[name=giver]", "老陈")
    phone.check("input[name=agree]")
    phone.click("button.btn-primary")
    phone.get_by_text("已收到 1 个文件").wait_for()


def blacken(page: Page) -> None:
    """Make two fields of the first piece black."""
    page.locator("#evidence .exhibit a").first.click()
    page.locator(".mask img").wait_for()
    page.locator(".mask-fields input").nth(12).check()
    page.locator(".mask-fields input").nth(13).check()
    shot(page, "look")
    assert faults(page) == []
    page.get_by_text("保存打码副本").click()
    page.locator("#evidence .exhibit", has_text="已打码").wait_for()


def test_from_a_pasted_screenshot_to_a_pack_that_proves_itself(seats: Seats, tmp_path: Path) -> None:
    page = wanting(seats, seats.page(path="/queue/?tab=returned"))
    shot(page, "ticket-empty")
    paste(page, photo(7, (900, 700)))
    page.locator("#evidence .exhibit img").first.wait_for()
    shot(page, "ticket-pasted")

    page.locator("#evidence .wants button[value=warehouse]").first.click()
    page.locator("#made").wait_for()
    shot(page, "ticket-link")
    give(seats, page.locator("#made").input_value())

    address = page.url
    seats.go(page, address)
    page.locator("#evidence .exhibit", has_text="老陈").wait_for()
    assert page.locator("#evidence .exhibit").count() == 2
    blacken(page)
    shot(page, "ticket-full")
    assert faults(page) == []

    page.get_by_text("生成举证材料").click()
    page.locator("textarea[name=summary]").wait_for()
    shot(page, "packs")
    assert faults(page) == []
    packs = page.url
    page.click("button[value=platform]")
    page.locator("#words").wait_for()
    shot(page, "pack-platform")
    seats.go(page, packs)
    page.click("button[value=whole]")
    with page.expect_download() as downloading:
        page.get_by_text("下载整包").click()
    downloading.value.save_as(tmp_path / "pack.zip")
    found = check_pack((tmp_path / "pack.zip").read_bytes())
    assert (found.broken, found.exhibits) == (None, 2)
    for size in (WIDE, PHONE):
        page.set_viewport_size(size)
        assert too_wide(page) == []
    seats.go(page, address)
    page.locator("#evidence .drop").wait_for()
    assert too_wide(page) == []
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    shot(page, "ticket-phone-dark")
    assert faults(page) == []
