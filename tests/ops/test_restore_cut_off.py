"""Kill a restore half way: nothing runs on what it left, and doing it again mends all of it."""

from __future__ import annotations

import json
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.ops.desks import LIMIT_S, free_port
from tests.ops.test_backup import FILL, HELD, bundle_of, give_keys

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ops.desks import OwnDesk

# Dies before its nth write: before it holds the first shop, and while it doubts the actions.
CUT_OFF = """
    import os, signal
    from datetime import UTC, datetime
    from pathlib import Path
    from django.db import connection
    from aftersale.config.restore import restore
    left = {number}
    def die(execute, *arguments):
        global left
        if not arguments[0].lstrip().startswith("SELECT"):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments)
    with connection.execute_wrapper(die):
        restore(Path({bundle!r}), place, datetime(2026, 6, 11, tzinfo=UTC), force=False)
"""
SHOPS = """
    from aftersale.evidence.models import Event
    from aftersale.shops.models import Shop
    print(Shop.objects.filter(held=False).count(), Event.objects.filter(kind="held").count())
"""


def cut_off(desk: OwnDesk, bundle: Path, number: int) -> None:
    code = CUT_OFF.format(number=number, bundle=str(bundle))
    done = subprocess.run(desk.program(code), env=desk.env, check=False, capture_output=True, timeout=LIMIT_S)
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.server
@pytest.mark.parametrize("number", [0, 9])
def test_nothing_runs_on_a_restore_that_was_cut_off_until_it_was_done_again(
    desk: OwnDesk, clean: OwnDesk, number: int
) -> None:
    desk.python(FILL)
    desk.run("backup")
    bundle = bundle_of(desk)
    give_keys(desk, clean)
    cut_off(clean, bundle, number)
    # Whatever does run meanwhile, on another host even, sends nothing.
    assert clean.python(SHOPS).startswith("0 ")
    for command in (["serve", "--port", free_port()], ["work"], ["verify"]):
        refused = clean.run(*command)
        assert (refused.returncode, "aftersale restore" in refused.stderr) == (3, True), refused.stderr
    found = [json.loads(line) for line in clean.run("doctor", "--json").stdout.splitlines()]
    assert [each["level"] for each in found if each["check"] == "database"] == ["bad"]
    assert [each for each in found if each["check"] == "disk" and ".restore-" in each["said"]]
    done = clean.run("restore", bundle)
    assert done.returncode == 0, done.stdout + done.stderr
    assert clean.python(HELD) == "0 unknown unknown unknown unknown done"
    assert clean.python(SHOPS) == "0 1"
    assert not list(clean.home.glob(".restore-*"))
    assert clean.run("verify").returncode == 0
