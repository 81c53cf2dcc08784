"""Bring plain values into typed shapes.

msgspec works out how a type is read when it is first read. Two threads that do so at the same time end the
whole process: one finds what the other has only half done. So that is done once, when a module is imported;
for JSON a module keeps a `msgspec.json.Decoder` of its own.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def shaper(shape: type[T]) -> Callable[[object], T]:
    """Give what brings plain values into a shape; that raises msgspec.ValidationError.

    >>> shaper(dict[str, int])({"a": 1})
    {'a': 1}
    """
    msgspec.json.Decoder(shape)
    return cast("Callable[[object], T]", partial(msgspec.convert, type=cast("Any", shape)))
