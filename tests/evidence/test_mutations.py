"""Change what is stored a thousand times, in every way that comes to mind, and find it each time."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest

from aftersale.evidence.canonical import canonical
from aftersale.evidence.chain import BreakKind, verify_rows
from aftersale.evidence.heads import SignedHead
from tests.evidence.logs import Log, breaks, make_log, rechained, start_of

if TYPE_CHECKING:
    from collections.abc import Callable

WHOLE = make_log(events=300, tickets=20, every=40)


def flip(data: bytes, dice: Random) -> bytes:
    place, mask = dice.randrange(len(data)), 1 << dice.randrange(8)
    return data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]


def flip_a_bit(log: Log, dice: Random) -> None:
    index = dice.randrange(len(log.events))
    event = log.events[index]
    log.events[index] = dice.choice(
        [
            replace(event, previous=flip(event.previous, dice)),
            replace(event, payload=flip(event.payload, dice)),
            replace(event, hash=flip(event.hash, dice)),
            replace(event, sequence=event.sequence ^ 1 << dice.randrange(31)),
        ]
    )


def drop_an_event(log: Log, dice: Random) -> None:
    del log.events[dice.randrange(len(log.events))]


def drop_and_number_anew(log: Log, dice: Random) -> None:
    gone = log.events.pop(dice.randrange(len(log.events)))
    for index, event in enumerate(log.events):
        if event.subject == gone.subject and event.sequence > gone.sequence:
            log.events[index] = replace(event, sequence=event.sequence - 1)


def swap_in_the_log(log: Log, dice: Random) -> None:
    first, second = dice.sample(range(len(log.events)), 2)
    log.events[first], log.events[second] = log.events[second], log.events[first]


def swap_in_the_chain(log: Log, dice: Random) -> None:
    second = dice.choice([index for index, event in enumerate(log.events) if event.sequence > 1])
    later = log.events[second]
    first = next(
        index
        for index, event in enumerate(log.events)
        if (event.subject, event.sequence) == (later.subject, later.sequence - 1)
    )
    log.events[first] = replace(log.events[first], sequence=later.sequence)
    log.events[second] = replace(later, sequence=later.sequence - 1)


def cut_the_end(log: Log, dice: Random) -> None:
    del log.events[-dice.randrange(1, len(log.events)) :]


def cut_the_end_of_a_chain(log: Log, dice: Random) -> None:
    subject = dice.choice(log.events).subject
    last = max(index for index, event in enumerate(log.events) if event.subject == subject)
    del log.events[last]


def move_to_another_ticket(log: Log, dice: Random) -> None:
    index = dice.randrange(len(log.events))
    event, counts = log.events[index], Counter(each.subject for each in log.events)
    subject = dice.choice(sorted(counts.keys() - {event.subject}))
    log.events[index] = replace(event, subject=subject, sequence=counts[subject] + 1)


def move_a_whole_chain(log: Log, dice: Random) -> None:
    subject = dice.choice(log.events).subject
    log.events = [
        replace(event, subject="new") if event.subject == subject else event for event in log.events
    ]


def insert_a_copy(log: Log, dice: Random) -> None:
    log.events.insert(dice.randrange(len(log.events)), dice.choice(log.events))


def write_a_chain_anew(log: Log, dice: Random) -> None:
    rechained(log, dice.randrange(len(log.events)), canonical({"kind": "noted", "text": str(dice.random())}))


def swap_two_heads(log: Log, dice: Random) -> None:
    first, second = dice.sample(range(len(log.heads)), 2)
    log.heads[first], log.heads[second] = log.heads[second], log.heads[first]


def swap_two_signatures(log: Log, dice: Random) -> None:
    first, second = dice.sample(range(len(log.heads)), 2)
    log.heads[first] = SignedHead(log.heads[first].head, log.heads[second].signature)


def change_a_head(log: Log, dice: Random) -> None:
    index = dice.randrange(len(log.heads))
    head, signature = log.heads[index].head, log.heads[index].signature
    log.heads[index] = dice.choice(
        [
            SignedHead(replace(head, root=flip(head.root, dice)), signature),
            SignedHead(replace(head, size=head.size + 1), signature),
            SignedHead(head, flip(signature, dice)),
        ]
    )


MUTATIONS = (
    flip_a_bit,
    drop_an_event,
    drop_and_number_anew,
    swap_in_the_log,
    swap_in_the_chain,
    cut_the_end,
    cut_the_end_of_a_chain,
    move_to_another_ticket,
    move_a_whole_chain,
    insert_a_copy,
    write_a_chain_anew,
    swap_two_heads,
    swap_two_signatures,
    change_a_head,
)


def test_what_nobody_changed_has_no_break() -> None:
    assert list(breaks(WHOLE)) == []


def test_a_thousand_changes_are_all_found() -> None:
    dice, missed = Random(7), list[tuple[int, str]]()
    for number in range(1_000):
        log, mutate = WHOLE.copy(), MUTATIONS[number % len(MUTATIONS)]
        mutate(log, dice)
        assert log != WHOLE
        if not any(breaks(log)):
            missed.append((number, mutate.__name__))
    assert missed == []


def chain_breaks(log: Log) -> set[BreakKind]:
    rows = sorted(
        (each.subject, each.sequence, each.previous, each.payload, each.hash) for each in log.events
    )
    return {broken.kind for _, broken in verify_rows(rows, start_of)}


@pytest.mark.parametrize("mutate", [cut_the_end_of_a_chain, swap_in_the_log, write_a_chain_anew])
def test_what_the_chains_cannot_show_the_log_shows(mutate: Callable[[Log, Random], None]) -> None:
    log = WHOLE.copy()
    mutate(log, Random(7))
    assert chain_breaks(log) == set()
    assert any(breaks(log))


def test_an_event_that_was_never_signed_can_still_be_cut_off() -> None:
    log = WHOLE.copy()
    log.heads.pop()
    log.events.pop()
    assert list(breaks(log)) == []
