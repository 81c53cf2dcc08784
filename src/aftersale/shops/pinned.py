"""Call a service at the address that was checked, under its own name.

A name that is looked up once to be checked and once more to be called may lead elsewhere the second time.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Call:
    """Hold what is sent where.

    `addresses` are those of its host that were checked, to be tried in their order until one lets us connect;
    empty where it is called by its name, as whoever runs the desk allowed. `straight` goes past any proxy
    that the environment names: that one would look names up by itself.
    """

    url: str
    content: bytes
    headers: Mapping[str, str]
    timeout_s: float
    addresses: Sequence[str] = ()
    straight: bool = False
    verb: str = "POST"


@contextmanager
def called(call: Call) -> Iterator[httpx2.Response]:
    """Call once and give the answer as it streams in; raises what httpx2 raises. No redirect is followed."""
    places = [_pinned(call.url, address) for address in call.addresses] or [_Place(call.url, {}, {})]
    with ExitStack() as open_now:
        yield _answer(open_now, call, places)


def _answer(open_now: ExitStack, call: Call, places: Sequence[_Place]) -> httpx2.Response:
    """Give the answer of the first place that lets us connect; nothing was sent to those before it."""
    for place in places[:-1]:
        with suppress(httpx2.ConnectError):
            return open_now.enter_context(_sent(call, place))
    return open_now.enter_context(_sent(call, places[-1]))


@dataclass(frozen=True, slots=True)
class _Place:
    url: str
    headers: Mapping[str, str]
    extensions: Mapping[str, str]


def _pinned(url: str, address: str) -> _Place:
    """Put an address in the place of the name; the name stays in the Host header and in TLS."""
    parts = urlsplit(url)
    host = f"[{address}]" if ":" in address else address
    place = f"{host}:{parts.port}" if parts.port else host
    return _Place(
        parts._replace(netloc=place).geturl(),
        {"Host": parts.netloc},
        {"sni_hostname": parts.hostname or ""},
    )


@contextmanager
def _sent(call: Call, place: _Place) -> Iterator[httpx2.Response]:
    asked: dict[str, Any] = {
        "content": call.content,
        "headers": {**call.headers, **place.headers},
        "extensions": dict(place.extensions),
    }
    # Whom the machine trusts (SSL_CERT_FILE) holds for both ways.
    trusted = httpx2.create_ssl_context()
    caller = httpx2.Client(timeout=call.timeout_s, verify=trusted, trust_env=not call.straight)
    with caller, caller.stream(call.verb, place.url, **asked) as answer:
        yield answer
