"""A desk that is set up unsafely says so before it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.checks import run_checks
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from aftersale.config.home import Home, home, prepare
from aftersale.shops.crypto import new_ring

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings


@pytest.fixture
def place(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Set up a folder of its own."""
    for name in ("AFTERSALE_KEYS", "AFTERSALE_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    here = Home(tmp_path / "desk")
    prepare(here)
    settings.HOME, settings.FIELD_KEYS = here, here.field_keys
    return here


def found(databases: list[str] | None = None) -> set[str]:
    """Give the ids of the desk's own findings."""
    every = run_checks(databases=databases)
    assert all(each.hint for each in every if str(each.id).startswith("aftersale."))
    return {str(each.id) for each in every if str(each.id).startswith("aftersale.")}


@pytest.mark.usefixtures("place")
def test_a_fresh_folder_is_sound() -> None:
    assert found() == set()


@pytest.mark.parametrize(
    ("mode", "sound"), [(0o600, True), (0o400, True), (0o640, False), (0o604, False), (0o644, False)]
)
def test_keys_are_read_by_their_owner_alone(place: Home, mode: int, sound: bool) -> None:  # noqa: FBT001
    for key in (place.field_keys, place.secret_key, place.head_key):
        key.chmod(mode)
    assert found() == (set() if sound else {"aftersale.E001"})


def test_the_folder_of_keys_is_closed_too(place: Home) -> None:
    place.secret_key.parent.chmod(0o755)
    assert found() == {"aftersale.E001"}


@pytest.mark.parametrize("text", ["", "k1:abc", "<html>"])
def test_a_ring_that_does_not_open_is_told(place: Home, text: str) -> None:
    place.field_keys.write_text(text)
    assert found() == {"aftersale.E002"}


def test_a_lost_ring_is_told_unless_the_environment_has_it(
    place: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.field_keys.unlink()
    assert found() == {"aftersale.E002"}
    monkeypatch.setenv("AFTERSALE_KEYS", new_ring())
    assert found() == set()


def test_a_folder_that_is_a_file_cannot_be_written(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTERSALE_KEYS", new_ring())
    (tmp_path / "file").write_text("x")
    settings.HOME = Home(tmp_path / "file")
    assert found() == {"aftersale.E003"}


def test_before_there_is_a_folder_nothing_is_missed(tmp_path: Path, settings: Settings) -> None:
    settings.HOME = Home(tmp_path / "nothing")
    settings.FIELD_KEYS = settings.HOME.field_keys
    assert found() == set()


@pytest.mark.usefixtures("place")
def test_debugging_is_told(settings: Settings) -> None:
    settings.DEBUG = True
    assert found() == {"aftersale.E004"}


def test_sessions_without_a_lasting_key_are_told(place: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    place.secret_key.write_text("")
    assert found() == {"aftersale.E006"}
    place.secret_key.unlink()
    assert found() == {"aftersale.E006"}
    monkeypatch.setenv("AFTERSALE_SECRET_KEY", "x" * 50)
    assert found() == set()


@pytest.mark.django_db
@pytest.mark.usefixtures("place")
def test_a_database_of_a_newer_program_is_told() -> None:
    assert found(["default"]) == set()
    MigrationRecorder(connection).record_applied("tickets", "9999_from_the_future")
    assert found(["default"]) == {"aftersale.E005"}
    assert found() == set()


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("hosts", "tls", "told"),
    [
        (["127.0.0.1", "localhost"], False, set()),
        (["desk.example.com"], True, set()),
        (["desk.example.com"], False, {"aftersale.W001"}),
        (["*"], True, {"aftersale.W002"}),
        (["*"], False, {"aftersale.W001", "aftersale.W002"}),
    ],
)
def test_what_is_open_to_the_network_is_told(
    hosts: list[str],
    tls: bool,  # noqa: FBT001
    told: set[str],
    settings: Settings,
) -> None:
    settings.ALLOWED_HOSTS, settings.BEHIND_PROXY = hosts, tls
    assert found() == told


def test_the_tests_have_a_folder_of_their_own() -> None:
    assert "aftersale-tests-" in str(home().root)


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("url", "sound"),
    [
        ("https://openapi.example.com", True),
        ("http://127.0.0.1:8322", True),
        ("http://openapi.example.com", False),
        ("ftp://openapi.example.com", False),
    ],
)
def test_a_platform_that_is_called_without_tls_is_told(settings: Settings, url: str, sound: bool) -> None:  # noqa: FBT001
    settings.PLATFORM_URLS = {"douyin": url}
    assert found() == (set() if sound else {"aftersale.E007"})
