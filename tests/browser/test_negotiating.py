"""Negotiate to an agreement as an agent does: a line, words that pass, both agree, the act is confirmed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.desk import PHONE, too_wide
from tests.browser.test_looks import faults

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.desk import Seats


def begun(seats: Seats, **looks: Any) -> Page:  # noqa: ANN401  # options of a browser
    """Open a ticket of the shop's turn on which nothing is under way."""
    page = seats.page(path="/queue/?tab=shipped", **looks)
    for address in [str(each.get_attribute("href")) for each in page.locator("[data-open]").all()]:
        seats.go(page, address)
        page.locator("#negotiation form").first.wait_for()
        if page.locator("#negotiation .talk-rounds").count() == 0:
            return page
    pytest.fail("no ticket to talk about")


def test_an_agent_negotiates_to_an_agreement_and_confirms_what_follows(seats: Seats) -> None:
    page = begun(seats)
    talk = page.locator("#negotiation")
    talk.locator("[name=wants]").fill("退8元")
    talk.locator("[name=gives]").fill("加我微信，补偿3元")
    talk.locator(".wording", has_text="联系方式").wait_for()
    talk.get_by_role("button", name="记下").click()
    talk.locator("form[data-refused]").wait_for()
    assert talk.locator("[name=wants]").input_value() == "退8元"
    talk.locator("[name=gives]").fill("补偿3元")
    talk.get_by_role("button", name="记下").click()
    talk.get_by_text("还差 ¥5.00").wait_for()
    address = page.url
    seats.go(page, "/negotiations/")
    page.locator("td", has_text="赔偿损失 ¥3.00").first.wait_for()
    seats.go(page, address)
    talk.get_by_role("button", name="写给买家…").click()
    reply = page.locator("#reply")
    reply.locator("textarea[name=text]").fill("您好，给您补偿 5 元，您看行吗？")
    reply.get_by_role("button", name="检查后复制").click()
    reply.get_by_text("检查过了").wait_for()
    talk.get_by_role("button", name="谈妥了…").click()
    form = talk.locator("form", has_text="双方同意").last
    form.locator("[name=amount]").fill("5")
    form.locator("[name=text]").fill("补偿 5 元")
    form.get_by_role("button", name=re.compile("双方同意")).click()
    talk.get_by_text("接下来：小额打款 ¥5.00").wait_for()
    talk.get_by_role("button", name="去确认").click()
    sure = page.locator("#acting form")
    assert sure.locator("[name=amount]").input_value() == "5.00"
    for box in sure.locator("input[type=checkbox]").all():
        box.check()
    sure.locator("button.btn-primary").click()
    page.locator("#acting [role=status]").wait_for()
    seats.go(page, address)
    page.locator("#timeline li", has_text="双方谈妥").wait_for()
    seats.wrong.clear()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_line_and_the_library_can_be_read_and_fit_a_phone(seats: Seats, scheme: str) -> None:
    page = begun(seats, viewport=PHONE, color_scheme=scheme)
    page.get_by_role("button", name="写给买家…").click()
    page.locator("#reply textarea").first.wait_for()
    assert too_wide(page) == []
    assert faults(page) == []
    for path in ("/negotiations/", "/negotiations/replies/", "/settings/drafting/"):
        seats.go(page, path)
        assert too_wide(page) == []
        assert faults(page) == []
