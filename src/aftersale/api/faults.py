"""Say every fault in one shape: code, message, next step, and the findings where there are several."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFilesSent
from django.http.multipartparser import MultiPartParserError
from django.utils import translation
from ninja.errors import AuthenticationError, HttpError, ValidationError

from aftersale.api.answer import answered
from aftersale.api.shapes import Fault, FaultBody, FoundFault
from aftersale.channels.base import SheetRefused
from aftersale.domain.errors import (
    AftersaleError,
    ChannelError,
    FactsInvalid,
    Finding,
    MoveRefused,
    RulebookInvalid,
    Unavailable,
)
from aftersale.library.rules import RuleUnknown
from aftersale.shops.permissions import NotAllowed
from aftersale.texts import Lang, Text
from aftersale.tickets.change import Overtaken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest, HttpResponse
    from ninja import NinjaAPI

_log = logging.getLogger(__name__)


class NotHere(AftersaleError):
    """Say that there is no such thing among what the caller may see; a foreign one is not told apart."""

    def __init__(self) -> None:
        super().__init__(
            "not_found",
            Text(zh="没有找到。", en="There is no such thing here."),
            Text(zh="检查编号，或确认你在这家店。", en="Check the number, and that you work here."),
        )


class Unsigned(AftersaleError):
    """Ask who calls."""

    def __init__(self) -> None:
        super().__init__(
            "not_signed_in",
            Text(zh="没有登录，或令牌无效、已过期。", en="Not signed in, or the token has ended."),
            Text(zh="在请求头里带上 Authorization: Bearer 令牌。", en="Send a token in Authorization."),
        )


_MALFORMED = Text(zh="请求里有读不懂的内容。", en="Something in the request cannot be read.")
_READ_DOCS = Text(zh="对照 /api/docs 改正后再发。", en="Correct it by /api/docs and send it again.")
_BROKEN = Text(zh="系统内部出错，什么都没有改动。", en="The desk failed; nothing was changed.")
_TELL = Text(zh="稍后再试；仍然这样，请告诉管理员。", en="Try again later; else tell who runs the desk.")
_BAD_VALUE = Text(zh="这个值不能用：{why}", en="this value cannot be used: {why}")
# What pydantic says in English, in Chinese; other faults keep its sentence.
_IN_CHINESE = {
    "missing": "缺少这一项",
    "extra_forbidden": "没有这一项",
    "string_type": "应为文字",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "bool_type": "应为 true 或 false",
    "bool_parsing": "应为 true 或 false",
    "datetime_parsing": "应为时间，如 2026-06-10T09:00:00+08:00",
    "datetime_from_date_parsing": "应为时间，如 2026-06-10T09:00:00+08:00",
    "timezone_aware": "时间要写明时区",
    "string_too_long": "太长",
    "string_too_short": "太短",
    "literal_error": "不在可选值里",
    "enum": "不在可选值里",
    "greater_than_equal": "太小",
    "less_than_equal": "太大",
}

BAD, CONFLICT, TOO_LARGE, UNPROCESSABLE = 400, 409, 413, 422
STATUS: Mapping[type[AftersaleError], int] = {
    NotHere: 404,
    RuleUnknown: 404,
    NotAllowed: 403,
    Unsigned: 401,
    Overtaken: CONFLICT,
    MoveRefused: CONFLICT,
    FactsInvalid: UNPROCESSABLE,
    RulebookInvalid: UNPROCESSABLE,
    SheetRefused: UNPROCESSABLE,
    Unavailable: 503,
    ChannelError: 502,
}


def language(request: HttpRequest) -> Lang:
    """Tell in which language to answer: as Accept-Language asks, Chinese by default."""
    return "en" if translation.get_language_from_request(request).startswith("en") else "zh"


def status_of(error: AftersaleError) -> int:
    """Give the HTTP status of an error by the nearest class that has one."""
    return getattr(error, "status", None) or next(
        (STATUS[cls] for cls in type(error).__mro__ if cls in STATUS), UNPROCESSABLE
    )


def _fault(code: str, said: tuple[Text, Text], found: Sequence[Finding], lang: Lang) -> FaultBody:
    listed = [FoundFault(each.code, each.path, each.value, each.message.of(lang)) for each in found]
    message, next_step = said
    return FaultBody(Fault(code, message.of(lang), next_step.of(lang), listed or None))


def _known(request: HttpRequest, error: AftersaleError) -> HttpResponse:
    found = getattr(error, "findings", ())
    # A page says what to press; a program is told what to send, where the error knows that.
    next_step = getattr(error, "for_programs", error.next_step)
    body = _fault(error.code, (error.message, next_step), found, language(request))
    return answered(body, status_of(error))


def _finding(fault: Mapping[str, Any]) -> Finding:
    path = ".".join(str(part) for part in fault["loc"])
    zh = _IN_CHINESE.get(fault["type"], fault["msg"])
    message = Text(zh=_BAD_VALUE.format(why=zh).zh, en=_BAD_VALUE.format(why=fault["msg"]).en)
    return Finding(f"request.{fault['type']}", path, "", message)


def _unreadable(request: HttpRequest, error: ValidationError) -> HttpResponse:
    found = [_finding(each) for each in error.errors]
    body = _fault("request.invalid", (_MALFORMED, _READ_DOCS), found, language(request))
    return answered(body, UNPROCESSABLE)


def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    code = {403: "csrf.failed", 401: "not_signed_in"}.get(error.status_code, "request.invalid")
    return answered(_fault(code, (_MALFORMED, _READ_DOCS), (), language(request)), error.status_code)


def _no_form(request: HttpRequest, error: Exception) -> HttpResponse:
    """Refuse a form that cannot be read, or that is larger than anything we take."""
    status = TOO_LARGE if isinstance(error, RequestDataTooBig | TooManyFilesSent) else BAD
    return answered(_fault("request.invalid", (_MALFORMED, _READ_DOCS), (), language(request)), status)


def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    _log.error("the API failed", exc_info=error)
    return answered(_fault("internal", (_BROKEN, _TELL), (), language(request)), 500)


def speak(api: NinjaAPI) -> None:
    """Have an API say its faults in our shape."""
    say: Any = api.add_exception_handler  # ninja types a handler as one that takes classes too
    say(AftersaleError, _known)
    say(AuthenticationError, lambda request, _error: _known(request, Unsigned()))
    say(ValidationError, _unreadable)
    say(HttpError, _http)
    say(MultiPartParserError, _no_form)
    say(SuspiciousOperation, _no_form)
    say(Exception, _unexpected)
