"""Name what can happen in a long run: buyers, agents, time, faults of the network, deaths of the worker."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from aftersale.channels.verbs import PAYS, Verb
from aftersale.domain.errors import AftersaleError
from aftersale.domain.states import Goods
from aftersale.tickets.act import Intent, accept, cancel
from aftersale.tickets.models import Action, Ticket
from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.verbs import verb_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from aftersale.config.soak.desk import Desk

    Act = Callable[[Desk, Random], None]

KINDS = ("return", "shipped", "unshipped", "exchange", "price", "reship")
_FAULTS = (
    "timeout_before",
    "timeout_after",
    "error_before",
    "error_after",
    "html",
    "half",
    "wrong_type",
    "throttle",
    "conflict",
    "delay",
)
# Where a worker can die: before the claim, with it, after sending, before writing the answer down.
_DEATHS = ("begin", "claiming", "claimed", "answered", "recording", "recorded")
_BUYERS_MOVES = ("withdraw", "send-back", "modify", "received", "dispute")
_HANGS_S = 0.3


def buyer_applies(desk: Desk, dice: Random) -> None:
    """Let a buyer apply for something in one of the shops."""
    wanted = {"shop": dice.choice(list(desk.shops)), "kind": dice.choice(KINDS)}
    desk.place.tell("tickets", wanted)


def buyer_moves(desk: Desk, dice: Random) -> None:
    """Let a buyer withdraw, send back, change the claim, or ask the platform to judge."""
    number = _some_ticket(desk, dice)
    if number:
        desk.place.tell(f"tickets/{number}/{dice.choice(_BUYERS_MOVES)}")


def warehouse_ships(desk: Desk, dice: Random) -> None:
    """Let a waybill appear on an order, perhaps between an approval and its sending."""
    open_orders = Ticket.objects.filter(open=True, goods_state=Goods.NOT_SENT)
    found = list(open_orders.order_by("pk").values_list("order_no", flat=True))
    if found:
        waybill = f"SF{dice.randrange(10**12)}"
        desk.place.tell(f"orders/{dice.choice(found)}/ship", {"waybill": waybill})


def agent_acts(desk: Desk, dice: Random) -> None:
    """Let a person carry a proposal out, as the page offers it."""
    for ticket in _ours(desk, dice, 3):
        verb = verb_of(ticket.step)
        if verb is None or verb in {Verb.SEND, Verb.REFUSE}:
            continue
        fen = ticket.amount_fen if verb in PAYS else None
        wanted = Intent(verb, fen, paid_unknown_accepted=True)
        _try(partial(accept, ticket, desk.person, wanted, desk.clock(), ticket.sequence))


def agent_takes_back(desk: Desk, dice: Random) -> None:
    """Let a person take back what was not sent yet."""
    waiting = list(Action.objects.filter(state="intended").order_by("pk"))
    if waiting:
        _try(lambda: cancel(dice.choice(waiting), desk.person, desk.clock()))


def worker_works(desk: Desk, dice: Random) -> None:
    """Let the worker do a round."""
    del dice
    desk.work()


def worker_dies(desk: Desk, dice: Random) -> None:
    """Kill the worker in the middle of its next round."""
    desk.kill_at = dice.choice(_DEATHS)
    desk.work()
    desk.kill_at = ""


def time_passes(desk: Desk, dice: Random) -> None:
    """Let minutes or hours go by on both sides, the worker being alive all the while."""
    for _ in range(dice.choice((1, 1, 2, 6))):
        desk.place.jump(timedelta(minutes=dice.choice((5, 20, 55))))
        desk.work()


def network_breaks(desk: Desk, dice: Random) -> None:
    """Spoil some of the calls that follow."""
    fault = {
        "kind": dice.choice(_FAULTS),
        "rate": dice.choice((0.05, 0.2, 0.5)),
        "times": dice.randrange(1, 6),
    }
    desk.place.tell("faults", {**fault, "seconds": _HANGS_S})


def token_goes(desk: Desk, dice: Random) -> None:
    """Revoke the token of a shop; its owner lets the desk in again after a while."""
    key = dice.choice(list(desk.shops))
    desk.place.tell("tokens/revoke", {"shop": key})
    desk.work()
    desk.let_in_again(key)


def network_heals(desk: Desk, dice: Random) -> None:
    """Let everything work again."""
    del dice
    desk.place.end_faults()


STEPS: Sequence[tuple[Act, int]] = (
    (buyer_applies, 20),
    (buyer_moves, 10),
    (warehouse_ships, 6),
    (agent_acts, 30),
    (agent_takes_back, 3),
    (worker_works, 20),
    (worker_dies, 8),
    (time_passes, 4),
    (network_breaks, 10),
    (network_heals, 4),
    (token_goes, 1),
)
"""What can happen, and how often of all."""


def _try(act: Callable[[], object]) -> None:
    """Do what a person would; a refusal of the desk is an answer, not a fault."""
    try:
        act()
    except AftersaleError:
        return


def _ours(desk: Desk, dice: Random, most: int) -> list[Ticket]:
    mine = Ticket.objects.filter(open=True, lane=Lane.OURS, shop__in=desk.shops.values())
    found = list(mine.order_by("pk"))
    return dice.sample(found, min(most, len(found)))


def _some_ticket(desk: Desk, dice: Random) -> str:
    numbers = Ticket.objects.filter(open=True, shop__in=desk.shops.values()).order_by("pk")
    found = list(numbers.values_list("ticket_no", flat=True))
    return dice.choice(found) if found else ""
