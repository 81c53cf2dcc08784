"""Put together what is said of a ticket: by the platform, the product register and people here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.tickets.fact_answers import answers_of
from aftersale.tickets.judging import facts_of
from aftersale.tickets.product_facts import articles_for
from aftersale.tickets.said import said_of
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aftersale.domain.facts import Facts
    from aftersale.policy.decide import Judge
    from aftersale.policy.decision import Decision
    from aftersale.tickets.models import Ticket


class Told:
    """Hold what is said of a ticket by the platform, the product register and people here."""

    def __init__(self, ticket: Ticket, answers: Mapping[str, object], now: datetime) -> None:
        self.ticket, self.answers, self._now = ticket, answers, now
        self.seen = said_of(ticket)
        articles = articles_for(ticket.shop_id, ticket.article_no, ticket.product_id)
        self.register = articles.facts(ticket.article_no, ticket.product_id)

    def facts(self, more: Mapping[str, object]) -> Facts:
        """Put the facts together with more answers; raises FactsInvalid."""
        return facts_of(self.seen, self.register, {**self.answers, **more}, self._now)

    def source(self, name: str) -> str:
        """Say where a fact was told; empty where it follows from others."""
        if name in self.answers:
            return _("answered here")
        if name in self.seen.facts:
            return self.seen.sources.get(name) or _("from the platform")
        return _("product register") if name in self.register else ""


def decided_now(ticket: Ticket, judge: Judge, now: datetime) -> Decision:
    """Decide on a ticket as all that is known stands now; nothing is written."""
    return judge.decide(Told(ticket, answers_of(ticket.pk), now).facts({}))
