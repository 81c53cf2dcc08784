"""Name the made-up apps and shops of the sandbox; key and secret are those of the public test vectors."""

from __future__ import annotations

from typing import NamedTuple

from aftersale.sandbox import story


class DouyinApp(NamedTuple):
    """Hold what 抖店 gives a developer."""

    key: str
    secret: str


class KuaishouApp(NamedTuple):
    """Hold what 快手小店 gives a developer: four different secrets, the access token apart."""

    key: str
    secret: str
    sign_secret: str
    message_key: str


DOUYIN = DouyinApp("7000000000000000001", "00000000-1111-2222-3333-444444444444")
KUAISHOU = KuaishouApp(
    "ks600000000000000001", "app-secret-0000", "sign-secret-0000", "MDEyMzQ1Njc4OWFiY2RlZg=="
)
SHOP_IDS = {
    "home": 70_000_001,
    "kitchen": 70_000_002,
    "wear": 70_000_003,
    "snack": 70_000_004,
    "home_ks": 60_000_005,
}
OPEN_IDS = {"home_ks": "f18d00000000000000000000000000aa"}
# The shops that have an interface; the other two send sheets only.
CONNECTED = {shop.key: shop for shop in story.SHOPS if shop.key in SHOP_IDS}


def shops_of(platform: str) -> list[str]:
    """List the connected shops of a platform."""
    return [key for key, shop in CONNECTED.items() if shop.platform == platform]


def shop_by_id(number: str) -> str | None:
    """Find a shop by the platform's number for it."""
    return next((key for key, own in SHOP_IDS.items() if str(own) == number), None)
