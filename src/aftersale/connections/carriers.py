"""Know the carriers that a platform takes: its own list, read once a day, else the common ones."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING

from aftersale.connections.hands import hands_of
from aftersale.connections.models import CarrierList
from aftersale.connections.platforms import interface_of
from aftersale.domain.errors import AftersaleError, ChannelError
from aftersale.shops.models import Shop
from aftersale.shops.models.shop import ConnectionState
from aftersale.texts import Text
from aftersale.tickets.perform import MANUAL
from aftersale.tickets.side import choices_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from aftersale.channels.base import Hands

_log = logging.getLogger(__name__)
_DAY, _SOON = timedelta(days=1), timedelta(hours=1)
_TRADE = re.compile(r"速运|速递|快递|快运|物流|包裹|\s")
_CLOSE, _MOST_CLOSE = 0.4, 3


class CarrierUnknown(AftersaleError):
    """Refuse a carrier that the platform of a shop does not take, naming those that are meant perhaps."""

    def __init__(self, said: str, close: Sequence[str]) -> None:
        named = "、".join(close)
        perhaps = (
            Text(zh=f"是不是：{named}？从列表里选一个。", en=f"Perhaps {named}? Choose one of the list.")
            if close
            else Text(zh="从列表里选一个。", en="Choose one of the list.")
        )
        super().__init__(
            "carrier.unknown",
            Text(zh=f"平台的快递公司里没有“{said}”。", en=f"The platform has no carrier {said!r}."),
            perhaps,
        )


def carriers_of(shop: Shop) -> Mapping[str, str]:
    """Give the carriers of a shop's platform, names by code; the common ones where none were read."""
    return _kept(shop.platform) or choices_of(shop).carriers


def _kept(platform: str) -> dict[str, str]:
    found = CarrierList.objects.filter(platform=platform).values_list("carriers", flat=True).first()
    return found or {}


def carrier_code(shop: Shop, said: str) -> str:
    """Give the platform's code of a carrier that was named; raises CarrierUnknown.

    A carrier goes by its code, its name, its short name or its firm's: 顺丰, 顺丰速运 and 顺丰快递 are one
    where the platform has one. Where its list was never read a code that nobody knows goes as it was typed,
    and where people act in the back office any name does.
    """
    listed, known = _kept(shop.platform), choices_of(shop).carriers
    carriers = listed or known
    common = [code for code in _exact(known, said) if code in carriers]
    alike = _exact(carriers, said) or common or _alike(carriers, said)
    if len(alike) == 1:
        return alike[0]
    if shop.channel == MANUAL or (not listed and said.isascii()):
        return said
    raise CarrierUnknown(said, [carriers[code] for code in alike] or _close(carriers, said))


def _exact(carriers: Mapping[str, str], said: str) -> list[str]:
    return [code for code, name in carriers.items() if said in {code, name}]


def _alike(carriers: Mapping[str, str], said: str) -> list[str]:
    short = _short(said)
    return [code for code, name in carriers.items() if short and _short(name) == short]


def _close(carriers: Mapping[str, str], said: str) -> list[str]:
    by_short = {_short(name): name for name in carriers.values()}
    return [by_short[each] for each in get_close_matches(_short(said), by_short, _MOST_CLOSE, _CLOSE)]


def _short(carrier: str) -> str:
    return _TRADE.sub("", carrier)


def with_code(shop: Shop, params: Mapping[str, object]) -> dict[str, object]:
    """Give what goes out with a verb, a carrier by the platform's code; raises CarrierUnknown."""
    said = str(params.get("carrier") or "").strip()
    return {**params, "carrier": carrier_code(shop, said)} if said else dict(params)


def renew_due(now: datetime, hands_of: Callable[[Shop, datetime], Hands] = hands_of) -> int:
    """Read the lists that are a day old, each through one connected shop; gives how many came."""
    shops = Shop.objects.filter(connection__state=ConnectionState.CONNECTED).order_by("platform", "pk")
    first = {shop.platform: shop for shop in reversed(shops)}
    return sum(_renew(shop, now, hands_of) for shop in first.values() if interface_of(shop).lists_carriers)


def _renew(shop: Shop, now: datetime, hands_of: Callable[[Shop, datetime], Hands]) -> bool:
    """Read one list if it is due; where it does not come, the old one stays for another hour."""
    CarrierList.objects.get_or_create(platform=shop.platform, defaults={"next_at": now})
    ours = CarrierList.objects.filter(platform=shop.platform)
    if not ours.filter(next_at__lte=now).update(next_at=now + _SOON):
        return False
    try:
        found = interface_of(shop).carriers(hands_of(shop, now))
    except ChannelError as fault:
        _log.warning("the carriers of %s were not read: %s", shop.platform, fault)
        return False
    return bool(ours.update(carriers=found, read_at=now, next_at=now + _DAY))
