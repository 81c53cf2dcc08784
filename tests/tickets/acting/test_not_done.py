"""See that an unknown outcome ends as not done only where the platform's version shows it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.base import Turn
from aftersale.domain.states import ActionState, Money
from aftersale.tickets.mend import mend
from aftersale.tickets.models import Action
from tests.channels import scripted
from tests.channels.scripted import ScriptedChannel
from tests.tickets.acting.desk import (
    PAID,
    Desk,
    approve,
    fresh,
    kinds,
    later,
    make_line,
    make_person,
    make_shop,
    make_ticket,
    reserved,
)

if TYPE_CHECKING:
    from pathlib import Path

    from aftersale.channels.base import Hands, Notice
    from aftersale.tickets.models import OrderLine

pytestmark = pytest.mark.django_db


@dataclass
class Versioned(ScriptedChannel):
    """Tell the version that the platform has."""

    versions: list[str] = field(default_factory=lambda: ["v1"])
    turn: Turn | None = None
    offers: tuple[str, ...] = ()

    def read(self, ticket_no: str, hands: Hands) -> Notice | None:
        found = super().read(ticket_no, hands)
        if found is None:
            return None
        turn = self.turn or found.turn
        return replace(found, version=self.versions[-1], turn=turn, offers=self.offers)


@pytest.fixture
def line() -> OrderLine:
    return make_line(make_shop())


def lost(line: OrderLine, folder: Path, fault: str, guard: str = "v1") -> tuple[Desk, Versioned, int]:
    desk = Desk.at(folder, fault, knows_keys=False)
    channel = Versioned()
    desk.channel = channel
    ticket = make_ticket(line.shop, line, version=guard, goods_state="sent")
    action = approve(ticket, make_person())
    assert desk.perform(action) == ActionState.UNKNOWN
    return desk, channel, action.pk


@pytest.mark.parametrize(("seconds", "state"), [(29, "unknown"), (30, "failed"), (31, "failed")])
def test_a_version_that_did_not_move_shows_after_half_a_minute_that_nothing_was_done(
    line: OrderLine, tmp_path: Path, seconds: int, state: str
) -> None:
    desk, _channel, pk = lost(line, tmp_path, scripted.TIMES_OUT)
    mend(later(seconds=seconds), desk.outside)
    action = reread_by(pk)
    assert action.state == state
    assert reserved(line) == (0 if state == "failed" else PAID)
    assert desk.platform.effects == []


def test_the_second_look_comes_when_the_call_is_surely_over(line: OrderLine, tmp_path: Path) -> None:
    desk, _channel, pk = lost(line, tmp_path, scripted.TIMES_OUT)
    mend(later(seconds=1), desk.outside)
    assert reread_by(pk).not_before == later(seconds=30)
    quicker = replace(desk.outside, surely_over=timedelta(seconds=15))
    mend(later(seconds=30), quicker)
    assert reread_by(pk).state == ActionState.FAILED


def reread_by(pk: int) -> Action:
    return Action.objects.get(pk=pk)


def test_it_can_be_approved_anew_and_is_paid_once(line: OrderLine, tmp_path: Path) -> None:
    desk, _channel, _pk = lost(line, tmp_path, scripted.TIMES_OUT)
    mend(later(minutes=1), desk.outside)
    ticket = fresh(line.tickets.get())
    assert (ticket.money_state, kinds(ticket)[-1]) == (Money.FAILED, "action_not_done")
    again = approve(ticket, make_person("小李"), now=later(minutes=2))
    assert desk.perform(again, later(minutes=2)) == ActionState.DONE
    assert len(desk.platform.effects) == 1


def test_a_version_that_moved_leaves_it_to_what_the_platform_shows(line: OrderLine, tmp_path: Path) -> None:
    desk, channel, pk = lost(line, tmp_path, scripted.TIMES_OUT)
    channel.versions.append("v2")
    mend(later(minutes=1), desk.outside)
    assert reread_by(pk).state == ActionState.UNKNOWN


@pytest.mark.parametrize(
    ("turn", "offers", "seconds", "state"),
    [
        (Turn.MERCHANT, ("refund",), 30, "failed"),
        (Turn.MERCHANT, ("refund",), 29, "unknown"),
        (Turn.MERCHANT, ("refuse",), 30, "unknown"),
        (Turn.PLATFORM, ("refund",), 30, "unknown"),
    ],
)
def test_a_refund_that_is_still_asked_for_was_not_paid_whatever_else_the_buyer_changed(
    line: OrderLine, tmp_path: Path, turn: Turn, offers: tuple[str, ...], seconds: int, state: str
) -> None:
    desk, channel, pk = lost(line, tmp_path, scripted.TIMES_OUT)
    channel.versions.append("v2")
    channel.turn, channel.offers = turn, offers
    mend(later(seconds=seconds), desk.outside)
    assert reread_by(pk).state == state
    assert desk.platform.effects == []


def test_what_was_done_is_done_whatever_the_version(line: OrderLine, tmp_path: Path) -> None:
    desk, _channel, pk = lost(line, tmp_path, scripted.ACTS_THEN_TIMES_OUT)
    mend(later(minutes=1), desk.outside)
    assert reread_by(pk).state == ActionState.DONE
    assert len(desk.platform.effects) == 1


def test_without_a_version_nothing_is_concluded(line: OrderLine, tmp_path: Path) -> None:
    desk, channel, pk = lost(line, tmp_path, scripted.TIMES_OUT, guard="")
    channel.versions.append("")
    mend(later(minutes=1), desk.outside)
    assert reread_by(pk).state == ActionState.UNKNOWN
