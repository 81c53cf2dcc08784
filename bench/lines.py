"""Print what was measured: one line a measurement, columns aligned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

NONE = "-"
_TITLES = ("what", "this project", "peer in the same run", "ratio", "bar", "reached")


@dataclass(frozen=True, slots=True)
class Bar:
    """Hold a bar: what it says, and whether the binding part and the absolute target were met.

    Where a peer is named the ratio binds and the absolute figure is a target; None is a part that the bar
    does not have.
    """

    text: str
    binding: bool | None
    target: bool | None = None

    @property
    def reached(self) -> str:
        """Say in a word or two how far the bar was reached."""
        if self.binding is None:
            return {None: NONE, True: "yes", False: "NO"}[self.target]
        if not self.binding:
            return "NO"
        return "ratio, not target" if self.target is False else "yes"


NO_BAR = Bar(NONE, None)


def within(value: float | None, most: float, text: str) -> Bar:
    """Bar what must not grow over a limit; a value that the system does not tell is not judged."""
    return Bar(text, None, None if value is None else value <= most)


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one measurement as it is printed."""

    what: str
    ours: str
    peer: str = NONE
    ratio: str = NONE
    bar: Bar = NO_BAR

    def cells(self, *, judged: bool) -> tuple[str, ...]:
        """Give the columns; a run too small to judge leaves the last one open."""
        reached = self.bar.reached if judged or self.bar is NO_BAR else "too small to judge"
        return self.what, self.ours, self.peer, self.ratio, self.bar.text, reached


def rate(per_second: float) -> str:
    """Write a rate."""
    return f"{per_second:,.0f}/s"


def times(ratio: float) -> str:
    """Write a ratio."""
    return f"{ratio:.2f}x" if ratio < 10 else f"{ratio:.0f}x"  # noqa: PLR2004  # two digits tell enough from ten on


def seconds(duration: float) -> str:
    """Write a duration."""
    return f"{duration:.2f} s" if duration < 10 else f"{duration:.1f} s"  # noqa: PLR2004  # as above


def megabytes(peak: float | None) -> str:
    """Write a peak of memory; some systems do not tell it."""
    return "n/a" if peak is None else f"{peak:,.0f} MB"


def table(title: str, lines: Sequence[Line], *, judged: bool) -> str:
    """Write the lines of one workload under its title."""
    rows = [_TITLES, *(line.cells(judged=judged) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_TITLES))]
    shown = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    shown.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([title, *("  " + row for row in shown)])
