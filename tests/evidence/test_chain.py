from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersale.evidence.chain import Break, BreakKind, Stored, genesis, link, verify, verify_rows

START = genesis("ticket", "shop-1", "7000000000000000001")
OTHER = genesis("ticket", "shop-1", "7000000000000000002")
GAP, SEQUENCE, RELINKED, ALTERED = BreakKind.GAP, BreakKind.SEQUENCE, BreakKind.RELINKED, BreakKind.ALTERED


def chained(start: bytes, payloads: list[bytes]) -> list[Stored]:
    rows, previous = list[Stored](), start
    for number, payload in enumerate(payloads, start=1):
        rows.append(Stored(number, previous, payload, link(previous, payload)))
        previous = rows[-1].hash
    return rows


def found(rows: list[Stored]) -> list[tuple[BreakKind, int]]:
    return [(each.kind, each.sequence) for each in verify(START, rows)]


WHOLE = chained(START, [b"one", b"two", b"three", b"four"])


def test_the_genesis_is_the_hash_of_the_mark_and_the_subject() -> None:
    written = b'aftersale-chain-1\n{"kind":"ticket","number":"7000000000000000001","shop":"shop-1"}'
    assert sha256(written).digest() == START


def test_subjects_whose_parts_run_together_have_different_beginnings() -> None:
    parts = [("ticket", "a", "bc"), ("ticket", "ab", "c"), ("order", "a", "bc"), ("ticket", "bc", "a")]
    assert len({genesis(*each) for each in parts}) == len(parts)


def test_a_hash_is_that_of_the_hash_before_and_the_payload() -> None:
    assert link(START, b"one") == sha256(START + b"one").digest()


def test_an_event_is_not_linked_to_what_is_no_hash() -> None:
    with pytest.raises(ValueError, match="32 bytes, not 31"):
        link(START[1:], START[:1] + b"one")


@given(payloads=st.lists(st.binary(max_size=50), max_size=8))
def test_a_chain_as_it_was_written_has_no_break(payloads: list[bytes]) -> None:
    assert found(chained(START, payloads)) == []


def test_a_changed_payload_is_found() -> None:
    assert found([WHOLE[0], WHOLE[1]._replace(payload=b"twO"), *WHOLE[2:]]) == [(ALTERED, 2)]


def test_a_changed_payload_with_a_hash_to_fit_is_found_at_the_next_event() -> None:
    forged = WHOLE[1]._replace(payload=b"twO", hash=link(WHOLE[0].hash, b"twO"))
    assert found([WHOLE[0], forged, *WHOLE[2:]]) == [(RELINKED, 3)]


def test_a_changed_hash_is_found_on_both_sides() -> None:
    assert found([WHOLE[0]._replace(hash=OTHER), *WHOLE[1:]]) == [(ALTERED, 1), (RELINKED, 2)]


def test_a_changed_link_is_found() -> None:
    assert found([WHOLE[0], WHOLE[1]._replace(previous=OTHER), *WHOLE[2:]]) == [(RELINKED, 2), (ALTERED, 2)]


def test_a_missing_event_is_found() -> None:
    assert found([WHOLE[0], *WHOLE[2:]]) == [(GAP, 3)]
    assert found(WHOLE[1:]) == [(GAP, 2)]


def test_a_missing_event_is_found_when_the_rest_is_numbered_anew() -> None:
    assert found([WHOLE[0], *(row._replace(sequence=row.sequence - 1) for row in WHOLE[2:])]) == [
        (RELINKED, 2)
    ]


def test_events_in_another_order_are_found() -> None:
    swapped = [WHOLE[0], WHOLE[2]._replace(sequence=2), WHOLE[1]._replace(sequence=3), WHOLE[3]]
    assert found(swapped) == [(RELINKED, 2), (RELINKED, 3), (RELINKED, 4)]
    assert found([WHOLE[1], WHOLE[0]]) == [(GAP, 2), (SEQUENCE, 1)]


def test_an_event_that_stands_twice_is_found() -> None:
    assert found([*WHOLE[:2], *WHOLE[1:]]) == [(SEQUENCE, 2)]


def test_bytes_moved_from_the_payload_into_the_link_are_found() -> None:
    row = WHOLE[0]
    longer = row._replace(previous=row.previous + row.payload[:1], payload=row.payload[1:])
    assert found([longer, *WHOLE[1:]]) == [(RELINKED, 1)]


def test_a_break_is_reported_once_and_the_rest_is_checked_from_there() -> None:
    rows = [WHOLE[0], *WHOLE[2:]]
    rows[2] = rows[2]._replace(payload=b"")
    assert found(rows) == [(GAP, 3), (ALTERED, 4)]


def test_a_chain_that_was_moved_to_another_subject_is_found() -> None:
    rows = [("a", *row) for row in WHOLE] + [("b", *row) for row in chained(OTHER, [b"five"])]
    starts = {"a": START, "b": OTHER}
    assert list(verify_rows(rows, starts.__getitem__)) == []
    moved = [("b", *row[1:]) for row in rows[:4]]
    assert list(verify_rows(moved, starts.__getitem__)) == [("b", Break(RELINKED, 1))]


def test_an_event_that_was_moved_behind_those_of_another_subject_is_found() -> None:
    last = WHOLE[3]
    rows = [("a", *row) for row in WHOLE[:3]] + [("b", *chained(OTHER, [b"five"])[0])]
    moved = [*rows, ("b", *last._replace(sequence=2))]
    assert list(verify_rows(moved, {"a": START, "b": OTHER}.__getitem__)) == [("b", Break(RELINKED, 2))]


def test_rows_that_do_not_come_by_subject_are_not_taken_for_whole() -> None:
    rows = [("a", *WHOLE[0]), ("b", *chained(OTHER, [b"five"])[0]), ("a", *WHOLE[1])]
    assert list(verify_rows(rows, {"a": START, "b": OTHER}.__getitem__)) == [("a", Break(GAP, 2))]
