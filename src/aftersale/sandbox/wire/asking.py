"""Read what the control interface is asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from aftersale.sandbox.platform.apps import CONNECTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.sandbox.platform.market import Market
    from aftersale.sandbox.wire.gateway import Rooms
    from aftersale.sandbox.wire.http import Request


MOST = 1_000_000_000


class Wrong(Exception):
    """Say what is wrong with a request."""


class Asking(NamedTuple):
    """Hold one request: its values by name."""

    rooms: Rooms
    body: bytes
    values: Mapping[str, object]

    @classmethod
    def of(cls, rooms: Rooms, request: Request) -> Asking:
        """Read a request; its body is a JSON object or nothing."""
        data = json.loads(request.body or b"{}")
        if not isinstance(data, dict):
            raise Wrong("the body is a JSON object")
        return cls(rooms, request.body, {**request.query, **data})

    @property
    def market(self) -> Market:
        """Give the platforms."""
        return self.rooms.market

    def keep(self, name: str, text: str) -> None:
        """Keep a setting."""
        with self.market.store.change():
            self.market.store.keep_value(name, text)

    def shop(self) -> str:
        """Read the shop."""
        shop = self.text("shop")
        if shop not in CONNECTED:
            raise Wrong(f"shop is one of {', '.join(CONNECTED)}")
        return shop

    def text(self, name: str, default: str | None = None) -> str:
        """Read a text; without a default it has to be there."""
        value = self.values.get(name, default)
        if not isinstance(value, str):
            raise Wrong(f"{name} is a text")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Read a list of texts; nothing is an empty one."""
        value = self.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise Wrong(f"{name} is a list of texts")
        return tuple(value)

    def number(self, name: str, default: int | None, most: int) -> int:
        """Read a count from 0 on."""
        value = self.values.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise Wrong(f"{name} is a number from 0 to {most}")
        return value

    def fraction(self, name: str) -> float | None:
        """Read a number that may have a fraction, None where it is not there."""
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= MOST:
            raise Wrong(f"{name} is a number from 0 to {MOST}")
        return float(value)

    def flag(self, name: str) -> bool:
        """Read a truth."""
        value = self.values.get(name)
        if not isinstance(value, bool):
            raise Wrong(f"{name} is true or false")
        return value
