"""Keep the calls of one app so far apart as the platform wants, over all workers, through the database.

Each call books the next free moment by one statement and waits for it. A few moments that nobody
took are kept, so that a short burst goes at once; burst and pace together stay within what a second allows,
whenever the second begins. Platforms count by the time on the wall, however fast a sandbox's clock runs.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.db import connection

from aftersale.connections.models import Quota
from aftersale.domain.errors import TooFast
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

_SECOND_US = 1_000_000
_LONGEST_US, _FAR_US = 3 * _SECOND_US, 60 * _SECOND_US
_BURST = 5
"""One part in so many of a second's calls may go at once."""

# What is booked far ahead was booked by a clock that was set back since.
_BOOK = """
    UPDATE connections_quota
    SET next_us = %s + CASE WHEN next_us > %s AND next_us <= %s THEN next_us ELSE %s END
    WHERE app = %s AND (next_us <= %s OR next_us > %s)
    RETURNING next_us
"""


def wait_for_turn(
    app: str, per_second: int, clock: Callable[[], datetime], sleep: Callable[[float], object] = time.sleep
) -> None:
    """Wait until the app may call again; raises TooFast where that is too long, nothing being booked."""
    wait_us = _booked(app, per_second, clock)
    if wait_us > 0:
        sleep(wait_us / _SECOND_US)


def _booked(app: str, per_second: int, clock: Callable[[], datetime]) -> int:
    """Book a moment and give how long to wait for it, in microseconds."""
    kept = per_second // _BURST
    step = -(-_SECOND_US // max(per_second - kept, 1))
    now = int(clock().timestamp() * _SECOND_US)
    place: list[int | str] = [
        step,
        now - kept * step,
        now + _FAR_US,
        now - kept * step,
        app,
        now + _LONGEST_US,
        now + _FAR_US,
    ]
    booked = _moved_on(place)
    if booked is None:
        Quota.objects.get_or_create(app=app)
        booked = _moved_on(place)
    if booked is not None:
        # By now others may have been waited for: only what is left of the time counts.
        return booked - step - int(clock().timestamp() * _SECOND_US)
    raise TooFast(
        "channel.quota",
        Text(zh="平台的调用额度用完了，稍后再试。", en="The quota of calls is used up for the moment."),
        Text(zh="系统会自动重试。", en="The desk tries again by itself."),
    )


def _moved_on(place: Sequence[int | str]) -> int | None:
    """Book in one statement, so that nobody books the same moment; None where it would be too late."""
    with connection.cursor() as cursor:
        cursor.execute(_BOOK, place)
        found: list[tuple[int]] = cursor.fetchall()
    return found[0][0] if found else None
