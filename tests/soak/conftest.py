"""Run a sandbox in a process of its own, and a desk of the test's database connected to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stamina

from aftersale.config.soak.desk import Desk, set_up
from aftersale.config.soak.place import sandbox
from aftersale.config.wiring import register_jobs
from aftersale.connections.wire import hang_up
from aftersale.sandbox.platform.clock import CLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.fixtures import Settings


@pytest.fixture
def desk(settings: Settings, transactional_db: None, tmp_path: Path) -> Iterator[Desk]:
    """Connect the five shops of the story; no ticket is there and no buyer acts by themselves.

    Pages live by the sandbox's clock.
    """
    del transactional_db
    stamina.instrumentation.set_on_retry_hooks([])
    register_jobs()
    with sandbox(5, 0, tmp_path) as place:
        settings.SANDBOX_CLOCK = str(tmp_path / CLOCK)
        settings.PLATFORM_URLS = {name: place.addresses[name] for name in ("douyin", "kuaishou")}
        settings.PLATFORM_CALLS_PER_SECOND = 2_000
        settings.PLATFORM_TIMEOUT_S = 5.0
        place.tell("limits", {"kuaishou_qps": 100_000, "douyin_qps": 100_000})
        place.tell("buyers", {"on": False})
        yield set_up(place)
        hang_up()
    stamina.instrumentation.set_on_retry_hooks(None)
