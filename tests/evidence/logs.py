"""Write small chains and the log over them, as a journal stores them, and check both as anyone may."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from aftersale.evidence.canonical import canonical
from aftersale.evidence.chain import genesis, link, verify_rows
from aftersale.evidence.heads import Head, SignedHead, check_heads, sign
from aftersale.evidence.merkle import Frontier

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STARTED = datetime(2026, 6, 10, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Event:
    """Hold one event with its place in the chain; its place in the log is that in the list."""

    subject: str
    sequence: int
    previous: bytes
    payload: bytes
    hash: bytes


@dataclass(slots=True)
class Log:
    """Hold everything that is stored, in the order of the log."""

    events: list[Event] = field(default_factory=list)
    heads: list[SignedHead] = field(default_factory=list)

    def copy(self) -> Log:
        return Log([*self.events], [*self.heads])


def start_of(subject: str) -> bytes:
    """Give the genesis of a ticket."""
    return genesis("ticket", "shop-1", subject)


def make_log(events: int, tickets: int, every: int) -> Log:
    """Write events of several tickets and sign a head after so many, the last one after all."""
    dice, log, frontier = Random(5), Log(), Frontier()
    tips, counts = dict[str, bytes](), Counter[str]()
    for index in range(events):
        subject = str(dice.randrange(tickets))
        counts[subject] += 1
        previous = tips.get(subject) or start_of(subject)
        payload = canonical({"kind": "noted", "index": index, "text": f"第 {dice.random()} 次"})
        tips[subject] = link(previous, payload)
        log.events.append(Event(subject, counts[subject], previous, payload, tips[subject]))
        frontier.append(tips[subject])
        if frontier.size % every == 0 or frontier.size == events:
            log.heads.append(signed(frontier))
    return log


def signed(frontier: Frontier) -> SignedHead:
    """Sign the log as it is."""
    at = STARTED + timedelta(seconds=frontier.size)
    head = Head("shop-1", frontier.size, frontier.root(), at)
    return SignedHead(head, sign(head, KEY))


def breaks(log: Log) -> Iterator[object]:
    """Find all that is wrong with the chains and with the log."""
    rows = sorted(
        (each.subject, each.sequence, each.previous, each.payload, each.hash) for each in log.events
    )
    yield from verify_rows(rows, start_of)
    yield from check_heads(log.heads, [each.hash for each in log.events], KEY.public_key())


def rechained(log: Log, index: int, payload: bytes) -> None:
    """Give an event another payload and write the rest of its chain anew, as who knows the format can."""
    subject, tip = log.events[index].subject, log.events[index].previous
    for position in range(index, len(log.events)):
        event = log.events[position]
        if event.subject == subject:
            content = payload if position == index else event.payload
            log.events[position] = replace(event, previous=tip, payload=content, hash=link(tip, content))
            tip = log.events[position].hash
