"""Say on stderr how far long work has come; where nobody watches, say nothing."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
from rich.progress import Progress as RichProgress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Item = TypeVar("Item")


class Progress:
    """Show one bar for the step at hand."""

    def __init__(self, screen: RichProgress) -> None:
        self._screen = screen
        self._task = screen.add_task("", total=None)

    def begin(self, title: str) -> None:
        """Name the step that begins."""
        self._screen.reset(self._task, description=title, total=None)

    def each(self, items: Iterable[Item], total: int | None = None) -> Iterator[Item]:
        """Pass items through and count them."""
        self._screen.update(self._task, total=total, completed=0)
        for item in items:
            yield item
            self._screen.advance(self._task)


@contextmanager
def progress(*, shown: bool) -> Iterator[Progress]:
    """Give a bar that is gone when the work is done."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    silent = not (shown and console.is_terminal)
    with RichProgress(*columns, console=console, transient=True, disable=silent) as screen:
        yield Progress(screen)
