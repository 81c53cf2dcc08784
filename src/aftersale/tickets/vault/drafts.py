"""Draft the words of a pack from what is known, for a person to change.

What goes to a platform states facts: what the buyer claims, what happened when, what each exhibit shows, the
clauses of the rule that decides, and what is asked. What is not verified is told to the agent, not to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aftersale.channels.verbs import Verb
from aftersale.domain.clauses import quoted
from aftersale.domain.clock import SHANGHAI, moment_of
from aftersale.domain.money import yuan
from aftersale.domain.value_words import VALUE_WORDS, word_of
from aftersale.evidence.pack.contents import MOST_SUMMARY
from aftersale.evidence.pieces import TYPE_WORDS, PieceType
from aftersale.shops.rulebooks import judge_by
from aftersale.tickets.judging import facts_from
from aftersale.tickets.vault.gather import checklist_of_item, in_order, newest_decision
from aftersale.tickets.vault.happened import TIMES
from aftersale.tickets.verbs import verb_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from aftersale.policy.rulebook import Rule
    from aftersale.texts import Text
    from aftersale.tickets.models import StoredDecision, Ticket
    from aftersale.tickets.vault.gather import Asked

OPEN_ENDED = frozenset({"ask", "human_review", "negotiate", "request_evidence", "request_evidence_merchant"})
"""What is proposed where a decisive fact is not verified: no position to ask a platform to take."""

# By fact that is a time, what is worth saying of it; the others are the platform's own.
_TOLD = (
    "shipped_at",
    "first_scan_at",
    "signed_at",
    "confirmed_at",
    "applied_at",
    "return_waybill_at",
    "return_received_at",
)


def summary_of(asked: Asked) -> str:
    """Draft the summary: who claims what, what happened when, what each exhibit shows; short."""
    ticket, stored = asked.ticket, newest_decision(asked.ticket, asked.as_of)
    rule = _rule(stored)
    parts = [
        f"买家以“{_reason(ticket)}”申请{ticket.claim or '售后'}{_amount(ticket)}。",
        _course(stored),
        f"我方核实：{rule.title.zh}。" if rule and not _open_ended(stored) else "",
    ]
    said = "".join(parts)[:MOST_SUMMARY]
    return said + _exhibits(_shown(asked), MOST_SUMMARY - len(said))


def statement_of(asked: Asked) -> str:
    """Draft the statement: the clauses of the rule that decides, and what is asked of the platform."""
    stored = newest_decision(asked.ticket, asked.as_of)
    clauses = "、".join(dict.fromkeys(_clauses(stored)))
    kept = "凭证原件均已留存，入库后没有改动。" if in_order(asked) else ""
    return f"{f'依据{clauses}，' if clauses else ''}{_plea(stored)}{kept}"


def unverified(stored: StoredDecision | None) -> Text | None:
    """Say what decides and is not verified yet, to whoever writes to the platform; None where all is."""
    rule = _rule(stored)
    return rule.title if rule and _open_ended(stored) else None


def _open_ended(stored: StoredDecision | None) -> bool:
    return stored is None or stored.preferred in OPEN_ENDED


def _rule(stored: StoredDecision | None) -> Rule | None:
    rules = judge_by(stored.rulebook_digest).rulebook.rules if stored else ()
    return next((each for each in rules if stored and each.id == stored.rule_id), None)


def _reason(ticket: Ticket) -> str:
    return ticket.reason_said or word_of(VALUE_WORDS, ticket.reason, "zh") or "其他原因"


def _amount(ticket: Ticket) -> str:
    return f" {yuan(ticket.amount_fen)}" if ticket.amount_fen else ""


def _course(stored: StoredDecision | None) -> str:
    """Say what happened on which day, in its order; the year once, at the first."""
    if stored is None:
        return ""
    facts = facts_from(stored.facts)
    known = [(facts[name], name) for name in _TOLD if name not in facts.unknown]
    times = sorted((at, name) for at, name in known if isinstance(at, int))
    said = [f"{_day(moment_of(at), first=not place)}{_did(name)}" for place, (at, name) in enumerate(times)]
    return f"{'，'.join(said)}。" if said else ""


def _did(name: str) -> str:
    whose, text = TIMES[name]
    return f"买家{text.zh}" if whose == "buyer" else text.zh


def _day(moment: datetime, *, first: bool) -> str:
    there = moment.astimezone(SHANGHAI)
    return f"{f'{there.year}年' if first else ''}{there.month}月{there.day}日"


def _shown(asked: Asked) -> list[str]:
    """Say in the order of the pack what each exhibit shows."""
    return [
        checklist_of_item(link, asked) or TYPE_WORDS[PieceType(link.piece.type)].zh
        for link in in_order(asked)
    ]


def _exhibits(shown: Sequence[str], room: int) -> str:
    """Name as many exhibits as there is room for, and how many there are where that is not all."""
    for count in range(len(shown), 0, -1):
        named = "；".join(f"凭证{number} {words}" for number, words in enumerate(shown[:count], 1))
        said = f"{named}。" if count == len(shown) else f"{named}；共 {len(shown)} 件。"
        if len(said) <= room:
            return said
    return ""


def _plea(stored: StoredDecision | None) -> str:
    """Ask for what follows from our position; without one, for a ruling on what is shown."""
    book = judge_by(stored.rulebook_digest).rulebook if stored else None
    remedy = book.remedies.get(stored.preferred) if book and stored else None
    if stored is None or remedy is None or _open_ended(stored):
        return "请平台按上述事实和凭证核实判定。"
    if verb_of(stored.preferred) is Verb.REFUSE:
        return "请平台支持我方不同意买家的这次申请。"
    return f"我方处理意见：{remedy.zh}。请平台按此处理。"


def _clauses(stored: StoredDecision | None) -> Iterator[str]:
    """Cite what the rule that decides rests on; what other rules add beside it is not argued with."""
    for cite in msgspec.json.decode(stored.cites) if stored else ():
        if cite["document"] and stored and cite["rule"] == stored.rule_id:
            yield quoted(cite["document"], cite["article"])
