"""See that what a person decided on still holds when it is sent: unsent goods, versions, what to stop."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from aftersale.domain.states import ActionState, Goods, Money
from aftersale.shops.models import Shop
from aftersale.tickets.look import CHANGED_MEANWHILE, SHIPPED_MEANWHILE
from aftersale.tickets.models import StopOrder, Task, Ticket
from aftersale.tickets.models.stop import StopState
from aftersale.tickets.perform import due_actions
from aftersale.tickets.stops import StopSettled, settle, settle_all, waiting_in
from tests.channels import scripted
from tests.tickets.acting.desk import (
    NOW,
    PAID,
    Desk,
    approve,
    chain_is_whole,
    fresh,
    kinds,
    later,
    make_line,
    make_person,
    make_shop,
    make_ticket,
    reread,
    reserved,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from aftersale.channels.base import Notice
    from aftersale.shops.models import Person
    from aftersale.tickets.models import Action, OrderLine
    from aftersale.tickets.perform import Outside

pytestmark = pytest.mark.django_db


@dataclass
class Scene:
    desk: Desk
    line: OrderLine
    ticket: Ticket
    person: Person

    def outside(self, **found: object) -> Outside:
        """Give a platform on which the ticket stands as told when it is read."""

        def take(shop: Shop, notice: Notice, now: datetime) -> None:
            assert notice.ticket_no == self.ticket.ticket_no
            assert shop.pk == self.ticket.shop_id
            Ticket.objects.filter(pk=self.ticket.pk).update(seen_at=now, **found)

        return replace(self.desk.outside, take=take)

    def perform(self, action: Action, outside: Outside, now: datetime = NOW) -> str | None:
        from aftersale.tickets.perform import perform  # noqa: PLC0415  # one name of two things here

        return perform(action.pk, now, outside)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    desk = Desk.at(tmp_path, knows_keys=False)
    line = make_line(make_shop())
    return Scene(desk, line, make_ticket(line.shop, line, version="v1"), make_person())


def test_a_refund_of_unsent_goods_is_on_the_list_before_it_is_sent(scene: Scene) -> None:
    action = approve(scene.ticket, scene.person)
    listed: list[int] = []
    scene.desk.platform.before_acting = lambda: listed.append(StopOrder.objects.count())
    assert scene.perform(action, scene.outside()) == ActionState.DONE
    assert listed == [1]
    row = StopOrder.objects.get()
    assert (row.order_no, row.line_no, row.state) == (scene.ticket.order_no, "1", StopState.WAITING)


def test_goods_that_were_sent_meanwhile_are_held_and_a_person_decides_again(scene: Scene) -> None:
    action = approve(scene.ticket, scene.person)
    assert scene.perform(action, scene.outside(goods_state=Goods.SENT)) is None
    assert scene.desk.platform.effects == []
    assert (reread(action).state, reserved(scene.line)) == (ActionState.CANCELLED, 0)
    task = Task.objects.get(done_at=None)
    assert (task.kind, task.params["words"]["zh"]) == (SHIPPED_MEANWHILE, "货在哪里")
    assert not StopOrder.objects.exists()
    assert kinds(scene.ticket)[-1] == "action_overtaken"
    assert chain_is_whole(scene.ticket)
    again = approve(scene.ticket, scene.person, now=later(minutes=1))
    assert scene.perform(again, scene.outside(), later(minutes=1)) == ActionState.DONE
    assert len(scene.desk.platform.effects) == 1


def test_what_was_told_before_the_action_was_due_counts_too(scene: Scene) -> None:
    action = approve(scene.ticket, scene.person)
    Ticket.objects.filter(pk=scene.ticket.pk).update(goods_state=Goods.SENT)
    assert scene.perform(action, scene.outside()) is None
    assert scene.desk.platform.effects == []
    assert Task.objects.get(done_at=None).kind == SHIPPED_MEANWHILE


def test_another_amount_is_asked_for_meanwhile_and_a_person_decides_again(scene: Scene) -> None:
    action = approve(scene.ticket, scene.person)
    scene.perform(action, scene.outside(amount_fen=PAID - 1))
    assert scene.desk.platform.effects == []
    assert Task.objects.get(done_at=None).kind == CHANGED_MEANWHILE


def test_the_newest_version_is_sent_where_nothing_that_matters_moved(scene: Scene) -> None:
    action = approve(scene.ticket, scene.person)
    assert reread(action).guard == "v1"
    assert scene.perform(action, scene.outside(version="v2")) == ActionState.DONE
    assert reread(action).guard == "v2"


def test_goods_on_their_way_are_refunded_without_another_look(scene: Scene) -> None:
    Ticket.objects.filter(pk=scene.ticket.pk).update(goods_state=Goods.WITH_BUYER)
    action = approve(scene.ticket, scene.person)
    outside = scene.outside(goods_state=Goods.COMING_BACK)
    assert scene.perform(action, outside) == ActionState.DONE
    assert not StopOrder.objects.exists()
    assert fresh(scene.ticket).goods_state == Goods.WITH_BUYER


def test_a_platform_that_cannot_be_read_leaves_the_refund_waiting(scene: Scene, unreadable: Blind) -> None:
    action = approve(scene.ticket, scene.person)
    outside = replace(scene.outside(), hands_of=lambda shop, now: unreadable(scene, shop, now))
    assert scene.perform(action, outside) is None
    waiting = reread(action)
    assert (waiting.state, waiting.attempts, waiting.not_before > NOW) == (ActionState.INTENDED, 1, True)
    assert scene.perform(action, scene.outside(), waiting.not_before) == ActionState.DONE


if TYPE_CHECKING:
    from aftersale.channels.base import Hands

    Blind = Callable[[Scene, Shop, datetime], Hands]


@pytest.fixture
def unreadable() -> Blind:
    def blind(scene: Scene, shop: Shop, now: datetime) -> Hands:
        from aftersale.channels.base import NoConnection  # noqa: PLC0415  # for this alone

        assert shop.pk == scene.ticket.shop_id
        return NoConnection("douyin", now)

    return blind


def test_a_version_conflict_is_read_and_sent_again_where_nothing_moved(scene: Scene) -> None:
    Ticket.objects.filter(pk=scene.ticket.pk).update(goods_state=Goods.WITH_BUYER)
    action = approve(scene.ticket, scene.person)
    scene.desk.platform.faults.append(scripted.CONFLICT)
    assert scene.perform(action, scene.outside(version="v9")) == ActionState.INTENDED
    waiting = reread(action)
    assert (waiting.guard, waiting.not_before) == ("v9", NOW)
    assert fresh(scene.ticket).money_state == Money.INTENDED
    assert scene.perform(action, scene.outside()) == ActionState.DONE
    assert kinds(scene.ticket)[1:3] == ["action_sending", "action_conflict"]
    assert len(scene.desk.platform.effects) == 1


def test_a_version_conflict_with_news_that_matters_asks_the_person(scene: Scene) -> None:
    Ticket.objects.filter(pk=scene.ticket.pk).update(goods_state=Goods.WITH_BUYER)
    action = approve(scene.ticket, scene.person)
    scene.desk.platform.faults.append(scripted.CONFLICT)
    scene.perform(action, scene.outside(apply_type="exchange"))
    assert reread(action).state == ActionState.CANCELLED
    assert Task.objects.get(done_at=None).params["words"]["zh"] == "售后类型"
    assert scene.desk.platform.effects == []


def test_a_ticket_that_keeps_moving_ends_at_a_person(scene: Scene) -> None:
    Ticket.objects.filter(pk=scene.ticket.pk).update(goods_state=Goods.WITH_BUYER)
    action = approve(scene.ticket, scene.person)
    scene.desk.platform.faults += [scripted.CONFLICT] * 20
    for _ in range(20):
        scene.perform(action, scene.outside())
    assert reread(action).state == ActionState.CANCELLED
    assert Task.objects.get(done_at=None).kind == CHANGED_MEANWHILE
    assert scene.desk.platform.effects == []


def test_an_order_leaves_the_list_when_its_refund_comes_to_nothing(scene: Scene) -> None:
    action = approve(scene.ticket, scene.person)
    scene.desk.platform.faults.append(scripted.BROKEN)
    scene.perform(action, scene.outside())
    assert reread(action).state != ActionState.DONE
    from aftersale.tickets.confirm import confirm  # noqa: PLC0415  # for this alone

    confirm(reread(action), scene.person, ActionState.FAILED, NOW)
    assert StopOrder.objects.get().state == StopState.NOT_NEEDED


def test_the_warehouse_settles_an_order_once(scene: Scene) -> None:
    action = approve(scene.ticket, scene.person)
    scene.perform(action, scene.outside())
    rows = list(waiting_in([scene.ticket.shop_id]))
    assert settle(rows[0], StopState.STOPPED, scene.person, later(hours=1)).settled_by == scene.person
    assert kinds(scene.ticket)[-1] == "dispatch_stopped"
    with pytest.raises(StopSettled):
        settle(rows[0], StopState.TOO_LATE, scene.person, later(hours=2))
    assert settle_all(rows, StopState.TOO_LATE, scene.person, later(hours=2)) == (0, 1)
    assert not waiting_in([scene.ticket.shop_id]).exists()
    with pytest.raises(ValueError, match="word of a warehouse"):
        settle(rows[0], StopState.WAITING, scene.person, NOW)


@pytest.mark.parametrize("held", [False, True])
def test_a_refund_put_off_is_taken_back_when_the_warehouse_had_sent_the_goods(
    scene: Scene, *, held: bool
) -> None:
    scene.desk.platform.faults = [scripted.OFF]
    action = approve(scene.ticket, scene.person)
    assert scene.desk.perform(action) == ActionState.INTENDED
    settle(StopOrder.objects.get(action=action), "too_late", scene.person, later(seconds=1))
    Shop.objects.update(held=held)
    assert due_actions(later(seconds=1)) == [action.pk]
    assert scene.desk.perform(action, later(seconds=1)) is None
    assert (reread(action).state, scene.desk.platform.effects) == (ActionState.CANCELLED, [])
    assert Task.objects.get(done_at=None).kind == "shipped_meanwhile"
    assert StopOrder.objects.get().state == "too_late"


def test_a_refund_put_off_is_sent_when_the_warehouse_stopped_the_goods(scene: Scene) -> None:
    scene.desk.platform.faults = [scripted.OFF]
    action = approve(scene.ticket, scene.person)
    assert scene.desk.perform(action) == ActionState.INTENDED
    settle(StopOrder.objects.get(action=action), "stopped", scene.person, later(seconds=1))
    assert scene.desk.perform(action, later(seconds=30)) == ActionState.DONE
