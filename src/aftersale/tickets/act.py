"""Decide on a ticket as a person or an automation rule does: propose, accept, refuse, cancel.

Each is one call, one transaction, one event. Who may do it is asked before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from django.db import transaction

from aftersale.channels.verbs import ANSWERS, PAYS, REFUNDS, Verb
from aftersale.domain.states import ActionState, Decision, Goods, Machine, command
from aftersale.evidence.journal import Entry
from aftersale.jobs import door
from aftersale.tickets import automatic, ledger
from aftersale.tickets.change import Overtaken, change
from aftersale.tickets.handling import finish_task
from aftersale.tickets.limits import check_limits
from aftersale.tickets.meanwhile import seen_of
from aftersale.tickets.models import Action, Task
from aftersale.tickets.outcome import CANCEL, OPEN, OUTSIDE, applied, key_of, lock, locked, named, next_intent
from aftersale.tickets.receipts import PERFORM
from aftersale.tickets.refusal import (
    ActionPending,
    DoneAlready,
    FreightNotClaimed,
    FreightOpen,
    NotInspected,
    PaidBefore,
    RefundUnderWay,
    TicketEnded,
    check_intent,
    keep_trace,
)
from aftersale.tickets.replacements import hold_piece
from aftersale.tickets.said import claimed_freight
from aftersale.tickets.standing import FIELD
from aftersale.tickets.steps import INSPECTION, Stage
from aftersale.tickets.waiting import Whom, begun, ended
from aftersale.tickets.wording import check_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from aftersale.policy.decide import Judge
    from aftersale.shops.models import Person
    from aftersale.tickets.models import Ticket
    from aftersale.tickets.refusal import Refusal

REVIEW = "review"
"""The task of looking at what a colleague proposes."""

# By how a ticket stands: the moves that lead to an approval of a person. What was approved once and came to
# nothing, or was paid, needs a fresh choice. An automation rule has the last step alone.
_WAYS: Mapping[str, tuple[str, ...]] = {
    Decision.NONE: ("propose",),
    Decision.ASKED: ("propose",),
    Decision.ACCEPTED: ("reopen", "propose"),
    Decision.REFUSED: ("reopen", "propose"),
}


_AFTER_INSPECTION = frozenset({Verb.REFUND_RECEIVED, Verb.GOODS_IN_WAREHOUSE})
_NO_MORE: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Intent:
    """Hold what is wanted; `delay_s` leaves time to cancel, `guard` is the platform's version decided on.

    Without a guard it is the version that the ticket has. `paid_unknown_accepted`: the person vouches for the
    amount although what the buyer paid is not known. `inspected`: the person has received the return and
    looked at it, whatever the bench says. `proposed_by` is the colleague whose proposal it is, `proposed_fen`
    what that pays, return freight included.
    """

    verb: str
    amount_fen: int | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    guard: str = ""
    delay_s: int = 0
    paid_unknown_accepted: bool = False
    inspected: bool = False
    proposed_by: int | None = None
    proposed_fen: int = 0


def _nothing(name: str) -> None:
    del name


def _walk(state: str, verbs: tuple[str, ...]) -> str:
    for verb in verbs:
        state = command(Machine.DECISION, state, verb).after.value
    return state


def begin(ticket: Ticket, expected_sequence: int, verb: str = Verb.REFUSE) -> None:
    """Lock a ticket as the person saw it.

    Raises Overtaken, TicketEnded, RefundUnderWay, ActionPending or DoneAlready.
    """
    lock(ticket)
    if ticket.sequence != expected_sequence:
        raise Overtaken(ticket)
    if not ticket.open:
        raise TicketEnded(ticket.ticket_no)
    if verb in REFUNDS and ticket.stage == Stage.PAYING:
        raise RefundUnderWay(ticket.ticket_no)
    if Action.objects.filter(ticket_id=ticket.pk, state__in=OPEN, verb__in=ANSWERS).exists():
        raise ActionPending(ticket.ticket_no)
    # More money is a choice of its own, and the ledger knows how much there is.
    if verb not in PAYS and ticket.waits_for == Whom.PLATFORM and _newest_verb(ticket) == verb:
        raise DoneAlready(ticket.ticket_no)


def _newest_verb(ticket: Ticket) -> str:
    """Give what was done last on a ticket and came off."""
    done = Action.objects.filter(ticket_id=ticket.pk, state=ActionState.DONE).order_by("-id")
    return done.values_list("verb", flat=True).first() or ""


def settles_goods(ticket: Ticket, verb: str) -> bool:
    """Tell whether an act settles what came back; more time to receive settles nothing."""
    if verb == Verb.EXTEND:
        return False
    return verb in _AFTER_INSPECTION or ticket.step in INSPECTION


def _check_goods(ticket: Ticket, intent: Intent) -> None:
    """Let a return be carried out only when somebody has looked at it and nothing is held."""
    seen = ticket.goods_state == Goods.INSPECTED and not ticket.held
    if settles_goods(ticket, intent.verb) and not (seen or intent.inspected):
        raise NotInspected(ticket.ticket_no, held=bool(ticket.held))


def _paid_before(ticket: Ticket) -> bool:
    """Tell whether money went out on a ticket, by us or not; a rule pays once."""
    paying = Action.objects.filter(ticket_id=ticket.pk, verb__in=[*PAYS, OUTSIDE])
    return paying.exclude(state__in=[ActionState.FAILED, ActionState.CANCELLED]).exists()


def _check_freight(ticket: Ticket, intent: Intent) -> None:
    """Leave no claim for return freight open, and pay no other one: the platform asks with the receipt."""
    claimed = claimed_freight(ticket) if intent.verb == Verb.REFUND_RECEIVED else None
    if claimed and "return_freight_fen" not in intent.params:
        raise FreightOpen(ticket.ticket_no, claimed)
    if intent.params.get("return_freight_fen", 0) not in {0, claimed or 0}:
        raise FreightNotClaimed(ticket.ticket_no, claimed or 0)


@transaction.atomic
def propose(ticket: Ticket, person: Person, intent: Intent, now: datetime, expected_sequence: int) -> Task:
    """Ask a colleague who may to approve; nothing is reserved or sent."""
    if intent.verb != Verb.REFUSE:
        check_intent(intent)
    check_words(ticket.shop, intent.params.get("text"), now)
    begin(ticket, expected_sequence, intent.verb)
    ways = _WAYS.get(ticket.decision_state, ("propose",))
    after = _walk(ticket.decision_state, ways)
    wanted = {"verb": intent.verb, "amount_fen": intent.amount_fen, "params": dict(intent.params)}
    if intent.inspected:
        wanted["inspected"] = True
    # What is written to the buyer may name them: the journal holds it as a personal value.
    params = {name: value for name, value in intent.params.items() if name != "text"}
    said = intent.params.get("text")
    written = {"text": said} if isinstance(said, str) and said else {}
    entry = Entry("proposed", now, person.pk, {**wanted, "params": params}, written)
    change(ticket, entry, decision_state=after)
    return Task.objects.create(
        shop_id=ticket.shop_id,
        ticket=ticket,
        kind=REVIEW,
        params={**wanted, "by": person.pk},
        due_at=ticket.due_at,
        created_at=now,
    )


@transaction.atomic
def accept(  # a step to die at is for tests of exactly that
    ticket: Ticket,
    person: Person | None,
    intent: Intent,
    now: datetime,
    expected_sequence: int,
    step: Callable[[str], None] = _nothing,
) -> Action:
    """Approve: reserve the money, write the action down and wake the worker up. None for a person is a rule.

    Raises Overtaken (somebody was faster), MoveRefused, ActionPending, TicketEnded, RefundUnderWay, OverPaid,
    PaidUnknown, IntentInvalid, NotAutomatic, PaidBefore, NotInspected, FreightOpen, FreightNotClaimed,
    DoneAlready,    SecondPersonNeeded, DayCapReached, WordingStopped or StockGone; then nothing happened.
    """
    check_intent(intent)
    check_words(ticket.shop, intent.params.get("text"), now)
    begin(ticket, expected_sequence, intent.verb)
    if person is None and intent.verb in PAYS and _paid_before(ticket):
        raise PaidBefore(ticket.ticket_no)
    check_limits(ticket, person, intent, now)
    rule = automatic.allowed(ticket, intent.verb, intent.amount_fen, now) if person is None else None
    _check_goods(ticket, intent)
    _check_freight(ticket, intent)
    before = _WAYS.get(ticket.decision_state, ()) if person else ()
    decided = _walk(ticket.decision_state, (*before, "accept"))
    action = _written(ticket, person, intent, now)
    if rule is not None:
        automatic.use(rule, action, now)
    _intend(ticket, action, intent, decided, "action_intended", hold_piece(action, now))
    _end_reviews(ticket, person, now)
    step("accepting")
    _wake(action, intent)
    step("accepted")
    return action


@transaction.atomic
def refuse(
    ticket: Ticket,
    person: Person,
    refusal: Refusal,
    now: datetime,
    expected_sequence: int,
    judge: Judge,
) -> Action:
    """Refuse, as only a person may: reason and clause go into the action, the trace stays with the decision.

    Raises as `accept` does, and DecisionMissing where nothing was judged.
    """
    check_words(ticket.shop, refusal.text, now)
    begin(ticket, expected_sequence)
    decided = _walk(ticket.decision_state, (*_WAYS.get(ticket.decision_state, ()), "refuse"))
    stored = keep_trace(ticket, judge)
    intent = Intent(Verb.REFUSE, params=refusal.params, guard=refusal.guard, delay_s=refusal.delay_s)
    action = _written(ticket, person, intent, now)
    action.decision = stored
    action.save(update_fields=["decision"])
    _intend(ticket, action, intent, decided, "refused")
    _end_reviews(ticket, person, now)
    _wake(action, intent)
    return action


@transaction.atomic
def cancel(action: Action, person: Person, now: datetime) -> Action:
    """Take an intent back while nothing was sent, the proposal stands again; later it raises MoveRefused."""
    action = locked(action.pk)
    ticket = action.ticket
    told = applied(action, CANCEL, now)
    decided = _walk(ticket.decision_state, _WAYS.get(ticket.decision_state, ()))
    fields = {**ended(ticket), FIELD[Machine.DECISION]: decided}
    if action.verb in REFUNDS:
        fields[FIELD[Machine.MONEY]] = command(Machine.MONEY, ticket.money_state, "cancel").after.value
    change(ticket, Entry("action_cancelled", now, person.pk, told), **fields)
    return action


def _written(ticket: Ticket, person: Person | None, intent: Intent, now: datetime) -> Action:
    """Reserve the money and write the action down."""
    held = (intent.amount_fen or 0) if intent.verb in REFUNDS else 0
    if held:
        ledger.reserve(ticket, held, confirmed=intent.paid_unknown_accepted and person is not None)
    number = next_intent(ticket)
    newest = ticket.decisions.order_by("-id").only("id").first()
    return Action.objects.create(
        ticket=ticket,
        shop_id=ticket.shop_id,
        key=key_of(ticket, intent.verb, number),
        verb=intent.verb,
        intent_no=number,
        amount_fen=intent.amount_fen if intent.verb in PAYS else None,
        reserved_fen=held,
        params=dict(intent.params),
        guard=intent.guard or ticket.version,
        seen=seen_of(ticket),
        decision=newest,
        approved_by=person,
        approved_at=now,
        not_before=now + timedelta(seconds=intent.delay_s),
    )


def _intend(
    ticket: Ticket,
    action: Action,
    intent: Intent,
    decided: str,
    kind: str,
    also: Mapping[str, object] = _NO_MORE,
) -> None:
    wait = begun(ticket, Whom.PLATFORM, action.approved_at)
    fields: dict[str, object] = {**wait, FIELD[Machine.DECISION]: decided}
    if action.verb in REFUNDS:
        fields[FIELD[Machine.MONEY]] = command(Machine.MONEY, ticket.money_state, "intend").after.value
    text = action.params.get("text")
    data = {
        **named(action),
        "intent_no": action.intent_no,
        "guard": action.guard,
        "rule": ticket.rule_id,
        "decision": None if action.decision_id is None else str(action.decision_id),
        "citation": action.params.get("citation"),
        "reserved_fen": action.reserved_fen,
        "paid_unknown_accepted": intent.paid_unknown_accepted,
        **({"inspected": True, "held": ticket.held} if intent.inspected else {}),
        "not_before": action.not_before.isoformat(),
        **also,
    }
    if (by_rule := automatic.rule_behind(action)) is not None:
        data["automation"] = str(by_rule)
    personal = {"text": text} if isinstance(text, str) else {}
    change(ticket, Entry(kind, action.approved_at, action.approved_by_id, data, personal), **fields)


def _end_reviews(ticket: Ticket, person: Person | None, now: datetime) -> None:
    """End what waited for a colleague's look: a person has decided."""
    waiting = Task.objects.filter(ticket_id=ticket.pk, kind=REVIEW, done_at=None) if person else ()
    for task in waiting:
        task.ticket = ticket
        finish_task(task, cast("Person", person), "decided", now)


def _wake(action: Action, intent: Intent) -> None:
    door.enqueue(PERFORM, action.pk, not_before=action.not_before if intent.delay_s else None)
