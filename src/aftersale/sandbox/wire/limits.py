"""Count calls: so many a second and a day for each app and method, in real time."""

from __future__ import annotations

from collections import defaultdict, deque
from threading import Lock
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.sandbox.platform.store import Store

SECOND_MS, DAY_MS = 1000, 86_400_000


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Hold the figures; those of 快手 are documented, those of 抖店 are not public and stand for a guess."""

    douyin_qps: int = 50
    douyin_daily: int = 10_000_000
    kuaishou_qps: int = 100
    kuaishou_daily: int = 1_000_000
    kuaishou_window_ms: int = DAY_MS
    kuaishou_generation: str = "newer"
    reveals_daily: int = 10_000


_read = msgspec.json.Decoder(Limits).decode


class Quota:
    """Let a call through, or say which limit it meets."""

    def __init__(self, store: Store, wall: Callable[[], int]) -> None:
        self._store, self._wall = store, wall
        self._lock = Lock()
        self._recent: dict[tuple[str, str], deque[int]] = defaultdict(deque)
        self._today: dict[tuple[str, str, int], int] = defaultdict(int)

    def limits(self) -> Limits:
        """Give the figures in force."""
        kept = self._store.value("limits")
        return _read(kept) if kept else Limits()

    def set(self, given: bytes) -> Limits:
        """Change figures; those that are not named become what they were at first."""
        limits = _read(given)
        with self._store.change():
            self._store.keep_value("limits", msgspec.json.encode(limits).decode())
        return limits

    def revealed(self, shop: str) -> bool:
        """Count the opening of one value of a buyer; False where the shop has used up its day."""
        day = ("reveal", shop, self._wall() // DAY_MS)
        with self._lock:
            if self._today[day] >= self.limits().reveals_daily:
                return False
            self._today[day] += 1
        return True

    def exceeded(self, platform: str, method: str) -> str:
        """Count a call, and name the limit that it meets: qps, daily, or nothing."""
        limits, now = self.limits(), self._wall()
        qps, daily = {
            "douyin": (limits.douyin_qps, limits.douyin_daily),
            "kuaishou": (limits.kuaishou_qps, limits.kuaishou_daily),
        }[platform]
        with self._lock:
            recent = self._recent[platform, method]
            while recent and recent[0] <= now - SECOND_MS:
                recent.popleft()
            if len(recent) >= qps:
                return "qps"
            day = (platform, method, now // DAY_MS)
            if self._today[day] >= daily:
                return "daily"
            recent.append(now)
            self._today[day] += 1
        return ""
