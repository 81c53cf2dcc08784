"""Do by hand to one ticket or order what a buyer, the warehouse or somebody in the back office would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aftersale.sandbox.platform import buyers, disputes
from aftersale.sandbox.platform.case import Actor, Case, Kind, Parcel, Refusal, Service, Sold, Step
from aftersale.sandbox.platform.moves import CARRIER, Done, Move, MoveImpossible
from aftersale.sandbox.platform.opening import open_service
from aftersale.sandbox.wire.asking import Asking, Wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aftersale.sandbox.platform.market import Market

MOST_PICTURES = 20
AGREES = {
    Kind.UNSHIPPED: Move.REFUND,
    Kind.SHIPPED: Move.REFUND,
    Kind.PRICE: Move.REFUND,
    Kind.RETURN: Move.AGREE_RETURN,
    Kind.EXCHANGE: Move.AGREE_RETURN,
    Kind.RESHIP: Move.AGREE_RESHIP,
}


def answer(asking: Asking, verb: str, place: str) -> object:
    """Find what is meant: tickets/NO, tickets/NO/VERB, orders/NO, orders/NO/ship, services."""
    parts = place.split("/")
    if verb == "GET" and parts[0] == "tickets" and len(parts) == 2:  # noqa: PLR2004  room and number
        return asking.market.case(parts[1])
    if verb == "GET" and parts[0] == "orders" and len(parts) == 2:  # noqa: PLR2004  room and number
        return asking.market.sold(parts[1])
    if verb == "POST" and len(parts) == 3:  # noqa: PLR2004  room, number and verb
        if parts[0] == "orders" and parts[2] == "ship":
            return ship(asking, parts[1])
        if parts[0] == "tickets" and parts[2] in HANDS:
            return on_ticket(asking, parts[1], parts[2])
    if (verb, place) == ("GET", "services"):
        return services(asking)
    raise KeyError(place)


def on_ticket(asking: Asking, no: str, verb: str) -> Case:
    """Do one thing to a ticket, and give it as it is then."""
    with asking.market.store.change():
        case = asking.market.case(no)
        HANDS[verb](asking, case, asking.market.clock.now())
    return asking.market.case(no)


def ship(asking: Asking, order_no: str) -> Sold:
    """Let the warehouse ship: a waybill appears, and open tickets do not change."""
    market = asking.market
    with market.store.change():
        number = market.store.number("waybill")
        waybill = asking.text("waybill", f"78{number:012d}")
        return market.ship(order_no, waybill, asking.text("carrier", CARRIER), market.clock.now())


def raise_service(asking: Asking) -> Service:
    """Let the platform open a 平台服务单 about an order of a shop."""
    market = asking.market
    with market.store.change():
        sold = market.sold(asking.text("order_no"))
        return open_service(market, sold.shop, sold.no, market.clock.now())


def services(asking: Asking) -> list[Service]:
    """List the 平台服务单 of a shop."""
    return asking.market.store.services(asking.shop())


def _buyer(what: str) -> Callable[[Asking, Case, int], None]:
    def act(asking: Asking, case: Case, now: int) -> None:
        if not case.open or not buyers.allowed(case, what):
            raise MoveImpossible(f"{what} on {case.kind}/{case.step}")
        buyers.ACTS[what](asking.market, case, now)

    return act


def _withdraw(asking: Asking, case: Case, now: int) -> None:
    """Withdraw, during a dispute too."""
    buyers.withdraw(asking.market, case, now)


def _speak(asking: Asking, case: Case, now: int) -> None:
    buyers.speak(asking.market, case, now, asking.text("says"))


def _send_back(asking: Asking, case: Case, now: int) -> None:
    chosen = asking.text("box", case.box)
    _buyer("send_back")(asking, msgspec.structs.replace(case, box=chosen), now)


def _cancel(asking: Asking, case: Case, now: int) -> None:
    disputes.cancel(asking.market, case, now)


def _judge(asking: Asking, case: Case, now: int) -> None:
    if case.dispute and case.dispute.looked_at_again:
        disputes.judge_again(asking.market, case, now)
        return
    if not case.disputed:
        raise MoveImpossible("no dispute is open")
    disputes.judge(asking.market, case, now)


def _shows(what: Callable[[Market, Case, str, tuple[str, ...]], Case]) -> Callable[[Asking, Case, int], None]:
    def act(asking: Asking, case: Case, _now: int) -> None:
        images = asking.texts("images")
        if len(images) > MOST_PICTURES:
            raise Wrong(f"images are at most {MOST_PICTURES}")
        what(asking.market, case, asking.text("comment"), images)

    return act


def _agree(asking: Asking, case: Case, now: int) -> None:
    second = case.kind is Kind.RETURN and case.step is Step.RECEIVE
    move = Move.CONFIRM if second else AGREES[case.kind]
    asking.market.move(case, move, Done(Actor.MERCHANT, now, "商家在后台同意"), agreed_at=now)


def _refuse(asking: Asking, case: Case, now: int) -> None:
    words = asking.text("words", "商家在后台拒绝")
    move = Move.REFUSE_GOODS if case.step is Step.RECEIVE else Move.REFUSE
    done = Done(Actor.MERCHANT, now, words)
    asking.market.move(case, move, done, refusal=Refusal(0, words), refused_at=now)


def _ship_again(asking: Asking, case: Case, now: int) -> None:
    parcel = Parcel(asking.text("waybill", f"ZT{case.no[-9:]}"), asking.text("carrier", CARRIER), now)
    done = Done(Actor.MERCHANT, now, "商家在后台发货")
    asking.market.move(case, Move.SHIP_AGAIN, done, sent_again=parcel)


HANDS: Mapping[str, Callable[[Asking, Case, int], None]] = {
    "withdraw": _withdraw,
    "speak": _speak,
    "send-back": _send_back,
    "modify": _buyer("modify"),
    "received": _buyer("received"),
    "dispute": _buyer("appeal"),
    "cancel-dispute": _cancel,
    "judge": _judge,
    "evidence": _shows(disputes.submit),
    "reconsider": _shows(disputes.ask_again),
    "agree": _agree,
    "refuse": _refuse,
    "ship-again": _ship_again,
}
