"""Bring the parts of 快手小店 together as one channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from aftersale.channels.interface import Choices, Limits
from aftersale.channels.kuaishou import calls, codes, lists, looking, tokens
from aftersale.channels.kuaishou.notices import PLATFORM
from aftersale.channels.kuaishou.perform import VERBS, perform
from aftersale.channels.kuaishou.push import opened
from aftersale.channels.kuaishou.ways import refused
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

LIMITS = Limits(
    window=timedelta(days=1),
    reach=timedelta(days=90),
    per_second=100,
    push_s=3.0,
    refresh_before=timedelta(hours=12),
)
"""The platform's figures; in big sales it shortens the window of a list to hours."""
CHOICES = Choices(
    tuple(codes.FLAGS),
    {str(code): name for code, name in codes.CARRIERS.items()},
    frozenset((codes.APPLY_TYPES[of], codes.APPLY_TYPES[to]) for of, to in codes.CHANGES),
    reasoned=True,
    longest={Verb.REMARK: codes.LONGEST_NOTE, Verb.FLAG: codes.LONGEST_NOTE},
)
_INSIDE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Kuaishou:
    """Speak to 快手小店; `limits` may be set tighter than the platform's own."""

    limits: Limits = LIMITS
    name: str = PLATFORM
    verbs: frozenset[str] = VERBS
    can_read: bool = True
    lists_whole: bool = True
    # The call wants a code for what was done, and no public source tells those codes.
    takes_reports: bool = False
    # Its codes stand in a paper; no call tells them.
    lists_carriers: bool = False
    choices: Choices = CHOICES

    def signed(
        self, method: str, params: Mapping[str, object], keys: AppKeys, token: str, at: datetime
    ) -> Request:
        """Make the request of a call; `token` is empty for calls that ask for one."""
        return calls.signed(method, params, keys, token, at)

    def authorise_path(self, keys: AppKeys, state: str, redirect: str) -> str:
        """Give path and query of the page on which the owner says yes, below the authorisation base."""
        return calls.authorise_path(keys, state, redirect)

    def authorise(self, code: str, platform_shop_id: str, keys: AppKeys, hands: Hands) -> Grant:
        """Change a code for tokens; the grant names the shop by its open id. Raises ChannelError."""
        del platform_shop_id, keys  # the code knows the shop, and keys are added where the request is made
        return tokens.authorise(code, hands)

    def refresh(self, grant: Grant, keys: AppKeys, hands: Hands) -> Grant:
        """Ask for fresh tokens; the refresh token changes, too, and must be kept. Raises ChannelError."""
        del keys  # as above
        return tokens.refresh(grant, hands)

    def list_changed(self, since: datetime, until: datetime, hands: Hands) -> Iterator[Page]:
        """Give every ticket that changed in [since, until), as far back as lists go. Raises ChannelError."""
        begin = max(since, hands.now - self.limits.reach + _INSIDE)
        for window in lists.windows(begin, until, self.limits.window):
            yield from lists.pages(window, hands)

    def read(self, ticket_no: str, hands: Hands) -> Notice | None:
        """Tell how a ticket stands now, None where the platform does not know it. Raises ChannelError."""
        return looking.read(ticket_no, hands)

    def perform(self, outgoing: Outgoing, hands: Hands) -> Receipt:
        """Do it once. Raises ChannelError."""
        return perform(outgoing, hands)

    def reject_reasons(self, ticket_no: str, hands: Hands) -> tuple[RejectReason, ...]:
        """Give the reasons that the platform takes for refusing this ticket now. Raises ChannelError."""
        return looking.reject_reasons(ticket_no, hands)

    def history(self, ticket_no: str, hands: Hands) -> tuple[Said, ...]:
        """Give the negotiation log of a ticket, oldest line first. Raises ChannelError."""
        return looking.history(ticket_no, hands)

    def parse_push(self, headers: Mapping[str, str], body: bytes, keys: AppKeys) -> Push:
        """Check and read a push. Raises PushRefused."""
        del headers  # the seal is the encryption itself
        return opened(body, keys)

    def reveal(self, sealed: tuple[Sealed, ...], hands: Hands) -> dict[str, str]:
        """Decrypt values of buyers, by cipher; those that the platform does not open are left out."""
        return looking.reveal(sealed, hands)

    def report(self, platform_shop_id: str, disclosed: tuple[Disclosed, ...], hands: Hands) -> None:
        """Refuse, sending nothing."""
        del platform_shop_id, disclosed, hands
        refused(
            "channel.no_report",
            "快手小店上报查看记录的编码没有公开，不发送。",
            "The codes by which 快手小店 takes reports are not public; none is sent.",
            platform_code="report",
        )

    def carriers(self, hands: Hands) -> dict[str, str]:
        """Refuse, sending nothing."""
        del hands
        refused(
            "channel.no_carriers",
            "快手小店没有查快递公司的接口。",
            "快手小店 has no call for its carriers.",
            platform_code="carriers",
        )
