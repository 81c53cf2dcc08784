"""Guard the addresses that the desk calls: schemas by a list, no private network, no certificate unchecked.

A name is not resolved here. Who connects resolves it and asks `check_address` before the first byte is sent,
since a public name may lead to a private address.
"""

from __future__ import annotations

import re
import unicodedata
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from aftersale.domain.errors import AftersaleError
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Collection
    from urllib.parse import SplitResult

_LONGEST = 2_048
# Where these schemas have a host others have a key: they only ever call the service they are named for.
_SERVICES = frozenset({"wecombot", "dingtalk", "feishu", "lark"})
# Parameters by which a notification address names one more host to call.
_HOST_PARAMETERS = frozenset({"smtp", "host", "server", "proxy"})
_CHECKED_PARAMETERS = frozenset({"verify"})
_OFF = frozenset({"no", "false", "0", "off", "n", "f", "disable", "never", "deny"})
_LOCAL_ENDINGS = (
    ".localhost", ".localdomain", ".local", ".internal", ".intranet", ".lan", ".home", ".corp", ".private",
    ".home.arpa", ".in-addr.arpa", ".ip6.arpa",
)  # fmt: skip
_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))+")
# What ends in a number is read as an address by every client, however it is written.
_NUMBER_LAST = re.compile(r"(?:^|\.)(?:\d+|0[xX][0-9a-fA-F]*)$")
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_V4_IN_V6 = IPv6Network("::/96")

_WORDS: dict[str, Text] = {
    "url.unreadable": Text(zh="这个地址读不懂。", en="This address cannot be read."),
    "url.schema": Text(zh="不支持这种地址：{what}。", en="This kind of address is not supported: {what}."),
    "url.literal": Text(
        zh="{what} 是数字地址，这里只接受域名。",
        en="{what} is a numeric address; only names are accepted here.",
    ),
    "url.private": Text(
        zh="{what} 在内部网络里，不能从这里访问。",
        en="{what} is in a private network and must not be called from here.",
    ),
    "url.unverified": Text(
        zh="地址里关掉了证书检查（{what}），不能这样用。",
        en="The address switches off the check of certificates ({what}); it cannot be used so.",
    ),
}


class UrlRefused(AftersaleError):
    """Refuse an address that must not be called; the message never repeats keys or passwords of it."""

    def __init__(self, code: str, what: str = "") -> None:
        super().__init__(
            code,
            _WORDS[code].format(what=what),
            Text(
                zh="检查地址；内部服务的主机名请管理员先加进允许名单。",
                en="Check the address; for a service of your own, have its host added to the allowed hosts.",
            ),
        )


def check_url(url: str, schemas: Collection[str], allow_hosts: Collection[str] = ()) -> str:
    """Let an address pass and give its host, empty for a service that has no host; raises UrlRefused.

    `schemas` are lower case; `allow_hosts` are names or addresses of one's own network that may be called.
    """
    parts = _split(url)
    if parts.scheme not in schemas:
        raise UrlRefused("url.schema", parts.scheme[:32])
    allowed = frozenset(_plain(host) for host in allow_hosts)
    _check_parameters(parts, allowed)
    return "" if parts.scheme in _SERVICES else _checked_host(parts.hostname or "", allowed)


def check_address(address: str, allow_hosts: Collection[str] = ()) -> None:
    """Let a resolved address pass that is public or allowed; raises UrlRefused."""
    if address in allow_hosts:
        return
    try:
        found = ip_address(address)
    except ValueError:
        raise UrlRefused("url.unreadable") from None
    if not all(each.is_global and not each.is_multicast for each in (found, *_inside(found))):
        raise UrlRefused("url.private", address)


def _split(url: str) -> SplitResult:
    odd = any(unicodedata.category(sign)[0] in "CZ" for sign in url)
    if not url or len(url) > _LONGEST or odd or "\\" in url:
        raise UrlRefused("url.unreadable")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise UrlRefused("url.unreadable") from None
    if not parts.netloc or parts.netloc.count("@") > 1:
        raise UrlRefused("url.unreadable")
    return parts


def _check_parameters(parts: SplitResult, allowed: frozenset[str]) -> None:
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        known = name.lower().strip().lstrip("+-:")
        if known in _HOST_PARAMETERS:
            _checked_host(value.partition(":")[0] if value.count(":") == 1 else value, allowed)
        if known in _CHECKED_PARAMETERS and value.strip().lower() in _OFF:
            raise UrlRefused("url.unverified", f"{known}={value[:8]}")


def _checked_host(host: str, allowed: frozenset[str]) -> str:
    plain = _plain(host)
    if plain in allowed:
        return plain
    if ":" in plain or _NUMBER_LAST.search(plain):
        raise UrlRefused("url.literal", plain[:64])
    if plain == "localhost" or plain.endswith(_LOCAL_ENDINGS):
        raise UrlRefused("url.private", plain[:64])
    if not _NAME.fullmatch(plain):
        raise UrlRefused("url.private" if plain and "." not in plain else "url.unreadable", plain[:64])
    return plain


def _plain(host: str) -> str:
    """Write a host as clients read it: one width of letters, small, without brackets and last dot."""
    return unicodedata.normalize("NFKC", host).replace("。", ".").lower().strip("[]").removesuffix(".")


def _inside(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """Give the IPv4 addresses that an IPv6 address carries."""
    if not isinstance(address, IPv6Address):
        return []
    carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _V4_IN_V6 or any(address in net for net in _NAT64):
        carried.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in carried if each is not None]
