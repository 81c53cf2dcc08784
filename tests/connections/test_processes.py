"""See that workers in processes of their own share quota and tokens, and that a kill costs nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from aftersale.config.home import Home, prepare
from tests.connections.desk import number
from tests.connections.platform import Book, Clock, served

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PER_SECOND = 20


@dataclass
class Crew:
    """Start workers on one desk and one platform."""

    home: Path
    url: str
    book: Book
    address: str

    def start(self, what: str, said: object = "") -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "AFTERSALE_HOME": str(self.home),
            "DJANGO_SETTINGS_MODULE": "aftersale.config.settings",
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": self.url,
            "AFTERSALE_DOUYIN_URL": self.address,
        }
        command = [sys.executable, "-m", "tests.connections.crew", what, str(said)]
        return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def told(self, what: str, said: object = "") -> Any:  # noqa: ANN401
        return answer(self.start(what, said))

    @property
    def at(self) -> float:
        return self.book.clock().timestamp()


def answer(process: subprocess.Popen[str]) -> Any:  # noqa: ANN401
    try:
        said, _ = process.communicate(timeout=240)
    finally:
        process.kill()
    assert process.returncode == 0
    return json.loads(said)


@pytest.fixture(scope="module")
def empty_desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a desk with empty tables, once."""
    home = tmp_path_factory.mktemp("desk")
    prepare(Home(home))
    with served(Book(Clock())) as address:
        Crew(home, "", Book(Clock()), address).told("tables")
    return home


@pytest.fixture
def embedded(empty_desk: Path, tmp_path: Path) -> Iterator[Crew]:
    """Give a crew on a file of its own."""
    home = tmp_path / "home"
    shutil.copytree(empty_desk, home)
    book = Book(Clock())
    with served(book) as address:
        yield Crew(home, "", book, address)


@pytest.fixture
def crew(embedded: Crew, transactional_db: None) -> Crew:
    """Give a crew on the database under test; an embedded one lives in memory there, and is a file here."""
    del transactional_db
    if connection.vendor == "postgresql":
        at = connection.settings_dict
        embedded.url = f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    return embedded


@pytest.mark.django_db(transaction=True)
def test_two_processes_share_one_quota(crew: Crew) -> None:
    went = sorted(at for each in [crew.start("calls", 30) for _ in range(2)] for at in answer(each))
    assert len(went) == 60
    # A second may pass unused and be made up for: twice the rate in one second, never more.
    most = max(sum(at <= other < at + 1 for other in went) for at in went)
    assert most <= 2 * PER_SECOND + 1
    assert went[-1] - went[0] >= (60 - PER_SECOND) / PER_SECOND - 0.3


@pytest.mark.django_db(transaction=True)
def test_two_processes_never_refresh_at_once(crew: Crew) -> None:
    crew.told("seed", crew.at)
    crew.book.clock.on(hours=47.5)
    tokens = [answer(each) for each in [crew.start("token", crew.at) for _ in range(3)]]
    assert crew.book.refreshes == 1
    assert set(tokens) <= {"access-1", "access-2"}
    assert crew.told("token", crew.at) == crew.book.access == "access-2"


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_the_answer_and_the_save_leaves_the_way_in(crew: Crew) -> None:
    crew.told("seed", crew.at)
    crew.book.clock.on(hours=47.5)
    dying = crew.start("token_heard", crew.at)
    dying.communicate(timeout=120)
    assert dying.returncode == -signal.SIGKILL
    assert crew.book.refreshes == 1
    crew.book.clock.on(minutes=2)
    assert crew.told("token", crew.at) == crew.book.access
    assert crew.book.refreshes == 2
    crew.book.clock.on(hours=47.5)
    assert crew.told("token", crew.at) == crew.book.access


def test_a_poll_killed_before_any_of_its_writes_loses_nothing_and_repeats_nothing(embedded: Crew) -> None:
    embedded.book.size = 1
    embedded.book.change(number(1))
    embedded.book.clock.on(minutes=1)
    embedded.book.change(number(2), "paid", 12900)
    embedded.book.clock.on(minutes=1)
    embedded.told("seed", embedded.at)
    embedded.book.clock.on(minutes=1)
    told = embedded.told("killed", embedded.at)
    *after_deaths, undisturbed = told["found"]
    assert told["deaths"] > 20
    assert [row[:2] for row in undisturbed["tickets"]] == [
        [number(1), "asked"],
        [number(2), "paid"],
    ]
    assert (undisturbed["held"], undisturbed["filled"]) == (False, True)
    assert [found for found in after_deaths if found != undisturbed] == []
