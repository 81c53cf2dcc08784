"""Leave the tests of the browser out where there is none, and say so in the first lines of a run."""

from __future__ import annotations

import shutil

CHROMIUM = shutil.which("chromium")
collect_ignore = [] if CHROMIUM else ["browser"]


def pytest_report_header() -> str:
    """Say which browser the pages are tested in."""
    missing = "none: tests/browser is left out; apt-get install chromium brings it in"
    return f"browser: {CHROMIUM or missing}"
