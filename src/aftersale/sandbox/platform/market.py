"""Hold both simulated platforms together: time passes, tickets move, money is paid, news goes out."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from aftersale.sandbox.platform import buyers, disputes, moves, play
from aftersale.sandbox.platform.case import Actor, Case, Refund, Sold, Step
from aftersale.sandbox.platform.moves import Done, Move

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.sandbox.model import Shop
    from aftersale.sandbox.platform.clock import Clock
    from aftersale.sandbox.platform.store import Planned, Store

MOST_EVENTS = 200_000
FREIGHT_PAID = 40


class Unknown(LookupError):
    """Say that there is no such ticket, order or shop."""


class Teller(Protocol):
    """Write the message of an event as a platform does, and put it into the post."""

    def __call__(self, market: Market, what: str, case: Case) -> None:
        """Tell what happened to a ticket."""


class Setting(NamedTuple):
    """Hold what does not change: the seed, the shops that are connected, who tells each platform's news."""

    seed: int
    shops: Mapping[str, Shop]
    tellers: Mapping[str, Teller]


class Market:
    """Be the platforms; whoever calls holds `store.change()` around what belongs together."""

    def __init__(self, store: Store, clock: Clock, setting: Setting) -> None:
        self.store, self.clock, self.setting = store, clock, setting

    def dice(self, *about: object) -> Random:
        """Give dice of the seed for one question: asked again, they fall the same."""
        return Random("/".join(map(str, (self.setting.seed, *about))))  # noqa: S311  repeats, no secret

    def platform_of(self, shop: str) -> str:
        """Tell on which platform a shop is."""
        return self.setting.shops[shop].platform

    def case(self, no: str) -> Case:
        """Find a ticket, or raise Unknown."""
        found = self.store.case(no)
        if found is None:
            raise Unknown(no)
        return found

    def sold(self, no: str) -> Sold:
        """Find an order, or raise Unknown."""
        found = self.store.sold(no)
        if found is None:
            raise Unknown(no)
        return found

    def advance(self) -> int:
        """Let everything happen that was due, in its order and at its own time; give the time it is now."""
        with self.store.change():
            now = self.clock.now()
            for _ in range(MOST_EVENTS):
                upcoming = [at for at in self.store.next_times() if at <= now]
                if not upcoming:
                    break
                self._happen(min(upcoming))
        return now

    def _happen(self, at: int) -> None:
        late = self.store.cases("due_at > 0 and due_at <= ? order by due_at, no limit 1", at)
        if late:
            self._time_out(late[0])
            return
        planned = self.store.take_plan(at)
        if planned and planned.what == play.SCENE:
            play.happen(self, planned)
        elif planned and planned.what == disputes.AGAIN:
            disputes.judge_again(self, self.case(planned.detail), planned.at)
        elif planned:
            buyers.act(self, planned)

    def _time_out(self, case: Case) -> None:
        if case.dispute and case.dispute.open:
            disputes.judge(self, case, case.due_at)
            return
        move, text = moves.timed_out(case)
        self.move(case, move, Done(Actor.PLATFORM, case.due_at, text))
        play.timed_out(self, case, text)

    def move(self, case: Case, move: Move, done: Done, **changes: object) -> Case:
        """Move a ticket with everything that follows: money, ledger, the buyer's plans, the news.

        Raises MoveImpossible where the state does not allow it.
        """
        after = moves.moved(msgspec.structs.replace(case, **changes), move, done, self.platform_of(case.shop))
        if moves.TERMS[move].to is Step.REFUNDED:
            after = self._pay(after, done)
        if not after.open and after.disputed:
            after = disputes.ended(after, done.at)
        self.save(after, move.value)
        return after

    def save(self, case: Case, what: str) -> None:
        """Keep a changed ticket, tell the news, and let the buyer think again."""
        self.store.keep(case)
        self.tell(what, case)
        self.store.drop_plans(case.no)
        buyers.plan(self, case)

    def tell(self, what: str, case: Case) -> None:
        """Tell the shop's listeners."""
        self.setting.tellers[self.platform_of(case.shop)](self, what, case)

    def _pay(self, case: Case, done: Done) -> Case:
        self._enter(case, done, case.total_fen)
        return msgspec.structs.replace(
            case, refunded_fen=case.refunded_fen + case.total_fen, agreed_at=case.agreed_at or done.at
        )

    def pay_freight(self, case: Case, done: Done) -> None:
        """Pay the buyer back what sending the goods back cost; the ticket's refund stays what it was."""
        self._enter(case, done, case.return_freight_fen)
        self.store.keep(msgspec.structs.replace(case, freight_state=FREIGHT_PAID))

    def _enter(self, case: Case, done: Done, fen: int) -> None:
        refund = Refund(
            no=f"R{self.store.number('refund'):09d}",
            ticket=case.no,
            order=case.order_no,
            shop=case.shop,
            fen=fen,
            at=done.at,
            by=done.by,
            why=done.text,
            shipped=bool(self.sold(case.order_no).waybill),
        )
        self.store.pay(refund)

    def ship(self, order_no: str, waybill: str, carrier: str, at: int) -> Sold:
        """Give an order its waybill; its open tickets are left as they are."""
        sold = self.sold(order_no)
        shipped = msgspec.structs.replace(
            sold, waybill=waybill, carrier=carrier, shipped_at=at, updated_at=max(at, sold.updated_at + 1000)
        )
        self.store.keep_sold(shipped)
        return shipped

    def raise_ticket(self, case: Case) -> Case:
        """Take a new application."""
        self.save(case, "created")
        return case

    def planned(self, planned: Planned) -> Case | None:
        """Find the ticket of a plan while it is still open."""
        case = self.store.case(planned.ticket)
        return case if case and case.open else None

    def dispute(self, case: Case, at: int, text: str) -> Case:
        """Let the platform step in at the buyer's wish; raises MoveImpossible where nothing was refused."""
        return disputes.begin(self, case, Done(Actor.BUYER, at, text))
