"""Be the owner of a shop in the sandbox: let a desk in, with the keys that the sandbox made up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.connections.connecting import authorise, choose_mode, set_keys
from aftersale.connections.models import Link, Mode
from aftersale.sandbox.platform.apps import DOUYIN, KUAISHOU, SHOP_IDS
from aftersale.shops.models import Shop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aftersale.connections.connecting import By

    Tell = Callable[[str, Mapping[str, object]], Mapping[str, object]]

_KEYS: Mapping[str, Mapping[str, str]] = {
    "douyin": {"app_key": DOUYIN.key, "secret": DOUYIN.secret},
    "kuaishou": {
        "app_key": KUAISHOU.key,
        "secret": KUAISHOU.secret,
        "sign_secret": KUAISHOU.sign_secret,
        "message_key": KUAISHOU.message_key,
    },
}


def connect(shop: Shop, key: str, tell: Tell, by: By, mode: str = Mode.POLL) -> None:
    """Connect a shop to the sandbox, or let the desk in again; `key` is the sandbox's name for it.

    `tell` asks the control interface. Raises ConnectRefused or ChannelError.
    """
    choose_mode(shop, mode, by)
    set_keys(_link(shop), _KEYS[shop.platform], by)
    if shop.platform == "douyin":
        Shop.objects.filter(pk=shop.pk).update(platform_shop_id=str(SHOP_IDS[key]))
        code = ""
    else:
        code = str(tell("tokens/code", {"shop": key})["code"])
    authorise(_link(shop), code, by)


def _link(shop: Shop) -> Link:
    return Link.objects.select_related("shop").get(shop=shop)
