"""Find the interface to a shop's platform, and where it is reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from django.conf import settings

from aftersale.channels.interface import AppKeys
from aftersale.channels.registry import channel_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.channels.interface import Interface
    from aftersale.connections.models import Link
    from aftersale.shops.models import Shop

# What an app has beside its key and secret, by platform.
SECRETS: Mapping[str, tuple[str, ...]] = {
    "douyin": ("secret",),
    "kuaishou": ("secret", "sign_secret", "message_key"),
}

OWN_USE = frozenset({"douyin"})
"""Platforms whose apps for one's own shops (自用型) ask for a token by the platform's id of the shop.

Their other apps (工具型) have a service id, by which the page of authorisation knows them.
"""

_THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Place:
    """Say where a platform is called, and where an owner says yes."""

    calls: str
    authorisation: str


def interface_of(shop: Shop) -> Interface:
    """Give the channel of a shop's platform, whatever the shop uses now; raises ChannelUnknown."""
    return cast("Interface", channel_of(shop.platform))


def place_of(platform: str) -> Place:
    """Give the addresses of a platform."""
    return Place(settings.PLATFORM_URLS[platform], settings.PLATFORM_AUTHORISE_URLS[platform])


def is_guarded(url: str) -> bool:
    """Tell whether what is sent to an address is read by nobody in between: TLS, or this machine itself."""
    return urlsplit(url).scheme == "https" or is_here(url)


def is_here(url: str) -> bool:
    """Tell whether an address is one of this machine."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in _THIS_MACHINE


def keys_of(link: Link) -> AppKeys:
    """Give the keys of a shop's app."""
    return AppKeys(
        link.app_key, link.secret, link.sign_secret, link.message_key, link.sign_method, link.service_id
    )
