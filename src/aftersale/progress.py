"""Show that long work goes on, and stay silent when it is short."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeVar

    Item = TypeVar("Item")

# Work that is over by then needs no bar.
PATIENCE_SECONDS = 1.0


class Bar:
    """Show one bar for the step at hand."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None) if progress else None

    def begin(self, title: str, total: int | None = None) -> None:
        """Name the step that begins, with the number of its parts where that is known."""
        if self._progress and self._task is not None:
            self._progress.update(self._task, description=title, total=total, completed=0)

    def each(self, items: Iterable[Item], total: int | None = None) -> Iterator[Item]:
        """Pass items through and count them, towards `total` where that is known only now."""
        if self._progress and self._task is not None:
            self._progress.update(self._task, total=total)
        for item in items:
            yield item
            if self._progress and self._task is not None:
                self._progress.advance(self._task)


@contextmanager
def bar(*, shown: bool, screen: Console | None = None, patience: float = PATIENCE_SECONDS) -> Iterator[Bar]:
    """Give a bar that appears on stderr once the work has lasted a second; never where nobody watches."""
    screen = screen or Console(stderr=True)
    if not (shown and screen.is_terminal):
        yield Bar(None)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    progress = Progress(*columns, console=screen, transient=True)
    timer = Timer(patience, progress.start)
    timer.daemon = True
    timer.start()
    try:
        yield Bar(progress)
    finally:
        timer.cancel()
        timer.join()
        progress.stop()
