"""Files that a platform tells of a ticket are fetched once and kept as the buyer's, or given up for good."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx2
import pytest
from django.conf import settings

from aftersale.connections import deliveries
from aftersale.connections.deliveries import NotFetched, fetch_due, get
from aftersale.evidence import vault
from aftersale.evidence.pieces import Giver
from aftersale.tickets.intake import Outcome, Taken
from aftersale.tickets.models import EvidenceAddress, EvidenceLink
from aftersale.tickets.vault.delivered import MOST_TRIES, note
from tests.api.desk import make_shop, make_ticket, now
from tests.tickets.taking.notices import ASKED
from tests.tickets.vault.files import photo

if TYPE_CHECKING:
    from aftersale.shops.pinned import Call
    from aftersale.tickets.models import Ticket

pytestmark = pytest.mark.django_db
URL = "https://p3.example.com/a.jpg"


@pytest.fixture
def ticket() -> Ticket:
    return make_ticket(make_shop("山茶小店"))


def tell(ticket: Ticket, *urls: str, taken: Taken = Taken.NEW) -> None:
    notice = replace(ASKED, ticket_no=ticket.ticket_no, evidence=urls)
    note(ticket.shop_id, [Outcome(notice, taken)], now())


def refuse(code: str, *, final: bool) -> object:
    def fetch(_url: str) -> bytes:
        raise NotFetched(code, final=final)

    return fetch


def test_a_picture_is_fetched_once_and_kept_as_the_buyers(ticket: Ticket) -> None:
    tell(ticket, f"{URL}?sign=1")
    tell(ticket, f"{URL}?sign=2", taken=Taken.CHANGED)
    assert fetch_due(now(), lambda _url: photo()) == 1
    assert fetch_due(now(), lambda _url: photo()) == 0
    link = EvidenceLink.objects.get()
    assert (link.piece.source, link.event.actor) == (Giver.BUYER, None)
    assert '"via":"platform"' in bytes(link.event.payload).decode()
    assert vault.read(link.piece.file) == photo()


def test_news_that_changed_nothing_brings_nothing(ticket: Ticket) -> None:
    tell(ticket, URL, taken=Taken.UNCHANGED)
    assert not EvidenceAddress.objects.exists()


def test_what_is_no_evidence_is_given_up_with_its_code(ticket: Ticket) -> None:
    tell(ticket, URL)
    assert fetch_due(now(), lambda _url: b"<html>gone</html>") == 0
    assert EvidenceAddress.objects.get().failure.startswith("upload.")


def test_an_address_that_does_not_answer_is_tried_again_later_and_then_given_up(ticket: Ticket) -> None:
    tell(ticket, URL)
    at = now()
    fetch_due(at, refuse("http.unreachable", final=False))  # type: ignore[arg-type]  # a fake that raises
    assert fetch_due(at, lambda _url: photo()) == 0
    for _ in range(MOST_TRIES):
        at += timedelta(hours=1)
        fetch_due(at, refuse("http.unreachable", final=False))  # type: ignore[arg-type]  # as above
    assert EvidenceAddress.objects.get().failure == "http.unreachable"


def test_an_address_that_is_gone_is_not_tried_again(ticket: Ticket) -> None:
    tell(ticket, URL)
    fetch_due(now(), refuse("http.404", final=True))  # type: ignore[arg-type]  # as above
    assert EvidenceAddress.objects.get().failure == "http.404"


@pytest.mark.parametrize(
    "url", ["http://p3.example.com/a.jpg", "https://127.0.0.1/a.jpg", "file:///etc/passwd"]
)
def test_an_address_without_tls_or_of_this_network_is_never_called(url: str) -> None:
    with pytest.raises(NotFetched) as refused:
        get(url)
    assert refused.value.final


def test_an_answer_is_read_as_far_as_it_is_borne(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "addresses_to_call", lambda _url: ["203.0.113.7"])
    answers = {200: photo(), 404: b""}

    def stream(call: Call) -> object:
        assert (call.verb, call.addresses, call.straight) == ("GET", ["203.0.113.7"], True)
        status = int(call.url.rpartition("/")[2])
        transport = httpx2.MockTransport(lambda _sent: httpx2.Response(status, content=answers[status]))
        return httpx2.Client(transport=transport).stream("GET", "https://p3.example.com/")

    monkeypatch.setattr(deliveries, "called", stream)
    assert get("https://p3.example.com/200") == photo()
    with pytest.raises(NotFetched, match=r"http\.404"):
        get("https://p3.example.com/404")
    monkeypatch.setattr(settings, "VAULT_LIMIT_BYTES", 10)
    with pytest.raises(NotFetched, match=r"upload\.size"):
        get("https://p3.example.com/200")
