"""See that tokens stay fresh: one refresh at a time, none lost in a crash, people warned in time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from aftersale.connections import standing, tokens
from aftersale.connections.models import Link
from aftersale.connections.tokens import LEASE, refreshed, token_for
from aftersale.connections.upkeep import keep_up
from aftersale.domain.errors import Unauthorised, Unavailable
from aftersale.shops.models.shop import ConnectionState
from aftersale.tickets.models import Alarm

if TYPE_CHECKING:
    from tests.connections.desk import Desk

pytestmark = pytest.mark.django_db
NEAR = 47.5


def test_a_token_is_refreshed_before_its_end_and_not_sooner(connected: Desk) -> None:
    link = connected.link
    connected.clock.on(hours=40)
    assert token_for(connected.link, connected.clock) == link.access_token
    assert connected.book.refreshes == 0
    connected.clock.on(hours=7.5)
    assert token_for(connected.link, connected.clock) == connected.book.access != link.access_token
    assert connected.link.previous_token == link.refresh_token
    assert keep_up(connected.clock) == 0


def test_a_platform_that_gives_the_same_token_again_is_not_asked_at_every_call(connected: Desk) -> None:
    connected.book.access_s = 1800
    connected.clock.on(hours=NEAR)
    for _ in range(3):
        token_for(connected.link, connected.clock)
    assert connected.book.refreshes == 1


def test_who_looks_with_old_eyes_takes_the_token_that_somebody_else_was_given(connected: Desk) -> None:
    seen = connected.link
    connected.clock.on(hours=NEAR)
    first = refreshed(seen, connected.clock)
    assert refreshed(seen, connected.clock).access_token == first.access_token
    assert connected.book.refreshes == 1


def test_while_somebody_refreshes_the_old_token_still_serves(connected: Desk) -> None:
    now = connected.clock.on(hours=NEAR)
    Link.objects.update(refresh_lease=now + LEASE)
    assert token_for(connected.link, connected.clock) == connected.link.access_token
    connected.clock.on(seconds=30)
    Link.objects.update(access_until=connected.clock())
    with pytest.raises(Unavailable, match="refreshing"):
        token_for(connected.link, connected.clock)


def test_a_crash_between_the_answer_and_the_save_loses_nothing(
    connected: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform has given a new token and forgets the old one in five minutes; who heard it is gone."""
    connected.clock.on(hours=NEAR)
    seen = connected.link

    def die(*_arguments: object) -> dict[str, Any]:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(tokens, "_kept", die)
        with pytest.raises(SystemExit):
            refreshed(seen, connected.clock)
    assert connected.book.refresh != connected.link.refresh_token
    assert token_for(connected.link, connected.clock) == seen.access_token, "the lease of the dead holds"
    connected.clock.on(seconds=LEASE.total_seconds())
    assert refreshed(connected.link, connected.clock).refresh_token == connected.book.refresh
    connected.clock.on(hours=NEAR)
    assert refreshed(connected.link, connected.clock).refresh_token == connected.book.refresh


def test_the_token_before_is_tried_once_where_the_last_is_refused(connected: Desk) -> None:
    connected.clock.on(hours=NEAR)
    kept = connected.book.refresh
    Link.objects.update(refresh_token="never-given", previous_token=kept)  # noqa: S106  # made up
    assert refreshed(connected.link, connected.clock).refresh_token == connected.book.refresh
    asked = [call["refresh"] for call in connected.book.named("refresh_tokens")]
    assert asked == ["never-given", kept]


def test_a_shop_that_was_revoked_rings_and_says_since_when(connected: Desk) -> None:
    connected.book.revoked = True
    now = connected.clock.on(hours=NEAR)
    assert keep_up(connected.clock) == 0
    assert connected.state == ConnectionState.UNAUTHORISED
    assert connected.shop.connection.__class__.objects.get().since == now
    assert Alarm.objects.get(over_at=None).kind == "unauthorised"
    with pytest.raises(Unauthorised):
        refreshed(connected.link, connected.clock)
    connected.poll(minutes=11)
    assert Alarm.objects.filter(over_at=None).count() == 1


def test_people_hear_seven_three_and_one_day_before_and_once_each(connected: Desk) -> None:
    connected.book.access_s = 400 * 24 * 3600
    rung: list[int] = []
    until = connected.link.refresh_until
    assert until
    for hours in range(0, 180 * 24, 12):
        connected.clock.now = until - timedelta(days=180) + timedelta(hours=hours)
        before = _rung()
        standing.warn_of_ends(connected.clock())
        if _rung() > before:
            rung.append(standing.days_left(connected.link, connected.clock()) or 0)
    assert rung == [7, 3, 1]
    alarm = Alarm.objects.get(over_at=None)
    assert (alarm.kind, alarm.due_at) == ("authorisation", until)


def _rung() -> int:
    return sum(Alarm.objects.values_list("rung", flat=True))


def test_a_new_authorisation_ends_the_warning(connected: Desk) -> None:
    until = connected.link.refresh_until
    assert until
    connected.clock.now = until - timedelta(days=2)
    Link.objects.update(access_until=until)
    standing.warn_of_ends(connected.clock())
    assert Alarm.objects.filter(over_at=None).count() == 1
    connected.connect()
    assert Alarm.objects.filter(over_at=None).count() == 0
    assert connected.link.warned_days is None
