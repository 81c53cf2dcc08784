"""Take pictures of the main pages, filled with the demo, into screens/; --readme makes the README's anew."""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from playwright.sync_api import ViewportSize, sync_playwright

from aftersale.config.demo_serve import OWNER, PASSWORD, Place, start, stop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
OUT, README = ROOT / "screens", ROOT / "docs" / "queue.png"
SIZES = (ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844))
FOR_README = ViewportSize(width=1280, height=860)
TICKET = "ticket"
PAGES = {
    "queue": "/queue/",
    TICKET: "",
    "home": "/home/",
    "tasks": "/tasks/",
    "imports": "/imports/",
    "bench": "/bench/",
    "finance": "/finance/",
    "stops": "/stops/",
    "articles": "/articles/",
    "rules": "/rules/",
    "automation": "/automation/",
    "handover": "/handover/",
    "settings": "/settings/",
}
_PORT, _HOURS = 8450, 0.5


def main(arguments: Sequence[str] | None = None) -> int:
    """Fill a desk in a folder of its own, open it, take the pictures, close it; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python docs/screens.py", description=__doc__)
    parser.add_argument("--readme", action="store_true", help=f"write {README.relative_to(ROOT)} alone")
    asked = parser.parse_args(arguments)
    chromium = shutil.which("chromium")
    if chromium is None:
        print("Chromium is missing: apt-get install chromium", file=sys.stderr)
        return 1
    with TemporaryDirectory(prefix="aftersale-screens-") as folder:
        place = Place(Path(folder).resolve())
        env = {**os.environ, "AFTERSALE_HOME": folder}
        subprocess.run([sys.executable, "-m", "aftersale", "demo"], env=env, check=True, capture_output=True)
        try:
            with redirect_stdout(io.StringIO()):
                failed = start(place, _PORT, _HOURS)
            if failed:
                return failed
            found = place.read()
            for taken in _taken(f"http://127.0.0.1:{found.port if found else _PORT}", chromium, asked):
                print(taken.relative_to(ROOT))
        finally:
            stop(place)
    return 0


def _taken(address: str, chromium: str, asked: argparse.Namespace) -> Iterator[Path]:
    """Take the pictures that are asked for, and name each."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        if asked.readme:
            page = _signed_in(browser, address, FOR_README)
            # Once more, without the word that somebody signed in.
            page.goto(f"{address}{PAGES['queue']}", wait_until="networkidle")
            page.screenshot(path=README)
            yield README
        else:
            OUT.mkdir(exist_ok=True)
            for size in SIZES:
                yield from _of(_signed_in(browser, address, size), address, size["width"])
        browser.close()


def _signed_in(browser: Browser, address: str, size: ViewportSize) -> Page:
    page = browser.new_context(locale="zh-CN", viewport=size, color_scheme="light").new_page()
    page.goto(address)
    page.fill("input[name=login]", OWNER)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("[data-open]")
    return page


def _of(page: Page, address: str, width: int) -> Iterator[Path]:
    ticket = page.locator("[data-open]").nth(2).get_attribute("href")
    for name, path in PAGES.items():
        page.goto(f"{address}{ticket if name == TICKET else path}", wait_until="networkidle")
        picture = OUT / f"{name}-{width}.png"
        page.screenshot(path=picture, full_page=name == TICKET)
        yield picture


if __name__ == "__main__":
    sys.exit(main())
