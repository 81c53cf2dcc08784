"""A file that somebody brings is kept once, as it came, encrypted, and told of in the journal."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import settings

from aftersale.config.home import home
from aftersale.config.proving import proof_of
from aftersale.domain.errors import EvidenceBroken
from aftersale.evidence import vault
from aftersale.evidence.faults import Fault
from aftersale.evidence.journal import Entry
from aftersale.evidence.models import Event, Piece, StoredFile
from aftersale.evidence.pieces import Giver, PieceType
from aftersale.evidence.vault import Incoming
from aftersale.shops.uploads import UploadRefused
from aftersale.tickets.change import change
from aftersale.tickets.erasure import ERASED
from aftersale.tickets.models import EvidenceLink, Ticket
from aftersale.tickets.personal import empty, found_in
from aftersale.tickets.vault import adding
from aftersale.tickets.vault.adding import (
    EvidenceRefused,
    Told,
    add,
    mark_best,
    mask,
    of_ticket,
    reuse,
    withdraw,
)
from tests.api.desk import make_shop, make_ticket, now
from tests.tickets.vault.files import PDF, hand, photo, put, screenshot

if TYPE_CHECKING:
    from aftersale.shops.models import Person, Shop

pytestmark = pytest.mark.django_db


def place_of(file: StoredFile) -> Path:
    return Path(settings.FILES) / file.path


def faults() -> list[tuple[Fault, str]]:
    proof = proof_of(home(), lambda _read: None)
    return [(each.fault, each.subject) for each in proof.first]


def said(kind: str) -> list[Event]:
    return list(Event.objects.filter(subject_kind="ticket", kind=kind).order_by("pk"))


def test_a_photo_comes_back_byte_by_byte_and_lies_encrypted(ticket: Ticket, person: Person) -> None:
    content = photo()
    file = put(ticket, person, content).piece.file
    assert vault.read(file) == content
    assert file.sha256 == sha256(content).hexdigest()
    assert content[:64] not in place_of(file).read_bytes()
    assert place_of(file).stat().st_mode & 0o777 == 0o400


def test_the_event_names_digest_kind_and_way_and_hides_the_caption(ticket: Ticket, person: Person) -> None:
    told = Told(Giver.WAREHOUSE, item="packing_film", caption="给张三打包时")
    file = put(ticket, person, told=told).piece.file
    (event,) = said(adding.ADDED)
    payload = bytes(event.payload).decode()
    assert file.sha256 in payload
    assert '"item":"packing_film"' in payload
    assert '"via":"page"' in payload
    assert "张三" not in payload


def test_the_same_bytes_are_one_file_and_once_on_a_ticket(ticket: Ticket, person: Person, shop: Shop) -> None:
    first, again = put(ticket, person), put(ticket, person, name="b.jpg")
    assert first == again
    other = put(make_ticket(shop, 2), person)
    assert other.piece.file == first.piece.file
    assert StoredFile.objects.count() == 1
    assert len(said(adding.ADDED)) == 2


def test_two_shops_do_not_share_a_file(ticket: Ticket, person: Person) -> None:
    put(ticket, person)
    put(make_ticket(make_shop("别家"), 3), person)
    assert StoredFile.objects.count() == 2
    assert len({place_of(each) for each in StoredFile.objects.all()}) == 2


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.jpg", b"", "upload.empty"),
        ("a.exe", b"MZ\x90\x00" * 20, "upload.kind"),
        ("a.svg", b"<svg onload='x'>", "upload.kind"),
        ("a.png", photo(), "upload.name"),
        ("a.pdf", PDF.replace(b"/Catalog", b"/Catalog/JavaScript"), "upload.active"),
    ],
)
def test_what_is_no_evidence_is_refused_and_nothing_is_kept(
    ticket: Ticket, person: Person, name: str, content: bytes, code: str
) -> None:
    with pytest.raises(UploadRefused) as refused:
        add(ticket, [Incoming("ok.jpg", photo()), Incoming(name, content)], Told(), hand(person))
    assert refused.value.code == code
    assert not EvidenceLink.objects.exists()
    assert not said(adding.ADDED)


def test_a_ticket_holds_so_many_pieces(
    ticket: Ticket, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "MOST_PIECES", 1)
    put(ticket, person)
    with pytest.raises(EvidenceRefused):
        put(ticket, person, photo(2))


def test_what_a_picture_says_of_itself_is_read(ticket: Ticket, person: Person) -> None:
    link = put(ticket, person, photo(taken="2026:06:01 10:20:30"))
    assert link.piece.taken_at is not None
    assert link.piece.taken_at.isoformat() == "2026-06-01T10:20:30+08:00"


def test_types_follow_the_content(ticket: Ticket, person: Person) -> None:
    assert put(ticket, person, PDF, "a.pdf").piece.type == PieceType.REPORT
    assert put(ticket, person, screenshot(), "a.png").piece.type == PieceType.PHOTO
    assert put(ticket, person, b"ID3" + bytes(40), "a.mp3").piece.type == PieceType.AUDIO


def test_a_small_picture_is_drawn_and_what_is_no_picture_has_none(ticket: Ticket, person: Person) -> None:
    thumb = vault.thumb_of(put(ticket, person).piece.file)
    assert thumb
    assert thumb.startswith(b"\xff\xd8\xff")
    assert vault.thumb_of(put(ticket, person, PDF, "a.pdf").piece.file) is None
    broken = put(ticket, person, b"\xff\xd8\xff" + b"no picture" * 9)
    assert vault.thumb_of(broken.piece.file) is None


def test_a_piece_taken_off_is_told_of_and_its_file_stays(ticket: Ticket, person: Person) -> None:
    link = put(ticket, person)
    withdraw(link, hand(person))
    withdraw(link, hand(person))
    assert not of_ticket(ticket).exists()
    assert len(said(adding.WITHDRAWN)) == 1
    assert vault.read(link.piece.file) == photo()


def test_three_pieces_stand_first_and_no_fourth(ticket: Ticket, person: Person) -> None:
    links = [put(ticket, person, photo(number)) for number in range(1, 5)]
    for link in links[:3]:
        mark_best(link, best=True)
    with pytest.raises(EvidenceRefused):
        mark_best(links[3], best=True)


def test_a_masked_copy_stands_beside_the_original(ticket: Ticket, person: Person) -> None:
    link = put(ticket, person, photo(5))
    made = mask(link, [(0, 0, 500, 500)], hand(person))
    assert vault.read(link.piece.file) == photo(5)
    assert made.masked_of == link.piece
    (event,) = said(adding.MASKED)
    assert link.piece.file.sha256 in bytes(event.payload).decode()
    with pytest.raises(EvidenceRefused):
        mask(put(ticket, person, PDF, "a.pdf"), [(0, 0, 1, 1)], hand(person))


def test_the_product_library_serves_many_tickets_and_outlives_them(
    ticket: Ticket, person: Person, shop: Shop
) -> None:
    piece = put(ticket, person, PDF, "a.pdf", Told(article_no="CUP-1", type=PieceType.REPORT)).piece
    second = make_ticket(shop, 2)
    reuse(second, piece, "test_report", hand(person))
    reuse(second, piece, "test_report", hand(person))
    assert of_ticket(second).get().piece == piece
    empty(ticket)
    assert vault.read(Piece.objects.get(pk=piece.pk).file) == PDF


def test_erasing_the_ticket_takes_files_masks_and_pieces(ticket: Ticket, person: Person) -> None:
    link = put(ticket, person)
    mask(link, [(0, 0, 9, 9)], hand(person))
    assert found_in(ticket)["StoredFile.path"]
    assert StoredFile.objects.count() == 2
    empty(ticket)
    assert not StoredFile.objects.exists()
    assert not Piece.objects.exists()
    assert not EvidenceLink.objects.exists()


def test_a_file_that_two_tickets_need_goes_with_the_last(ticket: Ticket, person: Person, shop: Shop) -> None:
    put(ticket, person)
    put(make_ticket(shop, 2), person)
    empty(ticket)
    assert StoredFile.objects.count() == 1


def test_verify_finds_nothing_wrong_with_what_is_whole(ticket: Ticket, person: Person) -> None:
    put(ticket, person)
    assert faults() == []


def test_verify_finds_a_changed_file_a_missing_one_and_a_missing_row(ticket: Ticket, person: Person) -> None:
    changed, gone, lost = (put(ticket, person, photo(number)).piece.file for number in (1, 2, 3))
    path = place_of(changed)
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    place_of(gone).unlink()
    lost.delete()
    assert sorted(faults()) == [(Fault.FILE, "file"), (Fault.FILE, "file"), (Fault.LOST, "ticket")]
    with pytest.raises(EvidenceBroken):
        vault.read(changed)


def test_after_an_erasure_verify_misses_nothing(ticket: Ticket, person: Person) -> None:
    put(ticket, person)
    ticket.refresh_from_db()
    change(ticket, Entry(ERASED, now(), person.pk))
    empty(ticket)
    assert faults() == []
