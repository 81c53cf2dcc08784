"""Make the requests of calls, signed and encoded as the platform reads them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from aftersale.channels.interface import Request
from aftersale.channels.kuaishou import codes
from aftersale.channels.kuaishou.contract import CALLS
from aftersale.channels.kuaishou.sign import METHOD_NAMES, signature
from aftersale.channels.kuaishou.values import millis

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from aftersale.channels.interface import AppKeys

_FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
_VERSION = "1"


def signed(method: str, params: Mapping[str, object], keys: AppKeys, token: str, at: datetime) -> Request:
    """Make the request of a call; tokens and secrets go in the body wherever the platform takes one."""
    call = CALLS[method]
    fields = _asking(params, keys) if call.app else _calling(method, params, keys, token, at)
    path, form = f"/{method.replace('.', '/')}", urlencode(fields)
    if call.verb == "GET":
        return Request("GET", f"{path}?{form}", {})
    return Request("POST", path, _FORM, form.encode())


def _asking(params: Mapping[str, object], keys: AppKeys) -> dict[str, str]:
    """Add who asks for tokens; these calls are not signed, the secret itself goes with them."""
    told = {name: str(value) for name, value in params.items()}
    return {**told, "app_id": keys.app_key, "app_secret": keys.secret}


def _calling(
    method: str, params: Mapping[str, object], keys: AppKeys, token: str, at: datetime
) -> dict[str, str]:
    fields = {
        "access_token": token,
        "appkey": keys.app_key,
        "method": method,
        "param": json.dumps(dict(params), ensure_ascii=False, separators=(",", ":"), sort_keys=True),
        "signMethod": METHOD_NAMES[keys.sign_method],
        "timestamp": str(millis(at)),
        "version": _VERSION,
    }
    return {**fields, "sign": signature(fields, keys.sign_secret)}


def authorise_path(keys: AppKeys, state: str, redirect: str) -> str:
    """Give path and query of the page on which the owner says yes."""
    asked = {
        "app_id": keys.app_key,
        "redirect_uri": redirect,
        "scope": ",".join(codes.SCOPES),
        "response_type": "code",
        "state": state,
    }
    return f"/oauth/authorize?{urlencode(asked)}"
