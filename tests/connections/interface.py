"""Speak to the small platform as a channel does: sign, list, read, act, check pushes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aftersale.channels.base import Outcome, Parked, Receipt, Turn
from aftersale.channels.interface import (
    Grant,
    Limits,
    Message,
    Page,
    Push,
    PushRefused,
    RejectReason,
    Request,
)
from aftersale.channels.verbs import Verb
from aftersale.domain.errors import Rejected, Unauthorised, Unreadable
from aftersale.texts import Text
from tests.connections.platform import signature
from tests.tickets.taking.notices import ASKED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from aftersale.channels.base import Hands, Notice, Outgoing
    from aftersale.channels.interface import AppKeys, Disclosed, Sealed

SAID = Text(zh="平台这样说。", en="The platform said so.")
NEXT = Text(zh="请看一眼。", en="Have a look.")
PAID = 12900


class Scripted:
    """Be the interface of 抖店 in tests; a status of `odd` cannot be read."""

    name = "douyin"
    verbs: frozenset[str] = frozenset({Verb.REFUND})
    can_read = True
    lists_whole = True
    takes_reports = True
    lists_carriers = True
    limits = Limits(
        window=timedelta(days=1),
        reach=timedelta(days=90),
        per_second=1000,
        push_s=5.0,
        refresh_before=timedelta(hours=1),
    )

    def signed(
        self, method: str, params: Mapping[str, object], keys: AppKeys, token: str, at: datetime
    ) -> Request:
        body = json.dumps(dict(params)).encode()
        headers = {"X-Sign": signature(body, keys.secret), "X-Token": token, "X-At": at.isoformat()}
        return Request("POST", f"/{method}", headers, body)

    def authorise_path(self, keys: AppKeys, state: str, redirect: str) -> str:
        return f"/authorize?app={keys.app_key}&state={state}&to={redirect}"

    def authorise(self, code: str, platform_shop_id: str, keys: AppKeys, hands: Hands) -> Grant:
        del keys
        return _grant(_ok(hands.ask("authorise", {"code": code})), platform_shop_id or "77", hands)

    def refresh(self, grant: Grant, keys: AppKeys, hands: Hands) -> Grant:
        del keys
        told = _ok(hands.ask("refresh_tokens", {"refresh": grant.refresh_token}))
        return replace(_grant(told, grant.platform_shop_id, hands), refresh_until=grant.refresh_until)

    def list_changed(self, since: datetime, until: datetime, hands: Hands) -> Iterator[Page]:
        number, more = 0, True
        while more:
            window = {"since": since.timestamp(), "until": until.timestamp(), "page": number}
            told = _ok(hands.ask("list", window))
            number, more = number + 1, told["more"]
            rows = told["rows"]
            known = datetime.fromtimestamp(rows[-1]["at"], UTC) if more else until
            good = tuple(noticed(row) for row in rows if row["status"] != "odd")
            odd = tuple(
                Parked("list", 1, "status", row["no"], "not_a_ticket")
                for row in rows
                if row["status"] == "odd"
            )
            yield Page(good, odd, known)

    def read(self, ticket_no: str, hands: Hands) -> Notice | None:
        row = _ok(hands.ask("read", {"no": ticket_no}))["row"]
        return noticed(row) if row else None

    def perform(self, outgoing: Outgoing, hands: Hands) -> Receipt:
        params = {"no": outgoing.ticket_no, "fen": outgoing.amount_fen, "key": outgoing.key}
        told = _ok(hands.ask("refund", params, writes=True))
        return Receipt(Outcome.DONE, "scripted.ok", SAID, "", told, hands.now)

    def reject_reasons(self, ticket_no: str, hands: Hands) -> tuple[RejectReason, ...]:
        del ticket_no, hands
        return ()

    def parse_push(self, headers: Mapping[str, str], body: bytes, keys: AppKeys) -> Push:
        if headers.get("event-sign") != signature(body, keys.secret):
            raise PushRefused("push.signature", SAID, b'{"code":1}')
        try:
            rows = json.loads(body)
            messages = tuple(_message(row) for row in rows if row["kind"] != "test")
        except (ValueError, LookupError, TypeError):
            raise PushRefused("push.unreadable", SAID, b'{"code":1}') from None
        return Push(messages, b'{"code":0}')

    def reveal(self, sealed: tuple[Sealed, ...], hands: Hands) -> dict[str, str]:
        del hands
        return {each.cipher: f"open {each.cipher}" for each in sealed}

    def carriers(self, hands: Hands) -> dict[str, str]:
        found: dict[str, str] = _ok(hands.ask("carriers", {}))["carriers"]
        return found

    def report(self, platform_shop_id: str, disclosed: tuple[Disclosed, ...], hands: Hands) -> None:
        told = {"shop": platform_shop_id, "events": [[each.key, each.order_no] for each in disclosed]}
        answer = _ok(hands.ask("report", told))
        if answer["code"] == "refused":
            raise Rejected("scripted.refused", SAID, NEXT, platform_code="refused")


class Hiding(Scripted):
    """Refuse for good to show one ticket."""

    def __init__(self, hidden: str) -> None:
        self.hidden = hidden
        self.refused = 0

    def read(self, ticket_no: str, hands: Hands) -> Notice | None:
        if ticket_no != self.hidden:
            return super().read(ticket_no, hands)
        self.refused += 1
        raise Rejected("scripted.refused", SAID, NEXT, platform_code="isv.business-failed:12001")


def _message(row: dict[str, Any]) -> Message:
    at = datetime.fromtimestamp(row["at"], UTC)
    return Message(row["id"], row["kind"], row["no"], at, row.get("shop", ""))


def _ok(body: bytes) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(body)
    except ValueError:
        raise Unreadable("scripted.unreadable", SAID, NEXT) from None
    if told["code"] == "token":
        raise Unauthorised("scripted.token", SAID, NEXT)
    return told


def _grant(told: dict[str, Any], shop_id: str, hands: Hands) -> Grant:
    until = hands.now + timedelta(seconds=told["s"])
    return Grant(told["access"], told["refresh"], until, hands.now + timedelta(days=180), shop_id)


def noticed(row: dict[str, Any]) -> Notice:
    """Tell a ticket as the platform has it."""
    at = datetime.fromtimestamp(row["at"], UTC)
    number = row["no"]
    asked = replace(
        ASKED, ticket_no=number, order_no=f"69{number[2:]}", line_no=f"69{number[2:]}1", newest_at=at,
        status=row["status"], remark=None, contact=None, buyer=None,
    )  # fmt: skip
    if row["status"] != "paid":
        return asked
    facts = {
        name: value
        for name, value in asked.facts.items()
        if name not in {"status_deadline", "requested_refund_fen"}
    }
    done = {**facts, "merchant_response": "agreed", "merchant_agreed_at": at, "refunded_fen": row["fen"]}
    return replace(asked, open=False, turn=Turn.DONE, facts=done)
