"""Read the envelope of an answer, or say as one of the four ChannelErrors what it means for us."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from aftersale.channels.kuaishou import codes
from aftersale.channels.kuaishou.values import Told, parsed
from aftersale.domain.errors import ChannelError, Rejected, TooFast, Unauthorised, Unavailable, Unreadable
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

_LATER = Text(zh="稍后会再试，不用处理。", en="It is tried again later; nothing to do.")
_AUTHORISE = Text(
    zh="请店主重新授权；签名出错时，核对应用密钥。",
    en="Ask the owner to authorise again; where the signature is wrong, check the keys of the app.",
)
_LOOK = Text(zh="系统会先查询结果，不会重复发送。", en="The desk looks first and sends nothing twice.")
_BY_HAND = Text(
    zh="按平台的说法核对这一单，或到平台后台处理。",
    en="Check the ticket against the platform's words, or handle it in its back office.",
)
_AGAIN = Text(
    zh="已重新读取这一单，请看过再决定。", en="The ticket is read again; look at it and decide anew."
)
_NAMES = {
    codes.VERSION_CONFLICT: ("channel.version_conflict", _AGAIN),
    codes.NOT_FOUND: ("channel.not_found", _BY_HAND),
    **dict.fromkeys(codes.STATE_CONFLICT, ("channel.state_conflict", _AGAIN)),
    **dict.fromkeys(codes.NOT_YOURS, ("channel.not_yours", _BY_HAND)),
}
_SHOWN = 200


def envelope(body: bytes, *, writes: bool = False) -> Told:
    """Give the whole answer of a call that went well; raises ChannelError.

    What cannot be read at all means for a write that it may have been done (Unreadable), for a read that it
    is asked again (Unavailable).
    """
    answer = _read(body)
    result = None if answer is None else _result(answer)
    if answer is None or result is None:
        raise _says_nothing(writes=writes)
    if result != codes.OK:
        _refuse(answer, result, writes=writes)
    return answer


def data_of(body: bytes) -> Told:
    """Give the object that stands under `data` in the answer of a read; raises ChannelError."""
    whole = envelope(body)
    if not isinstance(whole.fields.get("data"), dict):
        raise _says_nothing(writes=False)
    return whole.part("data")


def rows_of(body: bytes, name: str = "data") -> tuple[Told, ...]:
    """Give the objects of a list in the answer of a read; raises ChannelError."""
    whole = envelope(body)
    if not isinstance(whole.fields.get(name), list):
        raise _says_nothing(writes=False)
    return whole.parts(name)


def _read(body: bytes) -> Told | None:
    try:
        answer = parsed(body)
    except (ValueError, RecursionError):
        return None
    return Told(answer) if isinstance(answer, dict) else None


def _result(answer: Told) -> int | None:
    result = answer.fields.get("result")
    return result if isinstance(result, int) and not isinstance(result, bool) else None


def _says_nothing(*, writes: bool) -> ChannelError:
    if writes:
        return Unreadable(
            "channel.unreadable",
            Text(zh="平台的回答读不懂，不知道有没有办成。", en="The answer cannot be read; it may be done."),
            _LOOK,
        )
    return Unavailable(
        "channel.unreadable",
        Text(zh="平台的回答读不懂。", en="The platform's answer cannot be read."),
        _LATER,
    )


def words_of(answer: Told) -> str:
    """Give the platform's own words about a refusal, cut to a readable length."""
    named = ("error_msg", "err_msg", "sub_msg", "msg", "error")
    return next((text for name in named if (text := answer.text(name))), "")[:_SHOWN]


def _refuse(answer: Told, result: int, *, writes: bool) -> NoReturn:
    words = words_of(answer)
    if result in codes.THROTTLED or any(each in words.lower() for each in codes.THROTTLED_WORDS):
        raise TooFast(
            "channel.throttled", _said("平台限流", "The platform asks us to slow down", words), _LATER
        )
    if result in codes.BAD_SIGNATURE:
        raise Unauthorised(
            "channel.bad_signature", _said("平台不认签名", "The signature was refused", words), _AUTHORISE
        )
    if _is_shut_out(answer, result):
        raise Unauthorised(
            "channel.unauthorised",
            _said("平台要求重新授权", "The platform asks for consent", words),
            _AUTHORISE,
        )
    if result == codes.OAUTH_DOWN and not writes:
        raise Unavailable("channel.server", _said("平台出错", "The platform failed", words), _LATER)
    if writes and result not in codes.BUSINESS:
        # A number that nobody has seen may stand for a fault after it was done.
        raise Unreadable(
            "channel.unknown_code",
            _said(
                f"平台回了没见过的代码 {result}",
                f"The platform answered with an unknown code {result}",
                words,
            ),
            _LOOK,
        )
    code, step = _NAMES.get(result, ("channel.rejected", _BY_HAND))
    raise Rejected(
        code, _said("平台没有接受", "The platform refused", words), step, platform_code=str(result)
    )


def _is_shut_out(answer: Told, result: int) -> bool:
    told = " ".join(
        answer.text(name) for name in ("error", "error_msg", "msg", "sub_msg", "code", "sub_code")
    )
    return result in codes.SHUT_OUT | codes.OAUTH_REFUSED or any(
        each in told for each in codes.SHUT_OUT_WORDS
    )


def _said(zh: str, en: str, words: str) -> Text:
    return Text(zh=f"{zh}：{words}" if words else f"{zh}。", en=f"{en}: {words}" if words else f"{en}.")


def plain(answer: Told) -> Mapping[str, object]:
    """Give an answer as plain JSON for a receipt."""
    return dict(answer.fields)
