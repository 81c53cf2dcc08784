"""Fetch the pictures and films that platforms tell of tickets, before their addresses end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
from django.conf import settings

from aftersale.connections.reaching import addresses_to_call
from aftersale.shops.outgoing import UrlRefused
from aftersale.shops.pinned import Call, called
from aftersale.tickets.vault.delivered import claim, due, failed, keep

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_TIMEOUT_S, _MOST, _GOOD = 10.0, 20, 200
_GONE = frozenset({401, 403, 404, 410})


class NotFetched(Exception):
    """Say that an address brought nothing; a final one is not tried again."""

    def __init__(self, code: str, *, final: bool = False) -> None:
        super().__init__(code)
        self.code, self.final = code, final


def fetch_due(now: datetime, fetch: Callable[[str], bytes] | None = None) -> int:
    """Fetch what is due and keep it; gives how many files came."""
    kept = 0
    for row in due(now, _MOST):
        if not claim(row):
            continue
        try:
            content = (fetch or get)(row.url)
        except NotFetched as fault:
            failed(row, fault.code, final=fault.final)
            continue
        kept += keep(row, content, now)
    return kept


def get(url: str) -> bytes:
    """Fetch one file from the very address that was checked. Raises NotFetched."""
    try:
        addresses = addresses_to_call(url)
        if addresses is None:
            raise NotFetched("http.unreachable")
        with called(Call(url, b"", {}, _TIMEOUT_S, addresses, straight=True, verb="GET")) as answer:
            if answer.status_code != _GOOD:
                raise NotFetched(f"http.{answer.status_code}", final=answer.status_code in _GONE)
            return _body(answer)
    except UrlRefused as refusal:
        raise NotFetched(refusal.code, final=True) from None
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError):
        raise NotFetched("http.unreachable") from None


def _body(answer: httpx2.Response) -> bytes:
    body = bytearray()
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > settings.VAULT_LIMIT_BYTES:
            raise NotFetched("upload.size", final=True)
    return bytes(body)
