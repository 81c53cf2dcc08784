"""Send one signed request over HTTP and say plainly what it means when no answer comes."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, repeat
from typing import TYPE_CHECKING

import httpx2
import stamina
from django.conf import settings

from aftersale.connections.platforms import interface_of, is_guarded, keys_of, place_of
from aftersale.connections.quota import wait_for_turn
from aftersale.domain.errors import ChannelError, TooFast, Unavailable, Unreadable
from aftersale.jobs.clock import wall_clock
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from aftersale.channels.interface import Request
    from aftersale.connections.models import Link

LARGEST_ANSWER = 8 * 1024 * 1024
_READS = 3
_FIRST_LOOK = 0.4
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 2.0
# A body that trickles is given up after so many times the time-out.
_SLOWEST = 4
_BAD, _BUSY = 500, 429
# What is raised before the first byte left: whatever was asked for was surely not done.
_BEFORE = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
_AGAIN = Text(zh="系统会自动重试。", en="The desk tries again by itself.")
_LOOK = Text(
    zh="系统会先查询结果，不会重复发送。", en="The desk looks what became of it and sends nothing twice."
)


@dataclass(frozen=True, slots=True)
class Call:
    """Name one call: what is asked, with which token, and whether it changes something over there."""

    method: str
    params: Mapping[str, object]
    token: str
    writes: bool = False


def send(link: Link, call: Call, clock: Callable[[], datetime]) -> bytes:
    """Send a call and give what came; a read is tried a few times, a write once. Raises ChannelError.

    A read that hangs is asked again before the whole time-out is over: that changes nothing over there, and
    others wait for the hand that it holds.
    """
    whole = settings.PLATFORM_TIMEOUT_S
    if call.writes:
        return _once(link, call, clock, whole)
    waits = chain([_FIRST_LOOK * whole], repeat(whole))
    patient = stamina.RetryingCaller(
        attempts=_READS,
        timeout=None,
        wait_initial=_FIRST_PAUSE_S,
        wait_max=_LONGEST_PAUSE_S,
        wait_jitter=_FIRST_PAUSE_S,
    )
    return patient(Unavailable, lambda: _once(link, call, clock, next(waits)))


def _once(link: Link, call: Call, clock: Callable[[], datetime], patience_s: float) -> bytes:
    channel, platform = interface_of(link.shop), link.shop.platform
    most = settings.PLATFORM_CALLS_PER_SECOND or channel.limits.per_second
    wait_for_turn(f"{platform}:{link.app_key}", most, wall_clock)
    request = channel.signed(call.method, call.params, keys_of(link), call.token, clock())
    return exchange(place_of(platform).calls, request, patience_s, writes=call.writes)


def exchange(base: str, request: Request, patience_s: float, *, writes: bool) -> bytes:
    """Send a request as it was signed and give the body of the answer; raises Unavailable or Unreadable.

    Nothing is waited for longer than `patience_s` seconds at a time.
    """
    if not is_guarded(base):
        raise _unavailable("channel.unguarded", "http")
    sent = httpx2.Request(
        request.verb,
        f"{base.rstrip('/')}{request.path}",
        headers=dict(request.headers),
        content=request.body,
        extensions={"timeout": httpx2.Timeout(patience_s).as_dict()},
    )
    try:
        return _answered(_client(os.getpid(), settings.PLATFORM_TIMEOUT_S, writes), sent, writes=writes)
    except _BEFORE as fault:
        raise _unavailable("channel.unreachable", fault) from None
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as fault:
        raise _no_answer(fault, writes=writes) from None


# One pool a process: a fork must not share connections. What writes takes a connection of its own each time,
# for one that was kept may be dead, and then nobody can tell whether the request arrived.
@lru_cache(maxsize=8)
def _client(_process: int, timeout_s: float, writes: bool) -> httpx2.Client:  # noqa: FBT001  # a key of the cache
    kept = httpx2.Limits(max_connections=20, max_keepalive_connections=0 if writes else 8)
    return httpx2.Client(timeout=timeout_s, limits=kept, follow_redirects=False)


def hang_up() -> None:
    """Close the connections that this process keeps."""
    for kept in (False, True):
        _client(os.getpid(), settings.PLATFORM_TIMEOUT_S, kept).close()
    _client.cache_clear()


def _answered(client: httpx2.Client, sent: httpx2.Request, *, writes: bool) -> bytes:
    started = time.monotonic()
    answer = client.send(sent, stream=True)
    try:
        if answer.status_code == _BUSY:
            raise _unavailable("channel.busy", None, TooFast)
        if answer.status_code >= _BAD or answer.is_redirect:
            raise _no_answer(f"HTTP {answer.status_code}", writes=writes)
        body = bytearray()
        for chunk in answer.iter_bytes():
            body += chunk
            slow = time.monotonic() - started > _SLOWEST * settings.PLATFORM_TIMEOUT_S
            if len(body) > LARGEST_ANSWER or slow:
                raise _no_answer("too slow" if slow else "too large", writes=writes)
        return bytes(body)
    finally:
        answer.close()


def _no_answer(why: object, *, writes: bool) -> ChannelError:
    """Say what follows where no answer came: a write may have been done, a read is asked again."""
    if not writes:
        return _unavailable("channel.no_answer", why)
    return Unreadable(
        "channel.no_answer",
        Text(zh="已经发给平台，但没有收到结果。", en="It was sent and the platform did not answer."),
        _LOOK,
    )


def _unavailable(code: str, why: object, kind_of: type[Unavailable] = Unavailable) -> Unavailable:
    kind = type(why).__name__ if isinstance(why, Exception) else why or "busy"
    return kind_of(
        code,
        Text(
            zh=f"平台接口没有响应（{kind}）。", en=f"The interface of the platform does not answer ({kind})."
        ),
        _AGAIN,
    )
