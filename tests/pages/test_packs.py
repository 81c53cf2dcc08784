"""From the page: look at the words, have a pack built, take the pictures, the text or the zip."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from aftersale.domain.roles import Role
from aftersale.evidence.pack.check import check_pack
from aftersale.jobs import door
from aftersale.shops.models import Connection
from aftersale.tickets.models import Disclosure, Pack
from aftersale.tickets.vault import packs
from tests.api.desk import make_ticket, now
from tests.pages.desk import text_of, visitor, words_of
from tests.tickets.vault.files import photo, put

if TYPE_CHECKING:
    from aftersale.shops.models import Person, Shop
    from aftersale.tickets.models import Ticket
    from tests.pages.desk import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def job() -> None:
    if packs.JOB not in door.registered():
        door.register(packs.JOB, lambda _id, _now: None)


@pytest.fixture
def ticket(shop: Shop, agent: Visitor) -> Ticket:
    made = make_ticket(shop)
    put(made, agent.person, photo(1, (600, 800)))
    return made


def test_the_words_are_drafted_and_the_limits_of_the_platform_shown(agent: Visitor, ticket: Ticket) -> None:
    said = words_of(agent.get("ticket_packs", ticket.pk))
    assert ticket.reason_said in said
    assert "4 张图" in said


def test_while_it_is_built_the_page_asks_again_then_the_pack_can_be_taken(
    agent: Visitor, ticket: Ticket
) -> None:
    waits = agent.post("pack_ask", ticket.pk, form="whole", summary="摘要", statement="说明")
    pack = Pack.objects.get()
    assert "every 1s" in text_of(waits)
    assert agent.get("pack_file", pack.pk).status_code == 404
    packs.build(pack.pk, now())
    done = agent.get("pack", pack.pk, part=True)
    assert "every 1s" not in text_of(done)
    sent = agent.get("pack_file", pack.pk)
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert check_pack(sent.content).broken is None
    assert "整包" in words_of(agent.get("ticket_packs", ticket.pk))


def test_who_took_a_pack_is_written_down_for_the_platform(agent: Visitor, ticket: Ticket) -> None:
    Connection.objects.create(shop=ticket.shop, state="connected", since=now())
    agent.post("pack_ask", ticket.pk, form="whole", summary="摘要", statement="说明")
    packs.build(Pack.objects.get().pk, now())
    agent.get("pack", Pack.objects.get().pk)
    assert not Disclosure.objects.exists()
    agent.get("pack_file", Pack.objects.get().pk)
    row = Disclosure.objects.get()
    assert (row.kind, row.person, row.ticket) == ("downloaded", agent.person, ticket)


def test_for_the_platform_there_are_pictures_to_save_and_a_text_to_copy(
    agent: Visitor, ticket: Ticket
) -> None:
    agent.post("pack_ask", ticket.pk, form="platform", summary="买家说有裂纹。", statement="")
    pack = Pack.objects.get()
    packs.build(pack.pk, now())
    assert "买家说有裂纹。" in text_of(agent.get("pack", pack.pk))
    picture = agent.get("pack_picture", pack.pk, 1)
    assert Image.open(io.BytesIO(picture.content)).width == 1080
    assert agent.get("pack_picture", pack.pk, 2).status_code == 404


def test_a_pack_that_failed_says_why(agent: Visitor, ticket: Ticket) -> None:
    agent.post("pack_ask", ticket.pk)
    Pack.objects.update(state="failed", failure={"zh": "凭证文件打不开。", "en": "x"})
    assert "凭证文件打不开。" in words_of(agent.get("pack", Pack.objects.get().pk))


def test_who_handles_no_disputes_builds_none(people: dict[Role, Person], ticket: Ticket) -> None:
    for role in (Role.TRAINEE, Role.WAREHOUSE, Role.READ_ONLY):
        assert visitor(people[role]).get("ticket_packs", ticket.pk).status_code == 403


def test_without_evidence_there_is_nothing_to_build(agent: Visitor, shop: Shop) -> None:
    sent = agent.post("pack_ask", make_ticket(shop, 9).pk, form="whole")
    assert sent.status_code == 422
    assert "还没有凭证" in words_of(sent)
