"""Take the forms of connecting a shop, and say where in it one stands."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from aftersale.api.faults import NotHere
from aftersale.connections import connecting, pace
from aftersale.connections.connecting import ConnectRefused, Step
from aftersale.connections.models import Link, Mode
from aftersale.connections.platforms import SECRETS
from aftersale.connections.polling import poll_soon
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from aftersale.connections.connecting import By
    from aftersale.pages.door import Ask
    from aftersale.shops.models import Shop

_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Mark:
    """Name one step of connecting; `done` and `here` mark where one stands."""

    name: str
    done: bool
    here: bool


def guide(step: Step, link: Link | None) -> Sequence[Mark]:
    """List the steps in order; the message address is one only where news are pushed."""
    names = {
        Step.MODE: _("How news arrive"),
        Step.KEYS: _("Keys of the app"),
        Step.AUTHORISE: _("Authorise"),
        Step.CHECK: _("Check the permissions"),
        Step.FILL: _("Read what is there"),
        Step.PUSH: _("Message address"),
    }
    if link is not None and link.mode == Mode.POLL:
        del names[Step.PUSH]
    order = [*names, Step.DONE]
    now = order.index(step)
    return [Mark(name, order.index(code) < now, code == step) for code, name in names.items()]


@dataclass(frozen=True, slots=True)
class Progress:
    """Say how far a back-fill is: from when, until when all is known, how many came, in percent."""

    since: datetime
    known: datetime
    count: int
    percent: int


def progress_of(link: Link | None, now: datetime) -> Progress | None:
    """Say how far the first back-fill is; None where it has not begun."""
    if link is None or link.begun_from is None or link.access_until is None:
        return None
    known = link.complete_until or link.begun_from
    share = (known - link.begun_from) / (now - link.begun_from) if now > link.begun_from else 0
    done = _WHOLE if link.filled_at else max(0, min(int(share * _WHOLE), _WHOLE - 1))
    return Progress(link.begun_from, known, link.taken_count, done)


def is_within(host: str) -> bool:
    """Tell whether an address is one that only this network reaches."""
    name = host.rpartition(":")[0] if host.count(":") == 1 else host
    plain = name.strip("[]")
    try:
        return not ip_address(plain).is_global
    except ValueError:
        return "." not in plain or plain.endswith((".local", ".lan", ".internal", ".localhost"))


def reach_of(host: str) -> str:
    """Say from where an address can be opened: `machine` alone, its own `network`, or anywhere (empty)."""
    name = host.rpartition(":")[0] if host.count(":") == 1 else host
    plain = name.strip("[]")
    try:
        own = ip_address(plain).is_loopback
    except ValueError:
        own = plain == "localhost" or plain.endswith(".localhost")
    return "machine" if own else "network" if is_within(host) else ""


def secrets_of(shop: Shop, link: Link | None) -> Sequence[tuple[str, str, bool]]:
    """Name what an app of the shop's platform has that is secret, and whether it must be entered."""
    words = {
        "secret": _("App secret"),
        "sign_secret": _("Signing secret (signSecret)"),
        "message_key": _("Message key"),
    }
    must = connecting.needed(link) if link else ()
    return [(name, words[name], name in must) for name in SECRETS[shop.platform]]


def code_in(said: str) -> str:
    """Find the code in what was pasted: the code itself, or the whole address one was sent back to."""
    if "://" not in said:
        return said
    try:
        return parse_qs(urlsplit(said).query).get("code", [""])[0]
    except ValueError:
        return ""


def _link_of(shop: Shop) -> Link:
    link: Link | None = getattr(shop, "link", None)
    if link is None:
        raise NotHere
    return link


def _keys(ask: Ask, shop: Shop, by: By) -> None:
    names = ("app_key", "sign_method", "service_id", *SECRETS[shop.platform])
    connecting.set_keys(_link_of(shop), {name: ask.said(name) for name in names}, by)


def _code(ask: Ask, shop: Shop, by: By) -> None:
    code = code_in(ask.said("code"))
    if not code:
        raise ConnectRefused("connect.code")
    connecting.authorise(_link_of(shop), code, by)


def _poll(_ask: Ask, shop: Shop, by: By) -> None:
    poll_soon(_link_of(shop).shop_id, by.clock())


def _dry(ask: Ask, shop: Shop, by: By) -> None:
    connecting.set_dry_run(_link_of(shop), by, on=ask.said("on") == "1")


FLOWS: Mapping[str, Callable[[Ask, Shop, By], object]] = {
    "mode": lambda ask, shop, by: connecting.choose_mode(shop, ask.said("mode"), by),
    "keys": _keys,
    "code": _code,
    "self": lambda ask, shop, by: connecting.authorise(_link_of(shop), "", by, ask.said("shop_id")),
    "check": lambda _ask, shop, by: connecting.check(_link_of(shop), by),
    "dry-run": _dry,
    "poll": _poll,
    "pace": lambda ask, shop, by: pace.set_pace(_link_of(shop), ask.said("seconds"), by),
    "reveals": lambda ask, shop, by: pace.set_reveals(_link_of(shop), ask.said("reveals"), by),
    "disconnect": lambda _ask, shop, by: connecting.disconnect(_link_of(shop), by),
}
"""What each form of the page does."""
