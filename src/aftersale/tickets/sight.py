"""See on the platform what became of an act beside the answer whose own answer was lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.base import Turn
from aftersale.channels.verbs import FLAG_WORDS, REFUNDS, Verb
from aftersale.domain.states import Arbitration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from aftersale.channels.base import Notice
    from aftersale.channels.interface import Said

_SHOP = "merchant"


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


def said_in_log(text: str, since: datetime, lines: Iterable[Said]) -> bool:
    """Tell whether the shop's own words stand in the negotiation log of a ticket since they were sent.

    A text in pictures alone proves nothing here: only words are compared.
    """
    wanted = "".join(text.split())
    ours = (line for line in lines if line.role == _SHOP and line.at >= since)
    return bool(wanted) and any(wanted in "".join(line.words.split()) for line in ours)


SHOWS: Mapping[str, Callable[[Mapping[str, object], Notice], bool | None]] = {
    Verb.FLAG: _flag,
    Verb.REMARK: _text,
    Verb.RETURN_WAYBILL: _waybill,
    Verb.REPLY_SERVICE: _text,
    Verb.SUBMIT_EVIDENCE: _evidence,
}
"""Acts that a look at the ticket shows as done or not; None where it cannot tell."""


def still_asked(verb: str, notice: Notice) -> bool:
    """Tell whether the platform still waits for the shop to pay: what it has paid it asks for no more."""
    asks = notice.open and notice.turn is Turn.MERCHANT
    return verb in REFUNDS and asks and verb in notice.offers


IN_THE_LOG = frozenset({Verb.SUBMIT_EVIDENCE})
"""Acts whose words the platform keeps in the log of the ticket."""

LEAVES_NO_TRACE = frozenset({Verb.INTERCEPT, Verb.SMALL_PAYOUT})
"""Acts of which no look at the ticket tells anything: a person is asked."""
