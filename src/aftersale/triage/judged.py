"""Judge the tickets of an export: notice and register in, lines of the worklist out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from aftersale.channels.base import Turn
from aftersale.domain.clock import seconds_of
from aftersale.domain.errors import FactsInvalid
from aftersale.domain.facts import facts_of_export
from aftersale.triage.explained import Explainer
from aftersale.triage.parked import ParkedRow, parked_by_facts
from aftersale.triage.rows import NOT_EXPLAINED, Clock, Row, Stage, urgency_of

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.channels.base import Notice
    from aftersale.domain.facts import Facts
    from aftersale.policy.decide import Judge
    from aftersale.policy.decision import Decision, Due
    from aftersale.texts import Lang
    from aftersale.triage.register import Article, Register

# Steps that follow an agreement; every other action is a remedy of the rulebook.
AGREE_TO_RETURN = "agree_to_return"
INSPECT_THEN_REFUND = "inspect_then_refund"
INSPECT_THEN_SEND = "inspect_then_send"
SEND = "send"
CARRY_OUT = "carry_out"
WAIT = "wait"
SUBMIT = "submit"
NOTHING = "nothing"
_STEPS = {Stage.DONE: NOTHING, Stage.SHIP: SEND, Stage.DISPUTE: SUBMIT}

_REPLACES = frozenset({"exchange", "repair", "reship"})
# Once the shop has agreed to the return, looking at the goods answers what would have been asked before.
_ANSWERED_BY_INSPECTION = frozenset(
    {
        "ask",
        "negotiate",
        "request_evidence",
        "request_evidence_merchant",
        "return_refund",
        "pickup",
        "exchange",
        "repair",
    }
)
_CLOCKS: dict[Stage, tuple[str, ...]] = {
    Stage.DECIDE: ("respond_by",),
    Stage.RECEIVE: ("confirm_by", "refund_by"),
    Stage.RETURN: ("ship_back_by",),
    Stage.REJECTED: ("arbitration_by",),
    Stage.DISPUTE: ("evidence_by", "appeal_by"),
    Stage.OTHER: ("respond_by",),
}


# What the order export of a shop says: giving that sheet answers it for all tickets at once.
IN_ORDERS = frozenset({"paid_at", "promised_ship_at", "promised", "shipped_at", "confirmed_at", "confirmed"})


def stage_of(notice: Notice) -> Stage:
    """Tell how far a ticket has come from whose turn it is and which steps were taken."""
    facts = notice.facts
    if not notice.open:
        return Stage.DONE
    if notice.turn is Turn.PLATFORM:
        return Stage.DISPUTE if _taken(notice, "arbitration_applied") else Stage.PAYING
    if notice.turn is Turn.MERCHANT and _taken(notice, "evidence_requested"):
        return Stage.DISPUTE
    response = facts.get("merchant_response")
    if response == "rejected":
        return Stage.REJECTED
    if response == "agreed":
        return _stage_after_consent(notice)
    return Stage.OTHER if response is None or notice.turn is not Turn.MERCHANT else Stage.DECIDE


_TIMES = {
    "arbitration_applied": "arbitration_applied_at",
    "evidence_requested": "evidence_requested_at",
    "return_sent": "return_waybill_at",
}


def _taken(notice: Notice, step: str) -> bool:
    return notice.facts.get(step) is True or notice.facts.get(_TIMES[step]) is not None


def _stage_after_consent(notice: Notice) -> Stage:
    if notice.turn is Turn.BUYER:
        return Stage.RETURN if notice.facts.get("return_sent") is False else Stage.BUYER_RECEIVES
    sent = _taken(notice, "return_sent")
    replaces = notice.facts.get("apply_type") in _REPLACES
    # A parcel on its way back is still to be received; the word for sending the new one asks for it no more.
    if sent and ("return_received_at" in notice.unknown or not replaces):
        return Stage.RECEIVE
    return Stage.SHIP if replaces else Stage.OTHER


def _at_stake(decided_fen: int | None, notice: Notice) -> int | None:
    """Take the decided amount of an open ticket; where it is not settled, what the sheet asks for."""
    return decided_fen if notice.open and decided_fen is not None else notice.amount_fen


def _action(decision: Decision, stage: Stage, judge: Judge) -> str:
    """Say what to do now; the verdict speaks of the claim, the stage of what is left to do about it."""
    preferred, apply_type = decision.verdict.preferred, decision.facts["apply_type"]
    if stage in _STEPS:
        return _STEPS[stage]
    if stage is Stage.OTHER and decision.facts["merchant_response"] == "agreed":
        return CARRY_OUT
    remedy = judge.rulebook.remedies[preferred]
    if stage is Stage.RECEIVE and preferred in _ANSWERED_BY_INSPECTION:
        return INSPECT_THEN_SEND if apply_type in _REPLACES else INSPECT_THEN_REFUND
    unseen = not decision.facts["goods_back"]
    if stage in {Stage.DECIDE, Stage.OTHER} and remedy.pays == "refund" and remedy.returns_goods and unseen:
        return AGREE_TO_RETURN if preferred == "return_refund" else preferred
    return preferred


@dataclass(frozen=True, slots=True)
class Known:
    """Say what a run has beside the tickets: the register, and whether an order sheet was given."""

    register: Register
    orders: bool


class Judging:
    """Judge tickets at one time under one rulebook, with what the shop's register says of its articles."""

    def __init__(self, known: Known, judge: Judge, now: datetime, lang: Lang) -> None:
        self._judge, self._register, self._lang = judge, known.register, lang
        self._now_at, self._now = now, seconds_of(now)
        self._explainer = Explainer(judge, frozenset() if known.orders else IN_ORDERS)

    def row_of(self, notice: Notice) -> Row | ParkedRow:
        """Judge one ticket; one whose facts contradict each other is parked with the fact that does."""
        article = self._register.find(notice.article_no, notice.product_id)
        try:
            facts = self._facts(notice, article)
        except FactsInvalid as refusal:
            return parked_by_facts(notice, refusal, self._lang)
        return self._row(notice, article, self._judge.decide(facts))

    def _facts(self, notice: Notice, article: Article | None) -> Facts:
        """Put together what the register and the sheet say; of one ticket the sheet knows better."""
        raw = {**(article.facts if article else {}), **notice.facts, "now": self._now_at}
        return facts_of_export(raw, notice.unknown - raw.keys())

    def _row(self, notice: Notice, article: Article | None, decision: Decision) -> Row:
        facts, stage = decision.facts, stage_of(notice)
        clock = self._clock(notice, decision, stage)
        ours = notice.open and notice.turn is Turn.MERCHANT
        waits = notice.open and not ours
        return Row(
            notice=notice,
            stage=stage,
            verdict=decision.verdict,
            action=WAIT if waits else _action(decision, stage, self._judge),
            apply_type=cast("str | None", facts["apply_type"]),
            reason=cast("str | None", facts["reason"]),
            amount_fen=_at_stake(decision.amount_fen, notice),
            clock=clock,
            urgency=urgency_of(notice, clock, self._now),
            explained=self._explainer.explain(decision) if ours else NOT_EXPLAINED,
            origins={**article.origins, **notice.sources} if article and ours else notice.sources,
            noted=article.note if article else None,
        )

    def _clock(self, notice: Notice, decision: Decision, stage: Stage) -> Clock | None:
        """Take the platform's own clock of the node a ticket is in, else what the rules say of that node."""
        if not notice.open:
            return None
        facts = decision.facts
        named = self._named(decision, stage)
        given = facts["status_deadline"]
        if facts["clock_given"] and isinstance(given, int):
            of_stage = _CLOCKS.get(stage, ("",))[0]
            return Clock(named.name if named else of_stage, given, from_platform=True)
        return Clock(named.name, named.at, from_platform=False) if named else None

    @staticmethod
    def _named(decision: Decision, stage: Stage) -> Due | None:
        """Find the deadline of a stage; an answer that was given has stopped the clock for answering."""
        dues = [due for name in _CLOCKS.get(stage, ()) if (due := decision.due_at(name))]
        if decision.facts["merchant_response"] not in {"none", None}:
            dues = [due for due in dues if due.name != "respond_by"]
        return min(dues, key=lambda due: due.at, default=None)
