"""Say at which addresses a service outside may be called: those that were checked, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.shops.outgoing import check_address, check_url
from aftersale.tickets.targets import addresses_of, own_hosts

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEMAS = frozenset({"https"})
_MOST_ADDRESSES = 4


def addresses_to_call(url: str) -> Sequence[str] | None:
    """Look a name up once: none for a host allowed by name, None for no such name; raises UrlRefused.

    A name that leads into a private network is refused; looked up once more it might lead there after all.
    """
    hosts = own_hosts()
    host = check_url(url, SCHEMAS, hosts)
    if host in hosts:
        return ()
    found = addresses_of(host)
    for address in found:
        check_address(address, hosts)
    return found[:_MOST_ADDRESSES] or None
