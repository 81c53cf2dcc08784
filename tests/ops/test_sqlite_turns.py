"""See the threads of a process take turns to write, and nobody keep a turn that is over."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

import pytest
from django.db import IntegrityError, connection, connections, transaction

from aftersale.config.sqlite.base import DatabaseWrapper
from aftersale.shops.models import Person

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)
_THREADS, _EACH = 12, 15


def counted(number: int) -> float:
    """Add people one by one, and tell the longest time that one waited."""
    longest = 0.0
    try:
        for each in range(_EACH):
            begun = time.perf_counter()
            with transaction.atomic():
                Person.objects.create(username=f"{number}-{each}")
            longest = max(longest, time.perf_counter() - begun)
    finally:
        connection.close()
    return longest


def test_many_writers_all_come_to_write() -> None:
    with ThreadPoolExecutor(_THREADS) as pool:
        waited = list(pool.map(counted, range(_THREADS)))
    assert Person.objects.count() == _THREADS * _EACH
    assert max(waited) < 15


def _breaks_a_rule() -> None:
    Person.objects.create(username="twice")
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(username="twice")


@transaction.atomic
def _gives_up() -> None:
    Person.objects.create(username="never")
    raise RuntimeError


def _breaks_in_between() -> None:
    with pytest.raises(RuntimeError):
        _gives_up()


def _closes_in_between() -> None:
    with transaction.atomic():
        connection.close()


def _nests() -> None:
    with transaction.atomic(), transaction.atomic():
        Person.objects.create(username="nested")


@pytest.mark.parametrize("ends", [_breaks_a_rule, _breaks_in_between, _closes_in_between, _nests])
def test_a_turn_ends_however_its_transaction_ends(ends: Callable[[], None]) -> None:
    ends()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(counted, 0).result(timeout=20) < 15


def test_a_statement_that_writes_by_itself_waits_for_its_turn_and_one_that_reads_does_not() -> None:
    own = connections["default"]
    if not isinstance(own, DatabaseWrapper):
        return  # PostgreSQL has no turns
    person = Person.objects.create(username="one")
    written = Event()

    def write() -> int:
        try:
            return Person.objects.filter(pk=person.pk).update(username="two")
        finally:
            written.set()
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with own.turn():
            writing = pool.submit(write)
            assert not written.wait(0.3)
            assert Person.objects.get().username == "one"
        assert writing.result(timeout=20) == 1
    assert Person.objects.get().username == "two"


def test_a_turn_ends_with_a_statement_that_fails() -> None:
    Person.objects.create(username="twice")
    with pytest.raises(IntegrityError):
        Person.objects.create(username="twice")
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(counted, 0).result(timeout=20) < 15
