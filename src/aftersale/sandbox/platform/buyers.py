"""Let buyers behave: who waits, who complains, who sends back an empty box, who lets it be.

A habit belongs to a character of the seeded world. The shares are invented; what is calibrated to real
figures is how often buyers apply at all (`arrivals.py`). A buyer decides again whenever the ticket changes,
with dice of the seed, the ticket and its version: the same run gives the same buyers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from aftersale.sandbox.claims import DOUBTED
from aftersale.sandbox.dice import happens, pick
from aftersale.sandbox.platform import disputes
from aftersale.sandbox.platform.arrivals import raise_planned
from aftersale.sandbox.platform.case import HOUR, Actor, Case, Kind, Parcel, Step
from aftersale.sandbox.platform.documents import picture
from aftersale.sandbox.platform.moves import Done, Move, possible

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from aftersale.sandbox.platform.market import Market
    from aftersale.sandbox.platform.store import Planned


class Habit(NamedTuple):
    """Hold how a character behaves; shares of cases, spans in hours.

    `withdraws` while the shop decides; `sends_back` after it agreed; `refused` weighs what follows a refusal;
    `box` is what a parcel of such a buyer holds where it is not what it should be.
    """

    withdraws: float
    sends_back: float
    send_hours: tuple[float, float]
    refused: tuple[tuple[str, int], ...]
    answer_hours: tuple[float, float]
    box: str = ""


CALM = (("modify", 3), ("accept", 5), ("appeal", 2))
HABITS: Mapping[str, Habit] = {
    "honest": Habit(0.04, 0.92, (4, 72), CALM, (2, 30)),
    "patient": Habit(0.02, 0.98, (12, 120), (("modify", 4), ("accept", 6)), (12, 40)),
    "hurried": Habit(0.05, 0.9, (2, 24), (("appeal", 8), ("modify", 2)), (0.1, 2)),
    "careless": Habit(0.12, 0.7, (24, 160), CALM, (6, 44)),
    "changes_mind": Habit(0.7, 0.5, (24, 120), (("accept", 7), ("modify", 3)), (1, 12)),
    "bargains": Habit(0.1, 0.75, (24, 96), (("halve", 7), ("appeal", 2), ("accept", 1)), (0.5, 8)),
    "dishonest": Habit(0.05, 0.95, (12, 96), (("appeal", 6), ("accept", 4)), (1, 12), "empty"),
    "returns_empty_box": Habit(0.0, 1.0, (4, 24), (("appeal", 8), ("accept", 2)), (1, 6), "empty"),
    "serial_missing_item": Habit(0.02, 0.9, (12, 72), (("appeal", 5), ("accept", 5)), (1, 12)),
    "travelling": Habit(0.0, 1.0, (120, 165), (("modify", 5), ("accept", 5)), (24, 44)),
    "parent": Habit(0.02, 0.97, (6, 48), (("appeal", 5), ("modify", 5)), (1, 12)),
}
DECIDES_WITHIN = 20.0
RETURN_FREIGHT, FREIGHT_ASKED = 1_000, 10


def plan(market: Market, case: Case, since: int | None = None) -> None:
    """Let the buyer choose what to do next about a ticket, if anything, counted from its last change."""
    if not case.open or case.disputed or market.store.value("buyers") == "off":
        return
    chooser = CHOICES.get(case.step)
    if chooser is None:
        return
    rng = market.dice("buyer", case.no, case.updated_at)
    what, hours = chooser(rng, HABITS.get(case.character, HABITS["honest"]), case)
    at = (since or case.updated_at) + int(hours * HOUR)
    if what and at < case.due_at:
        market.store.plan(at, what, case.no)


def _while_deciding(rng: Random, habit: Habit, _case: Case) -> tuple[str, float]:
    return ("withdraw" if happens(rng, habit.withdraws) else "", rng.uniform(0.2, DECIDES_WITHIN))


def _when_agreed(rng: Random, habit: Habit, _case: Case) -> tuple[str, float]:
    return ("send_back" if happens(rng, habit.sends_back) else "", rng.uniform(*habit.send_hours))


def _when_refused(rng: Random, habit: Habit, case: Case) -> tuple[str, float]:
    what = pick(rng, habit.refused)
    if case.step is Step.REFUSED_GOODS and what in ("modify", "halve"):
        what = "appeal"
    if what == "appeal" and case.dispute is not None:
        what = "accept"
    return ("withdraw" if what == "accept" else what, rng.uniform(*habit.answer_hours))


def _when_sent_again(rng: Random, _habit: Habit, _case: Case) -> tuple[str, float]:
    return ("received", rng.uniform(24, 200))


CHOICES: Mapping[Step, Callable[[Random, Habit, Case], tuple[str, float]]] = {
    Step.DECIDE: _while_deciding,
    Step.BUYER_RETURNS: _when_agreed,
    Step.REFUSED: _when_refused,
    Step.REFUSED_GOODS: _when_refused,
    Step.BUYER_RECEIVES: _when_sent_again,
}


def act(market: Market, planned: Planned) -> None:
    """Do what was planned, if the ticket still allows it; what it does not allow is forgotten."""
    if planned.what == "raise":
        raise_planned(market, planned)
        return
    case = market.store.case(planned.ticket)
    if case is not None and case.open and allowed(case, planned.what):
        ACTS[planned.what](market, case, planned.at)


def allowed(case: Case, what: str) -> bool:
    """Tell whether the buyer can do that now."""
    if what == "appeal":
        return case.step in (Step.REFUSED, Step.REFUSED_GOODS) and case.dispute is None
    return not case.disputed and possible(case, MOVES[what])


MOVES: Mapping[str, Move] = {
    "withdraw": Move.WITHDRAW,
    "send_back": Move.SEND_BACK,
    "modify": Move.MODIFY,
    "halve": Move.MODIFY,
    "received": Move.RECEIVED,
}


def withdraw(market: Market, case: Case, at: int) -> None:
    """Take the application back."""
    market.move(case, Move.WITHDRAW, Done(Actor.BUYER, at, "买家撤销申请"))


def send_back(market: Market, case: Case, at: int) -> None:
    """Post the goods, or what this buyer puts in the box."""
    rng = market.dice("parcel", case.no)
    habit = HABITS.get(case.character, HABITS["honest"])
    parcel = Parcel(f"YT{rng.randrange(10**13):013d}", "圆通速递", at)
    box = habit.box or case.box
    # On 快手 a buyer who says that the shop is at fault asks for the freight as well.
    asks = market.platform_of(case.shop) == "kuaishou" and case.reason in DOUBTED and case.kind is Kind.RETURN
    freight = {"return_freight_fen": RETURN_FREIGHT, "freight_state": FREIGHT_ASKED} if asks else {}
    done = Done(Actor.BUYER, at, "买家已寄回")
    market.move(case, Move.SEND_BACK, done, sent_back=parcel, box=box, **freight)


def appeal(market: Market, case: Case, at: int) -> None:
    """Ask the platform to step in."""
    disputes.begin(market, case, Done(Actor.BUYER, at, "买家申请平台介入"))


def modify(market: Market, case: Case, at: int) -> None:
    """Apply again, with a picture, and for shipped goods as a return."""
    kind = Kind.RETURN if case.kind is Kind.SHIPPED else case.kind
    pictures = case.pictures or (picture(case.no, 1),)
    done = Done(Actor.BUYER, at, "买家修改申请")
    market.move(case, Move.MODIFY, done, kind=kind, pictures=pictures, refusal=None, dispute=None)


def halve(market: Market, case: Case, at: int) -> None:
    """Settle for half."""
    asked = max(1, case.asked_fen // 2) if case.asked_fen else 0
    done = Done(Actor.BUYER, at, "买家修改申请金额")
    market.move(case, Move.MODIFY, done, asked_fen=asked, refusal=None, dispute=None)


def received(market: Market, case: Case, at: int) -> None:
    """Confirm what was sent again."""
    market.move(case, Move.RECEIVED, Done(Actor.BUYER, at, "买家确认收货"))


def speak(market: Market, case: Case, at: int, says: str) -> Case:
    """Let the buyer write something else into the application: only the version changes for sure."""
    changed = msgspec.structs.replace(case, says=says)
    return market.move(changed, Move.MODIFY, Done(Actor.BUYER, at, says))


ACTS: Mapping[str, Callable[[Market, Case, int], None]] = {
    "withdraw": withdraw,
    "send_back": send_back,
    "appeal": appeal,
    "modify": modify,
    "halve": halve,
    "received": received,
}
