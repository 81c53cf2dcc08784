from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.states import Goods
from aftersale.jobs import door
from aftersale.returns.bench import Found, NotAWaybill, Parcelled, read_waybill, scanned
from aftersale.returns.bench import book as book_parcel
from aftersale.returns.claims import ClaimRefused
from aftersale.returns.classes import Odd
from aftersale.returns.confirming import By, Pick, confirm_all, preview
from aftersale.returns.flow import Booking, Taken
from aftersale.returns.inspecting import Came, Finding, FindingInvalid, check
from aftersale.returns.lists import counts, good, held_matches, nobodys, signed
from aftersale.returns.models import Match, Parcel
from aftersale.returns.moving import claim_here
from aftersale.returns.photos import Photo
from aftersale.returns.standards import FAULTS, WHOLE, points_of, standards_of, violated
from aftersale.shops.uploads import UploadRefused
from aftersale.tickets.models import Action, Ticket
from aftersale.tickets.receipts import PERFORM
from tests.returns.bench import WAYBILL, book, box, coming_back, is_whole, judged_on, kinds, person
from tests.tickets.taking.notices import NOW, shop

if TYPE_CHECKING:
    from aftersale.returns.bench import Booked
    from aftersale.shops.models import Person, Shop

pytestmark = pytest.mark.django_db
CUP = "CUP-350-BL"
JPEG = b"\xff\xd8\xff\xe0" + b"a picture" * 30


@pytest.fixture(autouse=True)
def a_worker_that_waits() -> None:
    if PERFORM not in door.registered():
        door.register(PERFORM, lambda _id, _now: None)


@pytest.fixture
def of() -> Shop:
    return shop()


@pytest.fixture
def chen() -> Person:
    return person()


def put(of: Shop, chen: Person, finding: Finding, photos: tuple[Photo, ...] = ()) -> Booked:
    """Book the parcel of the one waybill with one finding."""
    told = Parcelled(WAYBILL, found=(Found(of.pk, finding),), photos=photos)
    (done,) = book_parcel(told, Booking(chen.pk, NOW + timedelta(hours=1), "desk"))
    return done


@pytest.mark.parametrize("said", [" sf139-1 ", "ＳＦ139－1", "sf139 -1"])
def test_a_gun_and_a_hand_say_the_same_number(said: str) -> None:
    assert read_waybill(said) == "SF139-1"


@pytest.mark.parametrize("said", ["", "  ", "-1", "https://a/b", "单号", "A" * 65])
def test_what_is_no_number_is_refused(said: str) -> None:
    with pytest.raises(NotAWaybill):
        read_waybill(said)


def test_a_waybill_brings_the_pieces_of_its_tickets_by_article(of: Shop) -> None:
    cups = [coming_back(of, number) for number in (1, 2)]
    pot = coming_back(of, 3, article_no="POT")
    coming_back(shop("别家"), 4)
    found = scanned([of.pk], WAYBILL)
    assert {piece.number: piece.tickets for piece in found.pieces} == {CUP: tuple(cups), "POT": (pot,)}


def test_a_parcel_that_was_claimed_brings_its_ticket_by_its_own_number(of: Shop, chen: Person) -> None:
    ticket = coming_back(of, return_waybill=None)
    book(of, chen, box(waybill="YT7", order_no=ticket.order_no))
    assert [piece.tickets for piece in scanned([of.pk], "YT7").pieces] == [(ticket,)]


def test_a_named_fault_is_an_answer_of_the_person_at_the_bench(of: Shop, chen: Person) -> None:
    ticket = coming_back(of)
    put(of, chen, Finding(CUP, bad=1, faults=("soiled_damaged", "accessories_complete")))
    facts = judged_on(ticket)
    assert facts["soiled_damaged"] is True
    assert facts["accessories_complete"] is False
    assert kinds(ticket)[-1] == "goods_inspected"
    assert is_whole(ticket)


def test_the_same_look_again_writes_nothing(of: Shop, chen: Person) -> None:
    ticket = coming_back(of)
    finding = Finding(CUP, bad=1, faults=("soiled_damaged",))
    put(of, chen, finding)
    before = kinds(ticket)
    assert put(of, chen, finding).outcome.taken is Taken.UNCHANGED
    assert kinds(ticket) == before


def test_a_fault_that_is_named_no_more_is_taken_back(of: Shop, chen: Person) -> None:
    ticket = coming_back(of)
    put(of, chen, Finding(CUP, bad=1, faults=("soiled_damaged",)))
    put(of, chen, Finding(CUP, bad=1, faults=("accessories_complete",)))
    facts = judged_on(ticket)
    assert "soiled_damaged" in facts.unknown
    assert facts["accessories_complete"] is False


@pytest.mark.parametrize(
    ("finding", "odd", "mismatch"),
    [
        (Finding(CUP, came=Came.EMPTY), [Odd.EMPTY, Odd.SHORT], "empty"),
        (Finding(CUP, came=Came.SWAPPED, instead="旧杯子"), [Odd.SHORT, Odd.OTHER_ARTICLE], "swapped"),
    ],
)
def test_what_is_not_the_article_is_held_and_said(
    of: Shop, chen: Person, finding: Finding, odd: list[str], mismatch: str
) -> None:
    ticket = coming_back(of)
    put(of, chen, finding)
    assert Match.objects.get().classes == odd
    assert judged_on(ticket)["return_mismatch"] == mismatch
    assert list(held_matches([of.pk])) == [Match.objects.get()]
    assert not good([of.pk]).exists()


@pytest.mark.parametrize(
    "finding",
    [
        Finding(CUP),
        Finding(CUP, good=1, faults=("soiled_damaged",)),
        Finding(CUP, came=Came.SWAPPED),
        Finding(CUP, good=1, came=Came.EMPTY),
    ],
)
def test_a_finding_that_contradicts_itself_is_refused(finding: Finding) -> None:
    with pytest.raises(FindingInvalid):
        check(finding)


def test_a_parcel_is_booked_with_its_photos_or_not_at_all(of: Shop, chen: Person) -> None:
    coming_back(of)
    with pytest.raises(UploadRefused):
        put(of, chen, Finding(CUP, good=1), (Photo("a.jpg", b"<html>"),))
    assert not Parcel.objects.exists()
    assert not Match.objects.exists()


def test_one_box_for_two_shops_is_a_parcel_in_each(of: Shop, chen: Person) -> None:
    other = shop("二店")
    tickets = [coming_back(of), coming_back(other)]
    found = tuple(Found(each.shop_id, Finding(CUP, good=1)) for each in tickets)
    done = book_parcel(Parcelled(WAYBILL, found=found, weight_g=900), Booking(chen.pk, NOW, "desk"))
    assert [each.parcel.shop for each in done] == [of, other]
    assert {each.outcome.tickets for each in done} == {(each.ticket_no,) for each in tickets}


@pytest.mark.parametrize(
    ("category", "article", "point"),
    [
        ("food", "（一）", "hygiene_seal_broken"),
        ("electronics", "（二）", "activated"),
        ("apparel", "（三）", "tags_removed"),
        ("intimate_apparel", "（三）", "hygiene_seal_broken"),
    ],
)
def test_each_class_has_its_standard_before_the_one_of_all(category: str, article: str, point: str) -> None:
    own, *_, last = standards_of(category)
    assert article in own.clause.zh
    assert last is WHOLE
    assert point in points_of(category)
    assert set(points_of(category)) <= set(FAULTS)


def test_a_class_without_a_standard_has_the_one_of_all() -> None:
    assert standards_of("general") == (WHOLE,)


@pytest.mark.parametrize(
    ("odd", "faults", "clauses"),
    [
        ((Odd.BAD_PIECES,), ("soiled_damaged",), ["第九条（三）"]),
        ((Odd.BAD_PIECES,), (), ["第九条（三）"]),
        ((Odd.BAD_PIECES,), ("accessories_complete",), ["第八条"]),
        ((Odd.BAD_PIECES, Odd.SHORT), ("tags_removed",), ["第九条（三）", "第八条"]),
        ((Odd.EMPTY,), (), ["第八条"]),
        ((), (), []),
    ],
)
def test_a_parcel_is_held_against_what_it_fails(
    odd: tuple[Odd, ...], faults: tuple[str, ...], clauses: list[str]
) -> None:
    found = [each.clause.zh.partition("》")[2] for each in violated("apparel", odd, faults)]
    assert found == clauses


def test_the_lists_of_the_bench_hold_each_thing_once(of: Shop, chen: Person) -> None:
    fine, bad, unseen = (coming_back(of, number, return_waybill=f"SF{number}") for number in (1, 2, 3))
    Ticket.objects.filter(pk=unseen.pk).update(goods_state=Goods.BACK)
    book(of, chen, box(waybill="SF1"), box(0, 1, waybill="SF2"), box(waybill="YT9"))
    assert [each.pk for each in signed([of.pk])] == [unseen.pk]
    assert [each.pk for each in good([of.pk])] == [fine.pk]
    assert [each.ticket_id for each in held_matches([of.pk])] == [bad.pk]
    assert [each.waybill for each in nobodys([of.pk])] == ["YT9"]
    assert counts([of.pk]) == (1, 1, 1, 1)
    assert counts([]) == (0, 0, 0, 0)


def test_what_was_decided_is_held_no_more(of: Shop, chen: Person) -> None:
    ticket = coming_back(of)
    book(of, chen, box(0, 1))
    Ticket.objects.filter(pk=ticket.pk).update(rule_id="N06")
    Action.objects.create(
        ticket=ticket,
        shop=of,
        key="k",
        verb="refuse",
        intent_no=1,
        approved_by=chen,
        approved_at=NOW + timedelta(hours=1),
        not_before=NOW,
    )
    assert not held_matches([of.pk]).exists()


def seen(ticket: Ticket) -> Pick:
    ticket.refresh_from_db()
    return Pick(ticket.pk, ticket.sequence)


def test_a_preview_sums_what_would_be_paid_and_says_what_would_not(of: Shop, chen: Person) -> None:
    tickets = [coming_back(of, number, return_waybill=f"SF{number}") for number in (1, 2)]
    book(of, chen, box(waybill="SF1"), box(0, 1, waybill="SF2"))
    told = preview([of.pk], [seen(each) for each in tickets])
    assert [each.pk for each in told.paying] == [tickets[0].pk]
    assert told.fen == 12900
    assert told.rows[1].why is not None
    assert preview([], [seen(each) for each in tickets]).rows == ()


def test_confirming_pays_each_once_however_often_it_is_sent(of: Shop, chen: Person) -> None:
    tickets = [coming_back(of, number, return_waybill=f"SF{number}") for number in (1, 2)]
    book(of, chen, box(waybill="SF1"), box(waybill="SF2"))
    picks = [seen(each) for each in tickets]
    by = By(chen, NOW + timedelta(hours=1), 10)
    first, again = (confirm_all([of.pk], [*picks, *picks], by) for _ in range(2))
    assert sum(each.action is not None for each in first) == 2
    assert all(each.action is None and each.why for each in again)
    assert Action.objects.count() == 2


def test_a_parcel_moves_to_the_shop_of_its_ticket_with_count_and_photos(of: Shop, chen: Person) -> None:
    ticket = coming_back(shop("二店"), return_waybill=None)
    told = Parcelled("YT9", of.pk, weight_g=350, photos=(Photo("a.jpg", JPEG),))
    (done,) = book_parcel(told, Booking(chen.pk, NOW, "desk"))
    there = claim_here(done.parcel.pk, ticket, Booking(chen.pk, NOW + timedelta(hours=1), "desk"))
    first = Parcel.objects.get(pk=done.parcel.pk)
    assert first.matched_by == "moved"
    assert (there.shop, there.weight_g) == (ticket.shop, 350)
    (here,), (carried,) = first.photos.all(), there.photos.all()
    assert (carried.sha256, carried.stored_at) == (here.sha256, here.stored_at)
    assert kinds(first)[-1] == "moved"
    assert is_whole(first)
    assert is_whole(there)
    assert not nobodys([of.pk, ticket.shop_id]).exists()


def test_a_parcel_that_has_a_ticket_does_not_move(of: Shop, chen: Person) -> None:
    coming_back(of)
    other = coming_back(shop("二店"), return_waybill=None)
    book(of, chen, box())
    with pytest.raises(ClaimRefused):
        claim_here(Parcel.objects.get().pk, other, Booking(chen.pk, NOW, "desk"))
    assert not Match.objects.filter(ticket=other).exists()
