"""Speak to 抖店's open platform for a shop that is connected."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aftersale.channels.douyin import (
    carriers,
    history,
    lists,
    push,
    reasons,
    report,
    reveal,
    services,
    sign,
    tokens,
)
from aftersale.channels.douyin import perform as performing
from aftersale.channels.douyin import read as reading
from aftersale.channels.douyin.calls import LONGEST_REMARK
from aftersale.channels.douyin.mapping import CARRIERS, FLAGS
from aftersale.channels.interface import Choices, Limits
from aftersale.channels.verbs import Verb

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from aftersale.channels.base import Hands, Notice, Outgoing, Receipt
    from aftersale.channels.interface import (
        AppKeys,
        Disclosed,
        Grant,
        Page,
        Push,
        RejectReason,
        Request,
        Said,
        Sealed,
    )


class Douyin:
    """Carry out, read, list and hear what happens to the tickets of a shop on 抖店."""

    name = "douyin"
    verbs: frozenset[str] = performing.VERBS
    can_read = True
    # A list row tells neither payment nor promise nor signature; they stand with the order.
    lists_whole = False
    takes_reports = True
    lists_carriers = True
    limits = Limits(
        window=lists.REACH,
        reach=lists.REACH,
        per_second=5,
        push_s=5.0,
        # Earlier the platform gives the same pair again, later the old one is dead.
        refresh_before=timedelta(minutes=50),
    )

    choices = Choices(
        tuple(FLAGS), CARRIERS, frozenset(), reasoned=False, longest={Verb.FLAG: LONGEST_REMARK}
    )

    def signed(
        self, method: str, params: Mapping[str, object], keys: AppKeys, token: str, at: datetime
    ) -> Request:
        """Make the request of a call."""
        return sign.signed(method, params, keys, token, at)

    def authorise_path(self, keys: AppKeys, state: str, redirect: str) -> str:
        """Give the page of the service market; the way back is set there. Empty for a self-use app."""
        del redirect
        return tokens.authorise_path(keys, state)

    def authorise(self, code: str, platform_shop_id: str, keys: AppKeys, hands: Hands) -> Grant:
        """Change a code for tokens; an empty code asks as a self-use app."""
        del keys
        return tokens.authorise(code, platform_shop_id, hands)

    def refresh(self, grant: Grant, keys: AppKeys, hands: Hands) -> Grant:
        """Ask for fresh tokens."""
        del keys
        return tokens.refresh(grant, hands)

    def list_changed(self, since: datetime, until: datetime, hands: Hands) -> Iterator[Page]:
        """Give what changed: service requests first, then tickets, which say how far the list is complete."""
        yield from services.services_changed(max(since, hands.now - lists.REACH), until, hands)
        yield from lists.tickets_changed(since, until, hands)

    def read(self, ticket_no: str, hands: Hands) -> Notice | None:
        """Tell how a ticket stands now."""
        return reading.read(ticket_no, hands)

    def reject_reasons(self, ticket_no: str, hands: Hands) -> tuple[RejectReason, ...]:
        """Give the reasons that the platform takes for refusing this ticket now."""
        return reasons.reject_reasons(ticket_no, hands) if ticket_no.isdecimal() else ()

    def history(self, ticket_no: str, hands: Hands) -> tuple[Said, ...]:
        """Give the negotiation log of a ticket, oldest line first; a service request has none."""
        return history.history(ticket_no, hands) if ticket_no.isdecimal() else ()

    def perform(self, outgoing: Outgoing, hands: Hands) -> Receipt:
        """Do it once."""
        return performing.perform(outgoing, hands)

    def parse_push(self, headers: Mapping[str, str], body: bytes, keys: AppKeys) -> Push:
        """Check and read a push."""
        return push.parse_push(headers, body, keys)

    def reveal(self, sealed: tuple[Sealed, ...], hands: Hands) -> dict[str, str]:
        """Decrypt values of buyers."""
        return reveal.reveal(sealed, hands)

    def report(self, platform_shop_id: str, disclosed: tuple[Disclosed, ...], hands: Hands) -> None:
        """Tell the platform to whom values of buyers were shown."""
        report.report(platform_shop_id, disclosed, hands)

    def carriers(self, hands: Hands) -> dict[str, str]:
        """Give the carriers that the platform takes."""
        return carriers.carriers(hands)
