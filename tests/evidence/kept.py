"""Write a small journal into the database, and check it as `verify` does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from aftersale.evidence.chains_kept import Kept
from aftersale.evidence.heads import key_id
from aftersale.evidence.journal import Entry, Subject, record
from aftersale.evidence.models import Event
from aftersale.evidence.proof import Proof, prove
from aftersale.shops.models import Shop

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEYS = {key_id(KEY.public_key()): KEY.public_key()}
NOW = datetime(2026, 6, 10, 1, 2, 3, 456789, tzinfo=UTC)


def a_shop(name: str = "云杉小屋") -> Shop:
    """Make a shop."""
    return Shop.objects.create(platform="douyin", name=name, created_at=NOW)


def a_subject(shop: Shop, number: str) -> Subject:
    """Name a subject of a kind that keeps no end of its own."""
    return Subject(shop.pk, "parcel", int(number), f"P-{number}")


def happened(subject: Subject, times: int, personal: Mapping[str, str] | None = None) -> list[Event]:
    """Let something happen to a subject so often, a second apart."""
    entry = Entry("noted", NOW, 7, {"text": "有破损"}, personal or {})
    return [record(subject, replace(entry, at=NOW + timedelta(seconds=each))) for each in range(times)]


def ends_of(kind: str = "parcel") -> list[Kept]:
    """Say of every chain what its subject would keep: the end that it has now."""
    ends = dict[int, Kept]()
    for event in Event.objects.filter(subject_kind=kind).order_by("subject_id", "sequence"):
        number = f"P-{event.subject_id}"
        ends[event.subject_id] = Kept(
            event.subject_id, event.shop_id, number, event.sequence, bytes(event.hash)
        )
    return list(ends.values())


def proven(ends: list[Kept] | None = None, erasing: Mapping[str, str] | None = None) -> Proof:
    """Check the whole journal, with the ends that subjects keep where they are given."""

    def keeper() -> Iterator[Kept]:
        return iter(ends or [])

    return prove({"parcel": keeper} if ends is not None else {}, KEYS, lambda _: None, erasing or {})


def faults(ends: list[Kept] | None = None) -> list[tuple[str, str, int]]:
    """Give what is wrong, whose it is, and where it shows."""
    return [(each.fault.value, each.number, each.at) for each in proven(ends).first]
