"""Bring newer news of a ticket together with what its order told before, where no order came along."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aftersale.channels.lasting import tells_of_order, with_order_kept
from aftersale.tickets.draft import Read
from aftersale.tickets.said import HALF, plain, said_of

if TYPE_CHECKING:
    from aftersale.tickets.models import Ticket


def with_order(ticket: Ticket, read: Read) -> Read:
    """Add what the order of a ticket told to news without it; the same news with the order is then known."""
    before = said_of(ticket)
    if tells_of_order(read.notice.sources) or not tells_of_order(before.sources):
        return read
    notice = with_order_kept(read.notice, before.facts, before.sources)
    paid = notice.facts.get("paid_fen")
    whole = replace(
        notice,
        article=notice.article or ticket.article,
        article_no=notice.article_no or ticket.article_no or None,
        product_id=notice.product_id or ticket.product_id or None,
        flag=notice.flag or ticket.flag or None,
        remark=notice.remark or ticket.remark or None,
        amount_fen=paid if notice.amount_fen is None and isinstance(paid, int) else notice.amount_fen,
    )
    digest = read.digest[:HALF] + bytes(ticket.notice_digest)[HALF:]
    return Read(whole, plain(whole.facts), digest, read.observed_at)
