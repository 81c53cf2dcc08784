"""See that the main pages fit, can be read by everybody, and say nothing in the console."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.desk import PHONE, WIDE, too_wide

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.desk import Seats

AXE = (Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
PAGES = (
    *("/queue/", "ticket", "/home/", "/tasks/", "/imports/", "/search/?q=杯", "/stops/", "/articles/"),
    "/settings/costs/",
)
GRAVE = {"serious", "critical"}


def opened(seats: Seats, path: str, **looks: Any) -> Page:  # noqa: ANN401  # options of a context
    """Open a page of the list; a ticket by way of the queue."""
    page = seats.page(path="/queue/" if path == "ticket" else path, **looks)
    if path == "ticket":
        seats.go(page, page.locator("[data-open]").first.get_attribute("href") or "")
    return page


def faults(page: Page) -> list[str]:
    """Name what axe finds that keeps people from reading or using a page."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE)
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
    return [
        f"{each['id']}: {node['target']} {node.get('failureSummary', '')[:200]}"
        for each in found
        if each["impact"] in GRAVE
        for node in each["nodes"][:3]
    ]


@pytest.mark.parametrize("path", PAGES)
def test_everybody_can_read_a_page_light_dark_and_on_a_phone(path: str, seats: Seats) -> None:
    page = opened(seats, path, viewport=WIDE)
    assert too_wide(page) == []
    assert faults(page) == []
    page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
    assert faults(page) == []
    page.set_viewport_size(PHONE)
    # Charts follow the window when it tells them so.
    page.wait_for_timeout(200)
    assert too_wide(page) == []
    assert faults(page) == []


def test_a_page_is_dark_where_the_system_is(seats: Seats) -> None:
    page = seats.page(color_scheme="dark")
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"


def test_what_is_pressed_on_a_phone_is_large_enough(seats: Seats) -> None:
    page = opened(seats, "/queue/", viewport=PHONE)
    low = page.evaluate(
        """() => [...document.querySelectorAll("main .btn, main .tabs a, main select, main .rows button")]
          .filter((each) => each.offsetParent && each.getBoundingClientRect().height < 43.5)
          .map((each) => each.outerHTML.slice(0, 80))"""
    )
    assert low == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_speaks_english_when_asked(path: str, seats: Seats) -> None:
    page = opened(seats, path, locale="en-US")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_role("link", name="Queue", exact=True).count() == 1


def test_language_and_theme_are_chosen_on_the_page_and_kept(seats: Seats) -> None:
    page = seats.page()
    page.locator("details.me summary").click()
    page.get_by_role("button", name="English").click()
    page.locator("html[lang=en]").wait_for()
    page.locator("details.me summary").click()
    page.locator("[data-theme-switch]").click()
    page.locator("html[data-bs-theme=dark]").wait_for()
    page.reload()
    assert page.locator("html[data-bs-theme=dark][lang=en]").count() == 1


def test_charts_are_drawn_and_open_the_tickets_behind_them(seats: Seats) -> None:
    page = seats.page(path="/home/")
    drawn = page.locator("[data-chart] canvas, [data-chart] svg")
    drawn.first.wait_for()
    assert drawn.count() == page.locator("[data-chart]").count()
    page.locator("a.figure").nth(4).click()
    page.wait_for_url("**/queue/**")


def test_a_page_works_without_script(seats: Seats) -> None:
    page = seats.page(java_script_enabled=False)
    page.locator("[data-open]").first.click()
    page.fill("input[name=text]", "没有脚本也能记")
    page.locator("form[action$='/note/'] button").click()
    assert "没有脚本也能记" in page.locator("#timeline").inner_text()


MAIN = (
    "/home/",
    "/queue/",
    "ticket",
    "/tasks/",
    "/bench/",
    "/bench/good/",
    "/rules/",
    "/rules/parameters/",
    "/rules/edit/",
    "/automation/",
    "/handover/",
    "/handover/rules/",
    "/settings/",
    "/settings/people/",
    "/settings/connections/",
    "/settings/me/",
    "/instructions/",
    "/bulk/",
    "/welcome/?again=1",
    "/finance/",
)


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
def test_every_main_page_fits_and_is_readable_in_both_languages_sizes_and_lights(
    locale: str, seats: Seats
) -> None:
    page, wrong = seats.page(locale=locale), dict[str, list[str]]()
    first = page.locator("[data-open]").first.get_attribute("href") or ""
    for path in MAIN:
        page.set_viewport_size(WIDE)
        seats.go(page, first if path == "ticket" else path)
        wrong[f"{path} wide"] = [*too_wide(page), *faults(page)]
        page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
        page.set_viewport_size(PHONE)
        page.wait_for_timeout(100)
        wrong[f"{path} phone, dark"] = [*too_wide(page), *faults(page)]
    assert {where: found for where, found in wrong.items() if found} == {}
