"""A tiny platform with a ledger of its own, and a channel that speaks to it: they act, and fail on demand."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aftersale.channels.base import VERSION_CONFLICT, Notice, Observed, Outcome, Receipt, Turn
from aftersale.channels.verbs import REFUNDS, Verb
from aftersale.domain.errors import Rejected, Unauthorised, Unavailable, Unreadable
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from aftersale.channels.base import Hands, Outgoing

SAID = Text(zh="平台这样说。", en="The platform said so.")
NEXT = Text(zh="请看一眼。", en="Have a look.")
AT = datetime(2026, 6, 10, 2, tzinfo=UTC)

OFF = "off"
ACTS_THEN_TIMES_OUT = "acts_then_times_out"
TIMES_OUT = "times_out"
HTML = "html"
HALF = "half"
ACTS_HALF = "acts_half"
BROKEN = "5xx"
CONFLICT = "conflict"
REFUSES = "refuses"
REVOKED = "revoked"
FAULTS = {
    OFF: Unavailable,
    ACTS_THEN_TIMES_OUT: Unreadable,
    TIMES_OUT: Unreadable,
    HTML: Unreadable,
    HALF: Unreadable,
    ACTS_HALF: Unreadable,
    BROKEN: Unreadable,
    CONFLICT: Rejected,
    REFUSES: Rejected,
    REVOKED: Unauthorised,
}
_ACTS = {"", ACTS_THEN_TIMES_OUT, ACTS_HALF}


@dataclass
class Platform:
    """Keep what really happened, in a file that outlives whoever asked; `faults` are used up one a call."""

    book: Path
    faults: list[str] = field(default_factory=list)
    before_acting: Callable[[], None] = lambda: None
    after_acting: Callable[[], None] = lambda: None
    knows_keys: bool = True
    platform: str = "douyin"
    now: datetime = AT

    @property
    def effects(self) -> list[dict[str, object]]:
        if not self.book.exists():
            return []
        return [json.loads(line) for line in self.book.read_text(encoding="utf-8").splitlines()]

    def paid(self, ticket_no: str) -> int:
        return sum(int(str(e["fen"])) for e in self.effects if e["ticket"] == ticket_no)

    def ask(self, method: str, params: Mapping[str, object], *, writes: bool = False) -> bytes:
        del writes
        if method == "read":
            return self._shown(str(params["ticket"]))
        fault = self.faults.pop(0) if self.faults else ""
        if fault == OFF:
            raise Unavailable("fake.off", SAID, NEXT)
        self.before_acting()
        if fault in _ACTS:
            self._act(method, params)
        self.after_acting()
        if fault in {TIMES_OUT, ACTS_THEN_TIMES_OUT}:
            raise Unreadable("fake.timeout", SAID, NEXT)
        return _BODIES.get(fault, b'{"code": 0, "version": "v2"}')

    def _act(self, method: str, params: Mapping[str, object]) -> None:
        if self.knows_keys and any(effect["key"] == params["key"] for effect in self.effects):
            return
        effect = {"key": params["key"], "ticket": params["ticket"], "verb": method, "fen": params["fen"] or 0}
        with self.book.open("a", encoding="utf-8") as file:
            file.write(json.dumps(effect) + "\n")

    def _shown(self, ticket_no: str) -> bytes:
        return json.dumps({"code": 0, "refunded": self.paid(ticket_no)}).encode()


_BODIES = {
    HTML: b"<html><body>502</body></html>",
    HALF: b'{"code": 0, "ver',
    ACTS_HALF: b'{"code": 0, "ver',
    BROKEN: b'{"code": 500}',
    CONFLICT: b'{"code": 300014}',
    REFUSES: b'{"code": 300018}',
    REVOKED: b'{"code": 24}',
}


class ScriptedChannel:
    """Speak to the tiny platform; 补寄 is not among what it can do."""

    name = "scripted"
    verbs: frozenset[str] = frozenset(Verb) - {Verb.SEND}
    can_read = True

    def perform(self, outgoing: Outgoing, hands: Hands) -> Receipt:
        if outgoing.verb not in self.verbs:
            raise Rejected("fake.verb", SAID, NEXT, platform_code="verb")
        fen = outgoing.amount_fen if outgoing.verb in REFUNDS else 0
        body = hands.ask(
            outgoing.verb,
            {"key": outgoing.key, "ticket": outgoing.ticket_no, "fen": fen, "guard": outgoing.guard},
        )
        answer = _read(body)
        return Receipt(Outcome.DONE, "fake.ok", SAID, str(answer["version"]), answer, hands.now)

    def read(self, ticket_no: str, hands: Hands) -> Notice | None:
        answer = _read(hands.ask("read", {"ticket": ticket_no}))
        return notice(ticket_no, int(str(answer["refunded"])))


def _read(body: bytes) -> dict[str, object]:
    try:
        answer: dict[str, object] = json.loads(body)
    except ValueError as error:
        raise Unreadable("fake.unreadable", SAID, NEXT) from error
    code = answer["code"]
    if code == 24:
        raise Unauthorised("fake.token", SAID, NEXT)
    if code == 300014:
        raise Rejected(VERSION_CONFLICT, SAID, NEXT, platform_code="300014")
    if code == 300018:
        raise Rejected("fake.refused", SAID, NEXT, platform_code="300018")
    if code != 0:
        raise Unreadable("fake.5xx", SAID, NEXT)
    return answer


def notice(ticket_no: str, refunded_fen: int) -> Notice:
    """Tell how a ticket stands: paid, or still waiting for the shop."""
    plain = Notice(
        channel="douyin",
        shop=None,
        ticket_no=ticket_no,
        order_no="6920000000000000001",
        line_no=None,
        article="双层玻璃杯",
        article_no="CUP-350-BL",
        product_id=None,
        open=refunded_fen == 0,
        turn=Turn.MERCHANT,
        status="待商家处理",
        reason="不想要了",
        claim="未发货退款",
        flag=None,
        remark=None,
        amount_fen=12900,
        observed=Observed("", 0),
        facts={"refunded_fen": refunded_fen},
        unknown=frozenset(),
        sources={},
    )
    return replace(plain, turn=Turn.DONE) if refunded_fen else plain
