from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.running import Running, running

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Run one sandbox for the tests of a module; its buyers do nothing of their own."""
    with running(tmp_path_factory.mktemp("sandbox")) as started:
        started.control("buyers", {"on": False})
        yield started
