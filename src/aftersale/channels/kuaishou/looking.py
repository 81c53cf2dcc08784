"""Look at tickets: one, or all that changed; and ask what the platform tells beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.channels.base import Observed
from aftersale.channels.interface import RejectReason, Said
from aftersale.channels.kuaishou import codes
from aftersale.channels.kuaishou.answer import data_of, rows_of
from aftersale.channels.kuaishou.contract import DECRYPT, DETAIL, HISTORY, ORDER, REASONS
from aftersale.channels.kuaishou.notices import Case, needed_id, notice_of
from aftersale.channels.kuaishou.values import Odd, Told, may_be_rounded
from aftersale.domain.errors import Rejected, Unavailable
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aftersale.channels.base import Hands, Notice
    from aftersale.channels.interface import Sealed


def read(ticket_no: str, hands: Hands) -> Notice | None:
    """Tell how a ticket stands now, None where the platform does not know it; raises ChannelError."""
    try:
        return notice_of(case_of(detail_of(ticket_no, hands), Observed(DETAIL, 1), hands))
    except Rejected as refusal:
        if refusal.code == "channel.not_found":
            return None
        raise
    except Odd as odd:
        raise unreadable(odd) from None


def detail_of(ticket_no: str, hands: Hands) -> Told:
    """Ask for one ticket and make sure that the answer is about it; raises Odd, ChannelError."""
    ticket = data_of(hands.ask(DETAIL, {"refundId": number(ticket_no)}))
    answered = needed_id(ticket, "refundId")
    if answered != ticket_no:
        raise Odd("told_unreadable", "refundId", answered)
    return ticket


def case_of(ticket: Told, observed: Observed, hands: Hands) -> Case:
    """Put a ticket and its order together; an order that the platform keeps back leaves its facts unknown."""
    order_no = needed_id(ticket, "oid")
    try:
        return Case(ticket, data_of(hands.ask(ORDER, {"oid": int(order_no)})), observed)
    except Rejected:
        trust(order_no, "oid")
        return Case(ticket, None, observed)


def trust(digits: str, field: str) -> None:
    """Doubt a number that the platform gave and does not know, if it may have lost digits. Raises Odd."""
    if may_be_rounded(digits):
        raise Odd("told_rounded", field, digits)


def number(ticket_no: str) -> int:
    """Write an id as the platform wants it; one that is no number of theirs is refused unsent."""
    if not ticket_no.isdecimal() or not ticket_no.isascii():
        raise Rejected(
            "channel.not_an_id",
            Text(zh=f"“{ticket_no}”不是快手的编号。", en=f"{ticket_no} is no number of 快手."),
            Text(zh="核对售后单号和订单号。", en="Check the numbers of ticket and order."),
            platform_code="id",
        )
    return int(ticket_no)


def unreadable(odd: Odd) -> Unavailable:
    """Say which value of an answer could not be read."""
    field = codes.FIELD_WORDS.get(odd.field, odd.field)
    return Unavailable(
        "channel.unreadable",
        Text(
            zh=f"平台回答里的{field}“{odd.value}”读不懂。",
            en=f"{odd.field} {odd.value} in the platform's answer cannot be read.",
        ),
        Text(
            zh="稍后会再读；一直这样请到平台后台核对。",
            en="It is read again; if it stays, look at the platform.",
        ),
    )


def reject_reasons(ticket_no: str, hands: Hands) -> tuple[RejectReason, ...]:
    """Give the reasons that the platform takes for refusing this ticket now; raises ChannelError."""
    told = rows_of(hands.ask(REASONS, {"refundId": number(ticket_no)}))
    return tuple(
        RejectReason(
            code=reason.text("code"),
            words=reason.text("desc"),
            needs_text=bool(reason.flag("requiredRejectDesc")),
            needs_evidence=bool(reason.flag("requiredRejectImage")),
            hint=reason.text("tip"),
        )
        for reason in told
        if reason.text("code")
    )


def history(ticket_no: str, hands: Hands) -> tuple[Said, ...]:
    """Give the negotiation log, oldest line first; raises ChannelError."""
    told = rows_of(hands.ask(HISTORY, {"refundId": number(ticket_no)}))
    try:
        return tuple(sorted(_lines(told), key=lambda line: line.at))
    except Odd as odd:
        raise unreadable(odd) from None


def _lines(told: tuple[Told, ...]) -> Iterator[Said]:
    for line in told:
        at = line.at("createTime")
        if at is None:
            raise Odd("told_missing", "createTime", "")
        # Only people of the shop have an account there; what the other codes of roles mean nobody has told.
        yield Said(at, "merchant" if line.id("staffAccountId") else line.text("role"), line.text("title"))


def reveal(sealed: tuple[Sealed, ...], hands: Hands) -> dict[str, str]:
    """Decrypt values of buyers, by cipher; those that the platform does not open are left out.

    Raises ChannelError; Rejected with the platform's words where it opens none of one call.
    """
    opened: dict[str, str] = {}
    for first in range(0, len(sealed), codes.MOST_DECRYPTED):
        opened |= _opened(sealed[first : first + codes.MOST_DECRYPTED], hands)
    return opened


def _opened(sealed: tuple[Sealed, ...], hands: Hands) -> dict[str, str]:
    asked = [{"encryptedData": each.cipher, "bizId": each.order_no} for each in sealed]
    told = rows_of(hands.ask(DECRYPT, {"batchDecryptList": asked}), "batchDecryptResultList")
    good = [each for each in told if each.fields.get("errorCode") == codes.OK]
    if told and not good:
        words = told[0].text("errorMsg") or told[0].text("errorMessage")
        raise Rejected(
            "channel.not_opened",
            Text(zh=f"平台没有解密：{words}", en=f"The platform did not open it: {words}"),
            Text(zh="需要时到平台后台查看。", en="Look in the platform's back office if you need it."),
            platform_code="decrypt",
        )
    return {each.text("encryptedData"): each.text("decryptedData") for each in good}
