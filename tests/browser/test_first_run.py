"""Begin as an owner does: made-up password, second factor, the first shop, its sheet, the first ticket."""

from __future__ import annotations

import base64
import hmac
import struct
from datetime import datetime
from time import time
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.clock import SHANGHAI
from aftersale.sandbox.demo import SEED, write_demo
from tests.browser.desk import Seats, texts
from tests.ops.desks import OwnDesk, free_port, running, wait_for
from tests.ops.test_serve import answers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

OWN = "杯子铺-2026-自己的密码"
STEP_S, DIGITS = 30, 6


def code_of(secret: str, at: float) -> str:
    """Compute what an authenticator shows (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    told = hmac.digest(key, struct.pack(">Q", int(at // STEP_S)), "sha1")
    place = told[-1] & 15
    number = struct.unpack(">I", told[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


@pytest.fixture
def fresh(tmp_path: Path, browser: Browser) -> Iterator[tuple[Seats, str]]:
    """Serve an empty desk, and give the password that was made up for its owner."""
    desk = OwnDesk(tmp_path / "desk")
    made = desk.run("user", "add", "阿桃", "--make-up")
    assert made.returncode == 0, made.stderr
    password = made.stdout.strip().splitlines()[-1].split(": ")[-1]
    port = free_port()
    with running(desk.start("serve", "--port", port)):
        wait_for(lambda: answers(port))
        seats = Seats(browser, f"http://127.0.0.1:{port}")
        yield seats, password
        assert seats.leave() == []


def test_from_an_empty_desk_to_the_first_ticket(fresh: tuple[Seats, str], tmp_path: Path) -> None:
    seats, password = fresh
    page = seats.stranger()
    signed_in(seats, page, password)
    password_changed(page, password)
    second_factor_set_up(page)
    shop_added(page)
    sheet_read(page, tmp_path)
    first_ticket_acted_on(page)


def press(page: Page) -> None:
    page.locator("main form button.btn-primary, main form button[type=submit]").first.click()


def signed_in(seats: Seats, page: Page, password: str) -> None:
    seats.go(page, "/")
    page.fill("input[name=login]", "阿桃")
    page.fill("input[name=password]", password)
    press(page)


def password_changed(page: Page, password: str) -> None:
    page.get_by_text("先换一个自己的密码").wait_for()
    page.fill("input[name=oldpassword]", password)
    for name in ("password1", "password2"):
        page.fill(f"input[name={name}]", OWN)
    press(page)


def second_factor_set_up(page: Page) -> None:
    page.get_by_text("你能处理退款，先设置两步验证").wait_for()
    secret = page.locator("#authenticator_secret").input_value()
    page.fill("input[name=code]", code_of(secret, time()))
    press(page)
    page.get_by_text("存好了，去售后台").click()


def shop_added(page: Page) -> None:
    page.wait_for_url("**/welcome/")
    page.fill("input[name=name]", "阿桃的杯子铺")
    press(page)


def sheet_read(page: Page, folder: Path) -> None:
    written = write_demo(folder / "sheets", SEED, datetime.now(SHANGHAI))[1]
    mine = next(each for each in written if each.shop.key == "cups")
    page.set_input_files("input[name=files]", [mine.after_sales, mine.orders])
    press(page)
    done = page.locator("#import a.btn-primary", has_text="去待处理")
    done.wait_for(timeout=60_000)
    assert page.locator(".figure", has_text="新增").locator("b").inner_text() == str(mine.tickets)
    done.click()


def first_ticket_acted_on(page: Page) -> None:
    page.wait_for_url("**/queue/**")
    waiting = page.locator("#rows tr[data-row]").count()
    assert waiting > 5
    assert not {"待分配", "我的"} & {text.rstrip("0123456789") for text in texts(page, ".tabs a")}
    page.keyboard.press("j")
    page.keyboard.press("a")
    form = page.locator("tr.acting form.sure")
    form.wait_for()
    form.locator("[data-focus]").wait_for()
    said = form.inner_text() + "".join(form.locator("textarea").evaluate_all("all => all.map(x => x.value)"))
    assert "转人工" not in said
    page.keyboard.press("Enter")
    page.locator("tr.acting [role=status]").first.wait_for()
