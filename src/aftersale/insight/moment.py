"""Go back to the moment at which a ticket was decided: what came later had not happened yet."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from aftersale.domain.fact_table import FACTS
from aftersale.domain.facts import facts_of_export

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.channels.base import Notice
    from aftersale.domain.facts import Facts

# The answer of the shop and whatever follows from it: at the moment of that answer none of it is there.
_FROM_THE_ANSWER_ON = (
    "merchant_agreed_at",
    "merchant_rejected_at",
    "return_waybill_at",
    "return_received_at",
    "arbitration_applied_at",
    "evidence_requested_at",
    "evidence_submitted_at",
    "judged_at",
)
_SETTLED_BY_THE_ANSWER = ("status_deadline", "clock_given", "rejection_reason_valid", "order_refunded_fen")
# The journey of the goods, in order: what lies after the moment had not happened, nor what follows it.
_JOURNEY = ("shipped_at", "first_scan_at", "signed_at", "confirmed_at")


def decided_at(notice: Notice) -> object:
    """Give the time of the shop's first answer where the sheet shows it, else the time of application."""
    told = (notice.facts.get(name) for name in ("merchant_agreed_at", "merchant_rejected_at"))
    answers = [at for at in told if isinstance(at, datetime)]
    return min(answers, default=notice.facts.get("applied_at"))


def facts_at_decision(notice: Notice, newest: datetime | None, of_article: Mapping[str, object]) -> Facts:
    """Read a notice as it stood when it was to be decided: an open ticket now, a finished one at its answer.

    `newest` is the newest time of the sheets. What a refund paid becomes what was asked for; left as it is,
    every finished ticket would be one that was refunded already. Raises FactsInvalid.
    """
    said: dict[str, object] = {**of_article, **notice.facts}
    unknown = set(notice.unknown)
    if notice.open:
        said["now"] = newest or said["applied_at"]
    else:
        said["now"] = decided_at(notice)
        _unsay_answer(said, unknown)
        _unsay_journey(said, unknown)
    return facts_of_export(said, unknown - said.keys())


def _not_yet(name: str, said: dict[str, object], unknown: set[str]) -> None:
    """Say that a step had not happened."""
    said.pop(name, None)
    unknown.discard(name)
    companion = FACTS[name].companion
    if companion:
        said[companion] = False
        unknown.discard(companion)


def _unsay_answer(said: dict[str, object], unknown: set[str]) -> None:
    for name in _FROM_THE_ANSWER_ON:
        _not_yet(name, said, unknown)
    for name in _SETTLED_BY_THE_ANSWER:
        said.pop(name, None)
        unknown.discard(name)
    refunded = said.pop("refunded_fen", 0)
    unknown -= {"refunded_fen", "merchant_response"}
    said["merchant_response"] = "none"
    if refunded:
        said.setdefault("requested_refund_fen", refunded)


def _unsay_journey(said: dict[str, object], unknown: set[str]) -> None:
    later = [name for name in _JOURNEY if _is_after(said.get(name), said["now"])]
    if not later:
        return
    for name in _JOURNEY[_JOURNEY.index(later[0]) :]:
        _not_yet(name, said, unknown)
    if later[0] != "confirmed_at":
        # The tracking is that of the day of export, and says nothing of an earlier one.
        said.pop("logistics_status", None)


def _is_after(at: object, moment: object) -> bool:
    return isinstance(at, datetime) and isinstance(moment, datetime) and at > moment
