"""Look a desk over that has one thing wrong after the other."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from django_tasks_db.models import DBTaskResult

from aftersale.config.doctor import LEVEL_WORDS, Finding, Level, Looked, examine
from aftersale.config.home import Home, home
from aftersale.config.looks_work import LOOKS
from aftersale.config.pulse import Pulse
from aftersale.connections.models import Link
from aftersale.evidence.journal import Entry, Subject, record
from aftersale.evidence.models import Head
from aftersale.jobs import door
from aftersale.shops.models import Connection, Duty, NotifyTarget, Person, Shop
from aftersale.tickets.models import Import, ParkedRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)


def found(part: str, now: datetime = NOW, place: Home | None = None) -> list[Finding]:
    """Look at one part."""
    return [each.finding for each in examine({part: LOOKS[part]}, place or home(), now)]


def levels(findings: Iterable[Finding]) -> list[Level]:
    """Give how grave each finding is."""
    return [each.level for each in findings]


@pytest.fixture
def shop() -> Shop:
    """Give a shop with one event."""
    shop = Shop.objects.create(platform="douyin", name="云杉小屋", created_at=NOW)
    record(Subject(shop.pk, "shop", shop.pk, str(shop.pk)), Entry("noted", NOW))
    return shop


@pytest.mark.parametrize(
    "part", ["database", "keys", "jobs", "heads", "deadlines", "parked", "connections", "tonight"]
)
def test_an_empty_desk_is_well(part: str) -> None:
    assert set(levels(found(part))) == {Level.OK}


def test_every_finding_has_words_in_both_languages_and_what_is_not_well_a_next_step(shop: Shop) -> None:
    Shop.objects.update(held=True)
    Head.objects.create(
        shop=shop, size=9, root=bytes(32), frontier=bytes(8), at=NOW, key_id="0" * 16, signature=bytes(64)
    )
    seen = list(examine(LOOKS, home(), NOW + timedelta(days=1)))
    assert {each.part for each in seen} == set(LOOKS)
    for each in seen:
        assert each.finding.said.zh
        assert each.finding.said.en
        assert (each.finding.next_step is None) == (each.finding.level is Level.OK)
    assert set(LEVEL_WORDS) == set(Level)


def test_one_part_that_cannot_be_looked_at_does_not_hide_the_others() -> None:
    def fails(_place: Home, _now: datetime) -> list[Finding]:
        raise ZeroDivisionError

    seen = list(examine({"broken": fails, "jobs": LOOKS["jobs"]}, home(), NOW))
    assert [(each.part, each.finding.level) for each in seen] == [("broken", Level.BAD), ("jobs", Level.OK)]
    assert "ZeroDivisionError" in seen[0].finding.said.en


def test_what_cannot_be_looked_at_because_of_something_bad_before_it_is_one_line() -> None:
    def fails(_place: Home, _now: datetime) -> Iterable[Finding]:
        raise OSError("no such table")

    looks = {"first": fails, "second": fails, "jobs": LOOKS["jobs"], "third": fails}
    seen = list(examine(looks, home(), NOW))
    assert [each.part for each in seen] == ["first", "jobs", "waiting"]
    assert seen[-1].finding.level is Level.BAD
    assert "second, third" in seen[-1].finding.said.en
    assert seen[-1].finding.next_step


def test_a_clock_that_is_behind_what_was_already_written_is_bad(shop: Shop) -> None:
    # A database server has a clock of its own, which has not come to this day.
    written = datetime(2099, 6, 10, tzinfo=UTC)
    record(Subject(shop.pk, "shop", shop.pk, str(shop.pk)), Entry("noted", written))
    assert levels(found("clock", written - timedelta(minutes=5))) == [Level.OK]
    assert levels(found("clock", written - timedelta(minutes=5, seconds=1))) == [Level.BAD]


def test_a_job_that_waits_for_more_than_five_minutes_is_bad() -> None:
    door.register("rest", lambda _row, _now: None)
    door.enqueue("rest", 1)
    asked = DBTaskResult.objects.get().enqueued_at
    assert levels(found("jobs", asked + timedelta(minutes=5))) == [Level.OK]
    assert levels(found("jobs", asked + timedelta(minutes=5, seconds=1))) == [Level.BAD]


def test_events_that_nobody_seals_and_heads_that_contradict_the_log_are_named(shop: Shop) -> None:
    assert levels(found("heads", NOW + timedelta(minutes=5))) == [Level.OK]
    assert levels(found("heads", NOW + timedelta(minutes=6))) == [Level.WARN]
    Head.objects.create(
        shop=shop, size=9, root=bytes(32), frontier=bytes(8), at=NOW, key_id="0" * 16, signature=bytes(64)
    )
    assert Level.BAD in levels(found("heads"))


def test_rows_that_were_parked_and_shops_on_hold_are_counted(shop: Shop) -> None:
    batch = Import.objects.create(shop=shop, digest="0" * 64, created_at=NOW)
    ParkedRow.objects.create(batch=batch, shop=shop, sheet="a.csv", row=7, code="row.time")
    (parked,) = found("parked")
    assert (parked.level, parked.said.zh) == (Level.WARN, "有 1 行没读进来")
    assert found("held") == []
    Shop.objects.update(held=True)
    (held,) = found("held")
    assert held.level is Level.WARN
    assert "云杉小屋" in held.said.en


def test_a_night_in_which_nobody_would_be_reached_is_told_with_its_hours(shop: Shop) -> None:
    (gap,) = found("tonight")
    assert gap.level is Level.WARN
    assert "20:00–09:00" in gap.said.zh
    person = Person.objects.create(username="mei")
    NotifyTarget.objects.create(person=person, name="mail", url="mailto://a:b@example.com")
    Duty.objects.create(shop=shop, person=person, starts_at=NOW, ends_at=NOW + timedelta(hours=24))
    assert levels(found("tonight")) == [Level.OK]


def test_a_worker_is_known_by_its_sign_of_life_of_the_last_minute(tmp_path: Path) -> None:
    place = Home(tmp_path)
    assert levels(found("worker", place=place)) == [Level.WARN]
    pulse = Pulse(tmp_path / "run", NOW)
    pulse.beat(NOW)
    assert levels(found("worker", NOW + timedelta(seconds=59), place)) == [Level.OK]
    assert levels(found("worker", NOW + timedelta(seconds=60), place)) == [Level.WARN]
    pulse.note("seal", NOW, "OperationalError")
    pulse.beat(NOW + timedelta(seconds=5))
    (failing,) = found("worker", NOW + timedelta(seconds=6), place)
    assert failing.level is Level.BAD
    assert "OperationalError" in failing.said.zh


def test_a_backup_is_fresh_for_two_days(tmp_path: Path) -> None:
    place = Home(tmp_path)
    assert levels(found("backup", place=place)) == [Level.WARN]
    place.backups.mkdir()
    bundle = place.backups / "aftersale-20260610-200000.tar"
    bundle.touch()
    os.utime(bundle, (NOW.timestamp(), NOW.timestamp()))
    assert levels(found("backup", NOW + timedelta(days=2, seconds=-1), place)) == [Level.OK]
    assert levels(found("backup", NOW + timedelta(days=2), place)) == [Level.WARN]


def test_keys_that_others_can_read_are_bad() -> None:
    path = home().head_key
    path.chmod(0o644)
    try:
        assert Level.BAD in levels(found("keys"))
    finally:
        path.chmod(0o600)
    assert levels(found("keys")) == [Level.OK]


def test_a_finding_is_a_line_of_json() -> None:
    looked = Looked("jobs", found("jobs")[0])
    assert looked.as_data("en") == {"check": "jobs", "level": "ok", "said": "No job waits", "next_step": None}


def linked(shop: Shop, **fields: object) -> Link:
    """Connect a shop, as the rows say it."""
    Connection.objects.create(shop=shop, state="connected", since=NOW)
    known = {"access_until": NOW + timedelta(days=1), "complete_until": NOW, "created_at": NOW}
    return Link.objects.create(shop=shop, push_path="p", **{**known, **fields})


def test_a_shop_that_is_let_in_and_up_to_date_is_well(shop: Shop) -> None:
    linked(shop, refresh_until=NOW + timedelta(days=100))
    assert levels(found("connections")) == [Level.OK]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"refresh_until": NOW + timedelta(days=2)}, "还剩 2 天"),
        ({"complete_until": NOW - timedelta(hours=1), "fault": {"zh": "平台没有响应"}}, "平台没有响应"),
        ({"refused_at": NOW - timedelta(hours=1)}, "拒收"),
    ],
)
def test_what_is_not_well_about_a_connection_is_said(
    shop: Shop, fields: dict[str, object], words: str
) -> None:
    linked(shop, **fields)
    (only,) = found("connections")
    assert only.level == Level.WARN
    assert words in only.said.zh


def test_a_shop_that_is_shut_out_is_bad(shop: Shop) -> None:
    linked(shop)
    Connection.objects.update(state="unauthorised")
    assert levels(found("connections")) == [Level.BAD]
