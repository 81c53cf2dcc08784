"""Read what both sides and the platform said about a ticket: the records that Detail gives on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.douyin.answer import ask, unreadable
from aftersale.channels.douyin.codes import EvidenceType, Role
from aftersale.channels.douyin.said import DETAIL
from aftersale.channels.douyin.shape import Misread
from aftersale.channels.interface import Said
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aftersale.channels.base import Hands
    from aftersale.channels.douyin.shape import Shape

# The system is the platform's; its customer service speaks for it too.
_ROLES: Mapping[int, str] = {
    Role.BUYER: "buyer",
    Role.MERCHANT: "merchant",
    Role.PLATFORM: "platform",
    Role.SYSTEM: "platform",
}


def history(ticket_no: str, hands: Hands) -> tuple[Said, ...]:
    """Give the negotiation log, oldest line first; raises ChannelError."""
    params = {"after_sale_id": ticket_no, "need_operation_record": True}
    process = ask(hands, DETAIL, params).data.at("process_info")
    try:
        return tuple(sorted(map(_line, process.each("record_logs_list")), key=lambda line: line.at))
    except Misread as fault:
        why = Text(
            zh=f"平台给的“{fault.field}”读不懂：{fault.value}",
            en=f"{fault.field} of the platform's answer cannot be read: {fault.value}",
        )
        raise unreadable(writes=False, why=why) from fault


def _line(record: Shape) -> Said:
    at = record.moment("time")
    if at is None:
        raise Misread("told_missing", "time", "")
    role = record.code("role") or 0
    return Said(
        at=at,
        role=_ROLES.get(role, str(role or "")),
        words=" · ".join(dict.fromkeys(_words(record))),
        pictures=tuple(dict.fromkeys(_pictures(record))),
    )


def _words(record: Shape) -> Iterator[str]:
    for said in (record.text("action"), record.text("text")):
        if said:
            yield said
    for pair in record.each("desc_kvs"):
        yield f"{pair.text('key')}：{pair.text('value')}"


def _pictures(record: Shape) -> Iterator[str]:
    yield from record.texts("images")
    for piece in record.each("all_evidence"):
        if piece.code("type") == EvidenceType.PICTURE:
            yield from piece.texts("urls")
