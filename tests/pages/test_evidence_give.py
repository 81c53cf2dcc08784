"""A link takes files once from somebody without an account, and tells nothing else of the desk."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from aftersale.evidence.pieces import Giver, Ground
from aftersale.tickets.models import EvidenceLink, EvidenceRequest
from aftersale.tickets.vault import requests
from aftersale.tickets.vault.requests import RequestRefused, Wish, ask
from tests.api.desk import make_ticket, now
from tests.pages.desk import kinds, words_of
from tests.tickets.vault.files import photo

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as HttpResponse

    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Ticket
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    return make_ticket(shop)


def link_to(ticket: Ticket, agent: Visitor, whom: Giver = Giver.WAREHOUSE, words: str = "") -> str:
    wish = Wish(whom, "packing_film", words)
    return reverse("evidence_give", args=[ask(ticket, wish, agent.person.pk, now())[1]])


def send(address: str, content: bytes = b"", name: str = "a.jpg", **typed: str) -> HttpResponse:
    """Send a file as a browser without a session does, form token included."""
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "zh-hans"})
    page = client.get(address).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    fields = {"agree": "1", "giver": "老陈", "csrfmiddlewaretoken": token[1] if token else "", **typed}
    return client.post(address, {**fields, "files": SimpleUploadedFile(name, content or photo())})


def again(address: str) -> HttpResponse:
    """Send a file over a link that is over, whose page has no form any more."""
    return Client().post(address, {"agree": "1", "files": SimpleUploadedFile("a.jpg", photo(2))})


def test_the_page_says_what_is_wanted_and_nothing_of_the_buyer(agent: Visitor, ticket: Ticket) -> None:
    page = Client(headers={"accept-language": "zh-hans"}).get(link_to(ticket, agent, words="要看得清面单"))
    said = words_of(page)
    assert page.status_code == 200
    for words in ("山茶小店", "要看得清面单", ticket.order_no):
        assert words in said
    for hidden in (ticket.ticket_no, ticket.remark, "13800138000", "队列"):
        assert hidden not in page.content.decode()
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"


def test_a_file_arrives_with_who_when_and_for_what_and_the_link_is_over(
    agent: Visitor, ticket: Ticket
) -> None:
    address = link_to(ticket, agent)
    assert "已收到 1 个文件" in words_of(send(address))
    link = EvidenceLink.objects.get()
    piece = link.piece
    assert (piece.source, piece.ground, piece.giver) == (Giver.WAREHOUSE, Ground.CONSENT, "老陈")
    assert (link.item, piece.added_by, link.event.actor) == ("packing_film", None, None)
    assert kinds(ticket)[-2:] == ["evidence_asked", "evidence_added"]
    assert Client().get(address).status_code == 404
    assert again(address).status_code == 404
    assert EvidenceLink.objects.count() == 1


def test_over_ones_own_phone_the_person_is_known(agent: Visitor, ticket: Ticket) -> None:
    send(link_to(ticket, agent, Giver.SHOP))
    piece = EvidenceLink.objects.get().piece
    assert (piece.added_by, piece.giver, piece.ground) == (agent.person, "", Ground.CONTRACT)


def test_an_expired_a_closed_and_an_invented_link_look_the_same(agent: Visitor, ticket: Ticket) -> None:
    expired, closed = link_to(ticket, agent), link_to(ticket, agent)
    first, second = EvidenceRequest.objects.order_by("pk")
    EvidenceRequest.objects.filter(pk=first.pk).update(expires_at=now() - timedelta(seconds=1))
    requests.close(second, agent.person.pk, now())
    invented = reverse("evidence_give", args=["x" * 32])
    pages = [Client().get(each) for each in (expired, closed, invented)]
    assert {page.status_code for page in pages} == {404}
    assert len({words_of(page) for page in pages}) == 1


def test_what_is_no_evidence_is_refused_and_may_be_tried_again_so_often(
    agent: Visitor, ticket: Ticket
) -> None:
    address = link_to(ticket, agent)
    requests_left = requests.MOST_TRIES
    refused = send(address, b"<svg onload=x>" * 9, "a.svg")
    assert refused.status_code == 422
    assert "不支持这种文件" in words_of(refused)
    assert send(address, agree="").status_code == 422
    EvidenceRequest.objects.update(tries=requests_left)
    assert again(address).status_code == 404
    assert not EvidenceLink.objects.exists()


def test_a_form_without_its_token_is_refused(agent: Visitor, ticket: Ticket) -> None:
    client = Client(enforce_csrf_checks=True)
    sent = client.post(link_to(ticket, agent), {"agree": "1", "files": SimpleUploadedFile("a.jpg", photo())})
    assert sent.status_code == 403
    assert not EvidenceLink.objects.exists()


def test_one_address_asks_only_so_often(
    agent: Visitor, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "MOST_CALLS", 3)
    address = link_to(ticket, agent)
    assert [Client().get(address).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_the_token_is_kept_as_a_hash(agent: Visitor, ticket: Ticket) -> None:
    request, token = ask(ticket, Wish(Giver.CARRIER), agent.person.pk, now())
    assert token not in repr(EvidenceRequest.objects.values_list().get())
    assert len(request.token) == 64


def test_a_ticket_has_so_many_links_and_no_more(
    agent: Visitor, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "MOST_OPEN", 1)
    link_to(ticket, agent)
    with pytest.raises(RequestRefused):
        link_to(ticket, agent)


@pytest.mark.parametrize(("hours", "ends"), [(None, 48), (3, 3), (47, 47), (48, 48), (49, 48), (-1, 48)])
def test_a_link_ends_with_its_time_or_when_the_evidence_is_due_whichever_is_earlier(
    agent: Visitor, ticket: Ticket, hours: int | None, ends: int
) -> None:
    at = now()
    due = None if hours is None else at + timedelta(hours=hours)
    made, _token = ask(ticket, Wish(Giver.WAREHOUSE), agent.person.pk, at, due)
    assert made.expires_at == at + timedelta(hours=ends)
