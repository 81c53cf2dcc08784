"""Deliver messages: sign or seal them, wait for the answer, try again later, lose some on purpose."""

from __future__ import annotations

import json
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from threading import Event, Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aftersale.sandbox.douyin.messages import first_body as douyin_first
from aftersale.sandbox.kuaishou.messages import FIRST
from aftersale.sandbox.platform.apps import DOUYIN, KUAISHOU
from aftersale.sandbox.platform.post import RETRIES, Letter, address_of
from aftersale.sandbox.wire.faults import PUSH, Faults
from aftersale.sandbox.wire.signing import douyin_event_sign, kuaishou_seal

if TYPE_CHECKING:
    from aftersale.sandbox.platform.market import Market

ACK_SECONDS = {"douyin": 5.0, "kuaishou": 3.0}
LOOK_EVERY = 0.1
AT_ONCE = 50
LOCAL = ("127.0.0.1", "localhost")


def first_body(platform: str, at: int) -> bytes:
    """Write the message by which an address is tried."""
    return douyin_first(at) if platform == "douyin" else FIRST


def sealed(platform: str, body: bytes) -> tuple[bytes, dict[str, str]]:
    """Write body and headers as they go over the wire."""
    if platform == "douyin":
        sign = douyin_event_sign(DOUYIN.key, body, DOUYIN.secret)
        return body, {"Content-Type": "application/json", "app-id": DOUYIN.key, "event-sign": sign}
    return kuaishou_seal(body, KUAISHOU.message_key), {"Content-Type": "text/plain;charset=utf-8"}


def is_local(url: str) -> bool:
    """Tell whether an address is one of this machine: the sandbox talks to no other."""
    place = urlsplit(url)
    return place.scheme == "http" and place.hostname in LOCAL and place.port is not None


def delivered(platform: str, url: str, body: bytes) -> bool:
    """Send one message, and tell whether it was acknowledged in time."""
    wire, headers = sealed(platform, body)
    place = urlsplit(url)
    connection = HTTPConnection(place.hostname or "", place.port, timeout=ACK_SECONDS[platform])
    target = f"{place.path or '/'}{'?' + place.query if place.query else ''}"
    try:
        connection.request("POST", target, wire, headers)
        answer = connection.getresponse()
        return answer.status == 200 and _acknowledged(platform, answer.read())  # noqa: PLR2004  HTTP's OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _acknowledged(platform: str, body: bytes) -> bool:
    try:
        answer = json.loads(body)
    except ValueError:
        return False
    name, right = {"douyin": ("code", 0), "kuaishou": ("result", 1)}[platform]
    return isinstance(answer, dict) and answer.get(name) == right


class Postman:
    """Look for messages that are due, and carry them, until told to stop."""

    def __init__(self, market: Market, faults: Faults) -> None:
        self._market, self._faults = market, faults
        self._stop = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """Stop, and wait for the message that is under way."""
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.wait(LOOK_EVERY):
            self._market.advance()
            self.carry()

    def carry(self) -> int:
        """Carry what is due now; give how many went out."""
        rows = self._market.store.rows(
            "select id, shop, what, body, tries from push where state = 'waiting' and due_at <= ? "
            "order by due_at, id limit ?",
            self._market.clock.now(),
            AT_ONCE,
        )
        letters = [
            Letter(
                int(str(number)),
                str(shop),
                str(what),
                body if isinstance(body, bytes) else b"",
                int(str(tries)),
            )
            for number, shop, what, body, tries in rows
        ]
        for letter in letters:
            if self._stop.is_set():
                break
            if not self._market.store.value(f"paused.{letter.shop}"):
                self._carry(letter)
        return len(letters)

    def _carry(self, letter: Letter) -> None:
        platform = self._market.platform_of(letter.shop)
        fault = self._faults.draw(platform, letter.what, letter.shop, PUSH)
        kind = fault.kind if fault else ""
        if kind == "push_lose":
            self._mark(letter, "lost")
            return
        if fault and kind == "push_reorder":
            self._later(letter, int(fault.seconds * 1000) or 1000, letter.tries)
            return
        url = address_of(self._market, letter.shop)
        body = without_open_id(letter.body) if kind == "push_no_open_id" else letter.body
        good = bool(url) and delivered(platform, url, body)
        if good and kind == "push_duplicate":
            delivered(platform, url, body)
        if good:
            self._mark(letter, "delivered")
            return
        waits = RETRIES[platform]
        if letter.tries >= len(waits):
            self._mark(letter, "given_up")
        else:
            self._later(letter, waits[letter.tries], letter.tries + 1)

    def _mark(self, letter: Letter, state: str) -> None:
        with self._market.store.change():
            self._market.store.rows("update push set state = ? where id = ?", state, letter.number)

    def _later(self, letter: Letter, wait_ms: int, tries: int) -> None:
        due = self._market.clock.now() + wait_ms
        with self._market.store.change():
            self._market.store.rows(
                "update push set due_at = ?, tries = ? where id = ?", due, tries, letter.number
            )


def without_open_id(body: bytes) -> bytes:
    """Leave the openId of a message empty, as the platform does under load."""
    with suppress(ValueError):
        data = json.loads(body)
        if isinstance(data, dict) and "openId" in data:
            return json.dumps(data | {"openId": ""}, ensure_ascii=False, separators=(",", ":")).encode()
    return body
