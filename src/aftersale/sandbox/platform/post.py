"""Keep messages until they are delivered: written with the change they tell of, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from aftersale.sandbox.platform.market import Market

MINUTE = 60_000
# Of 抖店's own schedule nothing is known: this one stands for "some time, then longer".
RETRIES = {
    "douyin": tuple(at * 1000 for at in (10, 30, 60, 300, 1800)),
    "kuaishou": tuple(minutes * MINUTE for minutes in (5, 10, 20, 30, 60)),
}


class Letter(NamedTuple):
    """Hold one message that waits."""

    number: int
    shop: str
    what: str
    body: bytes
    tries: int


def address_of(market: Market, shop: str) -> str:
    """Give the address to which a shop's messages go, empty where none was saved."""
    return market.store.value(f"webhook.{shop}") or ""


def put(market: Market, shop: str, what: str, write: Callable[[int], bytes]) -> None:
    """Post a message where the shop listens; `write` gets its number."""
    if not address_of(market, shop):
        return
    number = market.store.number("push")
    market.store.rows(
        "insert into push (id, shop, what, body, due_at, tries, state) values (?, ?, ?, ?, ?, 0, 'waiting')",
        number,
        shop,
        what,
        write(number),
        market.clock.now(),
    )
