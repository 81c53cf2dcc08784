"""An encrypted field never lies open in the database, and rotation leaves nothing behind."""

from __future__ import annotations

import os
from time import sleep
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from django.core.exceptions import FieldError
from django.db import connection, transaction
from django.db.models import Value

from aftersale.shops.crypto import KeysInvalid, new_ring, removed, rotated
from aftersale.shops.encryption import EncryptedTextField, ring
from aftersale.shops.models import NotifyTarget
from aftersale.shops.rekey import encrypted_fields, left, rekey
from tests.shops.desks import make_person
from tests.shops.test_tokens import second_factor

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db
URL = "mailtos://desk:geheim@mail.example.com"


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> str:
    """Set up a ring of its own."""
    text = new_ring()
    monkeypatch.setenv("AFTERSALE_KEYS", text)
    return text


def target(url: str = URL) -> NotifyTarget:
    """Make one row with an encrypted field."""
    return NotifyTarget.objects.create(person=make_person(os.urandom(4).hex()), name="x", url=url)


def stored(pk: int) -> str:
    """Read what stands in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT url FROM shops_notifytarget WHERE id = %s", [pk])
        found: str = cursor.fetchone()[0]
    return found


@pytest.mark.usefixtures("keys")
def test_every_way_of_writing_encrypts_once() -> None:
    one = target()
    two, three = NotifyTarget.objects.bulk_create(
        [NotifyTarget(person=one.person, name=name, url=URL) for name in "ab"]
    )
    NotifyTarget.objects.filter(pk=two.pk).update(url="feishu://neu")
    three.url = "feishu://mehr"
    NotifyTarget.objects.bulk_update([three], ["url"])
    one.save()
    for row, said in ((one, URL), (two, "feishu://neu"), (three, "feishu://mehr")):
        assert stored(row.pk).startswith("k1.")
        assert said not in stored(row.pk)
        assert NotifyTarget.objects.get(pk=row.pk).url == said
        assert NotifyTarget.objects.values_list("url", flat=True).get(pk=row.pk) == said


@pytest.mark.usefixtures("keys")
def test_an_empty_text_stays_empty_and_can_be_asked_for() -> None:
    empty, full = target(""), target()
    assert stored(empty.pk) == ""
    assert list(NotifyTarget.objects.filter(url="")) == [empty]
    assert list(NotifyTarget.objects.exclude(url="")) == [full]
    assert not NotifyTarget.objects.filter(url__isnull=True).exists()


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    "asked",
    [{"url": URL}, {"url__contains": "desk"}, {"url__in": [URL]}, {"url__gt": "a"}, {"url": Value(URL)}],
)
def test_nobody_asks_for_a_value_that_can_never_be_found(asked: dict[str, object]) -> None:
    with pytest.raises(FieldError):
        NotifyTarget.objects.filter(**asked).exists()


def test_the_wrong_key_is_an_error_and_never_an_empty_value(
    keys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = target()
    for other in (new_ring(), removed(rotated(rotated(new_ring())), "k1")):
        monkeypatch.setenv("AFTERSALE_KEYS", other)
        with pytest.raises(KeysInvalid):
            NotifyTarget.objects.get(pk=row.pk)
    monkeypatch.setenv("AFTERSALE_KEYS", keys)
    assert NotifyTarget.objects.get(pk=row.pk).url == URL


def test_a_value_moved_to_another_column_does_not_open(keys: str) -> None:
    assert keys
    row = target()
    moved = ring().encrypt("x", "tickets_note.text")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE shops_notifytarget SET url = %s WHERE id = %s", [moved, row.pk])
    with pytest.raises(KeysInvalid):
        NotifyTarget.objects.get(pk=row.pk)


@pytest.mark.parametrize("wrong", [None, b"", b"\xff\xfe", b"k1:abc"])
def test_a_file_that_is_no_ring_is_told(
    wrong: bytes | None, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AFTERSALE_KEYS", raising=False)
    settings.FIELD_KEYS = tmp_path / "fields.keys"
    if wrong is not None:
        settings.FIELD_KEYS.write_bytes(wrong)
    with pytest.raises(KeysInvalid):
        ring()


def test_a_ring_of_a_file_that_was_replaced_is_read_within_a_second(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AFTERSALE_KEYS", raising=False)
    settings.FIELD_KEYS = tmp_path / "fields.keys"
    text = new_ring()
    settings.FIELD_KEYS.write_text(text)
    os.utime(settings.FIELD_KEYS, ns=(1, 1))
    assert ring().current == "k1"
    settings.FIELD_KEYS.write_text(rotated(text))
    os.utime(settings.FIELD_KEYS, ns=(2, 2))
    sleep(1.01)
    assert ring().current == "k2"


def test_every_encrypted_field_of_the_desk_is_known() -> None:
    places = {each.place for each in encrypted_fields()}
    assert {"shops_notifytarget.url", "tickets_buyer.contact", "tickets_note.text"} <= places
    assert all(isinstance(each, EncryptedTextField) for each in encrypted_fields())


@pytest.mark.parametrize("batch", [1, 3, 100])
def test_rotation_encrypts_everything_again_and_the_old_key_may_go(
    keys: str, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    rows = [target(f"feishu://{number}") for number in range(7)]
    target("")
    person = make_person()
    second_factor(person)
    newer = rotated(keys)
    monkeypatch.setenv("AFTERSALE_KEYS", newer)
    assert left() == 8
    heard: list[tuple[str, int]] = []
    done = rekey(batch, lambda place, count: heard.append((place, count)))
    assert done.left == 0
    assert done.unreadable == {}
    assert done.done == {"shops_notifytarget.url": 7, "mfa_authenticator.data": 1}
    assert ("shops_notifytarget.url", 7) in heard
    monkeypatch.setenv("AFTERSALE_KEYS", removed(newer, "k1"))
    assert [NotifyTarget.objects.get(pk=row.pk).url for row in rows] == [f"feishu://{n}" for n in range(7)]
    assert Authenticator.objects.get().wrap().validate_code("") is False
    assert rekey(batch).done == {}


def test_rotation_goes_on_where_it_was_stopped(keys: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        target(f"feishu://{number}")
    monkeypatch.setenv("AFTERSALE_KEYS", rotated(keys))

    class Stopped(Exception):
        """Stand for a process that ends."""

    def stop(_place: str, count: int) -> None:
        if count >= 2:
            raise Stopped

    with pytest.raises(Stopped), transaction.atomic():
        rekey(1, stop)
    with pytest.raises(Stopped):
        rekey(1, stop)
    assert left() == 3
    assert rekey(1).done == {"shops_notifytarget.url": 3}


def test_what_is_written_meanwhile_keeps_its_newer_value(keys: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [target(f"feishu://{number}") for number in range(4)]
    newer = rotated(keys)

    def write(_place: str, _count: int) -> None:
        if NotifyTarget.objects.filter(name="late").exists():
            return
        NotifyTarget.objects.filter(pk=rows[3].pk).update(url="feishu://newer")
        monkeypatch.setenv("AFTERSALE_KEYS", keys)  # a process that has not read the new ring yet
        NotifyTarget.objects.filter(pk=rows[0].pk).update(url="feishu://older-key", name="late")
        monkeypatch.setenv("AFTERSALE_KEYS", newer)

    monkeypatch.setenv("AFTERSALE_KEYS", newer)
    first = rekey(1, write)
    assert first.left == 1
    assert rekey(1, write).left == 0
    monkeypatch.setenv("AFTERSALE_KEYS", removed(newer, "k1"))
    said = [NotifyTarget.objects.get(pk=row.pk).url for row in rows]
    assert said == ["feishu://older-key", "feishu://1", "feishu://2", "feishu://newer"]


def test_a_value_that_does_not_open_is_named_left_alone_and_keeps_its_key(
    keys: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = target(), target()
    before = stored(bad.pk)[:-4] + "AAAA"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE shops_notifytarget SET url = %s WHERE id = %s", [before, bad.pk])
    monkeypatch.setenv("AFTERSALE_KEYS", rotated(keys))
    done = rekey(10)
    assert done.unreadable == {"shops_notifytarget.url": [str(bad.pk)]}
    assert done.left == 1
    assert stored(bad.pk) == before
    assert NotifyTarget.objects.get(pk=good.pk).url == URL
