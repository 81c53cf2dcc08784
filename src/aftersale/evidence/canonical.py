"""Write a value as the one sequence of bytes that everyone writes it as (RFC 8785)."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import msgspec
import rfc8785

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Beyond it JSON of other languages rounds.
MOST = 2**53 - 1

_encode = msgspec.json.Encoder(order="sorted").encode
_WRITTEN_ALIKE = frozenset({str, bool, type(None)})
_HELD = frozenset({dict, list})


class NotCanonical(ValueError):
    """Refuse a value that has no canonical bytes; `faults` lists every place with its reason."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


def canonical(value: object) -> bytes:
    r"""Write texts, integers, truths, nothing, lists and maps by text as canonical JSON.

    An integer beyond 2^53 - 1, a float, half a character and any other type raise NotCanonical.

    >>> canonical({"to": "买家", "paid_fen": 12900})
    b'{"paid_fen":12900,"to":"\xe4\xb9\xb0\xe5\xae\xb6"}'
    """
    if _is_plain([value]):
        try:
            return _encode(value)
        except UnicodeEncodeError as error:
            raise NotCanonical(list(_faults(value, "$"))) from error
    if faults := list(_faults(value, "$")):
        raise NotCanonical(faults)
    return rfc8785.dumps(cast("Any", value))


def _is_plain(held: list[Any] | dict[Any, Any]) -> bool:
    """Tell whether the fast encoder writes these values as RFC 8785 does; a property test holds it."""
    values: Iterable[Any] = held.values() if type(held) is dict else held
    # Kind by kind and not value by value: an import asks this of millions of values.
    for kind in set(map(type, values)) - _WRITTEN_ALIKE:
        if not _are_plain(kind, values):
            return False
    return type(held) is list or _are_plain_keys(tuple(held))


def _are_plain(kind: type[Any], values: Iterable[Any]) -> bool:
    """Tell it of those values that are of one kind."""
    if kind is int:
        numbers = [value for value in values if type(value) is int]
        return min(numbers) >= -MOST and max(numbers) <= MOST
    if kind in _HELD:
        return all(map(_is_plain, [value for value in values if type(value) is kind]))
    return issubclass(kind, StrEnum)


@lru_cache(maxsize=4096)
def _are_plain_keys(keys: tuple[object, ...]) -> bool:
    return all(isinstance(key, str) and key.isascii() for key in keys)


def _faults(value: object, place: str) -> Iterator[str]:
    """Name everything in a value that has no canonical form."""
    if fault := _fault(value):
        yield f"{place}: {fault}"
    if isinstance(value, dict):
        for key, each in value.items():
            if fault := _fault(key) if isinstance(key, str) else f"the key {key!r} is no text":
                yield f"{place}: {fault}"
            yield from _faults(each, f"{place}.{key!r}")
    elif isinstance(value, list | tuple):
        for position, each in enumerate(value):
            yield from _faults(each, f"{place}[{position}]")


def _fault(value: object) -> str:
    """Say what is wrong with one value, nothing where all is well."""
    match value:
        case str():
            return "" if _is_encodable(value) else f"{value!r} holds half a character"
        case int():
            return "" if -MOST <= value <= MOST else f"{value} is beyond 2^53 - 1; write an id as a text"
        case float():
            return f"{value} is a float; write an integer or a text"
        case None | dict() | list() | tuple():
            return ""
        case _:
            return f"a value of type {type(value).__name__} has no form in JSON"


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
