"""Tell a shop's own address which orders must not be sent any more: the list of stops as a webhook.

One call an order, signed; until it is taken it is called again, later and later, and the page shows it all
the while. Nothing of a buyer is in it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2
from django.db.models import F

from aftersale.connections.reaching import SCHEMAS, addresses_to_call
from aftersale.domain.errors import AftersaleError
from aftersale.shops.models import Shop
from aftersale.shops.outgoing import UrlRefused, check_url
from aftersale.shops.pinned import Call, called
from aftersale.shops.settings import ShopChange
from aftersale.tickets.models import StopOrder
from aftersale.tickets.models.stop import StopState
from aftersale.tickets.targets import own_hosts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

MOST_TRIES = 10
_TIMEOUT_S = 5.0
_MOST = 50
_FIRST_PAUSE = timedelta(seconds=30)
_TAKEN = range(200, 300)
_TOLD = frozenset({StopState.WAITING, StopState.NOT_NEEDED})


def set_address(shop: Shop, url: str) -> ShopChange:
    """Set the address that hears of orders to stop, or none; raises UrlRefused.

    The change names its host alone: what follows may hold a key.
    """
    host = check_url(url, SCHEMAS, own_hosts()) if url else ""
    before = urlsplit(shop.stop_url).hostname or ""
    Shop.objects.filter(pk=shop.pk).update(stop_url=url)
    shop.stop_url = url
    return ShopChange(shop, "stop_url", before, host)


def tell_stops(now: datetime, send: Callable[[str, bytes, Mapping[str, str]], bool] | None = None) -> int:
    """Call for every order that nobody has heard of and that is due again; gives how many were taken."""
    return sum(_tell(row, now, send or post) for row in _due(now))


def _due(now: datetime) -> list[StopOrder]:
    """List what is to be told, oldest first: new orders, and those that need not be stopped after all."""
    waiting = StopOrder.objects.filter(state__in=_TOLD, told_at=None, tries__lt=MOST_TRIES)
    rows = waiting.exclude(shop__stop_url="").select_related("shop", "ticket").order_by("at", "pk")
    return [row for row in rows[:_MOST] if row.at + _pause(row.tries) <= now]


def _pause(tries: int) -> timedelta:
    return _FIRST_PAUSE * ((1 << tries) - 1)


def _tell(row: StopOrder, now: datetime, send: Callable[[str, bytes, Mapping[str, str]], bool]) -> bool:
    """Claim a try before the call, so that two workers never call at once; a failure waits for the next."""
    mine = StopOrder.objects.filter(pk=row.pk, tries=row.tries, told_at=None)
    if not mine.update(tries=F("tries") + 1):
        return False
    body = json.dumps(said_of(row), ensure_ascii=False, sort_keys=True).encode()
    signed = hmac.new(row.shop.stop_url.encode(), body, hashlib.sha256).hexdigest()
    try:
        taken = send(row.shop.stop_url, body, {"X-Aftersale-Sign": signed})
    except AftersaleError:
        taken = False
    if taken:
        StopOrder.objects.filter(pk=row.pk, state=row.state).update(told_at=now)
    return taken


def said_of(row: StopOrder) -> dict[str, object]:
    """Say which order is meant and what is to be done; times in ISO 8601."""
    return {
        "id": row.pk,
        "what": "stop" if row.state == StopState.WAITING else "go_on",
        "shop": row.shop.name,
        "order_no": row.order_no,
        "line_no": row.line_no,
        "article_no": row.article_no,
        "ticket_no": row.ticket.ticket_no,
        "at": row.at.isoformat(),
    }


def post(url: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Send one call to the very address that was checked, past any proxy. Raises UrlRefused."""
    asked = {**headers, "Content-Type": "application/json"}
    addresses = addresses_to_call(url)
    if addresses is None:
        return False
    try:
        with called(Call(url, body, asked, _TIMEOUT_S, addresses, straight=True)) as answer:
            return answer.status_code in _TAKEN
    except (httpx2.HTTPError, httpx2.InvalidURL):
        return False


__all__ = ["MOST_TRIES", "UrlRefused", "post", "said_of", "set_address", "tell_stops"]
