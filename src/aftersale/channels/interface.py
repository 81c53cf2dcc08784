"""Define what a channel adds that speaks to a platform's open interface: signing, tokens, lists, pushes.

A channel makes requests and reads answers; it opens nothing. Who sends (`Hands.ask`) has it sign each
request (`signed`), keeps quota, and gives back what came, whatever it says. A channel turns that into data or
into one of the four ChannelErrors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from aftersale.channels.base import Channel
from aftersale.domain.errors import AftersaleError
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime, timedelta

    from aftersale.channels.base import Hands, Notice, Parked


@dataclass(frozen=True, slots=True)
class AppKeys:
    """Hold what a platform gave the developer of an app; all but `app_key` is secret.

    `secret` signs calls on 抖店 and authorises on 快手, `sign_secret` signs calls on 快手, `message_key`
    opens its pushes; what a platform does not have stays empty. `sign_method` is `hmac` or `md5`,
    `service_id` names the app on 抖店's service market and is empty for a self-use app.
    """

    app_key: str
    secret: str = field(repr=False)
    sign_secret: str = field(default="", repr=False)
    message_key: str = field(default="", repr=False)
    sign_method: str = "hmac"
    service_id: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """Hold what a shop allowed us, until when; `refresh_until` None where the platform does not tell."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_until: datetime
    refresh_until: datetime | None
    platform_shop_id: str
    shop_name: str = ""
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """Hold one signed request, byte for byte as it was signed; `path` begins with / and holds the query."""

    verb: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Limits:
    """Say what a platform grants a client; each figure has its source in docs/channels.

    `window` is the longest span of one list call, `reach` how far back lists go, `per_second` the calls of
    one app (a setting may lower it), `push_s` how fast a push must be acknowledged, `refresh_before` how long
    before its end an access token is refreshed.
    """

    window: timedelta
    reach: timedelta
    per_second: int
    push_s: float
    refresh_before: timedelta


@dataclass(frozen=True, slots=True)
class Choices:
    """Say what a platform lets people choose from beside the answer to a claim.

    `flags` are the desk's colours that it has, `carriers` the names of the common ones by the platform's code
    (it takes others, and may list them: Interface.carriers), `changes` which kind of claim may be turned into
    which. `reasoned`: a change needs one of its reasons for refusing. `longest` are the letters of a verb.
    """

    flags: tuple[str, ...]
    carriers: Mapping[str, str]
    changes: frozenset[tuple[str, str]]
    reasoned: bool
    longest: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Page:
    """Hold a part of a list: notices, what could not be read, and until when all changes are now known."""

    notices: tuple[Notice, ...]
    parked: tuple[Parked, ...]
    complete_until: datetime


@dataclass(frozen=True, slots=True)
class Message:
    """Hold one pushed message: its own id (the same twice is one), what it is about, when it was said.

    `ticket_no` is empty for a message that speaks of no ticket; `kind` is the channel's name for it.
    `platform_shop_id` says of which shop, where the message tells.
    """

    message_id: str
    kind: str
    ticket_no: str
    at: datetime
    platform_shop_id: str = ""


@dataclass(frozen=True, slots=True)
class Push:
    """Hold what came in one push and the exact answer that the platform waits for; a test carries none."""

    messages: tuple[Message, ...]
    answer: bytes
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class RejectReason:
    """Name one reason that the platform takes for refusing this ticket, and what must come with it."""

    code: str
    words: str
    needs_text: bool
    needs_evidence: bool
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """Hold one line of the negotiation log of a ticket.

    `role` is buyer, merchant or platform, or the platform's own code where nobody knows what it stands for.
    """

    at: datetime
    role: str
    words: str
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sealed:
    """Name one encrypted value of a buyer, as the platform gave it, and the order it belongs to."""

    order_no: str
    cipher: str


class Shown(StrEnum):
    """Say how personal values of an order were shown to a person."""

    VIEWED = "viewed"
    DOWNLOADED = "downloaded"


@dataclass(frozen=True, slots=True)
class Disclosed:
    """Tell that personal values of an order were shown to a person of the shop, and when.

    The same `key` is the same event, however often it is told. `account` stands for the person and names
    nobody, `main` is the shop's owner; `address`, `path` and `referer` are of the request. `what` are the
    values in the desk's words: receiver, phone, address, contact, remark; empty for files.
    """

    key: str
    order_no: str
    how: Shown
    what: tuple[str, ...]
    account: str
    main: bool
    at: datetime
    address: str
    path: str
    referer: str


class PushRefused(AftersaleError):
    """Refuse a push that is not from the platform or cannot be read; `answer` is what is sent back."""

    def __init__(self, code: str, why: Text, answer: bytes) -> None:
        super().__init__(
            code,
            why,
            Text(
                zh="核对应用密钥和消息密钥；没收到的会由定时查询补上。",
                en="Check the keys of the app; what was missed is fetched by polling.",
            ),
        )
        self.answer = answer


class Interface(Channel, Protocol):
    """Speak to one platform for a shop that is connected."""

    @property
    def limits(self) -> Limits:
        """Say what the platform grants."""

    @property
    def choices(self) -> Choices:
        """Say what can be chosen from."""

    @property
    def lists_whole(self) -> bool:
        """Tell whether a list says all that reading a ticket says; else open tickets are read one by one."""

    def signed(
        self, method: str, params: Mapping[str, object], keys: AppKeys, token: str, at: datetime
    ) -> Request:
        """Make the request of a call; `token` is empty for calls that ask for one."""

    def authorise_path(self, keys: AppKeys, state: str, redirect: str) -> str:
        """Give path and query of the page where the owner says yes, empty where an app needs none."""

    def authorise(self, code: str, platform_shop_id: str, keys: AppKeys, hands: Hands) -> Grant:
        """Change a code for tokens; an empty code asks as a self-use app. Raises ChannelError."""

    def refresh(self, grant: Grant, keys: AppKeys, hands: Hands) -> Grant:
        """Ask for fresh tokens; the platform may give the same again. Raises ChannelError."""

    def list_changed(self, since: datetime, until: datetime, hands: Hands) -> Iterator[Page]:
        """Give every ticket that changed in [since, until), oldest change first, page by page.

        Splits windows as the platform wants; what was told on earlier pages stays taken when a later one
        raises ChannelError, and `complete_until` says from where to go on.
        """

    def reject_reasons(self, ticket_no: str, hands: Hands) -> tuple[RejectReason, ...]:
        """Give the reasons that the platform takes for refusing this ticket now."""

    def history(self, ticket_no: str, hands: Hands) -> tuple[Said, ...]:
        """Give the negotiation log of a ticket, oldest line first. Raises ChannelError."""

    def parse_push(self, headers: Mapping[str, str], body: bytes, keys: AppKeys) -> Push:
        """Check and read a push, header names in lower case; raises PushRefused."""

    def reveal(self, sealed: tuple[Sealed, ...], hands: Hands) -> dict[str, str]:
        """Decrypt values of buyers, by cipher; those that the platform does not open are left out."""

    @property
    def takes_reports(self) -> bool:
        """Tell whether the platform is told to whom values of buyers were shown, and `report` does it."""

    def report(self, platform_shop_id: str, disclosed: tuple[Disclosed, ...], hands: Hands) -> None:
        """Tell the platform to whom values were shown; telling it twice is harmless.

        Raises ChannelError; Rejected where the platform takes no reports.
        """

    @property
    def lists_carriers(self) -> bool:
        """Tell whether the platform can be asked for its carriers, and `carriers` does it."""

    def carriers(self, hands: Hands) -> dict[str, str]:
        """Give the name of every carrier that the platform takes, by its code.

        Raises ChannelError; Rejected where the platform cannot be asked.
        """
