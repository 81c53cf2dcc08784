"""Hold 抖店's channel to what every channel must keep; a ticket is put where the verb is possible first."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from aftersale.channels.douyin import Douyin
from aftersale.channels.verbs import Verb
from aftersale.domain.errors import Rejected, TooFast, Unauthorised, Unavailable, Unreadable
from tests.channels.conformance import Bench, ChannelConformance
from tests.channels.douyin.platform import Doudian, no, off, ok, silent
from tests.channels.douyin.samples import UPDATED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aftersale.channels.base import Hands, Notice, Outgoing, Receipt
    from aftersale.channels.interface import Disclosed, Interface, Limits

# Kind and status at which a verb is possible, and what a person gives with it.
PLACES: Mapping[str, tuple[int, int]] = {
    Verb.REFUND: (1, 6),
    Verb.REFUND_NO_RETURN: (2, 6),
    Verb.REFUND_RECEIVED: (0, 11),
    Verb.AGREE_RETURN: (0, 6),
    Verb.AGREE_EXCHANGE: (3, 6),
    Verb.SEND: (7, 8),
    Verb.EXTEND: (0, 11),
    Verb.REFUSE: (1, 6),
}
GIVEN: Mapping[str, dict[str, object]] = {
    Verb.SEND: {"carrier": "shunfeng", "waybill": "SF1"},
    Verb.SUBMIT_EVIDENCE: {"text": "已按时发出", "evidence": []},
    Verb.REMARK: {"text": "等买家回复"},
    Verb.FLAG: {"flag": "red", "text": "加急"},
    Verb.RETURN_WAYBILL: {"carrier": "shunfeng", "waybill": "SF1"},
    Verb.INTERCEPT: {"carrier": "shunfeng", "waybill": "SF1"},
    Verb.REPLY_SERVICE: {"text": "已补发", "evidence": []},
}


@dataclass(frozen=True)
class Placed:
    """Speak to 抖店 about a ticket that stands where a wish is possible, and decided on as it stands."""

    real: Douyin
    name: str = Douyin.name
    verbs: frozenset[str] = Douyin.verbs
    can_read: bool = True
    takes_reports: bool = Douyin.takes_reports
    lists_carriers: bool = Douyin.lists_carriers
    placed: set[str] = field(default_factory=set)

    def perform(self, outgoing: Outgoing, hands: Hands) -> Receipt:
        assert isinstance(hands, Doudian)
        if outgoing.key not in self.placed:
            self.placed.add(outgoing.key)
            kind, status = PLACES.get(outgoing.verb, (1, 6))
            hands.info = {"after_sale_type": kind, "after_sale_status": status}
        number = "service-990011" if outgoing.verb == Verb.REPLY_SERVICE else outgoing.ticket_no
        params = {**outgoing.params, **GIVEN.get(outgoing.verb, {})}
        wish = replace(outgoing, guard=str(UPDATED), params=params, ticket_no=number)
        return self.real.perform(wish, hands)

    def read(self, ticket_no: str, hands: Hands) -> Notice | None:
        return self.real.read(ticket_no, hands)

    def carriers(self, hands: Hands) -> dict[str, str]:
        return self.real.carriers(hands)

    def report(self, platform_shop_id: str, disclosed: tuple[Disclosed, ...], hands: Hands) -> None:
        self.real.report(platform_shop_id, disclosed, hands)


BROKEN = {
    "off": (off, Unavailable),
    "throttled": (partial(no, 60000, "isv.traffic-limited"), TooFast),
    "closed": (partial(no, 70000, "isp.api-service-off"), Unavailable),
    "silent": (silent, Unreadable),
    "html": (lambda: b"<html><body>502 Bad Gateway</body></html>", Unreadable),
    "half": (lambda: b'{"code":10000,"msg":"succ', Unreadable),
    "nothing": (lambda: b"", Unreadable),
    "a list": (lambda: b"[]", Unreadable),
    "data of the wrong type": (partial(ok, "done"), Unreadable),
    "no item": (partial(ok, {"items": []}), Unreadable),
    "an item without a code": (partial(ok, {"items": [{"aftersale_id": 1}]}), Unreadable),
    "service error": (partial(no, 20000, "isp.service-error:1"), Unreadable),
    "timed out over there": (partial(no, 20001), Unreadable),
    "partly": (partial(no, 10001), Unreadable),
    "a code nobody has seen": (partial(no, 12345), Unreadable),
    "refused": (partial(no, 50002, "isv.business-failed:20309541"), Rejected),
    "item refused": (partial(ok, {"items": [{"status_code": 7, "status_msg": "不支持"}]}), Rejected),
    "token": (partial(no, 40003, "isv.access-token-expired"), Unauthorised),
    "permission": (partial(no, 30001, "isv.app-permissions-insufficient"), Unauthorised),
    "address": (partial(no, 30002, "isv.invalid_ip"), Unauthorised),
}


def failing(fault: object) -> Doudian:
    """Give a platform whose next write fails."""
    return Doudian(faults=[fault])  # type: ignore[list-item]


def limits_of(channel: Interface) -> Limits:
    """Take any channel that speaks the whole contract; the types are checked where this is called."""
    return channel.limits


def test_it_speaks_the_whole_contract_and_says_what_the_platform_grants() -> None:
    limits = limits_of(Douyin())
    assert (limits.reach.days, limits.push_s, limits.per_second) == (180, 5.0, 5)


class TestDouyin(ChannelConformance):
    @pytest.fixture
    def bench(self) -> Bench:
        platform = Doudian()
        broken = {name: (partial(failing, fault), expected) for name, (fault, expected) in BROKEN.items()}
        effects, reports = (lambda: len(platform.effects)), platform.reports
        return Bench(Placed(Douyin()), platform, effects, broken, reports=reports)
