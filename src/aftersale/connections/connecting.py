"""Connect a shop step by step: mode, keys, authorisation, a first read; and part again.

Each flow writes its event into the journal of the shop; whoever calls it asks for permission first.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from aftersale.connections.hands import LiveHands
from aftersale.connections.models import Link, MessageState, Mode, PushMessage
from aftersale.connections.permissions import tried
from aftersale.connections.platforms import OWN_USE, SECRETS, interface_of, keys_of, place_of
from aftersale.connections.standing import end_warnings, fault_of, let_in, part
from aftersale.connections.tokens import KeyHands, granted_fields
from aftersale.domain.errors import AftersaleError, ChannelError
from aftersale.evidence.shop_journal import journal_shop
from aftersale.shops.models import Shop
from aftersale.shops.models.shop import ConnectionState
from aftersale.shops.settings import ShopChange
from aftersale.texts import Text
from aftersale.tickets.perform import MANUAL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from aftersale.channels.interface import Grant

_LONGEST_KEY = 64
_LONGEST_SECRET = 512
_LONGEST_ID = 32
_LOOK_BACK = timedelta(hours=1)

_WORDS: dict[str, tuple[Text, Text]] = {
    "connect.mode": (
        Text(zh="请选新消息怎么到达。", en="Choose how news arrive."),
        Text(zh="选好再继续。", en="Choose, then go on."),
    ),
    "connect.keys": (
        Text(zh="应用的密钥没填完整。", en="The keys of the app are not complete."),
        Text(
            zh="从平台开放后台的应用详情里复制，再填一次。",
            en="Copy them from the app's page on the platform's open site and enter them again.",
        ),
    ),
    "connect.first": (
        Text(zh="先填好应用的密钥。", en="Enter the keys of the app first."),
        Text(zh="填好再授权。", en="Then authorise."),
    ),
    "connect.code": (
        Text(zh="授权码不对，或者不是从这里发起的授权。", en="The code is wrong or was not asked for here."),
        Text(zh="从这一页重新打开授权链接。", en="Open the link of this page once more."),
    ),
    "connect.shop_id": (
        Text(zh="店铺 ID 没填，或者不全是数字。", en="The shop's id is missing or not digits alone."),
        Text(
            zh="在平台商家后台的店铺信息里找到店铺 ID，只填数字。",
            en="Find it with the shop's details in the platform's back office and enter its digits.",
        ),
    ),
    "connect.other_shop": (
        Text(zh="授权的是另一家店。", en="The authorisation is of another shop."),
        Text(
            zh="用这家店的主账号重新授权；另一家店请另外添加。",
            en="Authorise with the main account of this shop, or add the other one by itself.",
        ),
    ),
    "connect.taken": (
        Text(
            zh="这家平台店铺已经连在售后台的另一家店上。", en="Another shop of the desk is connected to it."
        ),
        Text(zh="先断开那一家。", en="Disconnect that one first."),
    ),
}


class ConnectRefused(AftersaleError):
    """Refuse a step of connecting, with the reason and a way on."""

    def __init__(self, code: str) -> None:
        super().__init__(code, *_WORDS[code])


class Step(StrEnum):
    """Name the steps of connecting, in order."""

    MODE = "mode"
    KEYS = "keys"
    AUTHORISE = "authorise"
    CHECK = "check"
    PUSH = "push"
    FILL = "fill"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class By:
    """Say who does something, and when."""

    person: int | None
    clock: Callable[[], datetime]


def step_of(link: Link | None, state: str) -> Step:
    """Tell which step comes next; the state is that of the shop's connection."""
    if link is None:
        return Step.MODE
    if not link.app_key:
        return Step.KEYS
    if link.access_until is None or state == ConnectionState.UNAUTHORISED:
        return Step.AUTHORISE
    if state != ConnectionState.CONNECTED:
        return Step.CHECK
    if link.filled_at is None:
        return Step.FILL
    return Step.PUSH if link.mode == Mode.PUSH and link.pushed_at is None else Step.DONE


def choose_mode(shop: Shop, mode: str, by: By) -> Link:
    """Choose how news arrive, which begins a connection; raises ConnectRefused."""
    if mode not in Mode.values:
        raise ConnectRefused("connect.mode")
    fresh = {"push_path": secrets.token_urlsafe(32), "created_at": by.clock()}
    with transaction.atomic():
        link, made = Link.objects.get_or_create(shop=shop, defaults={**fresh, "mode": mode})
        before = "" if made else link.mode
        Link.objects.filter(pk=link.pk).update(mode=mode)
        journal_shop(ShopChange(shop, "connection_mode", before, mode), by.person, by.clock())
    link.mode = mode
    return link


def set_keys(link: Link, said: Mapping[str, str], by: By) -> None:
    """Keep the keys of an app; tokens that another app was given go. Raises ConnectRefused."""
    app_key, values = (
        said.get("app_key", ""),
        {name: said.get(name, "") for name in SECRETS[link.shop.platform]},
    )
    missing = [name for name in needed(link) if not values[name]]
    if missing or not 0 < len(app_key) <= _LONGEST_KEY or max(map(len, values.values())) > _LONGEST_SECRET:
        raise ConnectRefused("connect.keys")
    service_id = said.get("service_id", "").strip() if link.shop.platform in OWN_USE else ""
    if len(service_id) > _LONGEST_KEY:
        raise ConnectRefused("connect.keys")
    method = "md5" if said.get("sign_method") == "md5" else "hmac"
    gone = _NO_TOKENS if app_key != link.app_key else {}
    with transaction.atomic():
        kept = {**values, **gone, "app_key": app_key, "sign_method": method, "service_id": service_id}
        Link.objects.filter(pk=link.pk).update(**kept)
        # What is secret is no part of the event; that it was set is.
        change = ShopChange(link.shop, "connection_keys", link.app_key, f"{app_key} {by.clock().isoformat()}")
        journal_shop(change, by.person, by.clock())


def needed(link: Link) -> tuple[str, ...]:
    """Name the secrets that must be entered: what opens pushes only where they come."""
    asked = SECRETS[link.shop.platform]
    return tuple(name for name in asked if name != "message_key" or link.mode == Mode.PUSH)


_NO_TOKENS: dict[str, object] = {
    "access_token": "",
    "refresh_token": "",
    "previous_token": "",
    "access_until": None,
    "refresh_until": None,
    "granted_at": None,
    "refreshed_at": None,
    "checked_at": None,
}


def authorisation_url(link: Link, state: str, redirect: str) -> str:
    """Give the address at which the owner says yes; `redirect` is where the answer goes.

    Empty where the platform has no page for this app, or its service id is not known.
    """
    path = interface_of(link.shop).authorise_path(keys_of(link), state, redirect)
    return place_of(link.shop.platform).authorisation.rstrip("/") + path if path else ""


def authorise(link: Link, code: str, by: By, shop_id: str = "") -> None:
    """Change a code for tokens, an empty one as an app for the shop's own use, then read once.

    `shop_id` is the platform's id of the shop, needed without a code where nobody knows it yet. Raises
    ConnectRefused or ChannelError; tokens that were given stay when the read fails.
    """
    if not link.app_key:
        raise ConnectRefused("connect.first")
    keys, now = keys_of(link), by.clock()
    known = link.shop.platform_shop_id or ("" if code else _named(link.shop, shop_id))
    hands = KeyHands(link, now, by.clock)
    try:
        grant = interface_of(link.shop).authorise(code, known, keys, hands)
    except ChannelError as fault:
        Link.objects.filter(pk=link.pk).update(fault=fault_of(fault, now))
        raise
    _keep(link, grant, known, by)
    check(Link.objects.select_related("shop").get(pk=link.pk), by)


def _named(shop: Shop, said: str) -> str:
    """Read the id of a shop as its owner types it; where no app is for own use the platform refuses."""
    named = said.strip()
    good = named.isascii() and named.isdecimal() and len(named) <= _LONGEST_ID
    if shop.platform in OWN_USE and not good:
        raise ConnectRefused("connect.shop_id")
    return named if good else ""


def _keep(link: Link, grant: Grant, known: str, by: By) -> None:
    shop, now = link.shop, by.clock()
    if known and grant.platform_shop_id != known:
        raise ConnectRefused("connect.other_shop")
    twins = Shop.objects.filter(platform=shop.platform, platform_shop_id=grant.platform_shop_id)
    if twins.exclude(pk=shop.pk).filter(link__access_until__isnull=False).exists():
        raise ConnectRefused("connect.taken")
    with transaction.atomic():
        fields = {**granted_fields(grant, now), "previous_token": "", "granted_at": now, "fault": {}}
        Link.objects.filter(pk=link.pk).update(**fields)
        Shop.objects.filter(pk=shop.pk).update(platform_shop_id=grant.platform_shop_id)
        change = ShopChange(shop, "connection_grant", "", f"{link.app_key} {now.isoformat()}")
        journal_shop(change, by.person, now)


def check(link: Link, by: By) -> None:
    """Read the first page of the list: the shop is connected when that works. Raises ChannelError."""
    now, shop, channel = by.clock(), link.shop, interface_of(link.shop)
    hands = LiveHands(shop.platform, now, shop.pk, by.clock, trying=True)
    try:
        first = next(iter(channel.list_changed(now - _LOOK_BACK, now, hands)), None)
        may = tried(shop, channel, first, hands)
    except ChannelError as fault:
        Link.objects.filter(pk=link.pk).update(fault=fault_of(fault, now))
        raise
    begin = max(now - channel.limits.reach, now - timedelta(days=settings.BACKFILL_DAYS))
    with transaction.atomic():
        Link.objects.filter(pk=link.pk, begun_from=None).update(begun_from=begin)
        known = {"checked_at": now, "poll_at": now, "failures": 0, "fault": {}, "permissions": may}
        Link.objects.filter(pk=link.pk).update(**known)
        Shop.objects.filter(pk=shop.pk).update(channel=channel.name)
        let_in(shop, now, by.person)
    end_warnings(Link.objects.get(pk=link.pk), now)


def set_dry_run(link: Link, by: By, *, on: bool) -> None:
    """Let nothing be sent to the platform from now on, or let it be sent again."""
    with transaction.atomic():
        Link.objects.filter(pk=link.pk).update(dry_run=on)
        change = ShopChange(link.shop, "connection_dry_run", link.dry_run, on)
        journal_shop(change, by.person, by.clock())


def disconnect(link: Link, by: By) -> None:
    """Forget keys and tokens and let people do the work; until when all is known stays for the next time."""
    forgotten = {
        **_NO_TOKENS,
        "app_key": "",
        "secret": "",
        "sign_secret": "",
        "message_key": "",
        "fault": {},
        "service_id": "",
    }
    fresh = secrets.token_urlsafe(32)
    with transaction.atomic():
        Link.objects.filter(pk=link.pk).update(**forgotten, push_path=fresh, pushed_at=None, warned_days=None)
        Shop.objects.filter(pk=link.shop_id).update(channel=MANUAL)
        waiting = PushMessage.objects.filter(shop_id=link.shop_id, state=MessageState.WAITING)
        waiting.update(state=MessageState.ASIDE, ended_at=by.clock())
        part(link.shop, by.clock(), by.person)
