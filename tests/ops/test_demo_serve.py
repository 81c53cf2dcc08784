"""Start the demo desk in the background, find it again, let it end."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

from aftersale.config.demo_serve import OWNER, PASSWORD
from tests.ops.desks import LIMIT_S, free_port, wait_for
from tests.ops.test_serve import answers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.ops.desks import OwnDesk


def demo(desk: OwnDesk, *options: object) -> subprocess.CompletedProcess[str]:
    """Run the program of `make demo` that keeps the desk open."""
    command = [sys.executable, "-m", "aftersale.config.demo_serve", f"--home={desk.home}", *map(str, options)]
    return subprocess.run(
        command,
        env=desk.env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


def note(desk: OwnDesk) -> Any:  # noqa: ANN401  # what is written down
    return json.loads((desk.home / "demo.json").read_text(encoding="utf-8"))


@contextmanager
def ended(desk: OwnDesk) -> Iterator[int]:
    """Give a free port, and stop the desk at the end whatever happens."""
    try:
        yield free_port()
    finally:
        demo(desk, "--stop")


def test_it_opens_says_how_to_get_in_and_returns_and_a_second_time_only_says_so(desk: OwnDesk) -> None:
    with ended(desk) as port:
        assert demo(desk, "--look").returncode == 1
        opened = demo(desk, f"--port={port}")
        assert opened.returncode == 0, opened.stderr
        for word in (f"http://127.0.0.1:{port}/", OWNER, PASSWORD, "make demo-stop"):
            assert word in opened.stdout
        assert answers(port)
        pid, before = note(desk)["pid"], monotonic()
        again = demo(desk, "--look")
        assert monotonic() - before < 5
        assert (again.returncode, again.stdout) == (0, opened.stdout)
        assert note(desk)["pid"] == pid
        assert "已停止" in demo(desk, "--stop").stdout
        assert not answers(port)
        assert "没有在运行" in demo(desk, "--stop").stdout


def test_a_port_that_is_taken_is_left_to_whom_it_belongs_and_the_desk_ends_by_itself(desk: OwnDesk) -> None:
    with ended(desk) as port, socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        opened = demo(desk, f"--port={port}", f"--hours={30 / 3600}")
        assert opened.returncode == 0, opened.stderr
        found = note(desk)["port"]
        assert found > port
        wait_for(lambda: not answers(found))


def test_another_program_than_the_one_that_runs_takes_its_place(desk: OwnDesk) -> None:
    with ended(desk) as port:
        demo(desk, f"--port={port}")
        known = note(desk)
        older = {**known, "code": "of yesterday"}
        (desk.home / "demo.json").write_text(json.dumps(older), encoding="utf-8")
        assert demo(desk, f"--port={port}").returncode == 0
        assert note(desk)["code"] != "of yesterday"
        assert note(desk)["pid"] != known["pid"]
        assert answers(note(desk)["port"])


def test_a_desk_that_somebody_started_by_hand_is_left_alone(desk: OwnDesk) -> None:
    port = free_port()
    process = desk.start("serve", "--port", port)
    try:
        wait_for(lambda: answers(port))
        refused = demo(desk, f"--port={free_port()}")
        assert refused.returncode == 3
        assert "Another desk runs" in refused.stderr
        assert demo(desk, "--stop").returncode == 0
        assert answers(port)
    finally:
        process.terminate()
        process.communicate()


def test_a_desk_that_cannot_start_shows_the_last_lines_of_its_log(desk: OwnDesk) -> None:
    (desk.home / "desk.sqlite3").write_bytes(b"no database" * 100)
    with ended(desk) as port:
        refused = demo(desk, f"--port={port}")
        assert refused.returncode == 3
        assert "demo.log" in refused.stderr
        assert not (desk.home / "demo.json").exists()
