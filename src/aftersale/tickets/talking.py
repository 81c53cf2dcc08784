"""Do what no single act on the platform does: ask, propose, have a parcel stopped, look into it.

The desk prepares the words; a person sends them and says so, and the ticket waits for whom it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.domain.errors import AftersaleError
from aftersale.domain.states import Machine, command, possible
from aftersale.evidence.journal import Entry
from aftersale.texts import Text
from aftersale.tickets.act import begin
from aftersale.tickets.change import change
from aftersale.tickets.standing import FIELD
from aftersale.tickets.steps import CARRY_OUT, NOTHING, SUBMIT, WAIT
from aftersale.tickets.verbs import verb_of
from aftersale.tickets.waiting import Whom, begun
from aftersale.tickets.wording import RETURN_ADDRESS, check_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aftersale.shops.models import Person
    from aftersale.tickets.models import Ticket

# By step: whom the ticket waits for once that is done. A step that is not listed is looked into.
_WHOM: Mapping[str, Whom] = {
    "ask": Whom.BUYER,
    "request_evidence": Whom.BUYER,
    "negotiate": Whom.BUYER,
    "fix_address_24h": Whom.BUYER,
    # More time to receive is an act of the shop; more time to send back is settled with the buyer.
    "extend_ship_back": Whom.BUYER,
    "fulfil_service": Whom.BUYER,
    "claim_carrier": Whom.BUYER,
    "close_expired": Whom.BUYER,
    "coupon": Whom.BUYER,
    "intercept_or_refuse": Whom.CARRIER,
    "refuse_then_refund": Whom.CARRIER,
    SUBMIT: Whom.PLATFORM,
    CARRY_OUT: Whom.PLATFORM,
    "respond_platform": Whom.PLATFORM,
    "platform_report": Whom.PLATFORM,
    "accept_plan_or_wait": Whom.PLATFORM,
    "close": Whom.PLATFORM,
    "auto_approved": Whom.PLATFORM,
    "auto_refunded": Whom.PLATFORM,
    "auto_refund_unshipped": Whom.PLATFORM,
    "platform_advance_refund": Whom.PLATFORM,
    "platform_supports_buyer": Whom.PLATFORM,
}
# What follows at once for another machine of the ticket.
_MOVES: Mapping[Whom, tuple[Machine, str]] = {
    Whom.BUYER: (Machine.DECISION, "ask"),
}
_SUBMITTED = (Machine.ARBITRATION, "submit")


class WaitInvalid(AftersaleError):
    """Refuse to wait until a time that has passed."""

    def __init__(self) -> None:
        super().__init__(
            "wait.past",
            Text(zh="再看的时间要在现在之后。", en="The time to look again is to come."),
            Text(zh="改一个时间再确认；已写的内容还在。", en="Choose a later one; what you wrote is kept."),
        )


def whom_of(step: str) -> Whom | None:
    """Say for whom a ticket waits after a step; None for one that is one act, or nothing to do."""
    if verb_of(step) is not None or step in {WAIT, NOTHING}:
        return None
    return _WHOM.get(step, Whom.CHECK)


@transaction.atomic
def talked(  # what a form says, and when
    ticket: Ticket, person: Person, text: str, until: datetime, now: datetime, expected_sequence: int
) -> None:
    """Note that a step was done by talking or looking, and let the ticket wait: one event.

    The words are a personal value. Raises WaitInvalid, WordingStopped,
    Overtaken, TicketEnded, ActionPending, DoneAlready.
    """
    if until <= now:
        raise WaitInvalid
    begin(ticket, expected_sequence)
    whom = whom_of(ticket.step) or Whom.CHECK
    if whom is Whom.BUYER:
        check_words(ticket.shop, text, now, passed_on(ticket.step))
    data = {"step": ticket.step, "whom": whom.value, "until": until.isoformat()}
    entry = Entry("wait_begun", now, person.pk, data, {"text": text} if text else {})
    change(ticket, entry, **begun(ticket, whom, now, until), **moved(ticket, whom))


def passed_on(step: str) -> frozenset[str]:
    """Say what a text to the buyer may hold at a step: the right address has a phone number with it."""
    return RETURN_ADDRESS if step == "fix_address_24h" else frozenset()


def moved(ticket: Ticket, whom: Whom) -> dict[str, object]:
    """Give the state that follows, where the table allows the move."""
    machine, verb = _SUBMITTED if ticket.step == SUBMIT else _MOVES.get(whom, (None, ""))
    if machine is None:
        return {}
    before = getattr(ticket, FIELD[machine])
    if verb not in possible(machine, before):
        return {}
    return {FIELD[machine]: command(machine, before, verb).after.value}
