"""Say on every page what stands in the way of whole shops, and what soon will."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

from aftersale.connections.standing import ending_soon, shut_out_now
from aftersale.shops.models.shop import ConnectionState
from aftersale.web.environment import at, lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from aftersale.shops.models import Shop


@dataclass(frozen=True, slots=True)
class Band:
    """Hold one line about a whole shop; `calm`: it passes by itself, nobody has to do anything.

    `mend` is the address at which the person who reads it can see to it.
    """

    words: str
    calm: bool = False
    mend: str = ""


def bands_of(shops: Sequence[Shop], connects: Collection[int], now: datetime) -> list[Band]:
    """Say what people have to see to first: who is shut out, what is on hold, what is read again.

    `connects` are the shops that the person may connect, and is led to.
    """
    held = [(shop, _state(shop)) for shop in shops if shop.held]
    words = _("{shop}: on hold after a restore; import a sheet newer than it.")
    # A shop that lost its authorisation is spoken of already, and so is one that is being read again.
    loud = [Band(words.format(shop=shop.name)) for shop, state in held if state == ConnectionState.NONE]
    reading = [shop.name for shop, state in held if state == ConnectionState.CONNECTED]
    return [*_shut_out(shops, connects, now), *loud, *_calm(reading)]


def _state(shop: Shop) -> str:
    connection = getattr(shop, "connection", None)
    return connection.state if connection is not None else ConnectionState.NONE


def _listed(names: Iterable[str]) -> str:
    return ("、" if lang() == "zh" else ", ").join(names)


def _calm(reading: Sequence[str]) -> list[Band]:
    """Say in one line of which shops tickets are being read again."""
    words = _("{shop}: its tickets are read again before anything is sent.")
    return [Band(words.format(shop=_listed(reading)), calm=True)] if reading else []


def endings_of(shops: Sequence[Shop], now: datetime) -> list[Band]:
    """Say of each shop whose consent ends within days how many are left, and who can give it anew."""
    words = _(
        "{shop}: {days} days until its authorisation ends. {owners} can renew it under Settings, Connections."
    )
    return [
        Band(
            words.format(shop=end.shop, days=end.days, owners=_listed(end.owners) or _("The owner")),
            calm=end.days > 1,
        )
        for end in ending_soon([shop.pk for shop in shops], now)
    ]


def _shut_out(shops: Sequence[Shop], connects: Collection[int], now: datetime) -> list[Band]:
    """Say of each shop that is not let in since when, how many tickets count down, and who can mend it."""
    by_shop = {shop.pk: shop.connection for shop in shops if hasattr(shop, "connection")}
    line = _(
        "{shop}: not authorised since {since}; {count} tickets count down. {owners} can authorise it again"
        " under Settings, Connections; import sheets until then."
    )
    address = _(
        "{shop}: the platform refuses this desk's address since {since}; {count} tickets count down."
        " {owners} can see under Settings, Connections what to put on its white list;"
        " import sheets until then."
    )
    return [
        Band(
            (address if out.by_address else line).format(
                shop=out.shop,
                since=at(out.since),
                count=out.counting,
                owners=_listed(out.owners) or _("The owner"),
            ),
            mend=reverse("settings_connection", args=[out.shop_id]) if out.shop_id in connects else "",
        )
        for out in shut_out_now(by_shop, now)
    ]
