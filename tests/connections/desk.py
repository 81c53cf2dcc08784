"""Set a shop up that reaches the small platform, and look at what stands on both sides."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aftersale.config.wiring import OUTSIDE
from aftersale.connections import connecting, pushes
from aftersale.connections.connecting import By
from aftersale.connections.hands import LiveHands
from aftersale.connections.models import Link
from aftersale.connections.polling import poll, poll_due
from aftersale.evidence.models import Event
from aftersale.shops.models import Connection, Shop
from aftersale.shops.models.shop import ConnectionState
from aftersale.tickets.models import Ticket
from tests.connections.platform import APP, SECRET, Book, Clock, signature

if TYPE_CHECKING:
    from aftersale.connections.pushes import Answer
    from aftersale.tickets.perform import Outside

NUMBER = "7100000000000000001"


def number(count: int) -> str:
    return f"71{count:017}"


@dataclass
class Desk:
    """Hold a shop, its platform and the clock of both."""

    shop: Shop
    book: Book
    clock: Clock

    @classmethod
    def made(cls, book: Book, clock: Clock) -> Desk:
        shop = Shop.objects.create(platform="douyin", name="云杉家居旗舰店", created_at=clock())
        Connection.objects.create(shop=shop, state=ConnectionState.NONE, since=clock())
        return cls(shop, book, clock)

    @property
    def by(self) -> By:
        return By(None, self.clock)

    @property
    def link(self) -> Link:
        return Link.objects.select_related("shop__connection").get(shop=self.shop)

    @property
    def state(self) -> str:
        return Connection.objects.get(shop=self.shop).state

    @property
    def held(self) -> bool:
        return Shop.objects.get(pk=self.shop.pk).held

    def connect(self, mode: str = "push") -> Link:
        """Go through the steps of connecting with a code."""
        connecting.choose_mode(self.shop, mode, self.by)
        connecting.set_keys(self.link, {"app_key": APP, "secret": SECRET}, self.by)
        connecting.authorise(self.link, "good", self.by)
        return self.link

    def poll(self, **later: float) -> Link:
        """Poll as the worker does, some time later, until there is nothing more to do at once."""
        self.clock.on(**(later or {"seconds": 61}))
        for _ in range(10):
            poll_due(self.clock)
            link = self.link
            if link.poll_at is None or (link.poll_at - self.clock()).total_seconds() > 1:
                break
            self.clock.on(seconds=1)
        return self.link

    def poll_once(self) -> bool:
        return poll(self.link.pk, self.clock)

    @property
    def outside(self) -> Outside:
        """Give what the desk sends with, at the time of the test."""
        return replace(OUTSIDE, hands_of=lambda _shop, _now: self.hands())

    def hands(self) -> LiveHands:
        return LiveHands("douyin", self.clock(), self.shop.pk, self.clock)

    def push(self, *rows: dict[str, object], secret: str = SECRET, path: str = "") -> Answer:
        """Send a push as the platform does."""
        body = json.dumps(list(rows)).encode()
        headers = {"event-sign": signature(body, secret)}
        answer = pushes.receive("douyin", path or self.link.push_path, headers, body, self.clock())
        assert answer is not None
        return answer

    def said(self, count: int = 1, message_id: str = "m-1") -> dict[str, object]:
        """Give one message about a ticket."""
        return {"id": message_id, "kind": "200", "no": number(count), "at": self.clock().timestamp()}

    def status(self, count: int = 1) -> str:
        return Ticket.objects.get(shop=self.shop, ticket_no=number(count)).status

    def numbers(self) -> list[str]:
        found = Ticket.objects.filter(shop=self.shop).order_by("ticket_no")
        return list(found.values_list("ticket_no", flat=True))

    def events(self) -> list[str]:
        rows = Event.objects.filter(subject_kind="shop", subject_id=self.shop.pk).order_by("sequence")
        return list(rows.values_list("kind", flat=True))
