"""Share work that asks nobody with processes of its own; what goes in and comes out is a plain value.

A helper is started as a program and not forked, speaks over its stdin and stdout, and ends when they close:
with its owner, however that one ends.
"""

from __future__ import annotations

import gc
import logging
import os
import pickle
import signal
import subprocess
import sys
from collections import deque
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import TracebackType
    from typing import IO

Piece = TypeVar("Piece")
Done = TypeVar("Done")
_log = logging.getLogger(__name__)

# One piece at hand and one behind it: a helper never waits for its owner, and little is held.
_AHEAD = 2
_PATIENCE_S = 5.0
# A whole piece fits in, where the system allows it: nobody waits for the other to read.
_PIPE_BYTES = 1 << 20
# Few of the values die late: to look through all that lives for rings of them, as often as usual, takes half
# of the time in which results are unpacked.
_USUAL_GARBAGE, _GARBAGE = gc.get_threshold(), (50_000, 20, 100)


class _Lost(Exception):
    """Say that a helper is gone."""


class _Helper:
    """Hold one process that does the work, and speak with it."""

    def __init__(self, command: Sequence[str], work: object) -> None:
        self._process = subprocess.Popen(
            command,
            bufsize=_PIPE_BYTES,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pipesize=_PIPE_BYTES,
        )
        with suppress(_Lost):
            self.send(work)

    @property
    def code(self) -> int | None:
        """Tell with which code the process ended."""
        return self._process.returncode

    def send(self, value: object) -> None:
        """Hand a value over; raises _Lost."""
        try:
            pickle.dump(value, self._input, pickle.HIGHEST_PROTOCOL)
            self._input.flush()
        except (OSError, ValueError) as fault:
            raise _Lost from fault

    def receive(self) -> object:
        """Wait for the next result; raises _Lost."""
        try:
            return pickle.load(cast("IO[bytes]", self._process.stdout))  # noqa: S301  # from our own process
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as fault:
            raise _Lost from fault

    @property
    def _input(self) -> IO[bytes]:
        return cast("IO[bytes]", self._process.stdin)

    def close(self) -> None:
        """Let the process end; one that does not is killed."""
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                cast("IO[bytes]", pipe).close()
        try:
            self._process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Crew(Generic[Piece, Done]):
    """Do one kind of work piece by piece, with helpers or alone; helpers that are gone leave it to the owner.

    `work` travels to the helpers, `command` starts one: a program that calls `serve`.
    """

    def __init__(self, work: Callable[[Piece], Done], command: Sequence[str], helpers: int) -> None:
        self._work = work
        self._helpers: list[_Helper] = []
        with suppress(OSError):
            while len(self._helpers) < helpers:
                self._helpers.append(_Helper(command, work))

    def __enter__(self) -> Crew[Piece, Done]:
        """Begin; the helpers are there already."""
        gc.set_threshold(*_GARBAGE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the helpers go."""
        gc.set_threshold(*_USUAL_GARBAGE)
        for helper in self._helpers:
            helper.close()

    def results(self, pieces: Iterable[Piece]) -> Iterator[Done]:
        """Yield what came of each piece, in their order; what the work raises comes out here."""
        waiting: deque[tuple[_Helper | None, Piece]] = deque()
        for number, piece in enumerate(pieces):
            waiting.append((self._begun(number, piece), piece))
            if len(waiting) > _AHEAD * len(self._helpers):
                yield self._result(*waiting.popleft())
        while waiting:
            yield self._result(*waiting.popleft())

    def _begun(self, number: int, piece: Piece) -> _Helper | None:
        """Hand a piece to the helper whose turn it is; None where there is none."""
        if not self._helpers:
            return None
        helper = self._helpers[number % len(self._helpers)]
        try:
            helper.send(piece)
        except _Lost:
            self._without(helper)
            return None
        return helper

    def _result(self, helper: _Helper | None, piece: Piece) -> Done:
        if helper is not None:
            try:
                return cast("Done", helper.receive())
            except _Lost:
                self._without(helper)
        return self._work(piece)

    def _without(self, helper: _Helper) -> None:
        """Go on without a helper."""
        if helper in self._helpers:
            self._helpers.remove(helper)
            helper.close()
            _log.warning("a helper is gone (%s); its work is done here", helper.code)


def serve() -> None:
    """Be a helper: take the work, then pieces of it, until stdin is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the owner hears it and closes stdin
    answers, pieces = _answers(), SimpleQueue[Any]()
    Thread(target=_listen, args=(pieces,), daemon=True).start()
    work = pieces.get()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GARBAGE)
    with suppress(BrokenPipeError):
        while work is not None and (piece := pieces.get()) is not None:
            pickle.dump(work(piece), answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()


def _answers() -> IO[bytes]:
    """Keep stdout for answers: whatever else is printed goes to stderr."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb", _PIPE_BYTES)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _listen(pieces: SimpleQueue[Any]) -> None:
    """Take in what comes, so that the owner never waits for a helper that is at work."""
    try:
        with os.fdopen(os.dup(sys.stdin.fileno()), "rb", _PIPE_BYTES) as given, suppress(EOFError, OSError):
            while True:
                pieces.put(pickle.load(given))  # noqa: S301  # from our owner
    finally:
        pieces.put(None)
