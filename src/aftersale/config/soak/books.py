"""Compare the books of a desk with those of the sandbox."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from aftersale.channels.verbs import REFUNDS
from aftersale.domain.states import ActionState
from aftersale.tickets.models import Action, Deadline, Ticket
from aftersale.tickets.models.clock import DeadlineState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aftersale.config.soak.desk import Desk

ENDED = "ended_at"


@dataclass(frozen=True, slots=True)
class Summary:
    """Count what a run came to.

    `lost`: the platform has it, the desk has not. `twice`: refunded more than once, or refunded at our word
    after the goods had left. `different`: open or ended, or refunded, otherwise than on the platform. `late`:
    a time limit that is over and that no sweep has looked at.
    """

    tickets: int
    refunds: int
    lost: int
    twice: int
    different: int
    late: int

    @property
    def clean(self) -> bool:
        """Tell whether nothing is wrong."""
        return not (self.lost or self.twice or self.different or self.late)

    def as_json(self) -> dict[str, int]:
        """Give the counts by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Books:
    """Hold the summary, and every single fault in words for whoever looks for its cause."""

    summary: Summary
    faults: Sequence[str]


def compare(desk: Desk) -> Books:
    """Compare; the desk must have been brought up to date before."""
    theirs = desk.place.ledger()
    by_number = {line["ticket"]: line for line in theirs["tickets"]}
    ours = {ticket.ticket_no: ticket for ticket in Ticket.objects.filter(shop__in=desk.shops.values())}
    paid = Counter[str](refund["ticket"] for refund in theirs["refunds"])
    lost = [f"lost {number}" for number in by_number if number not in ours]
    twice = [f"twice {number}" for number, times in paid.items() if times > 1]
    twice += [f"sent and refunded {number}" for number in theirs["refunded_after_shipping"] if _ours(number)]
    known = [(line, ours[number]) for number, line in by_number.items() if number in ours]
    different = [said for line, ticket in known for said in _differs(line, ticket)]
    late = [f"late {number}" for number in _unseen_limits(desk)]
    summary = Summary(len(by_number), sum(paid.values()), len(lost), len(twice), len(different), len(late))
    return Books(summary, [*lost, *twice, *different, *late])


def _ours(number: str) -> bool:
    """Tell whether a refund went out at our word."""
    done = Action.objects.filter(ticket__ticket_no=number, verb__in=REFUNDS, state=ActionState.DONE)
    return done.exists()


def _differs(line: Mapping[str, Any], ticket: Ticket) -> list[str]:
    ended = bool(line[ENDED])
    found = []
    if ended == ticket.open:
        found.append(f"different {ticket.ticket_no}: there {line['step']}, here {ticket.status}")
    held = sum(
        Action.objects.filter(ticket=ticket, state=ActionState.DONE).values_list("reserved_fen", flat=True)
    )
    refunded = int(line["refunded_fen"] or 0)
    if ended and refunded and held != refunded:
        found.append(f"money {ticket.ticket_no}: there {refunded}, here {held}")
    return found


def _unseen_limits(desk: Desk) -> list[str]:
    """Find limits that are over and that no sweep has looked at: nobody was told."""
    running = Deadline.objects.filter(ticket__shop__in=desk.shops.values(), state=DeadlineState.RUNNING)
    overdue = running.filter(next_at__lt=desk.clock())
    return list(overdue.values_list("ticket__ticket_no", flat=True))
