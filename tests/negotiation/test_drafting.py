"""Drafts come from an interface as OpenAI has it: off, masked, keyed to one host."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from time import sleep
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings as desk

from aftersale.domain.roles import Role
from aftersale.evidence.models import Event
from aftersale.negotiation.drafting import (
    DraftFailed,
    Setting,
    ask_draft,
    body_of,
    masked,
    set_up,
    setting_of,
)
from aftersale.tickets.models import Buyer
from tests.api.desk import make_person, make_shop, make_ticket, now

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.fixtures import Settings

    from aftersale.shops.models import Person, Shop

pytestmark = pytest.mark.django_db
GOOD = {"choices": [{"message": {"role": "assistant", "content": " 您好，很抱歉。 "}}]}


class Stub:
    """Answer one way, and remember what came."""

    def __init__(self, status: int = 200, answer: object = GOOD, pause_s: float = 0.0) -> None:
        self.status, self.answer, self.pause_s = status, answer, pause_s
        self.asked: list[tuple[str, str, Any]] = []
        self.address = ""


@contextmanager
def stub(**said: Any) -> Iterator[Stub]:  # noqa: ANN401
    told = Stub(**said)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.asked.append((self.path, self.headers.get("Authorization", ""), json.loads(body)))
            sleep(told.pause_s)
            content = told.answer if isinstance(told.answer, bytes) else json.dumps(told.answer).encode()
            self.send_response(told.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    told.address = f"http://127.0.0.1:{server.server_port}/v1"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def shop() -> Shop:
    return make_shop("山茶小店")


@pytest.fixture
def owner(shop: Shop) -> Person:
    return make_person("owner", Role.OWNER, shop)


@pytest.fixture(autouse=True)
def no_place_is_allowed(settings: Settings) -> None:
    settings.AFTERSALE_DRAFT_HOSTS = []


def allow(address: str) -> None:
    desk.AFTERSALE_DRAFT_HOSTS = [urlsplit(address).netloc]


def on(shop: Shop, owner: Person, address: str, key: str = "sk-test", seconds: int = 5) -> None:
    set_up(shop, owner, Setting(True, address, "m", key, seconds), now())  # noqa: FBT003


def test_it_is_off_until_somebody_turns_it_on(shop: Shop) -> None:
    assert setting_of(shop) is None
    with pytest.raises(DraftFailed) as failed:
        ask_draft(shop, "x")
    assert failed.value.code == "draft.off"


def test_a_draft_is_asked_for_once_with_the_key_and_exactly_what_was_shown(shop: Shop, owner: Person) -> None:
    with stub() as service:
        allow(service.address)
        on(shop, owner, service.address)
        assert ask_draft(shop, "商品：杯子") == "您好，很抱歉。"
    setting = setting_of(shop)
    assert setting is not None
    assert service.asked == [("/v1/chat/completions", "Bearer sk-test", body_of(setting, "商品：杯子"))]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"status": 401}, "draft.key"),
        ({"status": 429}, "draft.busy"),
        ({"status": 500}, "draft.refused"),
        ({"status": 302}, "draft.refused"),
        ({"answer": b"<html>"}, "draft.unreadable"),
        ({"answer": {"choices": []}}, "draft.unreadable"),
        ({"answer": {"choices": [{"message": {"content": " "}}]}}, "draft.unreadable"),
        ({"answer": {"choices": [{"message": {"content": 7}}]}}, "draft.unreadable"),
        ({"answer": b"x" * 300_000}, "draft.unreadable"),
    ],
)
def test_what_goes_wrong_is_said_plainly_and_nothing_is_asked_twice(
    said: dict[str, Any], code: str, shop: Shop, owner: Person
) -> None:
    with stub(**said) as service:
        allow(service.address)
        on(shop, owner, service.address)
        with pytest.raises(DraftFailed) as failed:
            ask_draft(shop, "x")
    assert failed.value.code == code
    assert failed.value.next_step.zh
    assert len(service.asked) == 1


def test_a_service_that_is_not_there_and_one_that_sleeps_are_told_apart(
    shop: Shop, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    allow("http://127.0.0.1:9")
    on(shop, owner, "http://127.0.0.1:9/v1")
    with pytest.raises(DraftFailed) as failed:
        ask_draft(shop, "x")
    assert failed.value.code == "draft.unreachable"
    monkeypatch.setattr("aftersale.negotiation.drafting.LEAST_S", 0)
    with stub(pause_s=2.0) as service:
        allow(service.address)
        on(shop, owner, service.address, seconds=1)
        with pytest.raises(DraftFailed) as failed:
            ask_draft(shop, "x")
    assert failed.value.code == "draft.slow"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://example.com/v1", "draft.tls"),
        ("https://10.0.0.8/v1", "draft.private"),
        ("https://model.internal/v1", "draft.private"),
        ("http://127.0.0.1:11434/v1", "draft.private"),
        ("http://localhost:6379/v1", "draft.private"),
        ("http://[::1]:11434/v1", "draft.private"),
        ("http://2130706433/v1", "draft.private"),
        ("ftp://example.com", "draft.address"),
        ("http://[", "draft.address"),
        ("https://example.com:none/v1", "draft.address"),
        ("https://sk-key@example.com/v1", "draft.address"),
        ("http://127.0.0.1:8/admin?x=", "draft.address"),
        ("http://127.0.0.1:8/admin#", "draft.address"),
        ("", "draft.setting"),
    ],
)
def test_an_address_without_tls_or_of_a_private_network_is_refused(
    address: str, code: str, shop: Shop, owner: Person
) -> None:
    with pytest.raises(DraftFailed) as failed:
        on(shop, owner, address)
    assert failed.value.code == code
    assert setting_of(shop) is None


def test_a_service_of_ones_own_needs_the_word_of_whoever_runs_the_desk_and_the_refusal_says_how(
    shop: Shop, owner: Person
) -> None:
    with stub() as service:
        with pytest.raises(DraftFailed) as failed:
            on(shop, owner, service.address)
        place = urlsplit(service.address).netloc
        assert f"AFTERSALE_DRAFT_HOSTS={place}" in failed.value.next_step.zh
        assert service.asked == []
        allow(service.address)
        on(shop, owner, service.address)
        assert ask_draft(shop, "x") == "您好，很抱歉。"


def test_a_place_that_is_allowed_opens_no_other_port_and_no_other_name(shop: Shop, owner: Person) -> None:
    allow("http://127.0.0.1:11434")
    for other in ("http://127.0.0.1:5432/v1", "http://127.0.0.2:11434/v1", "http://localhost:11434/v1"):
        with pytest.raises(DraftFailed):
            on(shop, owner, other)


def test_what_is_allowed_no_longer_is_not_called_though_it_stands_in_the_settings(
    shop: Shop, owner: Person
) -> None:
    with stub() as service:
        allow(service.address)
        on(shop, owner, service.address)
        desk.AFTERSALE_DRAFT_HOSTS = []
        with pytest.raises(DraftFailed) as failed:
            ask_draft(shop, "x")
        assert (failed.value.code, service.asked) == ("draft.private", [])


def test_a_public_name_that_leads_into_ones_own_network_is_not_called(
    shop: Shop, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    on(shop, owner, "https://draft.example.com/v1")
    monkeypatch.setattr("aftersale.negotiation.drafting.addresses_of", lambda _host: ["10.0.0.8"])
    with pytest.raises(DraftFailed) as failed:
        ask_draft(shop, "x")
    assert failed.value.code == "draft.private"


@pytest.mark.parametrize("seconds", [4, 121])
def test_the_time_to_wait_has_bounds(seconds: int, shop: Shop, owner: Person) -> None:
    with pytest.raises(DraftFailed):
        on(shop, owner, "https://example.com/v1", seconds=seconds)


def test_a_key_stays_with_its_host_and_is_never_told_by_the_journal(shop: Shop, owner: Person) -> None:
    on(shop, owner, "https://one.example.com/v1", "sk-secret")
    on(shop, owner, "https://one.example.com/v2", "")
    kept = setting_of(shop)
    assert kept is not None
    assert kept.key == "sk-secret"
    on(shop, owner, "https://two.example.com/v1", "")
    moved = setting_of(shop)
    assert moved is not None
    assert moved.key == ""
    told = b"".join(bytes(each.payload) for each in Event.objects.filter(kind="shop_drafting"))
    assert b"one.example.com m on" in told
    assert b"sk-secret" not in told


def test_what_leaves_is_masked(shop: Shop) -> None:
    ticket = make_ticket(shop)
    person = "打 13812345678 找她，身份证 11010519491231002X，a.b@example.com"
    text = f"{ticket.ticket_no} 订单 {ticket.order_no} {person}"
    said = masked(ticket, text)
    for hidden in (ticket.ticket_no, ticket.order_no, "13812345678", "11010519491231002X", "a.b@"):
        assert hidden not in said


def test_what_is_kept_of_the_buyer_does_not_leave(shop: Shop) -> None:
    buyer = Buyer.objects.create(
        shop=shop, key="k", mask="王**", contact="王小明，13812345678，杭州市文三路 8 号"
    )
    ticket = make_ticket(shop, buyer=buyer)
    said = masked(ticket, "王小明住杭州市文三路，等了五天")
    assert said == "****住****，等了五天"


@pytest.mark.parametrize("key", ["sk-密钥", "sk-a b", "sk-a\nX-Other: 1"])
def test_a_key_with_signs_that_no_header_takes_is_refused(key: str, shop: Shop, owner: Person) -> None:
    with pytest.raises(DraftFailed) as failed:
        on(shop, owner, "https://example.com/v1", key=key)
    assert failed.value.code == "draft.key_signs"
