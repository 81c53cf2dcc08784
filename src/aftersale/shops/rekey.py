"""Encrypt again what old keys encrypted, so that they can be taken out of the ring.

Rotation: put a fresh key in front (`crypto.rotated`), let every process read the ring (a file within a
second, the environment at its start), run `rekey` until nothing is left, take the old key out
(`crypto.removed`). Stopping in between loses nothing: what is under the current key is not touched again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from aftersale.shops.accounts import AUTHENTICATORS
from aftersale.shops.crypto import KeysInvalid
from aftersale.shops.encryption import EncryptedTextField, ring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.models import Model, QuerySet

    Progress: TypeAlias = Callable[[str, int], None]

_SECRETS = ("secret", "seed")


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """Say what was encrypted again by place, what does not open, and how much is still under old keys."""

    done: dict[str, int]
    unreadable: dict[str, list[str]] = field(default_factory=dict)
    left: int = 0

    def then(self, later: Rekeyed) -> Rekeyed:
        """Add what another round did; what is left and unreadable is what that round found."""
        done = {
            place: self.done.get(place, 0) + later.done.get(place, 0) for place in {**self.done, **later.done}
        }
        return Rekeyed(done, later.unreadable, later.left)


def encrypted_fields() -> Iterator[EncryptedTextField]:
    """Name every encrypted field of every table."""
    for model in apps.get_models():
        for each in model._meta.local_fields:  # noqa: SLF001  # the public way to a table's fields
            if isinstance(each, EncryptedTextField):
                yield each


def rekey(batch: int = 500, progress: Progress = lambda _place, _count: None) -> Rekeyed:
    """Encrypt every value under an old key again; `progress` hears place and count after each batch.

    A value that does not open is left as it is and named by its key. `left` is counted at the end: a process
    that still holds the old ring may have written meanwhile; then run it again.
    """
    found = Rekeyed({}, {})
    for each in encrypted_fields():
        _rekey_field(each, batch, progress, found)
    _rekey_factors(progress, found)
    return Rekeyed(found.done, found.unreadable, left())


def left() -> int:
    """Count what is not under the current key."""
    return sum(_old(each).count() for each in encrypted_fields()) + len(list(_old_factors()))


def under(key_id: str) -> int:
    """Count the values that one key of the ring encrypted."""
    values = sum(_stored(each).filter(stored__startswith=f"{key_id}.").count() for each in encrypted_fields())
    factors = Authenticator.objects.values_list("data", flat=True)
    return values + sum(
        any(str(data.get(name, "")).startswith(f"{key_id}.") for name in _SECRETS) for data in factors
    )


def _stored(each: EncryptedTextField) -> QuerySet[Any]:
    raw = Cast(each.attname, TextField())
    return each.model._base_manager.annotate(stored=raw)  # noqa: SLF001  # no filter of a room hides rows


def _old(each: EncryptedTextField) -> QuerySet[Any]:
    every = _stored(each).exclude(stored="").exclude(stored=None)
    return every.exclude(stored__startswith=f"{ring().current}.")


def _rekey_field(each: EncryptedTextField, batch: int, progress: Progress, found: Rekeyed) -> None:
    last: Any = None
    while True:
        # The rows are locked until they are written: nobody's newer value is replaced by an older one.
        with transaction.atomic():
            rows = _old(each) if last is None else _old(each).filter(pk__gt=last)
            taken = list(
                rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", "stored")[:batch]
            )
            for pk, stored in taken:
                _encrypt_again(each, pk, stored, found)
        if not taken:
            return
        last = taken[-1][0]
        progress(each.place, found.done.get(each.place, 0))


def _encrypt_again(each: EncryptedTextField, pk: object, stored: str, found: Rekeyed) -> None:
    try:
        value = ring().decrypt(stored, each.place)
    except KeysInvalid:
        found.unreadable.setdefault(each.place, []).append(str(pk))
        return
    each.model._base_manager.filter(pk=pk).update(**{each.attname: value})  # noqa: SLF001  # as above
    found.done[each.place] = found.done.get(each.place, 0) + 1


def _old_factors() -> Iterator[Authenticator]:
    current = f"{ring().current}."
    for one in Authenticator.objects.order_by("pk"):
        if any(name in one.data and not one.data[name].startswith(current) for name in _SECRETS):
            yield one


def _rekey_factors(progress: Progress, found: Rekeyed) -> None:
    for seen in list(_old_factors()):
        with transaction.atomic():
            one: Model | None = Authenticator.objects.select_for_update().filter(pk=seen.pk).first()
            if one is not None:
                _factor_again(one, found)
        progress(AUTHENTICATORS, found.done.get(AUTHENTICATORS, 0))


def _factor_again(one: Any, found: Rekeyed) -> None:  # noqa: ANN401  # allauth ships no types
    keys = ring()
    try:
        opened = {name: keys.decrypt(one.data[name], AUTHENTICATORS) for name in _SECRETS if name in one.data}
    except KeysInvalid:
        found.unreadable.setdefault(AUTHENTICATORS, []).append(str(one.pk))
        return
    one.data |= {name: keys.encrypt(value, AUTHENTICATORS) for name, value in opened.items()}
    one.save(update_fields=["data"])
    found.done[AUTHENTICATORS] = found.done.get(AUTHENTICATORS, 0) + 1
