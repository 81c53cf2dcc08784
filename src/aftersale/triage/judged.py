"""Judge the tickets of an export: notice and register in, lines of the worklist out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from aftersale.channels.base import Turn
from aftersale.channels.parked_rows import ParkedRow, parked_by_facts
from aftersale.domain.clock import seconds_of
from aftersale.domain.errors import FactsInvalid
from aftersale.domain.facts import facts_of_export
from aftersale.tickets.steps import WAIT, action_of, at_stake, clock_of, stage_of
from aftersale.triage.explained import Explainer
from aftersale.triage.rows import NOT_EXPLAINED, Row, urgency_of

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.channels.base import Notice
    from aftersale.channels.register import Article, Register
    from aftersale.domain.facts import Facts
    from aftersale.policy.decide import Judge
    from aftersale.policy.decision import Decision
    from aftersale.texts import Lang

# What the order export of a shop says: giving that sheet answers it for all tickets at once.
IN_ORDERS = frozenset({"paid_at", "promised_ship_at", "promised", "shipped_at", "confirmed_at", "confirmed"})


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
        clock = clock_of(notice, decision, stage)
        ours = notice.open and notice.turn is Turn.MERCHANT
        waits = notice.open and not ours
        return Row(
            notice=notice,
            stage=stage,
            verdict=decision.verdict,
            action=WAIT if waits else action_of(decision, stage, self._judge),
            apply_type=cast("str | None", facts["apply_type"]),
            reason=cast("str | None", facts["reason"]),
            amount_fen=at_stake(decision.amount_fen, notice),
            clock=clock,
            urgency=urgency_of(notice, clock, self._now),
            explained=self._explainer.explain(decision) if ours else NOT_EXPLAINED,
            origins={**article.origins, **notice.sources} if article and ours else notice.sources,
            noted=article.note if article else None,
        )
