"""Refuse before anything is sent, with words that say what to do instead."""

from __future__ import annotations

from aftersale.channels.base import AMOUNT_DIFFERS
from aftersale.domain.errors import NotSent, Rejected
from aftersale.domain.money import yuan
from aftersale.texts import Text

CONFLICT = "channel.version_conflict"
_READ_AGAIN = Text(
    zh="重新读取这张售后单，看看变了什么，再决定。",
    en="Read the ticket again, see what changed, then decide.",
)


def not_sent(code: str, message: Text, next_step: Text) -> Rejected:
    """Say that we did not send it; the platform has no code for that, so ours stands in its place."""
    return Rejected(code, message, next_step, platform_code=code.removeprefix("channel."))


def no_such_verb(verb: str) -> Rejected:
    """Refuse what 抖店 does not offer here."""
    return not_sent(
        "channel.no_such_verb",
        Text(zh=f"抖店接口没有“{verb}”这种操作。", en=f"抖店's interface has no action called {verb}."),
        Text(zh="请在抖店后台办理。", en="Do it in the back office."),
    )


def version_conflict(platform_code: str = "") -> Rejected:
    """Say that the ticket is not as it was when somebody decided."""
    message = Text(
        zh="售后单在决定之后变过，没有执行。",
        en="The ticket has changed since the decision; nothing was done.",
    )
    return Rejected(CONFLICT, message, _READ_AGAIN, platform_code=platform_code or "update_time")


def no_version() -> Rejected:
    """Refuse a decision that names no version: what it was made on cannot be compared."""
    return not_sent(
        "channel.no_version",
        Text(
            zh="这个决定没有记下售后单的版本，没有发送。",
            en="The decision names no version of the ticket; nothing was sent.",
        ),
        _READ_AGAIN,
    )


def not_now(words: str) -> Rejected:
    """Say that the ticket stands where this is not possible."""
    return not_sent(
        "channel.not_possible_now",
        Text(
            zh=f"售后单现在是“{words}”，不能这样处理。",
            en=f"The ticket is at “{words}”; that is not possible now.",
        ),
        _READ_AGAIN,
    )


def amount_differs(wanted: int | None, asked: int | None) -> NotSent:
    """Hand over what the interface cannot pay: it pays what was applied for, and no other amount."""
    said, ours = ("?" if fen is None else yuan(fen) for fen in (asked, wanted))
    return NotSent(
        AMOUNT_DIFFERS,
        Text(
            zh=(
                f"抖店接口只按申请金额 {said} 退款，退不了 {ours}，没有发送。请买家先把申请金额改成 {ours}，"
                "再到抖店后台同意退款，办完后请回来确认结果。"
            ),
            en=(
                f"抖店's interface refunds what was applied for, {said}, and not {ours}; nothing was sent. "
                f"Have the buyer change the amount to {ours}, agree in the back office, confirm the outcome."
            ),
        ),
        Text(
            zh="买家不改申请时，回来选“没有办成”，再重新决定。",
            en="If the buyer does not change it, say that it did not work, and decide again.",
        ),
    )


def missing(zh: str, en: str) -> Rejected:
    """Say what has to be given first."""
    return not_sent(
        "channel.param_missing",
        Text(zh=f"缺少{zh}，没有发送。", en=f"{en} is missing; nothing was sent."),
        Text(zh=f"补上{zh}再试。", en=f"Give the {en} and try again."),
    )


def not_taken(zh: str, en: str) -> Rejected:
    """Say what the platform does not take."""
    return not_sent(
        "channel.param_not_taken",
        Text(zh=f"{zh}，没有发送。", en=f"{en}; nothing was sent."),
        Text(zh="改好再试。", en="Change it and try again."),
    )
