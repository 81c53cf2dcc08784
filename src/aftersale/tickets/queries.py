"""Read the queue: pages, counts and counters over the shops of a person, whatever the filter.

A page asks each shop and lane for its own first rows along the index (shop, lane, queue_at, id) and merges
them, so that its cost depends on the length of the page and not on the number of tickets.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from django.core import signing
from django.db import connection
from django.db.models import CharField, Count, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat

from aftersale.channels.verbs import BESIDE
from aftersale.domain.errors import AftersaleError
from aftersale.texts import Text
from aftersale.tickets.clocks import MERCHANT
from aftersale.tickets.models import Action, Deadline, EvidenceLink, Ticket
from aftersale.tickets.models.clock import DeadlineState
from aftersale.tickets.models.ticket import Lane

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_ROWS = 100
NOBODY = 0
OPEN_LANES = (Lane.OURS.value, Lane.WAITING.value, Lane.MISSING.value)
_SALT = "aftersale.queue"
_MOST_JOINED = 400


class CursorInvalid(AftersaleError):
    """Refuse a cursor that we did not give out."""

    def __init__(self) -> None:
        super().__init__(
            "cursor.invalid",
            Text(zh="这个翻页位置不是本系统给出的。", en="This cursor was not given out by this desk."),
            Text(zh="去掉 cursor，从第一页开始。", en="Leave the cursor out and begin with the first page."),
        )


@dataclass(frozen=True, slots=True)
class Filters:
    """Say which tickets of a queue are asked for; None sets no limit.

    No lane means every open one. `assignee` 0 means nobody. Money in fen; `due_before` is not included.
    `reasons` asks for any of several.
    """

    lane: str | None = None
    stage: str | None = None
    tab: str | None = None
    reason: str | None = None
    apply_type: str | None = None
    rule_id: str | None = None
    proposal: str | None = None
    assignee: int | None = None
    min_fen: int | None = None
    max_fen: int | None = None
    due_before: datetime | None = None
    needs_person: bool | None = None
    article_no: str | None = None
    missing: bool | None = None
    reasons: tuple[str, ...] | None = None
    channel: str | None = None
    flag: str | None = None
    money_state: str | None = None


class Cursor(NamedTuple):
    """Name the place in a queue after which a page begins."""

    queue_at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one row of the queue: what a list shows and no more.

    The last ones are no columns of the ticket: its newest action, how many tickets its order and its buyer
    have, when the clock of those ends for whom it waits, and how many lines of its checklist have evidence.
    """

    id: int
    shop_id: int
    shop: str
    ticket_no: str
    order_no: str
    article: str
    article_no: str
    buyer: str | None
    flag: str
    status: str
    lane: str
    stage: str
    tab: str
    step: str
    reason: str
    apply_type: str
    amount_fen: int | None
    rule_id: str
    proposal: str
    needs_person: bool
    contradicted: str
    goods_state: str
    money_state: str
    held: str
    waits_for: str
    waits_until: datetime | None
    due_at: datetime | None
    due_kind: str
    queue_at: datetime
    applied_at: datetime
    missing_at: datetime | None
    assignee_id: int | None
    assignee: str | None
    sequence: int
    action_id: int | None = None
    action_verb: str = ""
    action_state: str = ""
    action_fen: int | None = None
    of_order: int = 1
    of_buyer: int = 0
    theirs_at: datetime | None = None
    evidence: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """Hold the rows of one page; no `next_cursor` means that it is the last."""

    rows: tuple[Row, ...]
    next_cursor: str | None


_ELSEWHERE = {"shop": "shop__name", "assignee": "assignee__name", "buyer": "buyer__mask"}
_COLUMNS = tuple(_ELSEWHERE.get(field.name, field.name) for field in fields(Row) if field.default is MISSING)
# Each filter is a condition on columns that the index ticket_queue holds: nothing else is read.
_CONDITIONS = {
    "stage": "stage = %s",
    "tab": "tab = %s",
    "reason": "reason = %s",
    "apply_type": "apply_type = %s",
    "rule_id": "rule_id = %s",
    "proposal": "proposal = %s",
    "min_fen": "amount_fen >= %s",
    "max_fen": "amount_fen <= %s",
    "due_before": "queue_at < %s",
    "needs_person": "needs_person = %s",
    "article_no": "article_no = %s",
    "channel": "channel = %s",
    "flag": "flag = %s",
    "money_state": "money_state = %s",
}


def write_cursor(place: Cursor) -> str:
    """Write a cursor that only we can make."""
    return signing.dumps([place.queue_at.isoformat(), place.id], salt=_SALT)


def read_cursor(text: str) -> Cursor:
    """Read a cursor; raises CursorInvalid."""
    try:
        at, ticket = signing.loads(text, salt=_SALT)
        return Cursor(datetime.fromisoformat(at), int(ticket))
    except (signing.BadSignature, ValueError, TypeError):
        raise CursorInvalid from None


def _lanes(filters: Filters) -> tuple[str, ...]:
    if filters.missing is None:
        return OPEN_LANES if filters.lane is None else (filters.lane,)
    lanes = OPEN_LANES if filters.lane is None else (filters.lane,)
    return tuple(lane for lane in lanes if (lane == Lane.MISSING) is filters.missing)


class _Where(NamedTuple):
    """Hold conditions as SQL with the values they ask for."""

    sql: str
    values: list[Any]


def _where(filters: Filters) -> _Where:
    """Write what a filter asks for beside shop and lane."""
    sql, values = [""], list[Any]()
    for name, condition in _CONDITIONS.items():
        value = getattr(filters, name)
        if value is not None:
            sql.append(condition)
            values.append(_adapted(value))
    if filters.reasons:
        sql.append(f"reason IN ({', '.join(['%s'] * len(filters.reasons))})")
        values += filters.reasons
    if filters.assignee is not None:
        sql.append("assignee_id IS NULL" if filters.assignee == NOBODY else "assignee_id = %s")
        values += [] if filters.assignee == NOBODY else [filters.assignee]
    return _Where(" AND ".join(sql), values)


def _adapted(value: object) -> object:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def queue_page(shops: Sequence[int], filters: Filters, after: Cursor | None, limit: int) -> Page:
    """Read one page of the queue of some shops by earliest deadline; two queries."""
    limit = max(1, min(limit, MOST_ROWS))
    found = _first_ids(shops, filters, after, limit + 1)
    rows = rows_of(found[:limit])
    more = len(found) > limit and rows
    return Page(rows, write_cursor(Cursor(rows[-1].queue_at, rows[-1].id)) if more else None)


def _first_ids(shops: Sequence[int], filters: Filters, after: Cursor | None, limit: int) -> list[int]:
    where, asked = _where(filters), list[_Where]()
    place = [_adapted(after.queue_at), after.id] if after else []
    beyond = " AND (queue_at, id) > (%s, %s)" if after else ""
    for lane in _lanes(filters):
        part = (
            "SELECT * FROM (SELECT queue_at, id FROM tickets_ticket WHERE shop_id = %s AND lane = %s"  # noqa: S608  # conditions of the table above, values apart
            f"{beyond}{where.sql} ORDER BY queue_at, id LIMIT %s) AS lane"
        )
        asked += [_Where(part, [shop, lane, *place, *where.values, limit]) for shop in shops]
    found = [row for some in _pieces(asked) for row in _merged(some, limit)]
    return [ticket for _at, ticket in sorted(found)[:limit]]


def _pieces(asked: Sequence[_Where]) -> Iterator[Sequence[_Where]]:
    """Cut a long list of queries: SQLite joins five hundred at most."""
    for start in range(0, len(asked), _MOST_JOINED):
        yield asked[start : start + _MOST_JOINED]


def _merged(asked: Sequence[_Where], limit: int) -> list[tuple[object, int]]:
    values = [value for each in asked for value in each.values]
    joined = " UNION ALL ".join(each.sql for each in asked)
    with connection.cursor() as cursor:
        cursor.execute(f"{joined} ORDER BY 1, 2 LIMIT %s", [*values, limit])
        found: list[tuple[object, int]] = cursor.fetchall()
        return found


def rows_of(tickets: Sequence[int]) -> tuple[Row, ...]:
    """Read the rows of some tickets in the order given, with what was begun on each; one query."""
    beside = {
        "_action": _newest_action(),
        "_of_order": _of_order(),
        "_of_buyer": _of_buyer(),
        "_theirs": _theirs(),
        "_evidence": _answered(),
    }
    told = Ticket.objects.filter(id__in=tickets).annotate(**beside)
    found = {row[0]: _row(*row) for row in told.values_list(*_COLUMNS, *beside)}
    return tuple(found[ticket] for ticket in tickets if ticket in found)


def _newest_action() -> Subquery:
    """Read the action of a ticket that was begun last: number, verb, state and amount in one text."""
    mine = Action.objects.filter(ticket=OuterRef("pk")).exclude(verb__in=BESIDE).order_by("-id")
    parts = [Cast(name, CharField()) for name in ("id", "verb", "state")]
    fen = Coalesce(Cast("amount_fen", CharField()), Value(""))
    glued = [piece for part in parts for piece in (part, Value(_GLUE))]
    return Subquery(mine.values_list(Concat(*glued, fen, output_field=CharField()))[:1])


def _of_order() -> Subquery:
    """Count the tickets of a ticket's order."""
    same = Ticket.objects.filter(shop=OuterRef("shop"), order_no=OuterRef("order_no")).order_by()
    return Subquery(same.values("order_no").annotate(number=Count("id")).values("number"))


def _of_buyer() -> Subquery:
    """Count the tickets of a ticket's buyer in the shop; none where nobody says who that is."""
    same = Ticket.objects.filter(buyer=OuterRef("buyer")).order_by()
    return Subquery(same.values("buyer").annotate(number=Count("id")).values("number"))


def _theirs() -> Subquery:
    """Read when the first running clock of buyer or platform ends."""
    running = Deadline.objects.filter(ticket=OuterRef("pk"), state=DeadlineState.RUNNING)
    return Subquery(running.exclude(side=MERCHANT).order_by("due_at").values("due_at")[:1])


def _answered() -> Subquery:
    """Count the lines of a ticket's checklist that are answered with evidence."""
    links = EvidenceLink.objects.filter(ticket=OuterRef("pk"), withdrawn_at=None).exclude(item="").order_by()
    return Subquery(links.values("ticket").annotate(number=Count("item", distinct=True)).values("number"))


_GLUE = "|"


def _row(*told: Any) -> Row:  # noqa: ANN401  # columns as the database gives them
    *columns, action, of_order, of_buyer, theirs, evidence = told
    number, verb, state, fen = str(action).split(_GLUE) if action else ("", "", "", "")
    begun = (int(number) if number else None, verb, state, int(fen) if fen else None)
    return Row(*(*columns, *begun, of_order, of_buyer or 0, theirs, evidence or 0))


# One walk along the index for all queues of the same shops and lanes, each counted beside the others.
_Walk: TypeAlias = tuple[tuple[int, ...], tuple[str, ...]]


def _walk(walk: _Walk, wheres: Sequence[_Where]) -> _Where:
    """Write the counts of one walk; a queue alone narrows the walk itself."""
    shops, lanes = walk
    of_shops, of_lanes = ", ".join(["%s"] * len(shops)), ", ".join(["%s"] * len(lanes))
    alone = len(wheres) == 1
    counts = ["count(*)"] if alone else [f"count(*){_only(where)}" for where in wheres]
    named = ", ".join(f"{each} AS n{place}" for place, each in enumerate(counts))
    sql = (
        f"(SELECT {named} FROM tickets_ticket WHERE shop_id IN ({of_shops})"  # noqa: S608  # placeholders, and conditions of the table above
        f" AND lane IN ({of_lanes}){wheres[0].sql if alone else ''})"
    )
    values = [value for where in wheres for value in where.values]
    return _Where(sql, [*shops, *lanes, *values] if alone else [*values, *shops, *lanes])


def _only(where: _Where) -> str:
    return f" FILTER (WHERE {where.sql.removeprefix(' AND ')})" if where.sql else ""


def count(shops: Sequence[int], filters: Filters) -> int:
    """Count the tickets of a queue exactly; one query."""
    return counters([(shops, filters)])[0]


def counters(asked: Sequence[tuple[Sequence[int], Filters]]) -> list[int]:
    """Count several queues at once, each over its shops; one query, or none where nobody sees anything."""
    walks = dict[_Walk, list[int]]()
    for place, (shops, filters) in enumerate(asked):
        if shops and _lanes(filters):
            walks.setdefault((tuple(shops), _lanes(filters)), []).append(place)
    found = [0] * len(asked)
    written = [_walk(walk, [_where(asked[place][1]) for place in places]) for walk, places in walks.items()]
    numbers = _counted(written) if written else ()
    for place, number in zip((each for places in walks.values() for each in places), numbers, strict=True):
        found[place] = int(number)
    return found


def _counted(walks: Sequence[_Where]) -> Sequence[int]:
    """Count all walks in one query, a row of numbers."""
    tables = ", ".join(f"{each.sql} AS w{place}" for place, each in enumerate(walks))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {tables}", [value for each in walks for value in each.values])  # noqa: S608  # as above
        row: Sequence[int] = cursor.fetchone()
        return row
