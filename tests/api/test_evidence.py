"""Programs put files on a ticket, read what is missing, and get files back as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from aftersale.domain.roles import Role
from aftersale.shops.models import Connection
from aftersale.tickets.models import Disclosure
from tests.api.desk import answer, caller, error, make_person, now
from tests.tickets.vault.files import PDF, photo

if TYPE_CHECKING:
    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Ticket
    from tests.api.desk import Caller

pytestmark = pytest.mark.django_db


def send(
    lead: Caller, ticket: Ticket, content: bytes, name: str = "a.jpg", key: str = "", **said: str
) -> object:
    files = SimpleUploadedFile(name, content)
    return lead.upload(f"/tickets/{ticket.pk}/evidence", {"files": files, **said}, key)


def test_a_file_is_kept_and_comes_back_as_it_was(lead: Caller, ticket: Ticket) -> None:
    sent = send(lead, ticket, photo(), item="packing_film", source="warehouse", caption="打包时")
    (piece,) = answer(sent)["pieces"]  # type: ignore[arg-type]  # what the client gives
    assert (piece["item"], piece["source"], piece["type"]) == ("packing_film", "warehouse", "photo")
    found = lead.get(f"/evidence/{piece['id']}/file")
    assert found.content == photo()
    assert found.headers["Content-Disposition"].startswith("attachment")
    assert answer(lead.get(f"/tickets/{ticket.pk}/evidence"))["pieces"] == [piece]


def test_who_took_a_file_is_written_down_for_the_platform(lead: Caller, ticket: Ticket) -> None:
    Connection.objects.create(shop=ticket.shop, state="connected", since=now())
    (piece,) = answer(send(lead, ticket, photo()))["pieces"]  # type: ignore[arg-type]  # as above
    lead.get(f"/evidence/{piece['id']}/file")
    row = Disclosure.objects.get()
    assert (row.kind, row.ticket, row.path.endswith("/file")) == ("downloaded", ticket, True)


def test_the_same_key_keeps_nothing_twice(lead: Caller, ticket: Ticket) -> None:
    for _ in range(2):
        send(lead, ticket, PDF, "a.pdf", "one-key")
    assert len(answer(lead.get(f"/tickets/{ticket.pk}/evidence"))["pieces"]) == 1


def test_what_is_no_evidence_is_refused(lead: Caller, ticket: Ticket) -> None:
    refused = send(lead, ticket, b"MZ" + bytes(99), "a.exe")
    assert error(refused)["code"] == "upload.kind"  # type: ignore[arg-type]  # as above


def test_who_only_reads_adds_nothing(shop: Shop, ticket: Ticket) -> None:
    reader = caller(make_person("看的人", Role.READ_ONLY, shop))
    assert send(reader, ticket, photo()).status_code == 403  # type: ignore[attr-defined]  # as above
