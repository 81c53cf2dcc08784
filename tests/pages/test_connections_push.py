"""Platforms push without a session: what is not theirs changes nothing and learns nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aftersale.channels.registry import CHANNELS
from aftersale.connections.models import Link, PushMessage
from aftersale.connections.pushes import JOB, LARGEST_PUSH
from aftersale.jobs import door
from tests.api.desk import now
from tests.connections.interface import Scripted
from tests.connections.platform import APP, SECRET, signature

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as HttpResponse

    from aftersale.shops.models import Shop

pytestmark = pytest.mark.django_db
BODY = json.dumps([{"id": "m-1", "kind": "200", "no": "7100000000000000001", "at": 1_780_000_000}]).encode()


@pytest.fixture
def link(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Link:
    """Give a shop whose app pushes."""
    for name in ("douyin", "kuaishou"):
        monkeypatch.setitem(CHANNELS, name, Scripted())
    if JOB not in door.registered():
        door.register(JOB, lambda _id, _now: None)
    fields = {"app_key": APP, "secret": SECRET, "push_path": "secret-path", "created_at": now()}
    return Link.objects.create(shop=shop, **fields)


def push(
    body: bytes = BODY, path: str = "secret-path", platform: str = "douyin", sign: str | None = None
) -> HttpResponse:
    headers = {"event-sign": signature(body) if sign is None else sign}
    client = Client(enforce_csrf_checks=True)
    address = reverse("push", args=[platform, path])
    return client.post(address, body, content_type="application/json", headers=headers)


@pytest.mark.usefixtures("link")
def test_a_signed_push_is_acknowledged_without_session_cookie_or_token() -> None:
    with CaptureQueriesContext(connection) as asked:
        answer = push()
    assert (answer.status_code, answer.content) == (200, b'{"code":0}')
    assert answer.headers["Content-Type"] == "application/json"
    assert not answer.cookies
    assert not [query for query in asked.captured_queries if "session" in query["sql"]]
    assert PushMessage.objects.get().ticket_no == "7100000000000000001"


@pytest.mark.usefixtures("link")
def test_all_that_is_not_signed_gets_the_same_answer_whether_a_shop_is_there_or_not() -> None:
    answers = [
        push(sign="0" * 64),
        push(sign=""),
        push(path="no-such-path"),
        push(platform="kuaishou"),
        push(path="no-such-path", sign=""),
    ]
    assert {(answer.status_code, answer.content, answer.headers["Content-Type"]) for answer in answers} == {
        (400, b'{"code":1}', "application/json")
    }
    assert PushMessage.objects.count() == 0


@pytest.mark.usefixtures("link")
def test_a_platform_that_nobody_speaks_to_is_not_there() -> None:
    assert push(platform="elsewhere").status_code == 404


def test_a_push_that_is_too_large_is_not_read(link: Link) -> None:
    assert push(b"x" * (LARGEST_PUSH + 1)).status_code == 413
    link.refresh_from_db()
    assert link.refused_count == 0
    assert push(b"x" * LARGEST_PUSH).status_code == 400


def test_a_push_is_posted_and_nothing_else(link: Link) -> None:
    address = reverse("push", args=["douyin", link.push_path])
    assert Client().get(address).status_code == 405
    assert Client().put(address).status_code == 405


def test_a_signature_that_does_not_fit_is_counted(link: Link) -> None:
    push(sign="x")
    link.refresh_from_db()
    assert (link.refused_count, link.refused_code) == (1, "push.signature")
