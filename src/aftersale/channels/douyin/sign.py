"""Write calls as 抖店 wants them, and sign what is sent and check what arrives byte for byte."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aftersale.channels.interface import Request
from aftersale.domain.clock import seconds_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aftersale.channels.interface import AppKeys

VERSION = "2"
_METHODS = {"hmac": "hmac-sha256", "md5": "md5"}
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def canonical(params: Mapping[str, object]) -> str:
    """Write parameters as the signature wants them: keys sorted at every level, compact, unset ones left out.

    >>> canonical({"b": 1, "a": {"d": "中/<", "c": None}})
    '{"a":{"d":"中/<"},"b":1}'
    """
    return json.dumps(_set_only(params), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _set_only(value: object) -> object:
    if isinstance(value, dict):
        return {name: _set_only(each) for name, each in value.items() if each is not None}
    return [_set_only(each) for each in value] if isinstance(value, list | tuple) else value


def signature(method: str, param_json: str, timestamp: str, keys: AppKeys) -> str:
    """Sign one call; the timestamp is the text that stands in the query."""
    pattern = f"app_key{keys.app_key}method{method}param_json{param_json}timestamp{timestamp}v{VERSION}"
    return _digest(pattern, keys.secret, keys.sign_method)


def _digest(pattern: str, secret: str, sign_method: str) -> str:
    text = f"{secret}{pattern}{secret}".encode()
    if sign_method == "md5":
        return hashlib.md5(text, usedforsecurity=False).hexdigest()
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def signed(method: str, params: Mapping[str, object], keys: AppKeys, token: str, at: datetime) -> Request:
    """Make the request of a call; a call that asks for a token carries none."""
    param_json, timestamp = canonical(params), str(seconds_of(at))
    query = {
        "app_key": keys.app_key,
        "method": method,
        "access_token": token,
        "timestamp": timestamp,
        "v": VERSION,
        "sign": signature(method, param_json, timestamp, keys),
        "sign_method": _METHODS[keys.sign_method],
    }
    told = urlencode({name: value for name, value in query.items() if value})
    # The header makes the platform leave out the pair err_no and message of older days.
    headers = {"Content-Type": "application/json", "x-open-no-old-err-code": "1"}
    return Request("POST", f"/{method.replace('.', '/')}?{told}", headers, param_json.encode())


def push_sign(body: bytes, keys: AppKeys) -> str:
    """Sign the raw body of a push."""
    whole = keys.app_key.encode() + body + keys.secret.encode()
    return hashlib.md5(whole, usedforsecurity=False).hexdigest()


def is_from_platform(query: Mapping[str, str], keys: AppKeys) -> bool:
    """Tell whether a synchronous call of the platform to us (SPI) is signed by it; `query` is decoded."""
    given = [query.get(name, "") for name in ("sign", "sign_v2")]
    return any(is_same(wanted, sign) for wanted in _spi_signs(query, keys) for sign in given)


def _spi_signs(query: Mapping[str, str], keys: AppKeys) -> list[str]:
    try:
        params = canonical(json.loads(query.get("param_json") or "{}"))
    except (ValueError, RecursionError):
        return []
    method = "hmac" if query.get("sign_method") in {"hmac-sha256", "2"} else "md5"
    # Some of the platform's servers escape < > & before they sign.
    return [
        _digest(
            f"app_key{keys.app_key}param_json{text}timestamp{query.get('timestamp', '')}", keys.secret, method
        )
        for text in (params, params.translate(_ESCAPES))
    ]


def is_same(wanted: str, given: str) -> bool:
    """Compare two signatures in a time that tells nothing, whatever was given."""
    return hmac.compare_digest(wanted.encode(), given.lower().encode())
