"""Say how a negotiation stands from its rounds: both last words, overlap, whose turn, what runs out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from aftersale.policy.talks.terms import MONEY_ALONE, Side, Terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Act(StrEnum):
    """Say what a round does."""

    OFFER = "offer"  # wants or gives something
    WORD = "word"  # says something that is no position
    ACCEPT = "accept"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Round:
    """Hold one thing that was said; an offer stands `until` then, else as long as nobody says other."""

    side: Side
    act: Act
    terms: Terms
    at: datetime
    until: datetime | None = None


class Meeting(StrEnum):
    """Say how the last positions lie to one another."""

    UNKNOWN = "unknown"  # one side has named nothing yet, or no amount
    MET = "met"  # what is given is what is wanted, or more
    WITHIN = "within"  # not yet, and what is wanted lies within the shop's own limit
    APART = "apart"  # what is wanted is more than the shop's limit
    OTHER_WAY = "other_way"  # both want something different in kind


@dataclass(frozen=True, slots=True)
class Overlap:
    """Say where both could meet: from `low_fen` to `high_fen`, and what is missing until then."""

    meeting: Meeting
    low_fen: int | None = None
    high_fen: int | None = None
    gap_fen: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Sum a negotiation up.

    `rounds` counts the shop's offers. `turn` is whose word is waited for, None where nobody spoke yet.
    `waits_since` is since when the buyer has no answer, `lapsed` that the shop's last offer stands no longer,
    `accepted` who has agreed to the other's last offer.
    """

    buyer: Terms
    shop: Terms
    rounds: int
    turn: Side | None
    waits_since: datetime | None
    until: datetime | None
    lapsed: bool
    accepted: frozenset[Side]
    overlap: Overlap


def standing_of(rounds: Sequence[Round], now: datetime, limit_fen: int | None = None) -> Standing:
    """Sum rounds up, oldest first; `limit_fen` is how far the shop would go, which the buyer never sees."""
    said = [each for each in rounds if each.side is not Side.PLATFORM]
    buyer, shop = _last(said, Side.BUYER), _last(said, Side.SHOP)
    until = shop.until if shop else None
    mine = shop.terms if shop else Terms()
    theirs = buyer.terms if buyer else Terms()
    return Standing(
        buyer=theirs,
        shop=mine,
        rounds=sum(each.side is Side.SHOP and each.act is Act.OFFER for each in said),
        turn=_turn(said),
        waits_since=_waits_since(said),
        until=until,
        lapsed=until is not None and until <= now,
        accepted=_accepted(said),
        overlap=overlap_of(theirs, mine, limit_fen),
    )


def overlap_of(buyer: Terms, shop: Terms, limit_fen: int | None = None) -> Overlap:
    """Compare two positions; the shop's limit is at least what it offers."""
    if not (buyer and shop):
        return Overlap(Meeting.UNKNOWN)
    if not _same_kind(buyer.way, shop.way):
        return Overlap(Meeting.OTHER_WAY)
    if buyer.amount_fen is None or shop.amount_fen is None:
        alike = buyer.amount_fen == shop.amount_fen
        return Overlap(Meeting.MET if alike else Meeting.UNKNOWN)
    return _of_amounts(buyer.amount_fen, shop.amount_fen, limit_fen)


def _of_amounts(wants: int, gives: int, limit: int | None) -> Overlap:
    if gives >= wants:
        return Overlap(Meeting.MET, wants, gives)
    most = max(gives, limit or 0)
    meeting = Meeting.WITHIN if most >= wants else Meeting.APART
    return Overlap(meeting, gives, min(most, wants), wants - gives)


def _same_kind(one: str, other: str) -> bool:
    """Tell whether two ways differ in the amount at most; one that nobody named fits any."""
    return not one or not other or one == other or {one, other} <= MONEY_ALONE


def _last(rounds: Iterable[Round], side: Side) -> Round | None:
    named = [each for each in rounds if each.side is side and each.act is Act.OFFER and each.terms]
    return named[-1] if named else None


def _turn(rounds: Sequence[Round]) -> Side | None:
    if not rounds:
        return None
    return Side.BUYER if rounds[-1].side is Side.SHOP else Side.SHOP


def _waits_since(rounds: Sequence[Round]) -> datetime | None:
    """Give when the buyer said the first thing that has no answer yet."""
    since = None
    for each in rounds:
        since = (since or each.at) if each.side is Side.BUYER else None
    return since


def _accepted(rounds: Sequence[Round]) -> frozenset[Side]:
    """Give who agreed last; a new offer or a no of either side makes that void."""
    found: set[Side] = set()
    for each in rounds:
        if each.act is Act.ACCEPT:
            found.add(each.side)
        elif each.act in {Act.OFFER, Act.DECLINE}:
            found.clear()
    return frozenset(found)


class Pressing(StrEnum):
    """Say how long somebody has waited, in the colours of the desk."""

    CALM = "calm"
    SOON = "soon"
    LATE = "late"


_LATE_AFTER = timedelta(hours=1)


def pressing(since: datetime | None, now: datetime, target: timedelta) -> Pressing:
    """Say how pressing an answer is: past its target it is soon, past an hour and its target late."""
    waited = now - since if since else timedelta()
    if waited < target:
        return Pressing.CALM
    return Pressing.LATE if waited >= max(_LATE_AFTER, target) else Pressing.SOON
