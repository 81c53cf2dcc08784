from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

from aftersale.jobs.crew import Crew

HELPER = [sys.executable, "-c", "from aftersale.jobs.crew import serve; serve()"]


@pytest.mark.parametrize("helpers", [0, 1, 3])
def test_results_come_in_the_order_of_their_pieces(helpers: int) -> None:
    with Crew(str, HELPER, helpers) as crew:
        assert list(crew.results(range(50))) == [str(number) for number in range(50)]


@pytest.mark.parametrize("size", [1, 1_000_000])
def test_a_piece_and_its_result_may_be_larger_than_a_pipe_holds(size: int) -> None:
    with Crew(str.upper, HELPER, 2) as crew:
        assert list(crew.results(["a" * size] * 9)) == ["A" * size] * 9


@pytest.mark.parametrize("ends", ["raise SystemExit(3)", "import os; os.kill(os.getpid(), 9)"])
def test_a_helper_that_is_gone_leaves_the_work_to_its_owner(ends: str) -> None:
    with Crew(str, [sys.executable, "-c", ends], 2) as crew:
        assert list(crew.results([1, 2, 3])) == ["1", "2", "3"]


def test_a_helper_that_cannot_start_leaves_the_work_to_its_owner() -> None:
    with Crew(str, ["no-such-program"], 2) as crew:
        assert list(crew.results([1, 2, 3])) == ["1", "2", "3"]


def test_what_the_work_raises_comes_out_where_it_was_asked_for() -> None:
    with Crew(int, HELPER, 1) as crew:
        found = crew.results(["1", "two"])
        assert next(found) == 1
        with pytest.raises(ValueError, match="two"):
            next(found)


def test_a_crew_may_be_left_before_its_work_is_done() -> None:
    with Crew(str, HELPER, 2) as crew:
        assert next(crew.results(range(1_000))) == "0"


_OWNER = """
import os, sys
from aftersale.jobs.crew import Crew
crew = Crew(str, [sys.executable, "-c", "from aftersale.jobs.crew import serve; serve()"], 2)
assert list(crew.results([1, 2])) == ["1", "2"]
print(*(helper._process.pid for helper in crew._helpers), flush=True)
os.kill(os.getpid(), 9)
"""


def test_helpers_end_with_an_owner_that_was_killed() -> None:
    owner = subprocess.run([sys.executable, "-c", _OWNER], capture_output=True, check=False, timeout=60)
    helpers = [int(pid) for pid in owner.stdout.split()]
    assert len(helpers) == 2
    until = monotonic() + 20
    while any(map(_runs, helpers)) and monotonic() < until:
        sleep(0.05)
    assert not any(map(_runs, helpers))


def _runs(pid: int) -> bool:
    # One that has ended stays listed as Z until the system takes its code.
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[:1]
    except OSError:
        return False
