"""Back a desk up while somebody writes to it, put it back elsewhere, and find the same heads on hold."""

from __future__ import annotations

import io
import json
import shutil
import stat
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from aftersale.config.home import Home
from aftersale.config.lock import alone
from tests.ops.desks import running, wait_for

if TYPE_CHECKING:
    from tests.ops.desks import OwnDesk

FILL = """
    from datetime import UTC, datetime, timedelta
    from aftersale.config.wiring import sealing
    from aftersale.evidence.journal import Entry
    from aftersale.shops.models import Shop
    from aftersale.tickets.change import change, subject_of
    from aftersale.tickets.models import Action, Ticket
    from aftersale.tickets.vault.adding import Hand, Told, add_written
    now = datetime(2026, 6, 10, tzinfo=UTC)
    shop = Shop.objects.create(platform="douyin", name="one", created_at=now)
    ticket = Ticket(
        shop=shop, ticket_no="T1", order_no="O1", status="x", open=True, turn="merchant", lane="ours",
        stage="decide", step="refund", applied_at=now, channel="spreadsheet", rank=1, observed="{}",
        observed_at=now, notice_digest=bytes(32), seen_at=now, queue_at=now, created_at=now, changed_at=now,
        head=b"",
    )
    ticket.save()
    Ticket.objects.filter(pk=ticket.pk).update(head=subject_of(ticket).genesis)
    ticket.refresh_from_db()
    change(ticket, Entry("noted", now, personal={"buyer": "张三"}))
    ticket.refresh_from_db()
    add_written(ticket, b'{"kept":"whole"}', Told(), Hand(None, "desk", now))
    for number, state in enumerate(("intended", "sending", "handed_over", "unknown", "done"), 1):
        Action.objects.create(
            ticket=ticket, shop=shop, key=str(number), verb="agree_refund", intent_no=number, state=state,
            approved_at=now, not_before=now,
        )
    sealing(place)(now)
    (place.files / "photos").mkdir()
    (place.files / "photos" / "一.jpg").write_bytes(b"photo")
"""
WRITE = """
    from datetime import UTC, datetime, timedelta
    from itertools import count
    from aftersale.config.wiring import sealing
    from aftersale.evidence.journal import Entry
    from aftersale.tickets.change import change
    from aftersale.tickets.models import Ticket
    ticket = Ticket.objects.get()
    for number in count(1):
        now = datetime(2026, 6, 10, tzinfo=UTC) + timedelta(seconds=number)
        change(ticket, Entry("noted", now))
        if number % 7 == 0:
            sealing(place)(now)
        if number == 50:
            (place.root / "writing").touch()
"""
HEADS = """
    from aftersale.config.snapshot import heads_now
    import json
    print(json.dumps(heads_now()))
"""
VAULT = """
    from aftersale.evidence import vault
    from aftersale.evidence.models import StoredFile
    print(*(vault.read(file).decode() for file in StoredFile.objects.order_by("pk")))
"""
HELD = """
    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Action
    states = Action.objects.order_by("pk").values_list("state", flat=True)
    print(Shop.objects.filter(held=False).count(), *states)
"""


def bundle_of(desk: OwnDesk) -> Path:
    """Find the one backup of a desk."""
    (found,) = (desk.home / "backups").glob("aftersale-*.tar")
    return found


def manifest_of(bundle: Path) -> dict[str, Any]:
    """Read what a backup says of itself."""
    with tarfile.open(bundle) as tar:
        file = tar.extractfile("manifest.json")
        assert file is not None
        said: dict[str, Any] = json.load(file)
        return said


@pytest.fixture(scope="module")
def backed_up(blank: OwnDesk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a backup that was made once, to be refused in many ways."""
    (blank.home / "files" / "photos").mkdir()
    (blank.home / "files" / "photos" / "一.jpg").write_bytes(b"photo")
    folder = tmp_path_factory.mktemp("backups")
    assert blank.run("backup", "--to", folder).returncode == 0
    shutil.rmtree(blank.home / "files" / "photos")
    (found,) = folder.glob("aftersale-*.tar")
    return found


@pytest.fixture
def made(backed_up: Path, tmp_path: Path) -> Path:
    """Give a copy of it."""
    return Path(shutil.copy(backed_up, tmp_path))


def give_keys(desk: OwnDesk, to: OwnDesk) -> None:
    """Bring the keys to where a backup is to be restored, as people who keep them apart do."""
    shutil.copytree(desk.home / "keys", to.home / "keys")


@pytest.mark.server
def test_a_backup_made_while_somebody_writes_is_restored_whole_on_hold_with_the_same_heads(
    desk: OwnDesk, clean: OwnDesk
) -> None:
    desk.python(FILL)
    writer = subprocess.Popen(
        desk.program(WRITE), env=desk.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    with running(writer):
        wait_for((desk.home / "writing").exists)
        made = desk.run("backup")
        assert writer.poll() is None
    assert made.returncode == 0, made.stderr
    bundle = bundle_of(desk)
    assert str(bundle) in made.stdout
    assert "aftersale restore" in made.stdout
    give_keys(desk, clean)
    done = clean.run("restore", bundle)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The heads are those of the backup." in done.stdout
    assert json.loads(clean.python(HEADS)) == manifest_of(bundle)["heads"]
    assert clean.python(HELD) == "0 unknown unknown unknown unknown done"
    assert (clean.home / "files" / "photos" / "一.jpg").read_bytes() == b"photo"
    assert clean.python(VAULT) == '{"kept":"whole"}'
    summary = json.loads(clean.run("verify", "--json").stdout.splitlines()[-1])["summary"]
    assert summary["breaks"] == 0
    assert summary["events"] > 50


def test_a_backup_holds_no_keys_unless_asked_and_is_for_its_owner_alone(desk: OwnDesk) -> None:
    desk.run("backup")
    first = bundle_of(desk)
    with tarfile.open(first) as tar:
        assert not [name for name in tar.getnames() if name.startswith("keys")]
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    first.unlink()
    said = desk.run("backup", "--with-keys").stdout
    assert "It holds the keys" in said
    with tarfile.open(bundle_of(desk)) as tar:
        assert {"keys/fields.keys", "keys/heads.pem", "keys/secret.key"} <= set(tar.getnames())


def test_a_backup_with_keys_is_restored_into_nothing(desk: OwnDesk, clean: OwnDesk) -> None:
    desk.python(FILL)
    desk.run("backup", "--with-keys")
    done = clean.run("restore", bundle_of(desk))
    assert done.returncode == 0, done.stdout + done.stderr
    assert (clean.home / "keys" / "heads.pem").read_bytes() == (desk.home / "keys" / "heads.pem").read_bytes()


def test_only_the_newest_backups_are_kept(desk: OwnDesk, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for day in range(1, 4):
        (folder / f"aftersale-2025010{day}-000000.tar").touch()
    (folder / "notes.tar").touch()
    desk.run("backup", "--to", folder, "--keep", "2")
    kept = sorted(path.name for path in folder.iterdir())
    assert len(kept) == 3
    assert "aftersale-20250103-000000.tar" in kept
    assert "notes.tar" in kept


def test_a_restore_without_the_keys_is_refused_and_leaves_everything_as_it_was(
    made: Path, clean: OwnDesk
) -> None:
    refused = clean.run("restore", made)
    assert refused.returncode == 3
    assert "keys" in refused.stderr
    assert not (clean.home / "desk.sqlite3").exists()


def test_a_restore_over_data_is_refused_and_with_force_moves_it_aside(desk: OwnDesk) -> None:
    desk.python(FILL)
    desk.run("backup")
    bundle = bundle_of(desk)
    desk.python("from aftersale.shops.models import Shop; Shop.objects.update(name='later')")
    refused = desk.run("restore", bundle)
    assert refused.returncode == 3
    assert "--force" in refused.stderr
    name = "from aftersale.shops.models import Shop; print(Shop.objects.get().name)"
    assert desk.python(name) == "later"
    done = desk.run("restore", bundle, "--force")
    assert done.returncode == 0, done.stdout + done.stderr
    assert desk.python(name) == "one"
    (aside,) = desk.home.glob("before-*")
    assert (aside / "files" / "photos" / "一.jpg").exists()
    assert str(aside) in done.stdout
    assert desk.database or (aside / "desk.sqlite3").exists()


def changed(bundle: Path, name: str, content: bytes) -> None:
    """Write a bundle again with one file changed, its manifest as it was."""
    with tarfile.open(bundle) as tar:
        files = {entry.name: tar.extractfile(entry) for entry in tar}
        contents = {each: file.read() for each, file in files.items() if file}
    contents[name] = content
    with tarfile.open(bundle, "w") as tar:
        for each, data in contents.items():
            entry = tarfile.TarInfo(each)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))


@pytest.mark.parametrize("name", ["files/photos/一.jpg", "files/one more", "../outside"])
def test_a_backup_that_was_changed_is_refused(blank: OwnDesk, made: Path, clean: OwnDesk, name: str) -> None:
    changed(made, name, b"another")
    give_keys(blank, clean)
    refused = clean.run("restore", made)
    assert refused.returncode == 3
    assert name in refused.stderr
    assert not (clean.home.parent / "outside").exists()
    assert not (clean.home / "desk.sqlite3").exists()


def test_a_backup_of_a_newer_program_is_refused(blank: OwnDesk, made: Path, clean: OwnDesk) -> None:
    manifest = manifest_of(made)
    manifest["migrations"].append("tickets.9999_later")
    changed(made, "manifest.json", json.dumps(manifest).encode())
    give_keys(blank, clean)
    refused = clean.run("restore", made)
    assert refused.returncode == 3
    assert "newer version" in refused.stderr


def test_a_file_that_is_no_backup_is_refused(clean: OwnDesk, tmp_path: Path) -> None:
    (tmp_path / "notes.tar").write_bytes(b"notes")
    refused = clean.run("restore", tmp_path / "notes.tar")
    assert refused.returncode == 3
    assert "no whole backup" in refused.stderr


def test_a_desk_that_runs_cannot_be_restored_over(blank: OwnDesk, made: Path) -> None:
    with alone(Home(blank.home)):
        refused = blank.run("restore", made, "--force")
    assert refused.returncode == 3
    assert "already running" in refused.stderr
