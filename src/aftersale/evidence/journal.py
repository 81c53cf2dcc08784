"""Write events: one row a change, chained to the one before it, personal values kept apart."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, cast

from aftersale.evidence.canonical import canonical
from aftersale.evidence.chain import genesis, link
from aftersale.evidence.models import Event, PersonalValue
from aftersale.evidence.redaction import SALT_BYTES, seal_value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

LAYOUT = 1


@dataclass(frozen=True, slots=True)
class Subject:
    """Name what events happen to: `number` is what the world knows it by, and its chain begins with it."""

    shop_id: int
    kind: str
    id: int
    number: str

    @property
    def genesis(self) -> bytes:
        """Give the hash to which the first event links."""
        return genesis(self.kind, str(self.shop_id), self.number)


@dataclass(frozen=True, slots=True)
class Entry:
    """Say what happened: `data` is stored as it is, of `personal` only an HMAC stands in the event.

    `actor` is the id of a person, None for the desk itself.
    """

    kind: str
    at: datetime
    actor: int | None = None
    data: Mapping[str, object] = field(default_factory=dict)
    personal: Mapping[str, str] = field(default_factory=dict)


class Written(NamedTuple):
    """Hold an event that is not saved yet, by column, with its personal values as (name, salt, value)."""

    event: dict[str, object]
    personal: list[tuple[str, bytes, str]]

    @property
    def hash(self) -> bytes:
        """Give the hash by which the next event links to this one."""
        return cast("bytes", self.event["hash"])


class End(NamedTuple):
    """Hold the end of a chain: how many events it has and the hash of the last."""

    sequence: int
    head: bytes


def written(subject: Subject, end: End, entry: Entry) -> Written:
    """Make the event that follows `end`; nothing is saved."""
    salts = {name: secrets.token_bytes(SALT_BYTES) for name, value in entry.personal.items() if value}
    payload = canonical(
        {
            "v": LAYOUT,
            "shop": str(subject.shop_id),
            "subject": subject.kind,
            "number": subject.number,
            "seq": end.sequence + 1,
            "kind": entry.kind,
            "at": entry.at.isoformat(),
            "actor": None if entry.actor is None else str(entry.actor),
            "data": dict(entry.data),
            "personal": {name: seal_value(entry.personal[name], salt) for name, salt in salts.items()},
        }
    )
    event: dict[str, object] = {
        "shop_id": subject.shop_id,
        "subject_kind": subject.kind,
        "subject_id": subject.id,
        "sequence": end.sequence + 1,
        "kind": entry.kind,
        "at": entry.at,
        "actor": entry.actor,
        "payload": payload,
        "previous": end.head,
        "hash": link(end.head, payload),
    }
    return Written(event, [(name, salt, entry.personal[name]) for name, salt in salts.items()])


def save(made: Written) -> Event:
    """Save one event with its personal values, inside the caller's transaction."""
    event = Event(**made.event)
    event.save(force_insert=True)
    PersonalValue.objects.bulk_create(
        PersonalValue(event=event, name=name, salt=salt, value=value) for name, salt, value in made.personal
    )
    return event


def record(subject: Subject, entry: Entry) -> Event:
    """Append to the chain of a subject that keeps no end of its own (a shop, an import, a person).

    Two writers at once meet the unique step: one of them gets IntegrityError and nothing of it is saved.
    """
    last = (
        Event.objects.filter(subject_kind=subject.kind, subject_id=subject.id)
        .order_by("-sequence")
        .values_list("sequence", "hash")
        .first()
    )
    end = End(last[0], bytes(last[1])) if last else End(0, subject.genesis)
    return save(written(subject, end, entry))
