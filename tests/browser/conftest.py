"""Run one demo desk for all tests of this folder, and one browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.desk import Seats
from tests.conftest import CHROMIUM
from tests.ops.desks import OwnDesk, free_port, running, wait_for
from tests.ops.test_serve import answers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Fill a desk with the demo, and serve it."""
    desk = OwnDesk(tmp_path_factory.mktemp("browser") / "desk")
    filled = desk.run("demo")
    assert filled.returncode == 0, filled.stderr
    port = free_port()
    with running(desk.start("serve", "--port", port)):
        wait_for(lambda: answers(port))
        yield f"http://127.0.0.1:{port}"


# While Playwright runs, Django believes to be in an event loop: tests of the database are run without it.
@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def _seats(address: str, browser: Browser) -> Seats:
    """Keep who is signed in."""
    return Seats(browser, address)


@pytest.fixture
def seats(_seats: Seats) -> Iterator[Seats]:
    """Give seats at the desk; an error in a console fails the test."""
    yield _seats
    assert _seats.leave() == []
