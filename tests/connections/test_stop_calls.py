"""See that a shop's own address hears of each order to stop, once, and of nothing else."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from aftersale.connections import reaching, stop_calls
from aftersale.connections.stop_calls import MOST_TRIES, UrlRefused, post, set_address, tell_stops
from aftersale.domain.states import ActionState
from aftersale.tickets.models import StopOrder
from aftersale.tickets.models.stop import StopState
from tests.tickets.acting.desk import (
    NOW,
    Desk,
    approve,
    later,
    make_line,
    make_person,
    make_shop,
    make_ticket,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from aftersale.shops.pinned import Call

pytestmark = pytest.mark.django_db
URL = "https://warehouse.example.com/stops?key=secret"


@dataclass
class Ear:
    """Hear calls; `deaf` of them are not taken."""

    deaf: int = 0
    heard: list[dict[str, object]] = field(default_factory=list)
    signs: list[tuple[bytes, str]] = field(default_factory=list)

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> bool:
        assert url == URL
        self.heard.append(json.loads(body))
        self.signs.append((body, headers["X-Aftersale-Sign"]))
        self.deaf -= 1
        return self.deaf < 0


@pytest.fixture
def stop(tmp_path: Path) -> StopOrder:
    shop = make_shop(stop_url=URL)
    line = make_line(shop)
    desk = Desk.at(tmp_path, knows_keys=False)
    action = approve(make_ticket(shop, line), make_person())
    assert desk.perform(action) == ActionState.DONE
    return StopOrder.objects.get()


def test_an_order_is_told_once_and_signed(stop: StopOrder) -> None:
    ear = Ear()
    assert (tell_stops(NOW, ear), tell_stops(later(minutes=1), ear)) == (1, 0)
    assert ear.heard == [
        {
            "id": stop.pk,
            "what": "stop",
            "shop": stop.shop.name,
            "order_no": stop.order_no,
            "line_no": "1",
            "article_no": "",
            "ticket_no": stop.ticket.ticket_no,
            "at": NOW.isoformat(),
        }
    ]
    body, sign = ear.signs[0]
    assert sign == hmac.new(URL.encode(), body, hashlib.sha256).hexdigest()


def test_what_was_not_taken_is_told_again_later_and_later_and_not_for_ever(stop: StopOrder) -> None:
    ear, now = Ear(deaf=100), NOW
    for second in range(0, 60_000, 10):
        now = later(seconds=second)
        tell_stops(now, ear)
    assert len(ear.heard) == MOST_TRIES
    assert StopOrder.objects.get(pk=stop.pk).told_at is None


def test_an_order_that_need_not_be_stopped_after_all_is_told_so(stop: StopOrder) -> None:
    ear = Ear()
    tell_stops(NOW, ear)
    StopOrder.objects.filter(pk=stop.pk).update(state=StopState.NOT_NEEDED, told_at=None)
    tell_stops(later(hours=1), ear)
    assert [each["what"] for each in ear.heard] == ["stop", "go_on"]


def test_a_shop_without_an_address_calls_nobody(stop: StopOrder) -> None:
    set_address(stop.shop, "")
    ear = Ear()
    assert tell_stops(NOW, ear) == 0
    assert ear.heard == []


@pytest.mark.parametrize(
    "url", ["http://warehouse.example.com/", "https://127.0.0.1/", "https://desk.local/", "x"]
)
def test_an_address_that_must_not_be_called_is_refused(stop: StopOrder, url: str) -> None:
    with pytest.raises(UrlRefused):
        set_address(stop.shop, url)
    with pytest.raises(UrlRefused):
        post(url, b"{}", {})
    stop.shop.refresh_from_db()
    assert stop.shop.stop_url == URL


def test_the_journal_names_the_host_and_no_key(stop: StopOrder) -> None:
    change = set_address(stop.shop, "https://other.example.com/?key=hush")
    assert (change.before, change.after) == ("warehouse.example.com", "other.example.com")


def test_a_name_is_looked_up_once_and_the_checked_address_called_past_any_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[str] = []

    def first_outside_then_inside(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        looked.append(host)
        address = "127.0.0.9" if host == "warehouse.example.com" else host
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]

    # Nobody answers there; it is taken for an address that may be called.
    monkeypatch.setattr(reaching, "check_address", lambda *_: None)
    monkeypatch.setattr(socket, "getaddrinfo", first_outside_then_inside)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
    assert not post(URL, b"{}", {})
    assert set(looked[1:]) <= {"127.0.0.9"}, "neither the name once more nor a proxy"
    assert looked[0] == "warehouse.example.com"


def test_a_name_that_leads_nowhere_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Call] = []
    monkeypatch.setattr(reaching, "addresses_of", lambda _host: [])
    monkeypatch.setattr(stop_calls, "called", asked.append)
    assert not post(URL, b"{}", {})
    assert asked == []
