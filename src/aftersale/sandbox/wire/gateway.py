"""Name what the two platforms have in common as servers, and spoil calls where a knob says so."""

from __future__ import annotations

import json
from http import HTTPStatus
from time import sleep
from typing import TYPE_CHECKING, NamedTuple, Protocol

from aftersale.sandbox.platform import buyers
from aftersale.sandbox.platform.moves import Move, possible
from aftersale.sandbox.wire.calls import Called
from aftersale.sandbox.wire.faults import AFTER, BEFORE, Fault, Faults
from aftersale.sandbox.wire.http import Reply, Request, as_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.sandbox.platform.market import Market
    from aftersale.sandbox.platform.tokens import Tokens
    from aftersale.sandbox.wire.calls import Calls
    from aftersale.sandbox.wire.limits import Quota

SAFE_INTEGER = 2**53
PAGE = "<html><head><title>系统繁忙</title></head><body><h1>系统繁忙，请稍后再试</h1></body></html>"


class Rooms(NamedTuple):
    """Hold what a server works with."""

    market: Market
    tokens: Tokens
    quota: Quota
    calls: Calls


class Asked(NamedTuple):
    """Say what a request is about before anything is checked; empty where it does not say."""

    method: str
    shop: str
    ticket: str


class Gateway(Protocol):
    """Answer as one platform does."""

    @property
    def platform(self) -> str:
        """Name the platform."""

    def asked(self, request: Request) -> Asked:
        """Look at a request without judging it."""

    def answer(self, request: Request) -> Reply:
        """Check, act and answer."""

    def throttled(self, request: Request) -> Reply:
        """Answer that there were too many calls."""

    def ip_refused(self, request: Request) -> Reply:
        """Answer that the address of the caller is not allowed."""


class Spoiler:
    """Stand before a gateway, and let faults happen."""

    def __init__(self, gateway: Gateway, rooms: Rooms, faults: Faults) -> None:
        self._gateway, self._rooms, self._faults = gateway, rooms, faults

    def answer(self, request: Request) -> Reply:
        """Answer, or fail in the way that is due."""
        asked = self._gateway.asked(request)
        platform = self._gateway.platform
        before = self._faults.draw(platform, asked.method, asked.shop, BEFORE)
        instead = self._before(before, request, asked) if before else None
        after = None if instead else self._faults.draw(platform, asked.method, asked.shop, AFTER)
        reply = instead or self._gateway.answer(request)
        kinds = tuple(fault.kind for fault in (before, after) if fault)
        self._rooms.calls.add(Called(self._rooms.market.clock.now(), platform, *asked, kinds, reply.status))
        return spoilt(reply, after) if after else reply

    def _before(self, fault: Fault, request: Request, asked: Asked) -> Reply | None:
        if fault.kind in ("delay", "timeout_before"):
            sleep(fault.seconds)
        if fault.kind == "token_revoked" and asked.shop:
            self._rooms.tokens.revoke(asked.shop)
        if fault.kind == "conflict" and asked.ticket:
            self._change_first(asked.ticket)
        return INSTEAD[fault.kind](self._gateway, request) if fault.kind in INSTEAD else None

    def _change_first(self, ticket: str) -> None:
        market = self._rooms.market
        with market.store.change():
            now = market.advance()
            case = market.store.case(ticket)
            if case is not None and possible(case, Move.MODIFY) and not case.disputed:
                buyers.speak(market, case, now, "补充说明：刚才又看了一下")


def _silence(_gateway: Gateway, _request: Request) -> Reply:
    return Reply(HTTPStatus.OK, b"", silent=True)


def _broken(_gateway: Gateway, _request: Request) -> Reply:
    return Reply(HTTPStatus.BAD_GATEWAY, b"upstream request failed", "text/plain")


def _page(_gateway: Gateway, _request: Request) -> Reply:
    return Reply(HTTPStatus.OK, PAGE.encode(), "text/html; charset=utf-8")


INSTEAD: dict[str, Callable[[Gateway, Request], Reply]] = {
    "timeout_before": _silence,
    "error_before": _broken,
    "html": _page,
    "throttle": lambda gateway, request: gateway.throttled(request),
    "ip_refused": lambda gateway, request: gateway.ip_refused(request),
}


def spoilt(reply: Reply, fault: Fault) -> Reply:
    """Spoil the answer to what has been done."""
    if fault.kind == "timeout_after":
        sleep(fault.seconds)
        return Reply(HTTPStatus.OK, b"", silent=True)
    if fault.kind == "error_after":
        return Reply(HTTPStatus.BAD_GATEWAY, b"upstream request failed", "text/plain")
    if fault.kind == "half":
        return Reply(reply.status, reply.body, reply.kind, reply.headers, sent=len(reply.body) // 2)
    data = json.loads(reply.body)
    return as_json(rounded(data) if fault.kind == "rounded_ids" else of_wrong_type(data), reply.status)


def rounded(data: object) -> object:
    """Round integers as a number of JavaScript does."""
    if isinstance(data, dict):
        return {name: rounded(value) for name, value in data.items()}
    if isinstance(data, list):
        return [rounded(value) for value in data]
    big = isinstance(data, int) and abs(data) > SAFE_INTEGER
    return int(float(data)) if big and isinstance(data, int) else data


def of_wrong_type(data: object) -> object:
    """Give texts where numbers and objects belong, one level deep."""
    if not isinstance(data, dict):
        return "ok"
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in data.items()}
