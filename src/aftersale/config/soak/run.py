"""Run a long random life of desk and sandbox by a seed, and compare the books at its end."""

from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING

import stamina

from aftersale.config.soak.database import database_of_run, own_database
from aftersale.config.soak.place import sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from aftersale.config.home import Home
    from aftersale.config.soak.books import Books
    from aftersale.config.soak.steps import Act

    Passing = Callable[[Iterable[Act]], Iterable[Act]]

FIRST_TICKETS, _CALLS = 30, 10_000


def soak(place: Home, seed: int, steps: int, passing: Passing = iter) -> Books:
    """Live `steps` random steps in a desk of its own folder, which must be empty; `passing` hears of each.

    The same seed makes the same choices; what the network spoils depends on its time, too. Where DATABASE_URL
    names a PostgreSQL, the desk gets a database of its own beside that one, which is never touched.
    """
    # Retries are what a run is made of; nobody reads a line for each.
    stamina.instrumentation.set_on_retry_hooks([])
    url, name = os.environ.get("DATABASE_URL", ""), database_of_run("soak", seed)
    with own_database(url, name) as own, sandbox(seed, FIRST_TICKETS) as found:
        for platform in ("douyin", "kuaishou"):
            os.environ[f"AFTERSALE_{platform.upper()}_URL"] = found.addresses[platform]
        # A refusal for too many calls comes as a fault; nobody waits for a turn in real time meanwhile.
        os.environ |= {"DATABASE_URL": own, "AFTERSALE_PLATFORM_CALLS_PER_SECOND": str(_CALLS)}
        found.tell("limits", {"douyin_qps": _CALLS, "kuaishou_qps": _CALLS})
        _start(place)
        # The rooms define tables, which stand only now.
        from django.db import connections  # noqa: PLC0415

        from aftersale.config.soak.books import compare  # noqa: PLC0415
        from aftersale.config.soak.desk import set_up  # noqa: PLC0415
        from aftersale.config.soak.steps import STEPS  # noqa: PLC0415

        desk, dice = set_up(found), Random(seed)  # noqa: S311  # a run that repeats, not a secret
        acts, weights = [act for act, _ in STEPS], [weight for _, weight in STEPS]
        for act in passing(dice.choices(acts, weights, k=steps)):
            act(desk, dice)
        desk.settle()
        books = compare(desk)
        connections.close_all()
        return books


def _start(place: Home) -> None:
    from aftersale.config.django import start  # noqa: PLC0415  # reads the addresses that were just set

    start(place)
    from aftersale.config.upgrade import need_current  # noqa: PLC0415  # as above

    need_current()
