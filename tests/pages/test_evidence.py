"""The box on a ticket says what is there, what is missing, who can give it; files go in, parts go black."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from aftersale.domain.roles import Role
from aftersale.evidence import vault
from aftersale.evidence.pieces import Giver
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets.models import EvidenceLink, EvidenceRequest
from aftersale.tickets.vault.adding import Told
from aftersale.tickets.vault.checklist import checklist_of
from aftersale.tickets.vault.gather import newest_decision
from tests.api.desk import make_ticket, now
from tests.pages.desk import PART, kinds, text_of, visitor, words_of
from tests.tickets.vault.files import PDF, photo, put

if TYPE_CHECKING:
    from django.conf import LazySettings

    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.models import Ticket
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket(shop: Shop) -> Ticket:
    """Give a ticket that is judged by a rule for missing pieces (少件)."""
    rules = judge_of(shop.pk, now()).rulebook.rules
    rule = next(rule.id for rule in rules if "F-L02" in rule.evidence)
    made = make_ticket(shop, rule_id=rule)
    made.decisions.update(rule_id=rule)
    return made


def file(content: bytes = b"", name: str = "a.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or photo())


def missing(ticket: Ticket) -> str:
    """Give the first line of the checklist that the shop should bring."""
    return checklist_of(ticket, newest_decision(ticket, now()), now()).missing[0].id


def test_the_box_says_what_is_missing_who_can_give_it_and_by_when(agent: Visitor, ticket: Ticket) -> None:
    said = words_of(agent.get("evidence", ticket.pk, part=True))
    assert "不齐" in said
    assert "0/" in said
    assert "前" in said


def test_a_file_fills_its_line_and_the_counts_follow(agent: Visitor, ticket: Ticket) -> None:
    item = missing(ticket)
    sent = agent.post("evidence_add", ticket.pk, part=True, files=file(), item=item, source="warehouse")
    assert sent.status_code == 200
    assert "1/" in words_of(sent)
    assert "evidence_added" in kinds(ticket)


def test_the_queue_says_how_far_the_evidence_is(agent: Visitor, ticket: Ticket) -> None:
    put(ticket, agent.person, told=Told(item=missing(ticket)))
    assert "凭证 1/3" in words_of(agent.get("queue"))


def test_the_queue_and_the_ticket_say_the_same_of_the_evidence(agent: Visitor, ticket: Ticket) -> None:
    """A guard asks for pieces of its own, and what is given beside the list answers no line of it."""
    rules = judge_of(ticket.shop_id, now()).rulebook.rules
    ticket.decisions.update(guards=json.dumps([next(rule.id for rule in rules if "F-M01" in rule.evidence)]))
    put(ticket, agent.person, told=Told(item=missing(ticket)))
    put(ticket, agent.person, PDF, "b.pdf", told=Told(item="of_another_rule"))
    theirs = Told(item=missing(ticket), source=Giver.BUYER)
    put(ticket, agent.person, photo(2), "c.jpg", told=theirs)
    box = re.search(r"凭证 (\d+/\d+)", words_of(agent.get("evidence", ticket.pk, part=True)))
    assert box
    there, wanted = map(int, box[1].split("/"))
    assert (there, wanted > 3) == (2, True)
    assert f"凭证 {box[1]} " in words_of(agent.get("queue"))


def test_without_the_script_one_lands_on_the_ticket_again(agent: Visitor, ticket: Ticket) -> None:
    sent = agent.post("evidence_add", ticket.pk, files=[file(), file(PDF, "b.pdf")])
    assert sent.status_code == 302
    assert EvidenceLink.objects.count() == 2


def test_what_is_no_evidence_is_refused_in_words(agent: Visitor, ticket: Ticket) -> None:
    sent = agent.post("evidence_add", ticket.pk, part=True, files=file(b"MZ" + bytes(99), "a.exe"))
    assert sent.status_code == 422
    assert "不支持这种文件" in words_of(sent)
    empty = agent.post("evidence_add", ticket.pk, part=True)
    assert empty.status_code == 422


def test_who_only_reads_adds_nothing(people: dict[Role, Person], ticket: Ticket) -> None:
    reader = visitor(people[Role.READ_ONLY])
    assert reader.post("evidence_add", ticket.pk, files=file()).status_code == 403
    assert "留作凭证" not in words_of(reader.get("evidence", ticket.pk, part=True))


def test_the_original_is_a_download_and_what_is_shown_was_drawn_anew(agent: Visitor, ticket: Ticket) -> None:
    link = put(ticket, agent.person)
    sent = agent.get("evidence_file", link.pk)
    assert sent.content == photo()
    assert sent.headers["Content-Disposition"].startswith("attachment")
    drawn = agent.get("evidence_picture", link.pk)
    assert drawn.headers["Content-Type"] == "image/jpeg"
    assert drawn.headers["X-Content-Type-Options"] == "nosniff"
    assert drawn.content != photo()
    assert agent.get("evidence_thumb", link.pk).content == vault.thumb_of(link.piece.file)
    paper = put(ticket, agent.person, PDF, "a.pdf")
    assert agent.get("evidence_picture", paper.pk).status_code == 404
    assert agent.get("evidence_thumb", paper.pk).status_code == 404


def test_ticked_fields_become_black_in_a_copy(agent: Visitor, ticket: Ticket) -> None:
    link = put(ticket, agent.person)
    assert 'name="field"' in text_of(agent.get("evidence_look", link.pk))
    agent.post("evidence_look", link.pk, field=["0-0", "0-1", "x"])
    copy = link.piece.masked.get()
    assert copy.areas == [[0, 0, 100, 100], [100, 0, 200, 100]]
    assert agent.post("evidence_look", link.pk).status_code == 422
    assert "已打码" in words_of(agent.get("evidence", ticket.pk, part=True))


def test_a_piece_is_put_first_and_taken_off(agent: Visitor, ticket: Ticket) -> None:
    link = put(ticket, agent.person)
    agent.post("evidence_change", link.pk, do="best")
    assert "★" in text_of(agent.get("evidence", ticket.pk, part=True))
    agent.post("evidence_change", link.pk, do="withdraw")
    assert "evidence_withdrawn" in kinds(ticket)
    assert agent.get("evidence_look", link.pk).status_code == 404


def test_order_payment_and_tracking_are_kept_as_they_are(agent: Visitor, ticket: Ticket) -> None:
    agent.post("evidence_state", ticket.pk, part=True)
    types = set(EvidenceLink.objects.values_list("piece__type", flat=True))
    assert types == {"order", "payment", "tracking"}
    link = EvidenceLink.objects.filter(piece__type="order").get()
    assert ticket.ticket_no.encode() in agent.get("evidence_file", link.pk).content


def test_the_product_library_is_offered_on_the_next_ticket(
    agent: Visitor, shop: Shop, ticket: Ticket
) -> None:
    type(ticket).objects.filter(pk=ticket.pk).update(article_no="CUP-1")
    second = make_ticket(shop, 2, article_no="CUP-1")
    agent.post("evidence_add", ticket.pk, files=file(PDF, "a.pdf"), library="1", caption="检测报告")
    assert "检测报告" in words_of(agent.get("evidence", second.pk, part=True))
    piece = EvidenceLink.objects.get().piece
    agent.post("evidence_reuse", second.pk, part=True, piece=piece.pk)
    assert second.evidence.get().piece == piece
    assert "evidence_reused" in kinds(second)


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("127.0.0.1:8000", "只有这台电脑能打开"),
        ("localhost", "只有这台电脑能打开"),
        ("192.168.1.20:8000", "只有连着你们网络的手机能打开"),
        ("desk.example.com", ""),
    ],
)
def test_a_link_that_a_phone_cannot_open_says_so_and_what_to_set(
    host: str, said: str, agent: Visitor, ticket: Ticket, settings: LazySettings
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    address = reverse("evidence_ask", args=[ticket.pk])
    made = agent.client.post(address, {"whom": "shop"}, headers={**PART, "Host": host})
    assert f"//{host}/give/" in text_of(made)
    assert ("AFTERSALE_PUBLIC_URL" in text_of(made)) is bool(said)
    assert said in words_of(made)


def test_a_link_to_the_public_address_of_the_desk_warns_of_nothing(
    agent: Visitor, ticket: Ticket, settings: LazySettings
) -> None:
    settings.PUBLIC_URL = "https://desk.example.com"
    assert "AFTERSALE_PUBLIC_URL" not in text_of(
        agent.post("evidence_ask", ticket.pk, part=True, whom="shop")
    )


def test_one_press_makes_a_link_for_the_warehouse(agent: Visitor, ticket: Ticket) -> None:
    made = agent.post("evidence_ask", ticket.pk, part=True, whom="warehouse", item=missing(ticket))
    assert "/give/" in text_of(made)
    assert "data:image/svg+xml" in text_of(made)
    assert "/give/" not in text_of(agent.get("evidence", ticket.pk, part=True))
    request = EvidenceRequest.objects.get()
    agent.post("evidence_close", request.pk, part=True)
    request.refresh_from_db()
    assert request.closed_at
    assert kinds(ticket)[-2:] == ["evidence_asked", "evidence_request_closed"]


def test_words_that_were_looked_over_come_with_the_pictures_that_hide_nothing(
    agent: Visitor, ticket: Ticket
) -> None:
    plain, secret = put(ticket, agent.person, photo(3)), put(ticket, agent.person, photo(4), "b.jpg")
    put(ticket, agent.person, PDF, "c.pdf")
    agent.post("evidence_look", secret.pk, field=["0-0"])
    assert "/picture/" not in text_of(agent.get("reply", ticket.pk, part=True))
    said = text_of(agent.post("reply", ticket.pk, part=True, text="您好，这是出库照片。"))
    assert re.findall(r"/evidence/(\d+)/picture/", said) == [str(plain.pk)]
