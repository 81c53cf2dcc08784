"""Draft what a shop tells the platform of a buyer's conduct: numbers, facts, evidence, what is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.domain.money import yuan
from aftersale.tickets.vault.checklist import checklist_of
from aftersale.tickets.vault.gather import newest_decision

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from aftersale.tickets.models import Ticket


def draft(ticket: Ticket, now: datetime) -> str:
    """Draft the text for a person to change; it accuses nobody of what is not shown."""
    return "\n".join(_lines(ticket, now))


def _lines(ticket: Ticket, now: datetime) -> Iterator[str]:
    yield f"订单 {ticket.order_no}，售后单 {ticket.ticket_no}，{ticket.article or ticket.article_no}。"
    amount = f" {yuan(ticket.amount_fen)}" if ticket.amount_fen else ""
    yield f"买家以“{ticket.reason_said or '其他原因'}”申请{ticket.claim or '售后'}{amount}。"
    listed = checklist_of(ticket, newest_decision(ticket, now), now)
    there = [line.words.zh for line in listed.ours if not line.missing]
    if there:
        yield f"我方凭证：{'、'.join(there)}。"
    yield "经过：（写明时间、买家说了什么、我方怎么处理）"
    yield "请平台核实，并按规则处理。以上为我方已核实的事实，未核实的没有写入。"
