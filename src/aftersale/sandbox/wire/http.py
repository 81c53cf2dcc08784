"""Serve HTTP/1.1 on 127.0.0.1: a request goes in, a reply comes out, and a reply may be spoilt."""

from __future__ import annotations

import json
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Arrived: TypeAlias = socket.socket | tuple[bytes, socket.socket]

HOST = "127.0.0.1"
MOST_BODY = 4 * 1024 * 1024
JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """Hold one request; `query` has the last value of each name, `headers` lower-case names."""

    verb: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """Read the body as a form; what is no form is empty."""
        kind = self.headers.get("content-type", "")
        if not kind.startswith("application/x-www-form-urlencoded"):
            return {}
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Reply:
    """Hold one reply; `sent` cuts the body short and `silent` sends nothing at all."""

    status: int
    body: bytes
    kind: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    sent: int | None = None
    silent: bool = False
    method: str = field(default="", compare=False)


def as_json(data: object, status: int = HTTPStatus.OK) -> Reply:
    """Reply with JSON, characters as they are."""
    return Reply(status, json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode())


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "sandbox", ""
    timeout = 60

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > MOST_BODY:
            self.close_connection = True
            self._send(as_json({"error": "the body is too long"}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
            return
        place = urlsplit(self.path)
        request = Request(
            verb=self.command,
            path=place.path,
            query=dict(parse_qsl(place.query, keep_blank_values=True)),
            headers={name.lower(): text for name, text in self.headers.items()},
            body=self.rfile.read(int(length)),
        )
        self._send(self.server.answer(request))  # type: ignore[attr-defined]  # _Server has it

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815  names that http.server calls

    def _send(self, reply: Reply) -> None:
        if reply.silent:
            self.close_connection = True
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, text in reply.headers:
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(reply.body if reply.sent is None else reply.body[: reply.sent])
        if reply.sent is not None:
            self.wfile.flush()
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is http.server's
        """Say nothing: what was called stands in the store."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, port: int, answer: Callable[[Request], Reply]) -> None:
        self.answer = answer
        super().__init__((HOST, port), _Handler)

    def process_request(self, request: Arrived, client_address: object) -> None:
        if isinstance(request, socket.socket):
            request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().process_request(request, client_address)

    def handle_error(self, request: Arrived, client_address: object) -> None:
        """Let a client that goes away go quietly; what is our own fault is said on stderr."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Listener:
    """Answer on one port, in threads, until closed."""

    def __init__(self, port: int, answer: Callable[[Request], Reply]) -> None:
        self._server = _Server(port, answer)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Give where it answers."""
        return f"http://{HOST}:{self._server.server_address[1]}"

    def close(self) -> None:
        """Stop answering."""
        with suppress(OSError):
            self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)
