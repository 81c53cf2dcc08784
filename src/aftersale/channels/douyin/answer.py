"""Read what 抖店 answers: its data, or the one of the four ChannelErrors that its code means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from aftersale.channels.douyin.codes import INVALID_IP, NEEDS_PERSON, THROTTLED_SUB, Code, known
from aftersale.channels.douyin.shape import Shape, parsed
from aftersale.domain.errors import ChannelError, Rejected, TooFast, Unauthorised, Unavailable, Unreadable
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.channels.base import Hands

_LONGEST_QUOTE = 200
_AGAIN = Text(zh="系统会稍后再试。", en="The desk tries again later.")
LOOK_AND_DECIDE = Text(
    zh="核对售后单现在的状态后重新处理。", en="Look at the ticket as it stands, then decide again."
)
_LIST_ADDRESS = Text(
    zh="把本系统的出口 IP 地址加入抖店开放平台应用的 IP 白名单。",
    en="Put the outgoing address of this desk on the white list of the app on 抖店's open platform.",
)
_AUTHORISE = Text(
    zh="请店主重新授权；仍不行就核对应用密钥、权限和电脑时间。",
    en="Ask the owner to authorise again; if that does not help, check keys, permissions and the clock.",
)
_LOOK = Text(zh="系统会先查询结果，不会重复发送。", en="The desk looks first and sends nothing twice.")


class Means(Enum):
    """Say what a code means for a call; after DOUBTFUL a write may have been done."""

    DONE = auto()
    NOT_NOW = auto()
    TOO_FAST = auto()
    REFUSED = auto()
    SHUT_OUT = auto()
    DOUBTFUL = auto()


MEANINGS: Mapping[Code, Means] = {
    Code.SUCCESS: Means.DONE,
    Code.PARTLY_FAILED: Means.DOUBTFUL,
    Code.SERVICE_ERROR: Means.DOUBTFUL,
    Code.TIMED_OUT: Means.DOUBTFUL,
    Code.NO_PERMISSION: Means.SHUT_OUT,
    Code.ADDRESS_NOT_LISTED: Means.SHUT_OUT,
    Code.PARAMETER_MISSING: Means.REFUSED,
    Code.PARAMETER_INVALID: Means.REFUSED,
    Code.BUSINESS_PARAMETER: Means.REFUSED,
    Code.TOKEN_FAILED: Means.SHUT_OUT,
    Code.BUSINESS_FAILED: Means.REFUSED,
    Code.THROTTLED: Means.TOO_FAST,
    Code.API_OFF: Means.NOT_NOW,
    Code.RISK_CONTROL: Means.REFUSED,
    Code.UNKNOWN: Means.DOUBTFUL,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold what a successful call gave; long numbers are text."""

    data: Shape
    log_id: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Hold how the platform said no: its codes and its own words."""

    code: int | None
    sub_code: str
    words: str

    @property
    def own(self) -> Text:
        """Quote it for staff, codes beside it."""
        named = " ".join(str(each) for each in (self.code, self.sub_code) if each not in {None, ""})
        said = self.words[:_LONGEST_QUOTE]
        return Text(zh=f"平台答复：{said}（{named}）", en=f"The platform answered: {said} ({named})")


def ask(hands: Hands, method: str, params: Mapping[str, object], *, writes: bool = False) -> Answer:
    """Make one call and read its answer; raises ChannelError."""
    return read_answer(hands.ask(method, params, writes=writes), writes=writes)


def ask_rows(hands: Hands, method: str, params: Mapping[str, object]) -> tuple[Shape, ...]:
    """Make one call that reads a list, and give its objects; raises ChannelError."""
    data = _said(hands.ask(method, params), writes=False).get("data")
    if not isinstance(data, list):
        raise unreadable(writes=False)
    return tuple(Shape(each) for each in data)


def read_answer(body: bytes, *, writes: bool) -> Answer:
    """Read one answer.

    What cannot be read, and any code nobody has seen, says nothing: of a write the outcome is unknown
    (Unreadable), a read is simply made again (Unavailable).
    """
    said = _said(body, writes=writes)
    data = said.get("data")
    if data is not None and not isinstance(data, dict):
        raise unreadable(writes=writes)
    return Answer(Shape(data), Shape(said).text("log_id"))


def _said(body: bytes, *, writes: bool) -> dict[str, object]:
    """Give the envelope of an answer that says yes; raises ChannelError."""
    said = parsed(body)
    if not isinstance(said, dict):
        raise unreadable(writes=writes)
    code, done, words = _code_of(said)
    if not done:
        refusal = Refusal(code, Shape(said).text("sub_code"), words)
        raise _ERRORS[_meaning(refusal)](refusal, writes=writes)
    return said


def _code_of(said: dict[str, object]) -> tuple[int | None, bool, str]:
    """Give code, success and words, from today's envelope or from the older err_no and message."""
    shape = Shape(said)
    code = shape.code("code")
    if code is not None:
        return code, code == Code.SUCCESS, shape.text("sub_msg") or shape.text("msg")
    code = shape.code("err_no")
    return code, code == 0, shape.text("message")


def _meaning(refusal: Refusal) -> Means:
    if refusal.sub_code == THROTTLED_SUB:
        return Means.TOO_FAST
    if refusal.sub_code.startswith(NEEDS_PERSON):
        return Means.SHUT_OUT
    code = known(Code, refusal.code)
    return MEANINGS[code] if code is not None else Means.DOUBTFUL


def unreadable(*, writes: bool, why: Text | None = None) -> ChannelError:
    """Report an answer that says nothing."""
    message = why or Text(
        zh="平台的答复读不懂，可能不完整。", en="The platform's answer cannot be read; it may be cut off."
    )
    if writes:
        return Unreadable("channel.unreadable", message, _LOOK)
    return Unavailable("channel.unreadable", message, _AGAIN)


def _not_now(refusal: Refusal, *, writes: bool) -> ChannelError:
    del writes
    return Unavailable("channel.off", refusal.own, _AGAIN)


def _too_fast(refusal: Refusal, *, writes: bool) -> ChannelError:
    del writes
    return TooFast("channel.throttled", refusal.own, _AGAIN)


def _refused(refusal: Refusal, *, writes: bool) -> ChannelError:
    del writes
    return Rejected(
        "channel.refused", refusal.own, LOOK_AND_DECIDE, platform_code=refusal.sub_code or str(refusal.code)
    )


def _shut_out(refusal: Refusal, *, writes: bool) -> ChannelError:
    del writes
    if refusal.code == Code.ADDRESS_NOT_LISTED or refusal.sub_code == INVALID_IP:
        return Unauthorised("channel.address_not_listed", refusal.own, _LIST_ADDRESS)
    return Unauthorised("channel.unauthorised", refusal.own, _AUTHORISE)


def _doubtful(refusal: Refusal, *, writes: bool) -> ChannelError:
    return unreadable(writes=writes, why=refusal.own)


_ERRORS = {
    Means.DONE: _doubtful,
    Means.NOT_NOW: _not_now,
    Means.TOO_FAST: _too_fast,
    Means.REFUSED: _refused,
    Means.SHUT_OUT: _shut_out,
    Means.DOUBTFUL: _doubtful,
}
