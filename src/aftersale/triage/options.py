"""Hold what a user asked for, and write it as the command that asks for it again."""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from aftersale.texts import Lang

SEPARATOR = ","
BATCH_SIZE = 50


@dataclass(frozen=True, slots=True)
class TriageOptions:
    r"""Hold the options of one run.

    `separator` and `batch_size` say how the platform's batch search takes ticket numbers; `\n` and `\t` stand
    for a line end and a TAB.
    """

    sheets: tuple[Path, ...]
    shop: Path | None = None
    map_file: Path | None = None
    out: Path | None = None
    json: bool = False
    lang: Lang = "zh"
    separator: str = SEPARATOR
    batch_size: int = BATCH_SIZE

    @property
    def joiner(self) -> str:
        """Give the separator itself."""
        return self.separator.replace("\\n", "\n").replace("\\t", "\t")


def quoted(arguments: list[str], *, windows: bool = os.name == "nt") -> str:
    """Write a command so that it can be pasted, blanks and Chinese in its paths included."""
    return subprocess.list2cmdline(arguments) if windows else shlex.join(arguments)


def _named(name: str, value: object) -> list[str]:
    return [name, str(value)] if value is not None else []


def command_at(options: TriageOptions, now: datetime) -> str:
    """Write the command that does the same at another time."""
    language = ["--lang", options.lang] if options.lang != "zh" else []
    arguments = ["aftersale", *language, "triage", *map(str, options.sheets)]
    arguments += _named("--shop", options.shop) + _named("--map", options.map_file)
    arguments += ["--now", now.isoformat(), *_named("--out", options.out)]
    arguments += ["--json"] if options.json else []
    arguments += ["--separator", options.separator] if options.separator != SEPARATOR else []
    arguments += ["--batch-size", str(options.batch_size)] if options.batch_size != BATCH_SIZE else []
    return quoted(arguments)
