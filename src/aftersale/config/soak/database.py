"""Make a database for one run beside the one that is named, and drop it afterwards."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg.sql import SQL, Identifier

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def own_database(url: str, name: str) -> Iterator[str]:
    """Give the address of an empty database on the server of `url`, dropped at the end of the block.

    Without an address nothing is made: the desk then keeps its data in a file of its folder.
    """
    if not url:
        yield ""
        return
    named = Identifier(name)
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(named))
        server.execute(SQL("CREATE DATABASE {}").format(named))
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(named))


def database_of_run(what: str, number: int) -> str:
    """Name the database of a run, so that no two that go on at once meet."""
    return f"aftersale_{what}_{number}_{os.getpid()}"
