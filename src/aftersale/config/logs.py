"""Log one line an event, JSON or plain, without secrets and without personal values.

Everything passes `redact`: lines of structlog, of Django and of every library, fields and tracebacks, which
never hold local variables.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

import structlog

from aftersale.domain.masking import mask_address, mask_name, mask_phone, mask_within

ACCESS_LOG_FORMAT = '%(addr)s "%(method)s %(path)s %(protocol)s" %(status)d %(dt_ms).3f'
"""What the server writes of a request: the path without its query string, and no header."""

HIDDEN = "[hidden]"
_DEEPEST, _LONGEST = 6, 20_000

_SECRET_FIELDS = re.compile(
    r"pass(word|wd|phrase)|secret|token|authoriz|cookie|session|csrf|credential|api_?key|private|signature"
    r"|^(code|key|keys|url|urls|dsn|otp|seed|salt|contact|remark|text|query_string)$|notify|webhook",
    re.IGNORECASE,
)
_MASKED_FIELDS = (
    (re.compile(r"phone|mobile|tel$|电话|手机", re.IGNORECASE), mask_phone),
    (re.compile(r"address|地址", re.IGNORECASE), mask_address),
    (
        re.compile(r"buyer|receiver|recipient|consignee|nick|买家|收件人|收货人|姓名", re.IGNORECASE),
        mask_name,
    ),
)
# Of fields whose names look as if they were personal, these are not.
_PLAIN_FIELDS = frozenset({"buyer_id", "remote_address", "session_count", "token_id", "ip_address"})

_APPRISE = (
    r"(?:wecombot|dingtalk|feishu|lark|mailtos?|jsons?|xmls?|forms?|slack|tgram|discord|msteams|workflows?)"
)
# No pattern asks for a border before it: in the repr of a text, a letter n may stand for a new line there.
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"as_[0-9a-f]{8}_[\w\-]+"), HIDDEN),
    (re.compile(r"(?:k\d+|index\d*):[A-Za-z0-9+/]{40,}={0,2}"), HIDDEN),
    (re.compile(r"-----BEGIN [A-Z ]*KEY-----.*?(?:-----END [A-Z ]*KEY-----|\Z)", re.DOTALL), HIDDEN),
    (re.compile(rf"{_APPRISE}://[^\s'\"<>]+", re.IGNORECASE), HIDDEN),
    (
        re.compile(r"(?P<name>(?:set-)?cookie2?['\"]?\s*[:=]\s*)[^\r\n]+", re.IGNORECASE),
        rf"\g<name>{HIDDEN}",
    ),
    (
        re.compile(r"(?P<name>(?:proxy-)?authorization['\"]?\s*[:=]\s*)[^\r\n]+", re.IGNORECASE),
        rf"\g<name>{HIDDEN}",
    ),
    (
        re.compile(r"(?P<name>(?:bearer|basic)\s+)[A-Za-z0-9._~+/=\-]{6,}", re.IGNORECASE),
        rf"\g<name>{HIDDEN}",
    ),
    (
        re.compile(
            r"(?P<name>(?:pass(?:word|wd|phrase)|secret|token|api_?key|sessionid|csrf\w*)[\w\-]*['\"]?\s*[:=]\s*)"
            r"(?:\"[^\"]*\"|'[^']*'|[^\s,;&)}\]]+)",
            re.IGNORECASE,
        ),
        rf"\g<name>{HIDDEN}",
    ),
    (
        re.compile(r"(?P<schema>\b[a-z][a-z0-9+.\-]*://)[^\s/@'\"<>]*@", re.IGNORECASE),
        rf"\g<schema>{HIDDEN}@",
    ),
    # Whoever holds such an address is let in by it.
    (re.compile(r"(?P<page>/(?:give|shown)/)[^\s/?#'\"<>]{16,}"), rf"\g<page>{HIDDEN}"),
    (re.compile(r"(?P<page>\bhttps?://[^\s?#'\"<>]*)[?#][^\s'\"<>]*", re.IGNORECASE), r"\g<page>"),
)
_BREAKS = dict.fromkeys([*range(32), 0x7F, 0x85, 0x2028, 0x2029], " ")


def clean(text: str) -> str:
    """Take secrets out of a text, and mask mobile and identity numbers and mail addresses in it."""
    text = text[:_LONGEST]
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return mask_within(text)


def redact(_logger: object, _method: str, event: Any) -> Any:  # noqa: ANN401  # a processor of structlog
    """Redact every field of a line, whatever it is made of, and keep it on one line."""
    return {clean(str(name)): _field(str(name), value, 0) for name, value in event.items()}


def _field(name: str, value: object, depth: int) -> object:
    if value is None or isinstance(value, bool):
        return value
    if name not in _PLAIN_FIELDS:
        if _SECRET_FIELDS.search(name):
            return HIDDEN
        for pattern, mask in _MASKED_FIELDS:
            if pattern.search(name) and not isinstance(value, Mapping | list | tuple | set | frozenset):
                return clean(mask(str(value)))
    return _value(name, value, depth)


def _value(name: str, value: object, depth: int) -> object:
    if depth >= _DEEPEST:
        return HIDDEN
    if isinstance(value, Mapping):
        return {clean(str(key)): _field(str(key), each, depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_field(name, each, depth + 1) for each in value]
    if isinstance(value, int | float):
        text = clean(str(value))
        return value if text == str(value) else text
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    cleaned = clean(str(value))
    return cleaned if name == "exception" else cleaned.translate(_BREAKS)


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]


def _renderer(kind: str) -> Any:  # noqa: ANN401  # structlog's renderers have no common type
    if kind == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)


def logging_config(kind: str, level: str) -> dict[str, Any]:
    """Give the set-up of Python's logging: `kind` is json or plain, `level` the least that is written."""
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": _SHARED,
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, redact, _renderer(kind)],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"redacted": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "redacted"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # These bring handlers of their own; every line leaves by the one that redacts.
            name: {"handlers": ["stderr"], "level": level, "propagate": False}
            for name in ("django", "django.server", "axes", "_granian", "granian.access")
        },
    }


def configure() -> None:
    """Let structlog write through Python's logging, so that every line is redacted in one place."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


LOGGING = logging_config(
    os.environ.get("AFTERSALE_LOGS", "plain"), os.environ.get("AFTERSALE_LOG_LEVEL", "WARNING")
)
