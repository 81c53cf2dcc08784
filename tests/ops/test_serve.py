"""Run the desk as processes: it answers, ends in good order, and gets up again after every kill."""

from __future__ import annotations

import os
import signal
import socket
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from tests.ops.desks import children_of, family_of, free_port, gone, running, wait_for

if TYPE_CHECKING:
    import subprocess

    from tests.ops.desks import OwnDesk


def answers(port: int) -> bool:
    """Tell whether a page comes back, whichever it is."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=10) as page:
            return bool(page.status)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def lines_of(process: subprocess.Popen[str]) -> str:
    """Give what a process said in all."""
    return process.communicate(timeout=60)[0]


def test_the_desk_answers_works_says_its_address_and_ends_clean(desk: OwnDesk) -> None:
    port = free_port()
    with running(desk.start("serve", "--port", port)) as process:
        wait_for(lambda: answers(port))
        pulse = wait_for(lambda: list((desk.home / "run").glob("*.json")))
        family = family_of(process.pid)
        process.send_signal(signal.SIGTERM)
        said = lines_of(process)
        assert process.returncode == 0
        assert f"http://127.0.0.1:{port}/" in said
        assert said.count("\n") == 1
        wait_for(lambda: all(map(gone, family)))
        assert not pulse[0].exists()


def test_web_only_starts_no_worker(desk: OwnDesk) -> None:
    port = free_port()
    with running(desk.start("serve", "--port", port, "--web-only")) as process:
        wait_for(lambda: answers(port))
        assert len(children_of(process.pid)) == 1
        assert not (desk.home / "run").exists()


def test_a_second_desk_on_the_same_folder_is_refused(desk: OwnDesk) -> None:
    port = free_port()
    with running(desk.start("serve", "--port", port)):
        wait_for(lambda: answers(port))
        second = desk.run("serve", "--port", free_port())
        assert second.returncode == 3
        assert "already running" in second.stderr


def test_a_port_that_another_program_has_is_refused(desk: OwnDesk) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = desk.run("serve", "--port", port)
    assert refused.returncode == 3
    assert f"127.0.0.1:{port} is taken" in refused.stderr
    assert "--port" in refused.stderr


def test_a_desk_that_was_killed_hard_leaves_nothing_behind_and_starts_again(desk: OwnDesk) -> None:
    port = free_port()
    with running(desk.start("serve", "--port", port)) as process:
        wait_for(lambda: answers(port))
        family = family_of(process.pid)
        assert len(family) >= 3
        process.kill()
        process.communicate()
        with running(desk.start("serve", "--port", port)):
            wait_for(lambda: answers(port))
            wait_for(lambda: all(map(gone, family)))


def test_a_process_of_the_desk_that_dies_is_started_again_and_it_is_said(desk: OwnDesk) -> None:
    port = free_port()
    with running(desk.start("serve", "--port", port)) as process:
        wait_for(lambda: answers(port))
        before = children_of(process.pid)
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: len(set(children_of(process.pid)) - set(before)) == 2)
        wait_for(lambda: answers(port))
        process.send_signal(signal.SIGINT)
        said = lines_of(process)
        assert process.returncode == 0
        assert "web ended (-9); starting it again" in said
        assert "work ended (-9); starting it again" in said


def test_two_workers_run_beside_one_another_and_end_when_asked(desk: OwnDesk) -> None:
    with running(desk.start("work")) as first, running(desk.start("work")) as second:
        wait_for(lambda: len(list((desk.home / "run").glob("*.json"))) == 2)
        for process in (first, second):
            process.send_signal(signal.SIGTERM)
        assert [lines_of(process) for process in (first, second)] == ["", ""]
        assert [first.returncode, second.returncode] == [0, 0]


def test_broken_heads_keep_the_desk_from_starting(desk: OwnDesk) -> None:
    desk.python(
        """
        from datetime import UTC, datetime
        from aftersale.config.wiring import sealing
        from aftersale.evidence.journal import Entry, Subject, record
        from aftersale.evidence.models import Head
        from aftersale.shops.models import Shop
        now = datetime(2026, 6, 10, tzinfo=UTC)
        shop = Shop.objects.create(platform="douyin", name="one", created_at=now)
        record(Subject(shop.pk, "shop", shop.pk, str(shop.pk)), Entry("noted", now))
        sealing(place)(now)
        Head.objects.update(signature=bytes(64))
        """
    )
    refused = desk.run("serve", "--port", free_port())
    assert refused.returncode == 3
    assert "signature" in refused.stderr
    assert "aftersale verify" in refused.stderr
