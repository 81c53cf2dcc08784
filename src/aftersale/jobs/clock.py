"""Read the clock of the desk: the one place where pages, calls, commands and jobs learn the time."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from aftersale.domain.lapse import Lapse


def desk_clock() -> datetime:
    """Tell the time of this desk: the wall's, or the sandbox's where it reaches nothing else."""
    told = settings.SANDBOX_CLOCK
    return _sandbox_time(Path(told)) if told else wall_clock()


def wall_clock() -> datetime:
    """Tell the time of the machine, by which processes, leases of a session and the task engine live."""
    return datetime.now(UTC)


def on_the_wall(moment: datetime) -> datetime:
    """Say when it is that time on the wall, as far from now as it is from now on the desk's clock."""
    return moment - (desk_clock() - wall_clock()) if settings.SANDBOX_CLOCK else moment


def _sandbox_time(told: Path) -> datetime:
    """Read how the sandbox's clock runs from the file that it keeps; before its first start it has none."""
    try:
        lapse = Lapse(**json.loads(told.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return wall_clock()
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=lapse.at(time.time_ns() // 1_000_000))
