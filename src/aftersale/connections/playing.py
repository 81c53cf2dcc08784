"""Ask the sandbox to play its day, on a desk that is connected to the sandbox and to nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx2
from django.conf import settings

from aftersale.connections.models import Link
from aftersale.connections.platforms import is_here
from aftersale.domain.errors import AftersaleError
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

_PATIENCE_S = 30.0
_EPOCH = datetime.fromtimestamp(0, UTC)


class PlayRefused(AftersaleError):
    """Refuse to play: this desk has no sandbox, or the sandbox does not answer."""

    def __init__(self) -> None:
        super().__init__(
            "play.refused",
            Text(
                zh="这个售后台没有连着沙箱，或者沙箱没有回应。",
                en="This desk is not connected to a sandbox, or the sandbox does not answer.",
            ),
            Text(
                zh="演示台这样打开：make demo。连着真实平台的售后台不能播放。",
                en="Open the demo by make demo. A desk with a real connection never plays.",
            ),
        )


@dataclass(frozen=True, slots=True)
class Playing:
    """Hold how far the day is; `next_at` is when the next one would begin, `last` what happened last.

    `state` is none, playing, paused or over. `done` of `of` scenes have happened, `timed_out` tickets the
    platform has settled by itself.
    """

    state: str
    next_at: datetime
    begun: datetime | None = None
    until: datetime | None = None
    speed: float = 0.0
    done: int = 0
    of: int = 0
    timed_out: int = 0
    last: str = ""
    last_at: datetime | None = None
    last_shop: str = ""
    percent: int = 0


def may_play() -> bool:
    """Tell whether this desk reaches the sandbox of this machine and nothing else."""
    addresses = (*settings.PLATFORM_URLS.values(), *settings.PLATFORM_AUTHORISE_URLS.values())
    here = bool(settings.SANDBOX_URL) and all(map(is_here, (settings.SANDBOX_URL, *addresses)))
    return here and not has_real_shops()


def has_real_shops() -> bool:
    """Tell whether a shop that is not generated has been let in to a platform."""
    return Link.objects.filter(shop__demo=False).exclude(access_until=None).exists()


def standing() -> Playing | None:
    """Say how far the day is; None where nothing can be played or the sandbox does not answer."""
    if not may_play():
        return None
    try:
        return _playing(_asked("GET", "play", {}))
    except PlayRefused:
        return None


def play(speed: float) -> None:
    """Begin the day, or go on with it, at so many seconds in one; raises PlayRefused."""
    _told("play", {"speed": speed})


def pause() -> None:
    """Let time pass as on the wall until somebody goes on; raises PlayRefused."""
    _told("play/pause", {})


def end() -> None:
    """End the day here; raises PlayRefused."""
    _told("play/end", {})


def _told(place: str, values: Mapping[str, object]) -> None:
    if not may_play():
        raise PlayRefused
    _asked("POST", place, values)


def _asked(verb: str, place: str, values: Mapping[str, object]) -> dict[str, Any]:
    address = f"{settings.SANDBOX_URL}/{place}"
    try:
        answer = httpx2.request(verb, address, json=dict(values), timeout=_PATIENCE_S)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
    except (httpx2.HTTPError, ValueError):
        raise PlayRefused from None
    return told


def _playing(told: Mapping[str, Any]) -> Playing:
    state, next_at = str(told["state"]), _moment(told["next_ms"])
    if state == "none":
        return Playing(state, next_at)
    begun, until, now = (int(told[name]) for name in ("begun_ms", "until_ms", "now_ms"))
    return Playing(
        state,
        next_at,
        begun=_moment(begun),
        until=_moment(until),
        speed=float(told["speed"]),
        done=int(told["done"]),
        of=int(told["of"]),
        timed_out=int(told["timed_out"]),
        last=str(told["last"]),
        last_at=_moment(told["last_ms"]) if told["last_ms"] else None,
        last_shop=str(told["last_shop"]),
        percent=max(0, min(100, (now - begun) * 100 // max(1, until - begun))),
    )


def _moment(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=int(ms))
