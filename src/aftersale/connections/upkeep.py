"""Keep authorisations alive: refresh before the end, warn before a person is needed, say what is lost."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from aftersale.connections.models import Link
from aftersale.connections.standing import end_warnings, shut_out, warn_of_ends
from aftersale.connections.tokens import near_its_end, refreshed
from aftersale.domain.errors import AftersaleError, Unauthorised
from aftersale.shops.models.shop import ConnectionState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_log = logging.getLogger(__name__)


def keep_up(clock: Callable[[], datetime]) -> int:
    """Refresh what is near its end and warn of what no refresh prolongs; gives how many were refreshed."""
    links = Link.objects.filter(shop__connection__state=ConnectionState.CONNECTED).exclude(access_until=None)
    near = [link for link in links.select_related("shop") if near_its_end(link, clock())]
    done = sum(_refresh(link, clock) for link in near)
    warn_of_ends(clock())
    return done


def _refresh(link: Link, clock: Callable[[], datetime]) -> bool:
    try:
        end_warnings(refreshed(link, clock), clock())
    except Unauthorised as fault:
        shut_out(link.shop, fault, clock())
        return False
    except AftersaleError as fault:
        _log.warning("refreshing the tokens of shop %s was put off: %s", link.shop_id, fault)
        return False
    return True
