"""Define what every channel hands on: notices, and what could not be taken with the place where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime  # noqa: TC003  # what a ticket keeps of a dispute is read back by these types
from enum import IntEnum, StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Protocol

from aftersale.channels.parking import REASONS
from aftersale.domain.errors import AftersaleError, Unauthorised
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from aftersale.domain.errors import FactsInvalid


SERVICE = "平台服务单"
"""The claim of a request by the platform itself: a ticket of its own kind, which is answered by words."""


class Turn(StrEnum):
    """Say for whom a ticket waits; PLATFORM_DONE was closed by the platform without the shop."""

    MERCHANT = "merchant"
    BUYER = "buyer"
    PLATFORM = "platform"
    PLATFORM_DONE = "platform_done"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Observed:
    """Point at the place where a channel saw something; rows count from 1, the header included.

    `titles` and `texts` are the row as it stands there, where the reader was asked to keep it: personal
    values may stand among them.
    """

    sheet: str
    row: int
    titles: Sequence[str] = field(default=(), repr=False, compare=False)
    texts: Sequence[object] = field(default=(), repr=False, compare=False)

    def __reduce__(self) -> tuple[type[Observed], tuple[object, ...]]:
        """Travel to another process field by field: several times as fast as what a dataclass does."""
        return Observed, (self.sheet, self.row, self.titles, self.texts)

    @property
    def cells(self) -> tuple[tuple[str, str], ...]:
        """Give all texts of the row under their titles."""
        return tuple((title, str(text)) for title, text in zip(self.titles, self.texts, strict=False))


@dataclass(frozen=True, slots=True)
class Aside:
    """Hold what a notice says without the order that came along, and what that order says, as text.

    So the same row is known again where it comes without its order. Personal values stand in the text.
    """

    alone: Notice
    order: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Disputed:
    """Tell how a dispute before the platform stands; what the platform does not say is empty or None.

    `state` is one of domain.states.Arbitration. `favours` is buyer or merchant once it is judged, `at_once`
    that the platform pays without waiting for goods, `blamed` who is liable (domain.disputes.Blamed). `wants`
    is what the platform asks the shop for, `opinion` what it says of its ruling, `pictures` how many
    pictures it has of the shop.
    """

    state: str
    number: str = ""
    opened_at: datetime | None = None
    due_at: datetime | None = None
    changed_at: datetime | None = None
    favours: str = ""
    blamed: str = ""
    at_once: bool = False
    wants: str = ""
    opinion: str = ""
    pictures: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """Tell what a platform said about one ticket, once.

    `status`, `reason` and `claim` are the platform's own words. `facts` holds only what was really said, by
    the names of the domain (aware times, integer fen); `unknown` names the facts that the source shows to be
    unreadable or ambiguous. `sources` tells from which column or inference a fact came, in short Chinese.
    `services` are the platform's service badges as written, `newest_at` the newest past time that was told.
    `buyer` is what tells this buyer from others, `contact` how to reach them, `buyer_name` what they are
    called: all are personal, and sources mask or seal them as they like. `version` is the platform's own
    version of the ticket, sent back with each write, empty where a source has none.
    `evidence` are addresses of pictures and files that the buyer gave. `return_freight_fen` is what the buyer
    claims for sending the goods back and nobody has answered yet. `aside` is there where an order came along
    that the next news of the ticket may lack. `offers` are the verbs that the platform takes through its
    interface while the ticket stands so; `sealed` are values of the buyer that it keeps encrypted, by what
    they are (receiver, phone, address). `dispute` is there where the platform tells of one.
    """

    channel: str
    shop: str | None
    ticket_no: str
    order_no: str
    line_no: str | None
    article: str
    article_no: str | None
    product_id: str | None
    open: bool
    turn: Turn
    status: str
    reason: str
    claim: str
    flag: str | None
    remark: str | None
    amount_fen: int | None
    observed: Observed
    facts: Mapping[str, object]
    unknown: frozenset[str]
    sources: Mapping[str, str]
    services: tuple[str, ...] = ()
    newest_at: datetime | None = None
    buyer: str | None = None
    contact: str | None = None
    return_waybill: str | None = None
    version: str = ""
    evidence: tuple[str, ...] = ()
    return_freight_fen: int | None = None
    aside: Aside | None = None
    offers: tuple[str, ...] = ()
    sealed: Mapping[str, str] = field(default_factory=dict, repr=False)
    buyer_name: str | None = field(default=None, repr=False)
    dispute: Disputed | None = None

    def __reduce__(self) -> tuple[type[Notice], tuple[object, ...]]:
        """Travel to another process field by field, as Observed does."""
        return Notice, _FIELDS(self)

    def fault_of(self, refusal: FactsInvalid) -> tuple[str, str]:
        """Tell the column of the first fault and what stands there, the number of the ticket beside it."""
        first = refusal.findings[0]
        return self.sources.get(first.path, first.path), f"{first.value} ({self.ticket_no})"


_FIELDS: Callable[[Notice], tuple[object, ...]] = attrgetter(*(each.name for each in fields(Notice)))


@dataclass(frozen=True, slots=True)
class Parked:
    """Hold one row that could not be taken: where it stands, what stands there, and why.

    `column` is the title in the sheet; None means the row as a whole. `cells` are all texts of the row under
    their titles, where a row of an export could not be read: personal values may stand among them.
    """

    sheet: str
    row: int
    column: str | None
    value: str
    code: str
    params: Mapping[str, str] = field(default_factory=dict)
    cells: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def reason(self) -> str:
        """Return the English message with its parameters still named, to look it up in a catalogue."""
        return REASONS[self.code].en

    def explained(self, translate: Callable[[str], str]) -> str:
        """Return the reason in the language of a gettext-like function, parameters filled in."""
        return translate(self.reason).format(**self._named())

    @property
    def message(self) -> Text:
        """Return the reason in both languages, parameters filled in."""
        return REASONS[self.code].format(**self._named())

    def _named(self) -> dict[str, str]:
        return {"row": str(self.row), "column": self.column or "", "value": self.value, **self.params}


@dataclass(frozen=True, slots=True)
class Reading:
    """Account for every row of the files of one reading.

    rows == len(notices) + len(parked), and orders == orders_joined + orders_unused + len(orders_parked): an
    order line that no ticket speaks of is unused, one that cannot be read or joined is parked. `skipped`
    names sheets of a workbook that are neither tickets nor orders.
    """

    notices: tuple[Notice, ...]
    parked: tuple[Parked, ...]
    rows: int
    newest_at: datetime | None
    orders: int = 0
    orders_joined: int = 0
    orders_unused: int = 0
    orders_parked: tuple[Parked, ...] = ()
    skipped: tuple[str, ...] = ()


_WHY_NOT: dict[type[OSError], str] = {
    FileNotFoundError: "没有这个文件或文件夹",
    PermissionError: "没有权限，或者正被别的程序占用",
    IsADirectoryError: "这是文件夹，不是文件",
    NotADirectoryError: "上级不是文件夹",
    FileExistsError: "已经有同名的文件",
}


def why_not(fault: OSError) -> Text:
    """Say why the system did not open or write a file; what we have no words for stays in the system's."""
    said = fault.strerror or str(fault)
    return Text(zh=_WHY_NOT.get(type(fault), said), en=said)


class SheetRefused(AftersaleError):
    """Refuse a file that is no sheet we can read; the next step says what to export or write instead.

    For a header nobody has seen, `headers` lists the columns found, `missing` the fields that were not, and
    `example_map` is a map file ready to save.
    """

    def __init__(self, code: str, message: Text, next_step: Text) -> None:
        super().__init__(code, message, next_step)
        self.headers: tuple[str, ...] = ()
        self.missing: tuple[str, ...] = ()
        self.example_map = ""


class Source(IntEnum):
    """Rank where a notice came from; of two that tell the same time, the higher rank is believed."""

    SHEET = 10
    PUSH = 20
    API = 30


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Hold what a channel is asked to do, once: the same `key` is the same wish, however often it is sent.

    `verb` is one of channels.verbs.Verb, `guard` the platform's version that the decision was made on, empty
    where the platform has none; `params` hold what the verb needs beside the amount (fen).
    """

    key: str
    verb: str
    ticket_no: str
    order_no: str
    amount_fen: int | None
    params: Mapping[str, object]
    guard: str


VERSION_CONFLICT = "channel.version_conflict"
"""The code of a Rejected write: the ticket moved on the platform since we read it, and nothing was done."""


AMOUNT_DIFFERS = "channel.amount_differs"
"""The code of a NotSent refund: the platform's interface pays what was applied for, and no other amount."""


class Outcome(StrEnum):
    """Say what came of it; HANDED_OVER leaves it to a person, who tells the outcome later."""

    DONE = "done"
    HANDED_OVER = "handed_over"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Hold what a channel answered: a stable `code`, words for staff, the answer as it came (plain JSON)."""

    outcome: Outcome
    code: str
    message: Text
    platform_version: str
    raw: Mapping[str, object]
    at: datetime


class Hands(Protocol):
    """Name what is handed to a channel for one call: platform, time, and one door to its interface."""

    @property
    def platform(self) -> str:
        """Name the platform of the shop."""

    @property
    def now(self) -> datetime:
        """Give the time of the call."""

    def ask(self, method: str, params: Mapping[str, object], *, writes: bool = False) -> bytes:
        """Send one request, token and quota in place, and give what was answered; raises ChannelError.

        `writes` says that the call changes something over there: then an answer that does not come raises
        Unreadable, because it may have been done; without it, Unavailable.
        """


@dataclass(frozen=True, slots=True)
class NoConnection:
    """Serve a shop that is not connected: it has a platform and a time, and no door."""

    platform: str
    now: datetime

    def ask(self, method: str, params: Mapping[str, object], *, writes: bool = False) -> bytes:
        """Refuse: nobody has let us in."""
        del method, params, writes
        raise Unauthorised(
            "channel.not_connected",
            Text(zh="这家店还没有连接平台接口。", en="This shop is not connected to its platform."),
            Text(
                zh="请店主授权，或改用人工处理。",
                en="Ask the owner to authorise it, or let people handle it.",
            ),
        )


class Channel(Protocol):
    """Carry out what a shop has decided; `verbs` are those it can, `can_read` whether it can look again."""

    @property
    def name(self) -> str:
        """Give the name by which shops choose the channel."""

    @property
    def verbs(self) -> frozenset[str]:
        """Name every verb that it carries out."""

    @property
    def can_read(self) -> bool:
        """Tell whether `read` can say how a ticket stands now."""

    def perform(self, outgoing: Outgoing, hands: Hands) -> Receipt:
        """Do it, or raise Unavailable (surely not done), Rejected, Unauthorised or Unreadable (unknown)."""

    def read(self, ticket_no: str, hands: Hands) -> Notice | None:
        """Tell how a ticket stands now, None where the platform does not know it or cannot be read."""
