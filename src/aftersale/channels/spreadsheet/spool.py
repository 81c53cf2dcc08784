"""Keep what was read once for whoever reads it again: in memory while it is little, else in a file."""

from __future__ import annotations

import pickle
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import finalize

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")
_AT_ONCE = 200
_IN_MEMORY = 8 << 20


class Spool(Generic[T]):
    """Keep values, to be read as often as asked; the file is gone with the spool, and with the process."""

    def __init__(self, values: Iterable[T]) -> None:
        self._file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  # closed with the spool
        finalize(self, self._file.close)
        self._places: list[tuple[int, int]] = []
        left = iter(values)
        while some := list(islice(left, _AT_ONCE)):
            start = self._file.tell()
            self._places.append((start, self._file.write(pickle.dumps(some, pickle.HIGHEST_PROTOCOL))))

    def __iter__(self) -> Iterator[T]:
        """Give the values in their order."""
        for start, size in self._places:
            self._file.seek(start)
            yield from pickle.loads(self._file.read(size))  # noqa: S301  # we wrote it
