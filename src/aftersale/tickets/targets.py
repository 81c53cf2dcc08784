"""Check where messages go: four services, no private network, no parameter that reads or calls more."""

from __future__ import annotations

import socket
import warnings
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings

from aftersale.domain.errors import AftersaleError
from aftersale.shops.outgoing import UrlRefused, check_address, check_url
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

SCHEMAS = {
    "wecombot": Text(zh="企业微信", en="WeCom"),
    "dingtalk": Text(zh="钉钉", en="DingTalk"),
    "feishu": Text(zh="飞书", en="Feishu"),
    "lark": Text(zh="飞书国际版", en="Lark"),
    "mailto": Text(zh="邮件", en="mail"),
    "mailtos": Text(zh="邮件（加密连接）", en="mail (encrypted)"),
}
"""The services that messages may go to."""

# What else an address may carry: where mail comes from and goes to. Keys and files of others are none of it.
_PARAMETERS = {
    "mailto": frozenset({"from", "name", "smtp", "mode", "to", "cc", "bcc", "reply", "user", "pass"}),
    "mailtos": frozenset({"from", "name", "smtp", "mode", "to", "cc", "bcc", "reply", "user", "pass"}),
}
_WORDS = {
    "target.parameter": Text(zh="地址里的参数 {what} 不能用。", en="The address must not carry {what}."),
    "target.unreadable": Text(
        zh="这个{what}地址不完整或写错了。", en="This address of {what} is incomplete or wrong."
    ),
}


class TargetRefused(AftersaleError):
    """Refuse an address that messages must not or cannot go to; keys and passwords are never repeated."""

    def __init__(self, code: str, what: Text) -> None:
        super().__init__(
            code,
            Text(zh=_WORDS[code].zh.format(what=what.zh), en=_WORDS[code].en.format(what=what.en)),
            Text(
                zh="在群机器人或邮箱的设置里复制地址，再试一次。",
                en="Copy the address from the settings of the group robot or mailbox and try again.",
            ),
        )


def own_hosts() -> tuple[str, ...]:
    """Give the mail hosts of one's own network that messages may go to (AFTERSALE_NOTIFY_HOSTS)."""
    return tuple(getattr(settings, "AFTERSALE_NOTIFY_HOSTS", ()))


def check_target(url: str, allow_hosts: Collection[str] = ()) -> str:
    """Let an address pass and give its schema; raises UrlRefused or TargetRefused. Nothing is called."""
    check_url(url, frozenset(SCHEMAS), allow_hosts)
    parts = urlsplit(url)
    allowed = _PARAMETERS.get(parts.scheme, frozenset())
    for name, _ in parse_qsl(parts.query, keep_blank_values=True):
        if name.lower() not in allowed:
            raise TargetRefused("target.parameter", Text(zh=name[:32], en=name[:32]))
    _parsed(url, parts.scheme, allow_hosts)
    return parts.scheme


def _parsed(url: str, schema: str, allow_hosts: Collection[str]) -> Any:  # noqa: ANN401  # apprise ships no types
    """Parse an address as it will be used, and look at the host that mail really goes to."""
    import apprise  # noqa: PLC0415  # takes a third of a second; only who checks or sends needs it

    with warnings.catch_warnings():
        # The first address makes apprise load all its services; what those import is not ours to mend.
        warnings.simplefilter("ignore", DeprecationWarning)
        plugin = apprise.Apprise.instantiate(url, suppress_exceptions=True)
    if plugin is None:
        raise TargetRefused("target.unreadable", SCHEMAS[schema])
    host = getattr(plugin, "smtp_host", None)
    if host:
        check_url(f"mailtos://{host}", frozenset({"mailtos"}), allow_hosts)
    return plugin


def addresses_of(host: str) -> list[str]:
    """Resolve a name; one that does not exist gives none."""
    try:
        return sorted({str(found[4][0]) for found in socket.getaddrinfo(host, None)})
    except OSError:
        return []


def send(url: str, title: str, body: str, *, resolve: Callable[[str], list[str]] = addresses_of) -> bool:
    """Send one message; tells whether it was taken. A name that leads into a private network is refused."""
    hosts = own_hosts()
    schema = check_target(url, hosts)
    plugin = _parsed(url, schema, hosts)
    host = getattr(plugin, "smtp_host", None)
    if host and host not in hosts:
        for address in resolve(host):
            check_address(address, hosts)
    return bool(plugin.notify(body=body, title=title, body_format="text"))


__all__ = ["SCHEMAS", "TargetRefused", "UrlRefused", "addresses_of", "check_target", "own_hosts", "send"]
