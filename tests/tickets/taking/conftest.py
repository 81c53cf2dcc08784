from __future__ import annotations

import pytest

from aftersale.config.wiring import register_jobs


@pytest.fixture(autouse=True)
def _jobs() -> None:
    """Register the jobs that imports ask for."""
    register_jobs()
