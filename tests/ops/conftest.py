"""Give each test a desk of its own, copied from one that was set up once."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.ops.desks import OwnDesk, empty_database, on_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnDesk]:
    """Give a desk whose tables are made, to be copied."""
    with empty_database(f"aftersale_blank_{os.getpid()}") as name:
        desk = OwnDesk(tmp_path_factory.mktemp("blank") / "home", name)
        desk.python("from aftersale.config.upgrade import need_current; need_current()")
        yield desk


@pytest.fixture
def desk(blank: OwnDesk, tmp_path: Path) -> Iterator[OwnDesk]:
    """Give a desk without anybody in it."""
    name = f"aftersale_desk_{os.getpid()}"
    with ExitStack() as after:
        if blank.database:
            on_server(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            after.callback(on_server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        yield blank.copy(tmp_path / "home", name)


@pytest.fixture
def clean(tmp_path: Path) -> Iterator[OwnDesk]:
    """Give a place in which there is nothing at all."""
    with empty_database(f"aftersale_clean_{os.getpid()}") as name:
        yield OwnDesk(tmp_path / "clean", name)
