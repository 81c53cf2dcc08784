"""See on the platform what became of an act beside the answer whose own answer was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.verbs import FLAG_WORDS, Verb
from aftersale.domain.states import Arbitration

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aftersale.channels.base import Notice


def _flag(params: Mapping[str, object], notice: Notice) -> bool:
    flag, there = str(params.get("flag")), notice.flag or ""
    return bool(there) and (there == flag or FLAG_WORDS[flag].zh.startswith(there))


def _text(params: Mapping[str, object], notice: Notice) -> bool:
    return str(params.get("text", "")).strip() in (notice.remark or "")


def _waybill(params: Mapping[str, object], notice: Notice) -> bool:
    return notice.return_waybill == params.get("waybill")


def _evidence(_params: Mapping[str, object], notice: Notice) -> bool | None:
    """Look at the dispute: with the platform it arrived, waiting without a picture it did not."""
    said = notice.dispute
    if said is None or said.state not in {Arbitration.SUBMITTED, Arbitration.EVIDENCE_DUE}:
        return None
    if said.state == Arbitration.SUBMITTED:
        return True
    return None if said.pictures else False


SHOWS: Mapping[str, Callable[[Mapping[str, object], Notice], bool | None]] = {
    Verb.FLAG: _flag,
    Verb.REMARK: _text,
    Verb.RETURN_WAYBILL: _waybill,
    Verb.REPLY_SERVICE: _text,
    Verb.SUBMIT_EVIDENCE: _evidence,
}
"""Acts that a look at the ticket shows as done or not; None where it cannot tell."""

LEAVES_NO_TRACE = frozenset({Verb.INTERCEPT, Verb.SMALL_PAYOUT})
"""Acts of which no look at the ticket tells anything: a person is asked."""
