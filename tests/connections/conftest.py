"""Give tests a platform that is served, the interface that speaks to it, and a shop that is connected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aftersale.channels.registry import CHANNELS
from aftersale.config.wiring import register_jobs
from tests.connections.desk import Desk
from tests.connections.interface import Scripted
from tests.connections.platform import Book, Clock, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings


@pytest.fixture
def clock() -> Clock:
    """Give a clock that only the test moves."""
    return Clock()


@pytest.fixture
def book(clock: Clock, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Book]:
    """Serve a platform and let the desk speak to it as to 抖店."""
    found = Book(clock)
    monkeypatch.setitem(CHANNELS, "douyin", Scripted())
    register_jobs()
    with served(found) as address:
        settings.PLATFORM_URLS = {"douyin": address, "kuaishou": address}
        settings.PLATFORM_TIMEOUT_S = 2.0
        yield found


@pytest.fixture
def desk(book: Book, clock: Clock) -> Desk:
    """Give a shop that is not connected yet, and all that reaches its platform."""
    return Desk.made(book, clock)


@pytest.fixture
def connected(desk: Desk) -> Desk:
    """Give a shop that is connected and whose back-fill has ended."""
    desk.connect()
    desk.poll()
    return desk
