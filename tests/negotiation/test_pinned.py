"""A service is called at the address that was checked: its name is not looked up a second time."""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from aftersale.domain.roles import Role
from aftersale.negotiation.drafting import DraftFailed, Setting, ask_draft, set_up
from aftersale.shops.pinned import Call, called
from tests.api.desk import make_person, make_shop, now

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HERE, NOWHERE = "127.0.0.1", "127.0.0.9"
# Reserved: no name of this ending is ever found (RFC 2606).
NAME = "draft.invalid"


@contextmanager
def service(asked: list[str], context: ssl.SSLContext | None = None) -> Iterator[int]:
    """Answer on this machine alone, and note the Host header of each call."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(self.headers["Host"])
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    class Quiet(HTTPServer):
        def handle_error(self, *_: object) -> None:
            """Let a client go that trusts no certificate of ours."""

    server = Quiet((HERE, 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def call(schema: str, port: int, *addresses: str) -> Call:
    return Call(f"{schema}://{NAME}:{port}/v1", b"{}", {"X-Own": "1"}, 5, addresses)


def test_the_address_is_called_under_the_name_of_the_service() -> None:
    asked: list[str] = []
    with service(asked) as port, called(call("http", port, HERE)) as answer:
        assert answer.read() == b"ok"
    assert asked == [f"{NAME}:{port}"]


def test_where_one_address_lets_nobody_connect_the_next_is_tried_and_no_call_is_made_twice() -> None:
    asked: list[str] = []
    with service(asked) as port:
        with called(call("http", port, NOWHERE, HERE)) as answer:
            assert answer.status_code == 200
        with pytest.raises(httpx2.ConnectError), called(call("http", port, NOWHERE, NOWHERE)):
            pass
    assert len(asked) == 1


def test_without_a_checked_address_the_name_itself_is_called() -> None:
    with pytest.raises(httpx2.ConnectError), called(call("http", 9)):
        pass


def certified(folder: Path) -> ssl.SSLContext:
    """Make a certificate that nobody trusts."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)]),
    )
    until = now() + timedelta(days=1)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now() - timedelta(days=1), until)
    pem = made.sign(key, SHA256()).public_bytes(Encoding.PEM)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "both.pem").write_bytes(private + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context


def test_tls_asks_for_the_name_and_trusts_no_certificate_of_the_address(tmp_path: Path) -> None:
    names: list[str | None] = []
    context = certified(tmp_path)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    asked: list[str] = []
    with (
        service(asked, context) as port,
        pytest.raises(httpx2.ConnectError),
        called(call("https", port, HERE)),
    ):
        pass
    assert (names, asked) == ([NAME], [])


@pytest.mark.django_db
def test_a_name_is_looked_up_once_and_one_that_leads_nowhere_is_not_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop = make_shop("一次就够")
    owner = make_person("owner", Role.OWNER, shop)
    set_up(shop, owner, Setting(True, "https://draft.example.com/v1", "m", "sk-test", 5), now())  # noqa: FBT003
    looked: list[str] = []

    def first_nowhere_then_inside(host: str) -> list[str]:
        looked.append(host)
        return [] if len(looked) == 1 else [HERE]

    monkeypatch.setattr("aftersale.negotiation.drafting.addresses_of", first_nowhere_then_inside)
    with pytest.raises(DraftFailed) as failed:
        ask_draft(shop, "x")
    assert (failed.value.code, looked) == ("draft.unreachable", ["draft.example.com"])
