"""Give each test a desk's folder of its own, for the list of erasures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import override_settings

from aftersale.config.home import Home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    with override_settings(HOME=Home(tmp_path), FILES=tmp_path / "files"):
        yield tmp_path
