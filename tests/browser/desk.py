"""Sit down at a running desk with a browser: sign in, press keys, listen for errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from playwright.sync_api import ViewportSize

from aftersale.config.demo_desk import OWNER, PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

WIDE, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)
PATIENCE_MS = 10_000


@dataclass
class Seats:
    """Open pages of one desk; who signed in once is not asked again."""

    browser: Browser
    address: str
    states: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    open: list[BrowserContext] = field(default_factory=list)

    def page(self, who: str = OWNER, *, path: str = "/queue/", **looks: Any) -> Page:  # noqa: ANN401  # options of a context
        """Open a page as somebody; looks are the options of the browser (viewport, color_scheme, locale)."""
        page = self.stranger(storage_state=self._state(who), **looks)
        self.go(page, path)
        return page

    def stranger(self, **looks: Any) -> Page:  # noqa: ANN401  # as above
        """Open an empty page of somebody who is not signed in."""
        # A colour on its way from one to another would be measured half way.
        calm = {"locale": "zh-CN", "viewport": WIDE, "reduced_motion": "reduce"}
        asked = {**calm, "base_url": self.address, **looks}
        context = self.browser.new_context(**asked)
        context.set_default_timeout(PATIENCE_MS)
        self.open.append(context)
        page = context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.wrong.append(f"page: {error}"))
        return page

    def go(self, page: Page, path: str) -> None:
        """Go to a page and wait until its scripts have run."""
        page.goto(path, wait_until="load")

    def sign_in(self, page: Page, who: str) -> None:
        """Type name and password."""
        self.go(page, "/")
        page.fill("input[name=login]", who)
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[type=submit], form button[type=submit]", timeout=30_000)
        page.wait_for_selector("header.top")

    def leave(self) -> list[str]:
        """Close everything, and give what went wrong in the consoles since it was opened."""
        for context in self.open:
            context.close()
        wrong = list(self.wrong)
        self.open.clear()
        self.wrong.clear()
        return wrong

    def _state(self, who: str) -> Any:  # noqa: ANN401  # as Playwright gives it
        if who not in self.states:
            page = self.stranger()
            self.sign_in(page, who)
            self.states[who] = page.context.storage_state()
        return self.states[who]

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.wrong.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")


def texts(page: Page, what: str) -> list[str]:
    """Give what every such element says."""
    return [text.strip() for text in page.locator(what).all_inner_texts()]


def too_wide(page: Page) -> list[str]:
    """Name what stands out of the page to the right."""
    found: list[str] = page.evaluate(
        """() => {
          const room = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= room) return [];
          return [...document.querySelectorAll("body *")]
            .filter((each) => each.getBoundingClientRect().right > room + 1 && !each.closest("nav, .tabs"))
            .map((each) => each.tagName + "." + each.className).slice(0, 5);
        }"""
    )
    return found
