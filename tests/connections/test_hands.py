"""See that a call says plainly what it means when no answer comes, and that a dry run sends nothing."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from aftersale.connections import connecting, wire
from aftersale.connections.hands import hands_of
from aftersale.connections.models import Link
from aftersale.domain.errors import NotSent, Unauthorised, Unavailable, Unreadable
from aftersale.domain.states import ActionState
from aftersale.shops.models import Shop
from aftersale.tickets.act import Intent, accept
from aftersale.tickets.models import Action, Task, Ticket
from aftersale.tickets.perform import perform
from tests.connections.desk import number
from tests.tickets.acting.desk import make_person

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytest_django.fixtures import Settings

    from tests.connections.desk import Desk

pytestmark = pytest.mark.django_db
REFUND = {"no": number(1), "fen": 100, "key": "k"}


def test_a_call_goes_out_signed_with_the_token_of_the_shop(connected: Desk) -> None:
    connected.book.change(number(1))
    body = connected.hands().ask("read", {"no": number(1)})
    assert number(1).encode() in body


def test_a_read_is_tried_again_and_a_write_never(connected: Desk) -> None:
    connected.book.faults["read"] = [503, "cut"]
    connected.hands().ask("read", {"no": number(1)})
    assert connected.book.faults["read"] == []
    connected.book.faults["refund"] = [503, 503]
    with pytest.raises(Unreadable):
        connected.hands().ask("refund", REFUND, writes=True)
    assert connected.book.faults["refund"] == [503]


@pytest.mark.parametrize("fault", [500, 502, "cut", "cut-after"])
def test_a_write_without_an_answer_has_an_unknown_outcome(connected: Desk, fault: object) -> None:
    connected.book.faults["refund"] = [fault]
    with pytest.raises(Unreadable):
        connected.hands().ask("refund", REFUND, writes=True)
    assert len(connected.book.named("refund")) == (fault == "cut-after")


def test_a_write_that_takes_too_long_has_an_unknown_outcome(connected: Desk, settings: Settings) -> None:
    settings.PLATFORM_TIMEOUT_S = 0.2
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.PLATFORM_URLS = {"douyin": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        with pytest.raises(Unreadable):
            connected.hands().ask("refund", REFUND, writes=True)


def test_a_read_that_hangs_is_asked_again_before_the_whole_time_is_over(
    connected: Desk, settings: Settings
) -> None:
    settings.PLATFORM_TIMEOUT_S = 2.0
    asked = list[str]()

    def hang_once(method: str) -> None:
        asked.append(method)
        if len(asked) == 1:
            sleep(1.5)

    connected.book.before = hang_once
    connected.hands().ask("read", {"no": number(1)})
    assert asked == ["read", "read"]


def test_a_platform_that_cannot_be_reached_has_done_nothing(connected: Desk, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    settings.PLATFORM_URLS = {"douyin": f"http://127.0.0.1:{port}"}
    with pytest.raises(Unavailable, match="unreachable"):
        connected.hands().ask("refund", REFUND, writes=True)


def test_a_platform_whose_certificate_nobody_signed_is_told_nothing(
    connected: Desk, settings: Settings, tmp_path: Path
) -> None:
    with self_signed(tmp_path) as (port, heard):
        settings.PLATFORM_URLS = {"douyin": f"https://localhost:{port}"}
        with pytest.raises(Unavailable, match="unreachable"):
            connected.hands().ask("refund", REFUND, writes=True)
    assert heard == []


def test_nothing_is_sent_in_the_open(connected: Desk, settings: Settings) -> None:
    settings.PLATFORM_URLS = {"douyin": "http://openapi.example.com"}
    with pytest.raises(Unavailable, match="unguarded"):
        connected.hands().ask("refund", REFUND, writes=True)


@contextmanager
def self_signed(folder: Path) -> Iterator[tuple[int, list[bytes]]]:
    """Listen with a certificate of our own; gives the port and what was heard."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    pem = folder / "pem"
    pem.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_listen, args=(listening, context, heard), daemon=True)
        thread.start()
        yield listening.getsockname()[1], heard
    thread.join(5)


def _listen(listening: socket.socket, context: ssl.SSLContext, heard: list[bytes]) -> None:
    try:
        with context.wrap_socket(listening.accept()[0], server_side=True) as talking:
            heard.append(talking.recv(4096))
    except OSError:
        return


def test_a_busy_platform_has_done_nothing(connected: Desk) -> None:
    connected.book.faults["refund"] = [429]
    with pytest.raises(Unavailable):
        connected.hands().ask("refund", REFUND, writes=True)


def test_a_redirect_is_not_followed(connected: Desk) -> None:
    connected.book.faults["refund"] = [302]
    with pytest.raises(Unreadable):
        connected.hands().ask("refund", REFUND, writes=True)
    assert connected.book.named("refund") == []


def test_an_answer_that_is_too_large_is_not_read_to_its_end(
    connected: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "LARGEST_ANSWER", 1000)
    connected.book.faults["refund"] = [b"x" * 100_000]
    with pytest.raises(Unreadable):
        connected.hands().ask("refund", REFUND, writes=True)


def test_a_shop_that_is_not_connected_has_no_way_out(desk: Desk) -> None:
    with pytest.raises(Unauthorised, match="not_connected"):
        hands_of(desk.shop, desk.clock()).ask("read", {"no": number(1)})
    assert desk.book.calls == []


def _approved(desk: Desk) -> Action:
    desk.book.change(number(1))
    desk.poll()
    ticket = Ticket.objects.get(ticket_no=number(1))
    return accept(ticket, make_person(), Intent("refund", 12900), desk.clock(), ticket.sequence)


def _sent(desk: Desk, action: Action) -> str | None:
    return perform(action.pk, desk.clock(), desk.outside)


def test_a_connected_shop_sends_what_was_approved(connected: Desk) -> None:
    action = _approved(connected)
    assert _sent(connected, action) == ActionState.DONE
    assert [call["fen"] for call in connected.book.named("refund")] == [12900]
    connected.poll()
    assert connected.status() == "paid"


def test_a_dry_run_reads_and_sends_nothing_and_leaves_the_rest_to_people(connected: Desk) -> None:
    connecting.set_dry_run(connected.link, connected.by, on=True)
    action = _approved(connected)
    assert connected.numbers() == [number(1)]
    assert _sent(connected, action) == ActionState.HANDED_OVER
    assert connected.book.named("refund") == []
    assert "试运行" in Task.objects.get(action=action).params["words"]["zh"]
    with pytest.raises(NotSent):
        connected.hands().ask("refund", REFUND, writes=True)
    connecting.set_dry_run(Link.objects.get(), connected.by, on=False)
    connected.hands().ask("refund", REFUND, writes=True)
    assert len(connected.book.named("refund")) == 1


def test_what_only_tries_whether_it_is_let_in_sends_nothing(desk: Desk) -> None:
    desk.connect()
    desk.shop.connection.state = "unauthorised"
    desk.shop.connection.save()
    trying = desk.hands()
    with pytest.raises(Unauthorised):
        trying.ask("refund", REFUND, writes=True)
    assert desk.book.named("refund") == []
    assert Shop.objects.get().channel == "douyin"
