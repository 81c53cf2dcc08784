"""Run the sandbox in a process of its own, and call it as a client that knows the public vectors alone."""

from __future__ import annotations

# ruff: noqa: ANN401  # what a platform answers has any shape
import base64
import hashlib
import hmac
import json
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

APP_KEY, APP_SECRET = "7000000000000000001", "00000000-1111-2222-3333-444444444444"
KS_KEY, KS_SECRET, KS_SIGN = "ks600000000000000001", "app-secret-0000", "sign-secret-0000"
SHOP_IDS = {"home": "70000001", "kitchen": "70000002", "wear": "70000003", "snack": "70000004"}
SECONDS = 60


class Answer(NamedTuple):
    """Hold what came back."""

    status: int
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body)


@dataclass
class Running:
    """Hold one running sandbox."""

    process: subprocess.Popen[str]
    addresses: dict[str, str]
    tokens: dict[str, str] = field(default_factory=dict)

    def http(self, url: str, verb: str = "POST", body: bytes = b"", kind: str = "application/json") -> Answer:
        place = urlsplit(url)
        connection = HTTPConnection(place.hostname or "", place.port, timeout=SECONDS)
        target = place.path + (f"?{place.query}" if place.query else "")
        try:
            connection.request(verb, target, body or None, {"Content-Type": kind})
            answer = connection.getresponse()
            return Answer(answer.status, answer.read())
        finally:
            connection.close()

    def control(self, place: str, values: object = None, verb: str = "POST") -> Any:
        body = b"" if values is None else json.dumps(values).encode()
        answer = self.http(f"{self.addresses['control']}/{place}", verb, body)
        assert answer.status == 200, answer
        return answer.data

    def get(self, place: str) -> Any:
        return self.control(place, verb="GET")

    def raise_ticket(self, shop: str, kind: str, **more: object) -> str:
        made = self.control("tickets", {"shop": shop, "kind": kind, **more})
        return str(made["tickets"][0]["ticket"])

    def now(self) -> int:
        return int(self.get("clock")["now_ms"])

    def jump(self, hours: float) -> None:
        self.control("clock", {"jump_seconds": hours * 3600})

    def refunds(self, ticket: str) -> list[dict[str, Any]]:
        return [each for each in self.get("ledger")["refunds"] if each["ticket"] == ticket]

    def step(self, ticket: str) -> str:
        return str(self.get(f"tickets/{ticket}")["step"])

    def douyin_url(self, method: str, text: str, **changed: str) -> str:
        query = {
            "app_key": APP_KEY,
            "method": method,
            "timestamp": str(self.now() // 1000),
            "v": "2",
            "sign_method": "hmac-sha256",
            "access_token": "",
            **changed,
        }
        pattern = "".join(
            name + {**query, "param_json": text}[name]
            for name in ("app_key", "method", "param_json", "timestamp", "v")
        )
        query.setdefault("sign", douyin_sign(pattern, query["sign_method"]))
        return f"{self.addresses['douyin']}/{method.replace('.', '/')}?{urlencode(query)}"

    def douyin(self, method: str, params: object, shop: str = "home", **changed: str) -> Any:
        text = json.dumps(params, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        if not method.startswith("token.") and "access_token" not in changed:
            changed["access_token"] = self.token(shop)
        return self.http(self.douyin_url(method, text, **changed), body=text.encode()).data

    def token(self, shop: str) -> str:
        if shop not in self.tokens:
            params = {"code": "", "grant_type": "authorization_self", "shop_id": SHOP_IDS[shop]}
            self.tokens[shop] = self.douyin("token.create", params)["data"]["access_token"]
        return self.tokens[shop]

    def detail(self, ticket: str, shop: str = "home") -> Any:
        answer = self.douyin("afterSale.Detail", {"after_sale_id": ticket}, shop)
        assert answer["code"] == 10000, answer
        return answer["data"]["process_info"]

    def operate(self, kind: int, ticket: str, shop: str = "home", **item: object) -> Any:
        params = {"type": kind, "items": [{"aftersale_id": ticket, **item}]}
        return self.douyin("afterSale.operate", params, shop)

    def kuaishou_values(self, method: str, text: str, **changed: str) -> dict[str, str]:
        values = {
            "access_token": changed.pop("access_token", None) or self.kuaishou_token(),
            "appkey": KS_KEY,
            "method": method,
            "param": text,
            "signMethod": "HMAC_SHA256",
            "timestamp": str(self.now()),
            "version": "1",
            **changed,
        }
        values.setdefault("sign", kuaishou_sign(values))
        return values

    def kuaishou(self, method: str, params: object, verb: str = "POST", **changed: str) -> Any:
        text = json.dumps(params, ensure_ascii=False)
        values = self.kuaishou_values(method, text, **changed)
        url = f"{self.addresses['kuaishou']}/{method.replace('.', '/')}"
        if verb == "GET":
            return self.http(f"{url}?{urlencode(values)}", "GET").data
        kind = "application/x-www-form-urlencoded"
        return self.http(url, "POST", urlencode(values).encode(), kind).data

    def kuaishou_code(self, scope: str = "merchant_refund,merchant_order") -> str:
        query = {
            "app_id": KS_KEY,
            "redirect_uri": "http://127.0.0.1/back",
            "scope": scope,
            "response_type": "code",
            "state": "s1",
        }
        place = urlsplit(f"{self.addresses['kuaishou']}/oauth/authorize?{urlencode(query)}")
        connection = HTTPConnection(place.hostname or "", place.port, timeout=SECONDS)
        connection.request("GET", f"{place.path}?{place.query}")
        answer = connection.getresponse()
        answer.read()
        connection.close()
        back = parse_qs(urlsplit(answer.headers["Location"]).query)
        assert (answer.status, back["state"]) == (302, ["s1"])
        return back["code"][0]

    def kuaishou_grant(self, code: str) -> Any:
        query = {"app_id": KS_KEY, "grant_type": "code", "code": code, "app_secret": KS_SECRET}
        return self.http(f"{self.addresses['kuaishou']}/oauth2/access_token?{urlencode(query)}", "GET").data

    def kuaishou_renew(self, refresh: str) -> Any:
        form = {
            "app_id": KS_KEY,
            "grant_type": "refresh_token",
            "refresh_token": refresh,
            "app_secret": KS_SECRET,
        }
        url = f"{self.addresses['kuaishou']}/oauth2/refresh_token"
        return self.http(url, body=urlencode(form).encode(), kind="application/x-www-form-urlencoded").data

    def kuaishou_token(self) -> str:
        if "home_ks" not in self.tokens:
            self.tokens["home_ks"] = self.kuaishou_grant(self.kuaishou_code())["access_token"]
        return self.tokens["home_ks"]

    def kuaishou_detail(self, ticket: str) -> Any:
        answer = self.kuaishou("open.seller.order.refund.detail", {"refundId": int(ticket)}, "GET")
        assert answer["result"] == 1, answer
        return answer["data"]


def douyin_sign(pattern: str, how: str) -> str:
    text = f"{APP_SECRET}{pattern}{APP_SECRET}".encode()
    if how == "md5":
        return hashlib.md5(text, usedforsecurity=False).hexdigest()
    return hmac.new(APP_SECRET.encode(), text, hashlib.sha256).hexdigest()


def kuaishou_sign(values: dict[str, str]) -> str:
    names = ("access_token", "appkey", "method", "param", "signMethod", "timestamp", "version")
    text = "&".join(f"{name}={values[name]}" for name in names) + f"&signSecret={KS_SIGN}"
    if values["signMethod"] == "MD5":
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    return base64.b64encode(hmac.new(KS_SIGN.encode(), text.encode(), hashlib.sha256).digest()).decode()


@contextmanager
def running(home: Path, *options: str) -> Iterator[Running]:
    """Start a sandbox on free ports, and end it whatever happens."""
    started = start(home, *options)
    try:
        yield started
    finally:
        end(started)


def start(home: Path, *options: str) -> Running:
    """Start a sandbox whose buyers do nothing of their own."""
    command = [sys.executable, "-m", "aftersale", "sandbox", "--home", str(home), "--tickets", "60", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    line = process.stdout.readline()
    assert line, "the sandbox did not start"
    return Running(process, json.loads(line)["sandbox"])


def end(started: Running) -> None:
    started.process.terminate()
    started.process.wait(timeout=SECONDS)
    if started.process.stdout:
        started.process.stdout.close()


@dataclass
class Post:
    """Collect the messages that arrive; `answers` are given one after the other, the last for ever."""

    url: str
    got: list[tuple[dict[str, str], bytes]]
    answers: list[bytes]

    def wait(self, count: int) -> None:
        for _ in range(SECONDS * 20):
            if len(self.got) >= count:
                return
            time.sleep(0.05)
        raise AssertionError(f"{len(self.got)} messages came, not {count}")


@contextmanager
def listening(*answers: bytes) -> Iterator[Post]:
    """Listen for messages on a free port."""
    post = Post("", [], list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            post.got.append(({name.lower(): text for name, text in self.headers.items()}, body))
            said = post.answers.pop(0) if len(post.answers) > 1 else post.answers[0]
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    post.url = f"http://127.0.0.1:{server.server_address[1]}/push"
    try:
        yield post
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=SECONDS)
