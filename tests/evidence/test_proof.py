"""Change one thing of a sealed journal in the database, and see that the proof names it."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection

from aftersale.evidence.faults import FAULT_WORDS, Fault
from aftersale.evidence.heads import key_id
from aftersale.evidence.journal import Entry, record
from aftersale.evidence.models import Event, Head, PersonalValue
from aftersale.evidence.proof import prove_heads
from aftersale.evidence.sealer import seal
from tests.evidence.kept import KEY, KEYS, NOW, a_shop, a_subject, ends_of, faults, happened, proven

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop_id() -> int:
    """Give a shop with two sealed chains of three events, and personal values in the second."""
    shop = a_shop()
    happened(a_subject(shop, "1"), 3)
    happened(a_subject(shop, "2"), 3, {"buyer": "张三", "phone": "13800000000"})
    seal(shop.pk, NOW, KEY)
    return shop.pk


def event(subject: int, sequence: int) -> Event:
    """Find one event."""
    return Event.objects.get(subject_id=subject, sequence=sequence)


def test_a_whole_journal_has_no_breaks(shop_id: int) -> None:
    proof = proven(ends_of())
    assert (proof.events, proof.unsealed, proof.breaks) == (6, 0, 0)
    assert prove_heads(KEYS).breaks == 0
    assert shop_id


def test_what_is_not_sealed_yet_is_counted_and_no_break(shop_id: int) -> None:
    happened(a_subject(event(1, 1).shop, "1"), 2)
    proof = proven(ends_of())
    assert (proof.events, proof.unsealed, proof.breaks) == (8, 2, 0)
    assert shop_id


def test_an_altered_payload_is_named(shop_id: int) -> None:
    target = event(1, 2)
    Event.objects.filter(pk=target.pk).update(payload=bytes(target.payload).replace(b"noted", b"Noted"))
    assert faults(ends_of()) == [("altered", "P-1", 2)]
    assert shop_id


def test_an_event_that_was_taken_away_is_named_in_its_chain_and_in_the_log(shop_id: int) -> None:
    ends = ends_of()
    event(1, 2).delete()
    assert faults(ends) == [("gap", "P-1", 3), ("missing", str(shop_id), 1)]


def test_a_tail_that_was_taken_away_is_named_by_its_subject_and_the_log(shop_id: int) -> None:
    ends = ends_of()
    event(1, 3).delete()
    assert faults(ends) == [("end", "P-1", 2), ("missing", str(shop_id), 2)]


def test_the_newest_events_of_the_log_cannot_be_taken_away_unseen(shop_id: int) -> None:
    PersonalValue.objects.filter(event=event(2, 3)).delete()
    event(2, 3).delete()
    assert faults() == [("short", str(shop_id), 6)]


def test_a_chain_without_its_subject_and_a_subject_without_its_chain_are_named(shop_id: int) -> None:
    first, second = ends_of()
    assert faults([second]) == [("orphan", "P-1", 1)]
    assert faults([first, second, second._replace(id=3, number="P-3")]) == [("empty", "P-3", 3)]
    assert faults([first, second, second._replace(id=3, number="P-3", sequence=0)]) == []
    assert shop_id


def test_a_subject_that_took_another_number_does_not_fit_its_chain(shop_id: int) -> None:
    first, second = ends_of()
    found = faults([first._replace(number="P-9"), second])
    assert ("relinked", "P-9", 1) in found
    assert shop_id


@pytest.mark.parametrize(
    "shown",
    [
        {"kind": "agreed"},
        {"actor": 8},
        {"actor": None},
        {"at": NOW + timedelta(microseconds=1)},
    ],
)
def test_a_column_that_shows_otherwise_than_the_event_says_is_named(
    shop_id: int, shown: dict[str, object]
) -> None:
    Event.objects.filter(pk=event(1, 1).pk).update(**shown)
    assert faults(ends_of()) == [("shown", "P-1", 1)]
    assert shop_id


def test_a_head_of_another_key_and_a_false_signature_are_named(shop_id: int) -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    Head.objects.update(key_id=key_id(other.public_key()))
    assert faults() == [("key", str(shop_id), 6)]
    Head.objects.update(key_id=next(iter(KEYS)), signature=bytes(64))
    assert faults() == [("signature", str(shop_id), 6)]


def test_a_head_that_was_signed_anew_over_other_events_does_not_agree_with_them(shop_id: int) -> None:
    head = Head.objects.get()
    other = a_shop("另一家")
    happened(a_subject(other, "5"), 6)
    forged = seal(other.pk, NOW, KEY)
    assert forged is not None
    Head.objects.filter(pk=head.pk).update(root=forged.root, frontier=forged.frontier)
    assert {fault for fault, _, _ in faults()} == {"signature", "root"}
    assert shop_id


def test_a_frontier_that_does_not_belong_to_its_head_is_named(shop_id: int) -> None:
    Head.objects.update(frontier=bytes(8))
    assert faults() == [("frontier", str(shop_id), 6)]


def test_a_head_that_was_taken_away_is_missed(shop_id: int) -> None:
    Head.objects.all().delete()
    assert faults() == [("beyond", str(shop_id), 0)]


def test_heads_that_go_back_in_time_are_named(shop_id: int) -> None:
    happened(a_subject(event(1, 1).shop, "1"), 1)
    seal(shop_id, NOW, KEY)
    Head.objects.filter(size=7).update(at=NOW - timedelta(seconds=1))
    assert faults() == [("signature", str(shop_id), 7), ("order", str(shop_id), 7)]


def test_a_personal_value_that_is_another_is_named_and_an_erased_one_is_no_break(shop_id: int) -> None:
    value = PersonalValue.objects.get(event=event(2, 1), name="buyer")
    value.value = "李四"
    value.save()
    assert faults() == [("value", "P-2", 1)]
    value.delete()
    assert faults() == []
    assert shop_id


def test_a_personal_value_that_does_not_open_is_named(shop_id: int) -> None:
    value = PersonalValue.objects.get(event=event(2, 2), name="phone")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE evidence_personalvalue SET value = 'k9.AAAA' WHERE id = %s", [value.pk])
    assert faults() == [("unopened", "P-2", 2)]
    assert shop_id


@pytest.mark.parametrize("names", [("buyer",), ("buyer", "phone")])
def test_a_value_that_is_gone_is_named_unless_an_erasure_came_after_it(
    shop_id: int, names: tuple[str, ...]
) -> None:
    erasing = {"parcel": "erased"}
    subject = a_subject(event(2, 1).shop, "2")
    assert proven(erasing=erasing).breaks == 0
    PersonalValue.objects.filter(event=event(2, 2), name__in=names).delete()
    gone = [(each.fault, each.number, each.at) for each in proven(erasing=erasing).first]
    assert gone == [(Fault.VANISHED, "P-2", 2)]
    record(subject, Entry("erased", NOW))
    assert proven(erasing=erasing).breaks == 0
    record(subject, Entry("noted", NOW, None, {}, {"buyer": "张三"}))
    assert proven(erasing=erasing).breaks == 0
    PersonalValue.objects.filter(event__sequence=5).delete()
    assert [each.at for each in proven(erasing=erasing).first] == [5]
    assert shop_id


def test_every_one_of_two_hundred_random_bits_is_found(shop_id: int) -> None:
    dice = Random(7)
    rows = list(Event.objects.order_by("id"))
    for _ in range(200):
        target, column = dice.choice(rows), dice.choice(["payload", "previous", "hash"])
        stored = bytes(getattr(target, column))
        place = dice.randrange(len(stored))
        flipped = stored[:place] + bytes([stored[place] ^ 1 << dice.randrange(8)]) + stored[place + 1 :]
        Event.objects.filter(pk=target.pk).update(**{column: flipped})
        assert proven().breaks, (target, column, place)
        Event.objects.filter(pk=target.pk).update(**{column: stored})
    assert proven().breaks == 0
    assert shop_id


def test_every_fault_is_said_in_both_languages_with_what_to_do(shop_id: int) -> None:
    assert set(FAULT_WORDS) == set(Fault)
    Event.objects.filter(pk=event(1, 2).pk).update(hash=bytes(32))
    broken = proven().first[0]
    assert broken.where.zh == "parcel P-1"
    assert "第 2 条" in broken.what.zh
    assert "number 2" in broken.what.en
    assert "举证" in broken.next_step.zh
    assert shop_id


def test_an_event_that_was_moved_to_another_shop_before_it_was_sealed_is_named(shop_id: int) -> None:
    happened(a_subject(event(1, 1).shop, "1"), 1)
    ends = ends_of()
    Event.objects.filter(subject_id=1, sequence=4).update(shop=a_shop("二店"))
    assert ("P-1", 4) in [(number, sequence) for _fault, number, sequence in faults(ends)]
    assert shop_id
