"""Prove the journal of the database: every chain, every log, every personal value that is still there."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from aftersale.evidence.chains_kept import chain_faults, subject_kinds
from aftersale.evidence.faults import Broken
from aftersale.evidence.files_kept import file_faults
from aftersale.evidence.logs_kept import log_faults
from aftersale.evidence.models import Event
from aftersale.evidence.reading import one_moment
from aftersale.evidence.values_kept import last_erasures, value_faults
from aftersale.shops.models import Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from aftersale.evidence.chains_kept import Kept

# Whoever lost the keys has a fault for each value; nobody reads more than so many.
SHOWN = 1_000


@dataclass(frozen=True, slots=True)
class Proof:
    """Hold what was checked: events read, events not sealed yet, faults, and the first 1,000 of them."""

    events: int
    unsealed: int
    breaks: int
    first: tuple[Broken, ...]


def prove(
    keepers: Mapping[str, Callable[[], Iterable[Kept]]],
    keys: Mapping[str, Ed25519PublicKey],
    progress: Callable[[int], None],
    erasing: Mapping[str, str],
    naming: Collection[str] = (),
) -> Proof:
    """Check journal and vault as they are at one moment; writers go on meanwhile, memory stays flat.

    `keepers` give, by kind of subject, what the subjects say of the ends of their chains, by id. `keys` may
    have signed heads, by key id. `progress` is told how many events were read since it was told last;
    `erasing` is that of `value_faults`, `naming` that of `file_faults`.
    """
    events = 0

    def count(read: int) -> None:
        nonlocal events
        events += read
        progress(read)

    with one_moment():
        first, breaks = list[Broken](), 0
        for broken in _faults(keepers, keys, count, erasing, naming):
            breaks += 1
            if breaks <= SHOWN:
                first.append(broken)
        return Proof(events, Event.objects.filter(log_index=None).count(), breaks, tuple(first))


def prove_heads(keys: Mapping[str, Ed25519PublicKey]) -> Proof:
    """Check the logs and their heads alone, which every event stands behind."""
    with one_moment():
        found = list(chain.from_iterable(log_faults(shop, keys) for shop in _shops()))
        sealed = Event.objects.exclude(log_index=None).count()
        unsealed = Event.objects.filter(log_index=None).count()
    return Proof(sealed, unsealed, len(found), tuple(found[:SHOWN]))


def _shops() -> Iterator[int]:
    return iter(list(Shop.objects.order_by("pk").values_list("pk", flat=True)))


def _faults(
    keepers: Mapping[str, Callable[[], Iterable[Kept]]],
    keys: Mapping[str, Ed25519PublicKey],
    count: Callable[[int], None],
    erasing: Mapping[str, str],
    naming: Collection[str],
) -> Iterator[Broken]:
    for kind in sorted({*subject_kinds(), *keepers}):
        keeper = keepers.get(kind)
        yield from chain_faults(kind, keeper() if keeper else None, count)
    for shop in _shops():
        yield from log_faults(shop, keys)
    yield from value_faults(erasing)
    yield from file_faults(naming, last_erasures(erasing))
