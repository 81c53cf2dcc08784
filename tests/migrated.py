"""Let one process of tests migrate, and give the others what it made: rendering migrations takes long."""

from __future__ import annotations

import fcntl
import hashlib
import os
import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]


def kept_in(folder: Path) -> Path:
    """Name the file for the migrations as they are; other migrations or libraries make another."""
    digest = hashlib.sha256((ROOT / "requirements.lock").read_bytes())
    for each in sorted((ROOT / "src").glob("aftersale/*/migrations/*.py")):
        digest.update(each.name.encode() + each.read_bytes())
    return folder / f"{digest.hexdigest()[:16]}.sqlite3"


def fill(kept: Path, memory: str) -> sqlite3.Connection:
    """Fill the database in memory; it is there for as long as the connection is open."""
    held = sqlite3.connect(memory, uri=True)
    with closing(sqlite3.connect(kept)) as source:
        source.backup(held)
    return held


def keep(kept: Path, memory: str) -> None:
    """Write down what was migrated, whole or not at all."""
    draft = kept.with_suffix(f".{os.getpid()}")
    with closing(sqlite3.connect(memory, uri=True)) as source, closing(sqlite3.connect(draft)) as target:
        source.backup(target)
    draft.replace(kept)


@contextmanager
def alone(kept: Path) -> Iterator[None]:
    """Let one process at a time look for the file and make it."""
    with kept.with_name("lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
