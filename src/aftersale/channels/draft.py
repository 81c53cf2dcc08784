"""Collect the facts of one ticket with their origin, and keep apart what is known from what is not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

# The times of a ticket that may not have happened, and the facts that say whether they have.
TIME_OF = {
    "shipped": "shipped_at",
    "scanned": "first_scan_at",
    "signed": "signed_at",
    "agreed": "merchant_agreed_at",
    "rejected": "merchant_rejected_at",
    "return_sent": "return_waybill_at",
    "goods_back": "return_received_at",
    "evidence_requested": "evidence_requested_at",
    "arbitration_applied": "arbitration_applied_at",
    "judged": "judged_at",
}
# Times of one ticket that cannot stand the other way round.
_IN_ORDER = (
    ("paid_at", "shipped_at", "shipped"),
    ("shipped_at", "signed_at", "signed"),
    ("applied_at", "merchant_agreed_at", "agreed"),
    ("applied_at", "merchant_rejected_at", "rejected"),
)


@dataclass(slots=True)
class Draft:
    """Gather facts, what nobody knows, and the short Chinese words for where each came from."""

    facts: dict[str, object] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    sources: dict[str, str] = field(default_factory=dict)

    def say(self, name: str, value: object, source: str) -> None:
        """Take down a fact; None says nothing."""
        if value is not None:
            self.facts[name] = value
            self.sources[name] = source

    def hide(self, name: str, source: str = "") -> None:
        """Take down that a fact is there and cannot be read, with what makes it doubtful."""
        self.unknown.add(name)
        if source:
            self.sources[name] = source

    def step(self, name: str, *, happened: bool | None, at: datetime | None, source: str) -> None:
        """Take down a step: its time if that is told, else that it was taken, or was not, or is unknown."""
        moment = TIME_OF[name]
        if at is not None:
            self.say(moment, at, source)
        elif happened is None:
            self.hide(moment, source)
        else:
            self.say(name, happened, source)
            if happened:
                self.unknown.add(moment)

    def settle(self) -> None:
        """Take back times that contradict one another: the step was taken, when it was is unknown."""
        for early, late, step in _IN_ORDER:
            first, second = self.facts.get(early), self.facts.get(late)
            if first is not None and second is not None and second < first:  # type: ignore[operator]
                del self.facts[late]
                self.facts[step] = True
                self.hide(late, f"{self.sources.get(late, late)}早于{self.sources.get(early, early)}")
        paid, refunded = self.facts.get("paid_fen"), self.facts.get("refunded_fen")
        if isinstance(paid, int) and isinstance(refunded, int) and refunded > paid:
            del self.facts["refunded_fen"]
            self.hide("refunded_fen", f"{self.sources['refunded_fen']}大于{self.sources['paid_fen']}")
