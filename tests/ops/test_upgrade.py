"""Start the desk on a database of another version: a newer one is left alone, an older one migrated."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.ops.desks import free_port, running, wait_for
from tests.ops.first_desk import first_desk, heads_of
from tests.ops.test_serve import answers

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ops.desks import OwnDesk

NEWER = """
    from django.db.migrations.recorder import MigrationRecorder
    MigrationRecorder.Migration.objects.create(app="tickets", name="9999_later")
"""
OLDER = """
    from django.core.management import call_command
    call_command("migrate", "returns", "zero", verbosity=0)
"""
STRANGE = """
    from django.db import connection
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tickets_ticket DROP COLUMN version")
        cursor.execute("ALTER TABLE returns_parcelphoto RENAME TO elsewhere")
"""
HEADS, TICKETS, EVENTS = 3, 2, 9
STANDING = """
    from aftersale.config.upgrade import standing
    print(standing().current)
"""


def test_a_newer_database_is_refused_and_nothing_is_changed(desk: OwnDesk) -> None:
    desk.python(NEWER)
    for command in (["serve", "--port", free_port()], ["verify"]):
        refused = desk.run(*command)
        assert refused.returncode == 3
        assert "tickets.9999_later" in refused.stderr
        assert "aftersale restore" in refused.stderr
    assert list((desk.home / "backups").iterdir()) == []


@pytest.mark.server
def test_an_older_database_is_backed_up_then_migrated(desk: OwnDesk) -> None:
    desk.python(OLDER)
    assert desk.python(STANDING) == "False"
    port = free_port()
    with running(desk.start("serve", "--port", port)):
        wait_for(lambda: answers(port))
    assert desk.python(STANDING) == "True"
    assert len(list((desk.home / "backups").glob("aftersale-*.tar"))) == 1


def test_a_desk_of_the_first_fixed_schema_comes_to_the_present_with_the_same_heads(tmp_path: Path) -> None:
    desk = first_desk(tmp_path / "first")
    before, port = sorted(map(str, heads_of(desk))), free_port()
    assert len(before) == HEADS + TICKETS + EVENTS
    # No worker: what it does to the actions of the desk is not part of an upgrade.
    with running(desk.start("serve", "--web-only", "--port", port)):
        wait_for(lambda: answers(port))
    assert desk.python(STANDING) == "True"
    proof = desk.run("verify", "--json")
    assert json.loads(proof.stdout.splitlines()[-1])["summary"] == {
        "events": EVENTS,
        "breaks": 0,
        "unsealed": 0,
    }
    assert sorted(map(str, heads_of(desk))) == before


def test_tables_that_are_not_of_the_version_that_the_database_names_are_refused(desk: OwnDesk) -> None:
    desk.python(STRANGE)
    for command in (["serve", "--port", free_port()], ["verify"]):
        refused = desk.run(*command)
        assert refused.returncode == 3, refused.stderr
        assert "tickets_ticket.version" in refused.stderr
        assert "returns_parcelphoto" in refused.stderr
    assert list((desk.home / "backups").iterdir()) == []


def test_the_other_commands_leave_an_older_database_to_serve(desk: OwnDesk) -> None:
    desk.python(OLDER)
    refused = desk.run("verify")
    assert refused.returncode == 3
    assert "aftersale serve" in refused.stderr
    assert desk.python(STANDING) == "False"


def test_a_fresh_folder_is_filled_by_the_first_command(clean: OwnDesk) -> None:
    done = clean.run("user", "add", "boss", "--make-up")
    assert done.returncode == 0, done.stderr
    assert clean.python(STANDING) == "True"
    assert list((clean.home / "backups").iterdir()) == []
