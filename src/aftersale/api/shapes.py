"""Describe what the API takes and gives; the OpenAPI document is made from these."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Path, Query, Schema
from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints

from aftersale.channels.verbs import Verb
from aftersale.domain.states import Money
from aftersale.tickets.detail import DecisionView, EventView, TaskView, Whole
from aftersale.tickets.models.ticket import Lane
from aftersale.tickets.queries import MOST_ROWS, Filters, Row
from aftersale.tickets.steps import Stage
from aftersale.tickets.tabs import Tab

_MOST = 2**63 - 1
_LONG = 4_000
# PostgreSQL keeps no NUL in a text.
_WRITABLE = r"^[^\x00]*$"

Word = Annotated[str, StringConstraints(max_length=128, pattern=_WRITABLE)]
Said = Annotated[str, StringConstraints(max_length=_LONG, pattern=_WRITABLE)]
Fen = Annotated[int, Field(ge=0, le=10**12)]
Number = Annotated[int, Field(ge=1, le=_MOST)]
InPath = Annotated[int, Path(ge=1, le=_MOST)]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]
Before = Annotated[int | None, Query(ge=1, le=_MOST)]
Sequence = Annotated[int | None, Field(ge=0, le=2**31 - 1)]


@dataclass(frozen=True, slots=True)
class FoundFault:
    """Name one fault in what was sent."""

    code: str
    path: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Say what is wrong and what to do."""

    code: str
    message: str
    next_step: str
    findings: list[FoundFault] | None = None


@dataclass(frozen=True, slots=True)
class FaultBody:
    """Hold a fault as it is answered."""

    error: Fault


FAULTS = frozenset({400, 401, 403, 404, 409, 413, 422, 503})


def says(shape: Any, status: int = 200) -> dict[Any, Any]:  # noqa: ANN401  # any shape can be answered
    """Declare what a call answers, and the faults that every call may answer."""
    return {status: shape, FAULTS: FaultBody}


class Taken(Schema):
    """Refuse what nobody reads."""

    model_config = ConfigDict(extra="forbid")


class QueueFilters(Taken):
    """Say which tickets are asked for; what is left out sets no limit."""

    shop: list[Number] = Field(default_factory=list, max_length=200)
    lane: Lane | None = None
    stage: Stage | None = None
    tab: Tab | None = None
    reason: Word | None = None
    apply_type: Word | None = None
    rule_id: Word | None = None
    proposal: Word | None = None
    assignee: Annotated[int, Field(ge=0, le=_MOST)] | None = None
    min_fen: Fen | None = None
    max_fen: Fen | None = None
    due_before: AwareDatetime | None = None
    needs_person: bool | None = None
    article_no: Word | None = None
    missing: bool | None = None
    reasons: list[Word] = Field(default_factory=list, max_length=20)
    channel: Word | None = None
    flag: Word | None = None
    money_state: Money | None = None

    def filters(self) -> Filters:
        """Give the filter without its shops."""
        return Filters(**{name: _plain(getattr(self, name)) for name in Filters.__dataclass_fields__})


def _plain(value: Any) -> Any:  # noqa: ANN401  # codes become plain texts, everything else stays
    if isinstance(value, list):
        return tuple(value) or None
    return value.value if isinstance(value, Lane | Stage | Tab | Money) else value


class QueueAsked(QueueFilters):
    """Ask for one page of the queue; `count` asks for the number of all of them too."""

    cursor: Word | None = None
    limit: int = Field(default=50, ge=1, le=MOST_ROWS)
    count: bool = False


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Hold one page of the queue; `count` where it was asked for."""

    rows: tuple[Row, ...]
    next_cursor: str | None
    count: int | None


@dataclass(frozen=True, slots=True)
class FoundPage:
    """Hold what a search found, newest first; `next_before` goes on."""

    rows: tuple[Row, ...]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class ParcelView:
    """Hold a parcel that came back, with its lines and photos."""

    id: int
    waybill: str
    matched_by: str
    weight_g: int | None
    arrived_at: datetime
    lines: list[dict[str, Any]]
    photos: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class TicketPage:
    """Hold a ticket with everything on it; of its events the newest 200."""

    whole: Whole
    parcels: list[ParcelView]


@dataclass(frozen=True, slots=True)
class EventsPage:
    """Hold events, newest first; `next_before` goes on."""

    events: tuple[EventView, ...]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class FactView:
    """Hold one fact: its value, from where, who can answer it; `source` is empty for what nobody said."""

    name: str
    label: str
    value: Any
    source: str
    answered_by: str
    unknown: bool
    unalleged: bool


@dataclass(frozen=True, slots=True)
class FactsPage:
    """Hold the facts of a ticket as it would be judged now."""

    facts: list[FactView]


@dataclass(frozen=True, slots=True)
class DecisionsPage:
    """Hold decisions, newest first."""

    decisions: tuple[DecisionView, ...]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class CostsPage:
    """Hold what each lawful remedy costs, what the buyer may insist on first, then the best first.

    `weights` names the preset, empty for the shop's own; `assumed` what was taken as given; `out_of_stock`
    the ways left out because their goods are not there, and `stock` what the register says.
    """

    ways: list[dict[str, Any]]
    weights: str
    assumed: list[str]
    out_of_stock: list[str]
    stock: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Explained:
    """Hold the trace of a decision, computed again, and what would change it."""

    decision_id: int
    same: bool
    trace: list[dict[str, Any]]
    would_change: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Unmasked:
    """Hold a personal value in clear."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Hold what a write made: its id, and where the ticket stands now."""

    id: int
    ticket_id: int
    sequence: int


@dataclass(frozen=True, slots=True)
class ActionState:
    """Hold an action as it stands."""

    id: int
    ticket_id: int
    key: str
    verb: str
    state: str
    amount_fen: int | None
    approved_at: datetime
    not_before: datetime
    ended_at: datetime | None
    sequence: int


@dataclass(frozen=True, slots=True)
class SideActs:
    """List what can be done beside the answer now, by verb; `sent`: the platform's interface takes it."""

    acts: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class TasksPage:
    """Hold tasks, newest first."""

    tasks: tuple[TaskView, ...]
    next_before: int | None


class Expecting(Taken):
    """Say at which step of the ticket the caller looked; it is refused when somebody was faster."""

    expected_sequence: Sequence = None


class AnswerIn(Expecting):
    """Answer one fact; null says that nobody knows."""

    fact: Word
    value: bool | Annotated[int, Field(ge=-(10**12), le=10**12)] | Said | list[Word] | None


class NoteIn(Expecting):
    """Write a note."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=_LONG, pattern=_WRITABLE)]


class UnmaskIn(Taken):
    """Ask for a personal value of a ticket, with the reason for looking."""

    field: Literal["contact", "remark", "receiver", "phone", "address"]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_WRITABLE)]


class AssignIn(Expecting):
    """Hand over to a person; null to nobody."""

    assignee: Number | None


class IntentIn(Taken):
    """Say what is to be done, at which step of the ticket it was looked at.

    `params` hold what stands beside the amount, such as `address_id`; `return_freight_fen` is a whole number.
    """

    expected_sequence: Annotated[int, Field(ge=0, le=2**31 - 1)]
    verb: Verb
    amount_fen: Fen | None = None
    params: dict[Word, Word | Fen] = Field(default_factory=dict, max_length=20)
    delay_s: Annotated[int, Field(ge=0, le=86_400)] = 0
    paid_unknown_accepted: bool = False
    inspected: bool = False


class BesideIn(Taken):
    """Do something beside the answer to the claim; `amount_fen` is for a small payout alone."""

    verb: Verb
    params: dict[Word, Said] = Field(default_factory=dict, max_length=20)
    amount_fen: Fen | None = None


class RefusalIn(Taken):
    """Refuse with the platform's reason, the clause and a text for the buyer."""

    expected_sequence: Annotated[int, Field(ge=0, le=2**31 - 1)]
    reason: Word
    citation: Word
    text: Said = ""
    evidence: list[Word] = Field(default_factory=list, max_length=50)
    delay_s: Annotated[int, Field(ge=0, le=86_400)] = 0


class ConfirmIn(Taken):
    """Say what came of an action that was done by hand."""

    outcome: Literal["done", "failed"]
    note: Said = ""


class DoneIn(Taken):
    """Say what came of a task."""

    outcome: Annotated[str, StringConstraints(max_length=32, pattern=_WRITABLE)] = "done"


class DateAsked(Taken):
    """Ask for the rules of one day; today by default."""

    on: date | None = None
