"""Give the reasons that a refusal may name: the platform's own where it tells, else the rulebook's list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aftersale.channels.registry import channel_of
from aftersale.domain.clock import seconds_of
from aftersale.domain.errors import AftersaleError, ChannelError
from aftersale.domain.states import Goods
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from aftersale.channels.base import Hands
    from aftersale.policy.rulebook import RefusalReason, Rulebook
    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Ticket
    from aftersale.tickets.refusal import Refusal


# Whether the buyer has, or had, the goods; of lost ones nothing follows.
_RECEIVED = {
    Goods.NOT_SENT: False,
    Goods.SENT: False,
    Goods.WITH_BUYER: True,
    Goods.COMING_BACK: True,
    Goods.BACK: True,
    Goods.INSPECTED: True,
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Hold one reason: what is sent for it, its words, what must come with it."""

    code: str
    words: Text
    hint: Text
    needs_text: bool
    needs_evidence: bool


@dataclass(frozen=True, slots=True)
class Reasons:
    """Hold what can be chosen; `closed`: the platform takes no other. `why` it could not be asked."""

    listed: tuple[Reason, ...]
    closed: bool
    why: Text | None = None


class ReasonIncomplete(AftersaleError):
    """Refuse a refusal that lacks what its reason asks for, or names one that the platform does not take."""


_WRONG = {
    "reason.unknown": (
        Text(zh="平台不接受这个拒绝原因。", en="The platform does not take this reason."),
        Text(zh="从平台给出的原因里选一个。", en="Choose one of those it gives."),
    ),
    "reason.text": (
        Text(zh="这个原因要给买家写说明。", en="This reason needs a text for the buyer."),
        Text(
            zh="写清事实、依据和买家还能怎么办。", en="Write the fact, the clause and what the buyer can do."
        ),
    ),
    "reason.evidence": (
        Text(zh="这个原因要有凭证。", en="This reason needs evidence."),
        Text(zh="勾选已备好的凭证，或写一行。", en="Tick what you have, or write a line."),
    ),
}


def reasons_for(
    ticket: Ticket, book: Rulebook, now: datetime, hands_of: Callable[[Shop, datetime], Hands]
) -> Reasons:
    """List the reasons for refusing a ticket now; the rulebook's where the platform cannot be asked."""
    ask = getattr(channel_of(ticket.shop.channel), "reject_reasons", None)
    if ask is None:
        return Reasons(_listed(ticket, book, now), closed=False)
    try:
        given = ask(ticket.ticket_no, hands_of(ticket.shop, now))
    except ChannelError as fault:
        return Reasons(_listed(ticket, book, now), closed=False, why=fault.message)
    goods = Goods(ticket.goods_state)
    fitting = [each for each in given if _fits_there(each.words, book, goods)]
    both = [(each, Text(zh=each.words, en=each.words), Text(zh=each.hint, en=each.hint)) for each in fitting]
    taken = (Reason(e.code, words, hint, e.needs_text, e.needs_evidence) for e, words, hint in both)
    return Reasons(tuple(taken), closed=True)


def _listed(ticket: Ticket, book: Rulebook, now: datetime) -> tuple[Reason, ...]:
    platform, second, goods = ticket.shop.platform, seconds_of(now), Goods(ticket.goods_state)
    return tuple(
        _reason(each)
        for each in book.reject_reasons
        if each.holds(platform, ticket.apply_type, second) and _fits(each, goods)
    )


def _fits(each: RefusalReason, goods: Goods) -> bool:
    """Tell whether a reason makes sense where the goods are."""
    received = _RECEIVED.get(goods)
    if received is None:
        return True
    return each.received in {None, received} and (not each.goods or goods in each.goods)


def _fits_there(words: str, book: Rulebook, goods: Goods) -> bool:
    """Tell whether a reason of the platform's own list does, by what the rulebook knows of the like."""
    return all(_fits(each, goods) for each in book.reject_reasons if any(part in words for part in each.says))


def _reason(each: RefusalReason) -> Reason:
    # Without an interface nobody takes a code: the words themselves go into the prepared task.
    return Reason(each.words.zh, each.words, each.hint, each.needs_text, each.needs_evidence)


def words_of(reasons: Reasons, code: str) -> str:
    """Give the platform's words for a code that it lists; empty where the code says itself what it means."""
    found = next((each.words.zh for each in reasons.listed if each.code == code), "")
    return "" if found == code else found


def said_reason(params: Mapping[str, object]) -> str:
    """Say the reason that a refusal names: in words, and a code that nobody has words for in brackets."""
    code, words = str(params.get("reason") or ""), str(params.get("reason_words") or "")
    if words or not code:
        return words
    return f"（{code}）" if code.isascii() and not code.isalpha() else code


def check_reason(refusal: Refusal, reasons: Reasons) -> None:
    """Hold a refusal to what its reason asks for; raises ReasonIncomplete. Free words ask for nothing."""
    chosen = next((each for each in reasons.listed if each.code == refusal.reason), None)
    code = ""
    if chosen is None:
        code = "reason.unknown" if reasons.closed else ""
    elif chosen.needs_text and not refusal.text:
        code = "reason.text"
    elif chosen.needs_evidence and not refusal.evidence:
        code = "reason.evidence"
    if code:
        raise ReasonIncomplete(code, *_WRONG[code])
