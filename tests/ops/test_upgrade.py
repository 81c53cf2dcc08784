"""Start the desk on a database of another version: a newer one is left alone, an older one migrated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.ops.desks import free_port, running, wait_for
from tests.ops.test_serve import answers

if TYPE_CHECKING:
    from tests.ops.desks import OwnDesk

NEWER = """
    from django.db.migrations.recorder import MigrationRecorder
    MigrationRecorder.Migration.objects.create(app="tickets", name="9999_later")
"""
OLDER = """
    from django.core.management import call_command
    call_command("migrate", "returns", "zero", verbosity=0)
"""
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


def test_an_older_database_is_backed_up_then_migrated(desk: OwnDesk) -> None:
    desk.python(OLDER)
    assert desk.python(STANDING) == "False"
    port = free_port()
    with running(desk.start("serve", "--port", port)):
        wait_for(lambda: answers(port))
    assert desk.python(STANDING) == "True"
    assert len(list((desk.home / "backups").glob("aftersale-*.tar"))) == 1


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
