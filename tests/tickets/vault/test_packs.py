"""From a ticket with evidence to a pack that proves itself, the same when it is built again."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from PIL import Image

from aftersale.config.home import home
from aftersale.config.proving import proof_of
from aftersale.evidence import vault
from aftersale.evidence.models import Event, Head, StoredFile
from aftersale.evidence.pack.check import check_pack
from aftersale.evidence.pack.long import MOST_HIGH, WIDE, Limits, fit, shortened
from aftersale.evidence.pieces import Giver
from aftersale.evidence.sealer import seal
from aftersale.jobs import door
from aftersale.shops.rulebooks import judge_of
from aftersale.tickets.models import StoredDecision
from aftersale.tickets.models.evidence import Pack, PackState
from aftersale.tickets.vault import packs
from aftersale.tickets.vault.adding import Told, mark_best, mask, withdraw
from aftersale.tickets.vault.drafts import unverified
from aftersale.tickets.vault.gather import Asked, gather
from aftersale.tickets.vault.happened import TIMES
from aftersale.tickets.vault.packs import Form, PackRefused
from tests.api.desk import now
from tests.tickets.vault.files import PDF, hand, photo, put

if TYPE_CHECKING:
    from aftersale.shops.models import Person
    from aftersale.tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def job() -> None:
    if packs.JOB not in door.registered():
        door.register(packs.JOB, lambda _id, _now: None)


def built(ticket: Ticket, person: Person, form: Form = Form.WHOLE, words: tuple[str, str] = ("", "")) -> Pack:
    pack = packs.ask(ticket, form, words, person.pk, now())
    done = packs.build(pack.pk, now())
    assert done is not None
    assert done.state == PackState.BUILT, done.failure
    return done


def bytes_of(pack: Pack) -> bytes:
    assert pack.file is not None
    return vault.read(pack.file)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def test_a_pack_holds_the_files_and_proves_itself(ticket: Ticket, person: Person) -> None:
    put(ticket, person, photo(1))
    put(ticket, person, PDF, "a.pdf")
    data = bytes_of(built(ticket, person))
    found = check_pack(data)
    assert found.broken is None
    assert (found.ticket, found.exhibits) == (ticket.ticket_no, 2)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("files/01.jpg") == photo(1)
        assert archive.read("files/02.pdf") == PDF


def test_building_it_again_gives_the_same_bytes(ticket: Ticket, person: Person) -> None:
    put(
        ticket, person, photo(1, taken="2026:06:01 10:20:30"), told=Told(Giver.WAREHOUSE, item="packing_film")
    )
    pack = built(ticket, person, words=("摘要", "说明"))
    put(ticket, person, photo(2))
    assert packs.made(pack, now() + timedelta(days=1)).content == bytes_of(pack)


def test_asking_and_building_stand_in_the_journal_and_the_log_is_signed(
    ticket: Ticket, person: Person
) -> None:
    put(ticket, person)
    pack = built(ticket, person)
    kinds = Event.objects.filter(subject_kind="ticket", subject_id=ticket.pk).order_by("sequence")
    assert list(kinds.values_list("kind", flat=True))[-3:] == ["evidence_added", "pack_asked", "pack_built"]
    asked = kinds.get(kind="pack_asked")
    assert asked.log_index is not None
    assert Head.objects.filter(shop=ticket.shop, size__gt=asked.log_index).exists()
    assert pack.file is not None
    assert pack.file.sha256 in bytes(kinds.get(kind="pack_built").payload).decode()
    assert not proof_of(home(), lambda _read: None).breaks


def test_of_a_blackened_picture_the_copy_goes_out_and_the_original_is_named(
    ticket: Ticket, person: Person
) -> None:
    link = put(ticket, person, photo(3))
    made = mask(link, [(0, 0, 1000, 500)], hand(person))
    data = bytes_of(built(ticket, person))
    assert check_pack(data).broken is None
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("files/01.jpg") == vault.read(made.file) != photo(3)
        assert link.piece.file.sha256 in archive.read("manifest.json").decode()


def test_the_printed_pack_says_summary_sources_digests_and_how_to_check(
    ticket: Ticket, person: Person
) -> None:
    told = Told(Giver.WAREHOUSE, caption="打包时拍的，电话 13800138000")
    digest = put(ticket, person, photo(1, (900, 600)), told=told).piece.file.sha256
    pack = built(ticket, person, words=("#set page() *不是标记*", "请平台支持。"))
    with zipfile.ZipFile(io.BytesIO(bytes_of(pack))) as archive:
        said = text_of(archive.read("pack.pdf"))
    assert ticket.ticket_no in said
    for words in ("#set page() *不是标记*", "来源 仓库", "请平台支持。", digest, "凭证目录", "怎么核对"):
        assert words in said
    assert "13800138000" not in said


def test_marked_pieces_stand_first_and_withdrawn_ones_nowhere(ticket: Ticket, person: Person) -> None:
    links = [put(ticket, person, photo(number)) for number in range(1, 5)]
    mark_best(links[2], best=True)
    withdraw(links[0], hand(person))
    ticket.refresh_from_db()
    seal(ticket.shop_id, now(), packs.signing_key())
    shown = gather(Asked(ticket, ticket.sequence, now())).exhibits
    assert [each.content for each in shown] == [photo(3), photo(2), photo(4)]


def test_a_ticket_without_evidence_has_no_pack(ticket: Ticket, person: Person) -> None:
    with pytest.raises(PackRefused):
        packs.ask(ticket, Form.WHOLE, ("", ""), person.pk, now())


def test_two_workers_build_it_once_and_a_dead_one_is_followed(ticket: Ticket, person: Person) -> None:
    put(ticket, person)
    pack = packs.ask(ticket, Form.PLATFORM, ("", ""), person.pk, now())
    late = now() + packs.LEASE * 2
    Pack.objects.filter(pk=pack.pk).update(state="building", lease_until=now() + packs.LEASE)
    assert packs.build(pack.pk, now()) is None
    assert not packs.waiting(now(), 9)
    assert list(packs.waiting(late, 9)) == [pack.pk]
    done = packs.build(pack.pk, late)
    assert done is not None
    assert done.state == PackState.BUILT
    assert packs.build(pack.pk, late) is None


def gone(ticket: Ticket, person: Person) -> tuple[Pack, StoredFile, str]:
    """Ask for a pack of a file that cannot be read."""
    file = put(ticket, person).piece.file
    path, file.path = file.path, "vault/gone"
    file.save()
    return packs.ask(ticket, Form.WHOLE, ("", ""), person.pk, now()), file, path


def test_what_cannot_be_built_says_why_and_is_tried_again_a_few_times_ever_later(
    ticket: Ticket, person: Person
) -> None:
    pack, _file, _path = gone(ticket, person)
    at, waits = now(), list[float]()
    for _ in range(packs.MOST_TRIES):
        done = packs.build(pack.pk, at)
        assert done is not None
        assert "打不开" in done.failure["zh"]
        if done.lease_until is not None:
            assert done.state == PackState.WANTED
            assert packs.build(pack.pk, at) is None
            waits.append((done.lease_until - at).total_seconds())
            at = done.lease_until
            assert list(packs.waiting(at, 9)) == [pack.pk]
    assert waits == [15, 30, 60, 120]
    pack.refresh_from_db()
    assert (pack.state, pack.tries, list(packs.waiting(at, 9))) == (PackState.FAILED, packs.MOST_TRIES, [])


def test_what_heals_is_built_by_itself_and_what_has_failed_at_a_persons_word(
    ticket: Ticket, person: Person
) -> None:
    pack, file, path = gone(ticket, person)
    assert packs.again(pack) is False
    Pack.objects.filter(pk=pack.pk).update(tries=packs.MOST_TRIES - 1)
    packs.build(pack.pk, now())
    file.path = path
    file.save()
    assert packs.again(pack) is True
    done = packs.build(pack.pk, now())
    assert done is not None
    assert (done.state, done.tries) == (PackState.BUILT, 0)


def test_a_heic_is_kept_and_named_with_what_to_ask_for_instead(ticket: Ticket, person: Person) -> None:
    put(ticket, person, photo(1))
    put(ticket, person, b"\x00\x00\x00\x18ftypheic" + bytes(64), "IMG_1.heic")
    pack = built(ticket, person, Form.PLATFORM)
    (left,) = pack.left_out
    assert "另发一张 JPEG；原件已留存" in left["zh"]
    assert len([name for name in packs.parts_of(pack) if name.endswith("jpg")]) == 1


def test_drafts_name_the_claim_and_the_clauses(ticket: Ticket, person: Person) -> None:
    put(ticket, person)
    summary, statement = packs.draft(ticket, now())
    assert ticket.reason_said in summary
    assert len(summary) <= 300
    assert "《" in statement


def about(ticket: Ticket, **changes: object) -> StoredDecision:
    """Lay other facts or another proposal over the newest decision of a ticket."""
    stored = ticket.decisions.order_by("-id")[0]
    said = json.loads(stored.facts)
    said["facts"] |= {name: value for name, value in changes.items() if name in TIMES}
    rest = {name: value for name, value in changes.items() if name not in TIMES}
    StoredDecision.objects.filter(pk=stored.pk).update(facts=json.dumps(said), **rest)
    ticket.refresh_from_db()
    return ticket.decisions.order_by("-id")[0]


def seconds(day: int, hour: int = 4) -> int:
    return int(datetime(2026, 6, day, hour, tzinfo=UTC).timestamp())


def test_a_draft_tells_the_days_in_their_order_and_what_each_exhibit_shows(
    ticket: Ticket, person: Person
) -> None:
    for number in (1, 2):
        put(ticket, person, photo(number))
    about(ticket, signed_at=seconds(4), shipped_at=seconds(1, 17), applied_at=seconds(5))
    summary, statement = packs.draft(ticket, now())
    course = "2026年6月2日发货，6月4日签收，6月5日买家提出申请。"
    assert course in summary, "days are days of Shanghai"
    assert re.search(r"凭证1 .+；凭证2 .+。$", summary)
    assert "凭证原件均已留存" in statement


def test_what_is_not_verified_is_told_to_the_agent_and_never_to_the_platform(
    ticket: Ticket, person: Person
) -> None:
    put(ticket, person)
    rule = next(each for each in judge_of(ticket.shop_id, now()).rulebook.rules if each.id == "Q05")
    cites = [
        {"document": "民法典", "article": "620,621", "rule": "Q05", "effective_from": None},
        {"document": "平台退货运费险", "article": "", "rule": "N13", "effective_from": None},
    ]
    about(ticket, rule_id="Q05", preferred="request_evidence", cites=json.dumps(cites))
    summary, statement = packs.draft(ticket, now())
    for said in (rule.title.zh, "我方核实", "请买家补凭证", "支持我方"):
        assert said not in summary + statement
    assert statement.startswith(
        "依据《民法典》第六百二十条、第六百二十一条，请平台按上述事实和凭证核实判定。"
    )
    assert "运费险" not in statement, "what other rules add is not argued with"
    words = unverified(ticket.decisions.order_by("-id").first())
    assert words is not None
    assert words.zh == rule.title.zh


@pytest.mark.parametrize(
    ("preferred", "asked"),
    [("reject", "请平台支持我方不同意买家的这次申请。"), ("return_refund", "我方处理意见：同意退货退款。")],
)
def test_what_is_asked_of_the_platform_follows_from_our_position(
    ticket: Ticket, person: Person, preferred: str, asked: str
) -> None:
    put(ticket, person)
    about(ticket, preferred=preferred)
    summary, statement = packs.draft(ticket, now())
    assert asked in statement
    assert "我方核实：" in summary
    assert unverified(ticket.decisions.order_by("-id").first()) is None


def test_exhibits_that_do_not_fit_are_counted_and_no_word_is_cut(ticket: Ticket, person: Person) -> None:
    for number in range(1, 41):
        put(ticket, person, photo(number))
    ticket.refresh_from_db()
    summary, _statement = packs.draft(ticket, now())
    assert len(summary) <= 300
    assert summary.endswith("；共 40 件。")


def test_for_the_platform_there_are_four_pictures_and_a_text_and_the_rest_is_named(
    ticket: Ticket, person: Person
) -> None:
    for number in range(1, 7):
        put(ticket, person, photo(number, (900, 1200)))
    put(ticket, person, PDF, "a.pdf")
    pack = built(ticket, person, Form.PLATFORM, ("摘要。", "说明。"))
    parts = packs.parts_of(pack)
    assert set(parts) <= {"1.jpg", "2.jpg", "3.jpg", "4.jpg", "text.txt"}
    assert parts["text.txt"].decode() == "摘要。\n说明。"
    sizes = [Image.open(io.BytesIO(parts[name])).size for name in parts if name.endswith("jpg")]
    assert all(wide == WIDE and high <= MOST_HIGH for wide, high in sizes)
    assert [each["zh"] for each in pack.left_out] == ["凭证 7 检测或证明：pdf 不能画成图片，要单独上传"]


def test_what_the_platform_does_not_take_is_left_out_by_name(ticket: Ticket, person: Person) -> None:
    for number in range(1, 15):
        put(ticket, person, photo(number, (600, 900)))
    ticket.refresh_from_db()
    seal(ticket.shop_id, now(), packs.signing_key())
    shown = gather(Asked(ticket, ticket.sequence, now())).exhibits
    fitted = fit(shown, "一句。" * 9, Limits(1, 60_000, 10))
    assert len(fitted.pictures) == 1
    assert all(len(picture) <= 60_000 for picture in fitted.pictures)
    assert fitted.text == "一句。一句。一句。"
    named = [each.zh for each in fitted.left_out]
    assert any(each.startswith("凭证 14 ") for each in named)
    assert not any(each.startswith("凭证 1 ") for each in named)
    assert "说明共 27 字" in named[-1]


def test_a_text_is_cut_at_a_sentence() -> None:
    assert shortened("一二三。四五六。", 6) == "一二三。"
    assert shortened("一二三四五六", 4) == "一二三…"
    assert shortened("一二", 4) == "一二"
