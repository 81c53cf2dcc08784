"""Read what is known of a case into the tests: risk of intervention, seven factors, liability, own record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from aftersale.disputes.models import Case
from aftersale.domain.disputes import Blamed, Favours
from aftersale.evidence.pieces import Giver
from aftersale.policy.disputes.factors import Expected, Factor, Lean, Past, expected, factors_of, lean_of
from aftersale.policy.disputes.scene import Scene
from aftersale.policy.disputes.score import WINDOW_DAYS
from aftersale.shops.rulebooks import judge_by
from aftersale.tickets.judging import facts_from
from aftersale.tickets.models import Deadline, EvidenceLink, Ticket
from aftersale.tickets.models.clock import DeadlineState
from aftersale.tickets.vault.checklist import checklist_of
from aftersale.tickets.vault.gather import newest_decision

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from aftersale.policy.decision import Decision
    from aftersale.tickets.models import StoredDecision
    from aftersale.tickets.vault.checklist import Checklist

LIABLE = (Blamed.MERCHANT, Blamed.BOTH)
"""Rulings that count against the shop."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Hold what speaks for whom, what is missing, and how such cases went."""

    factors: tuple[Factor, ...]
    lean: Lean
    expected: Expected

    @property
    def gaps(self) -> tuple[Factor, ...]:
        """Give the factors to which something is missing."""
        return tuple(each for each in self.factors if each.gap)

    def kept(self) -> dict[str, object]:
        """Write what is kept of it, to see later whether it was right."""
        return {"lean": self.lean.value, "factors": {each.id: each.side.value for each in self.factors}}


def scene_of(ticket: Ticket, now: datetime) -> Scene:
    """Read what is known of a ticket."""
    stored = newest_decision(ticket, now)
    return scene_with(ticket, stored, checklist_of(ticket, stored, now), now)


def scene_refused(ticket: Ticket, decision: Decision) -> Scene:
    """Read what the conditions of an intervention ask about, as if the shop had refused; one query."""
    missed, theirs = _missed(OuterRef("pk")), _theirs(OuterRef("pk"))
    row = Ticket.objects.annotate(late=Exists(missed), given=Exists(theirs)).filter(pk=ticket.pk)
    late, given = row.values_list("late", "given")[0]
    facts = {name: None if name in decision.facts.unknown else decision.facts[name] for name in _READ}
    return Scene(
        facts={**facts, "rejected": True, "merchant_response": "rejected"},
        proposal=decision.verdict.preferred,
        late=late,
        theirs=int(given),
    )


def scene_with(
    ticket: Ticket,
    stored: StoredDecision | None,
    listed: Checklist,
    now: datetime,
    *,
    seen: tuple[bool, int] | None = None,
) -> Scene:
    """Read the same where decision and checklist are at hand, and what `with_seen` tells of a case."""
    late, theirs = seen or (_missed(ticket.pk).exists(), _theirs(ticket.pk).count())
    judged, lost = record_of(ticket.shop_id, now)
    return Scene(
        facts=_facts(stored),
        proposal=stored.preferred if stored else "",
        layers=_layers(stored),
        late=late,
        ours=len(listed.ours) - len(listed.missing),
        wanted=len(listed.ours),
        theirs=theirs,
        judged=judged,
        lost=lost,
    )


def _facts(stored: StoredDecision | None) -> Mapping[str, object]:
    if stored is None:
        return {}
    facts = facts_from(stored.facts)
    return {name: None if name in facts.unknown else facts[name] for name in _READ}


_READ = (
    "merchant_violation_level", "fraud_by_merchant", "banned_goods", "rejected", "merchant_response",
    "apply_count", "quality_proven", "wrong_item", "missing_item", "damaged_on_arrival", "promise_broken",
    "buyer_fraud", "reason",
)  # fmt: skip


def _layers(stored: StoredDecision | None) -> frozenset[str]:
    """Name the layers whose clauses a decision cites."""
    if stored is None:
        return frozenset()
    cited: list[dict[str, Any]] = msgspec.json.decode(stored.cites)
    rules = {rule.id: str(rule.layer) for rule in judge_by(stored.rulebook_digest).rulebook.rules}
    return frozenset(rules[each["rule"]] for each in cited if each["document"] and each["rule"] in rules)


def with_seen(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Add to cases whether the shop was late (`late`), and how much the buyer showed (`theirs`)."""
    ticket = OuterRef("ticket_id")
    theirs = _theirs(ticket).order_by().values("ticket").annotate(n=Count("pk")).values("n")
    return cases.annotate(late=Exists(_missed(ticket)), theirs=Coalesce(Subquery(theirs), 0))


def _missed(ticket: int | OuterRef) -> QuerySet[Deadline]:
    missed = Deadline.objects.filter(ticket=ticket, side="merchant", state=DeadlineState.MISSED)
    return missed.exclude(source="service")


def _theirs(ticket: int | OuterRef) -> QuerySet[EvidenceLink]:
    return EvidenceLink.objects.filter(ticket=ticket, withdrawn_at=None, piece__source=Giver.BUYER)


def record_of(shop_id: int, now: datetime) -> tuple[int, int]:
    """Count the shop's rulings of the window, and those in which it was held liable."""
    return records_of([shop_id], now)[shop_id]


def records_of(shop_ids: Collection[int], now: datetime) -> dict[int, tuple[int, int]]:
    """Count the same for several shops, in one query."""
    since = now - timedelta(days=WINDOW_DAYS)
    cases = Case.objects.filter(shop__in=shop_ids, judged_at__gt=since, judged_at__lte=now)
    liable = Count("pk", filter=Q(blamed__in=LIABLE))
    rows = cases.order_by().values_list("shop_id").annotate(judged=Count("pk"), liable=liable)
    known = {shop: (judged, lost) for shop, judged, lost in rows}
    return {each: known.get(each, (0, 0)) for each in shop_ids}


def estimate_of(case: Case, now: datetime) -> Estimate:
    """Weigh the seven factors of a case."""
    return estimate_in(scene_of(case.ticket, now), case.shop_id)


def estimate_in(scene: Scene, shop_id: int) -> Estimate:
    """Weigh the seven factors of what is known."""
    factors = factors_of(scene)
    lean = lean_of(factors)
    return Estimate(factors, lean, expected(lean, past_of(shop_id)))


def past_of(shop_id: int) -> list[Past]:
    """Give the shop's judged cases of which an estimate was kept when evidence went out."""
    judged = Case.objects.filter(shop_id=shop_id, favours__in=[Favours.BUYER, Favours.MERCHANT])
    rows = judged.exclude(estimate={}).values_list("estimate", "favours")
    return [Past(Lean(kept["lean"]), favours == Favours.MERCHANT) for kept, favours in rows]
