"""Draft the words of a pack from what is known, for a person to change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aftersale.domain.money import yuan
from aftersale.evidence.pack.contents import MOST_SUMMARY
from aftersale.shops.rulebooks import judge_by
from aftersale.tickets.vault.gather import in_order, newest_decision

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aftersale.tickets.models import StoredDecision, Ticket
    from aftersale.tickets.vault.gather import Asked


def summary_of(asked: Asked) -> str:
    """Draft the summary: who asked for what and why, what we say, what shows it; 300 characters at most."""
    ticket, links = asked.ticket, in_order(asked)
    parts = [
        f"买家以“{ticket.reason_said or '其他原因'}”申请{ticket.claim or '售后'}{_amount(ticket)}。",
        *_our_view(newest_decision(ticket, asked.as_of)),
        f"提交凭证 {len(links)} 件。" if links else "",
    ]
    return "".join(parts)[:MOST_SUMMARY]


def statement_of(asked: Asked) -> str:
    """Draft the statement: what is asked of the platform, and on which clauses."""
    stored = newest_decision(asked.ticket, asked.as_of)
    clauses = "、".join(dict.fromkeys(_clauses(stored)))
    said = "凭证原件均已留存，入库后没有改动。"
    return f"依据{clauses}，请平台核实后支持我方的处理意见。{said}" if clauses else f"请平台核实。{said}"


def _amount(ticket: Ticket) -> str:
    return f" {yuan(ticket.amount_fen)}" if ticket.amount_fen else ""


def _our_view(stored: StoredDecision | None) -> Iterator[str]:
    if stored is None:
        return
    book = judge_by(stored.rulebook_digest).rulebook
    rule = next((each for each in book.rules if each.id == stored.rule_id), None)
    remedy = book.remedies.get(stored.preferred)
    if rule:
        yield f"我方核实：{rule.title.zh}。"
    if remedy:
        yield f"处理意见：{remedy.zh}。"


def _clauses(stored: StoredDecision | None) -> Iterator[str]:
    for cite in msgspec.json.decode(stored.cites) if stored else ():
        if cite["document"]:
            yield f"《{cite['document']}》{cite['article']}"
