"""Put what 抖店 says of a dispute into the words of the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.base import Disputed
from aftersale.channels.douyin.codes import Arbitration as Code
from aftersale.channels.douyin.codes import Blame, Conclusion, known
from aftersale.domain.disputes import Blamed, Favours
from aftersale.domain.states import Arbitration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.channels.douyin.said import Dispute

STATES: Mapping[Code, Arbitration] = {
    Code.NONE: Arbitration.NONE,
    Code.RUNNING: Arbitration.OPEN,
    Code.FOR_BUYER: Arbitration.LOST,
    Code.FOR_MERCHANT: Arbitration.WON,
    Code.EVIDENCE_WANTED: Arbitration.EVIDENCE_DUE,
    Code.NEGOTIATING: Arbitration.OPEN,
    Code.ENDED: Arbitration.CLOSED,
}
"""How a dispute stands, by its code alone."""

FAVOURS: Mapping[Conclusion, Favours] = {
    Conclusion.FOR_BUYER: Favours.BUYER,
    Conclusion.FOR_MERCHANT: Favours.MERCHANT,
    Conclusion.FOR_BUYER_AT_ONCE: Favours.BUYER,
}
BLAMED: Mapping[Blame, Blamed] = {
    Blame.MERCHANT: Blamed.MERCHANT,
    Blame.BUYER: Blamed.BUYER,
    Blame.BOTH: Blamed.BOTH,
    Blame.PLATFORM: Blamed.PLATFORM,
    Blame.INFLUENCER: Blamed.INFLUENCER,
}
_FAVOURS = {Arbitration.WON: Favours.MERCHANT, Arbitration.LOST: Favours.BUYER}
_ENDS = {Favours.MERCHANT: Arbitration.WON, Favours.BUYER: Arbitration.LOST}


def disputed(said: Dispute) -> Disputed | None:
    """Tell how a dispute stands; None where there is none, or its code was never seen."""
    code = known(Code, said.code)
    if code is None or code is Code.NONE:
        return None
    state, conclusion, blame = STATES[code], known(Conclusion, said.conclusion), known(Blame, said.blame)
    favours = FAVOURS[conclusion] if conclusion else _FAVOURS.get(state)
    if state is Arbitration.CLOSED and favours:
        state = _ENDS[favours]
    if state is Arbitration.OPEN and said.pictures and code is Code.RUNNING:
        state = Arbitration.SUBMITTED
    return Disputed(
        state=state.value,
        number=said.number,
        opened_at=said.opened_at,
        due_at=said.deadline,
        changed_at=said.changed_at,
        favours=favours.value if favours else "",
        blamed=BLAMED[blame].value if blame else "",
        at_once=conclusion is Conclusion.FOR_BUYER_AT_ONCE,
        wants=said.wants,
        opinion=said.opinion,
        pictures=said.pictures,
    )
