"""Be a small platform over HTTP on this machine: tickets that change, tokens that end and rotate, faults."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECRET = "shop-secret"  # noqa: S105  # made up
APP = "app-1"
T0 = datetime(2026, 6, 10, 2, tzinfo=UTC)


@dataclass
class Clock:
    """Tell a time that only tests move."""

    now: datetime = T0

    def __call__(self) -> datetime:
        return self.now

    def on(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


@dataclass
class Book:
    """Keep what the platform knows; `faults` are used up one a call of that method (status, or "cut")."""

    clock: Clock
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    faults: dict[str, list[object]] = field(default_factory=dict)
    access: str = "access-0"
    refresh: str = "refresh-0"
    old_refresh: dict[str, datetime] = field(default_factory=dict)
    refreshes: int = 0
    revoked: bool = False
    size: int = 2
    reports: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    carriers: dict[str, str] = field(default_factory=lambda: {"shunfeng": "顺丰速运", "jd": "京东快递"})
    access_s: int = 48 * 3600
    grace: timedelta = timedelta(minutes=5)
    before: Callable[[str], None] = lambda _method: None
    guard: threading.Lock = field(default_factory=threading.Lock)

    def change(self, number: str, status: str = "asked", fen: int = 0) -> None:
        self.tickets[number] = {"no": number, "status": status, "fen": fen, "at": self.clock().timestamp()}

    def named(self, method: str) -> list[dict[str, Any]]:
        return [params for name, params in self.calls if name == method]

    def answer(self, method: str, params: dict[str, Any], token: str) -> dict[str, Any]:
        with self.guard:
            self.calls.append((method, params))
            handler: Callable[[dict[str, Any]], dict[str, Any]] = getattr(self, f"_{method}")
            if method not in {"authorise", "refresh_tokens"} and (self.revoked or token != self.access):
                return {"code": "token"}
            return handler(params)

    def _authorise(self, params: dict[str, Any]) -> dict[str, Any]:
        if params["code"] not in {"", "good"}:
            return {"code": "token"}
        self.revoked = False
        return self._rotated()

    def _refresh_tokens(self, params: dict[str, Any]) -> dict[str, Any]:
        given = params["refresh"]
        old = self.old_refresh.get(given)
        known = given == self.refresh or (old is not None and self.clock() <= old)
        if self.revoked or not known:
            return {"code": "token"}
        self.refreshes += 1
        return self._rotated()

    def _rotated(self) -> dict[str, Any]:
        self.old_refresh[self.refresh] = self.clock() + self.grace
        number = int(self.refresh.rpartition("-")[2]) + 1
        self.access, self.refresh = f"access-{number}", f"refresh-{number}"
        return {"code": "ok", "access": self.access, "refresh": self.refresh, "s": self.access_s}

    def _list(self, params: dict[str, Any]) -> dict[str, Any]:
        since, until, page = params["since"], params["until"], params["page"]
        found = [row for row in self.tickets.values() if since <= row["at"] < until]
        rows = sorted(found, key=lambda row: (row["at"], row["no"]))
        begin, end = page * self.size, (page + 1) * self.size
        return {"code": "ok", "rows": rows[begin:end], "more": len(rows) > end}

    def _read(self, params: dict[str, Any]) -> dict[str, Any]:
        return {"code": "ok", "row": self.tickets.get(params["no"])}

    def _carriers(self, _params: dict[str, Any]) -> dict[str, Any]:
        return {"code": "ok", "carriers": dict(self.carriers)}

    def _report(self, params: dict[str, Any]) -> dict[str, Any]:
        if any(order in self.refused for _, order in params["events"]):
            return {"code": "refused"}
        for key, order in params["events"]:
            self.reports[key] = order
        return {"code": "ok"}

    def _refund(self, params: dict[str, Any]) -> dict[str, Any]:
        self.change(params["no"], "paid", int(params["fen"]))
        return {"code": "ok"}


def signature(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    book: Book

    def do_POST(self) -> None:  # the name that http.server calls
        body = self.rfile.read(int(self.headers["Content-Length"]))
        method = self.path.strip("/")
        self.book.before(method)
        faults = self.book.faults.get(method, [])
        fault = faults.pop(0) if faults else None
        if fault in {"cut", "cut-after"}:
            if fault == "cut-after":
                self.book.answer(method, json.loads(body), self.headers["X-Token"])
            self.connection.close()
            return
        if isinstance(fault, int):
            self._send(fault, b"<html>no</html>")
            return
        assert self.headers["X-Sign"] == signature(body)
        told = self.book.answer(method, json.loads(body), self.headers["X-Token"])
        self._send(200, fault if isinstance(fault, bytes) else json.dumps(told).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said: object) -> None:
        """Say nothing."""


@contextmanager
def served(book: Book) -> Iterator[str]:
    """Serve the platform on a free port and give its address."""
    handler = type("Handler", (_Handler,), {"book": book})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
