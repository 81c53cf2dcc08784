"""Do the same to many tickets: show first what would happen, then what became of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from aftersale.api.faults import NotHere
from aftersale.domain.roles import Permission
from aftersale.domain.states import ActionState
from aftersale.pages.acting import Incomplete
from aftersale.pages.asked import Asked, of_stored
from aftersale.pages.door import Ask, page, shown
from aftersale.pages.words import Speech, verb
from aftersale.shops.permissions import shops_with
from aftersale.tickets import batch as flow
from aftersale.tickets.batch import AT_ONCE, MOST, NEEDS, TAKE_BACK_S, TYPED, Wanted
from aftersale.tickets.batch_rows import Hand
from aftersale.tickets.holders import holder_for
from aftersale.tickets.labels import word_of
from aftersale.tickets.models import Batch, Ticket
from aftersale.tickets.models.batch import BatchKind, BatchState, RowState
from aftersale.tickets.perform import is_by_hand
from aftersale.web.environment import lang
from aftersale.web.environment import say as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.http import HttpResponse

    from aftersale.shops.models import Person
    from aftersale.tickets.models import BatchRow

_SHOWN, _LISTED, _DIGITS = 30, 100, 18


@dataclass(slots=True)
class Group:
    """Hold the tickets of a batch to which the same happens, or that are left out for the same reason.

    `by_hand` says that the desk only prepares it: people do it in the platform's back office.
    """

    name: str
    by_hand: bool = False
    count: int = 0
    fen: int = 0
    examples: tuple[BatchRow, ...] = ()

    def take(self, row: BatchRow) -> None:
        """Count a ticket; as many as a page bears are shown."""
        self.count += 1
        self.fen += row.amount_fen or 0
        self.examples = (*self.examples, row)[:_LISTED]


def kind_words() -> dict[str, str]:
    """Name what is done to every ticket."""
    return {
        "approve": _("Do as proposed"),
        "assign": _("Hand over"),
        "note": _("Note"),
        "label": _("Label"),
        "extend": _("Extend the time to receive"),
    }


@page
def bulk(ask: Ask) -> HttpResponse:
    """List the person's batches; when sent, plan one of the tickets chosen and show what would happen."""
    if ask.request.method == "POST":
        return _planned(ask)
    mine = Batch.objects.filter(person=ask.person).exclude(state=BatchState.PLANNED).order_by("-id")
    made = [(each, _counts(each)) for each in mine.select_related("to")[:_SHOWN]]
    return shown(ask, "bulk.html", made=made, kinds=kind_words())


def _planned(ask: Ask) -> HttpResponse:
    kind = ask.said("kind")
    if kind not in set(BatchKind):
        raise Incomplete
    query = ask.said("query").replace("\0", "")
    tickets = _all_matching(ask, query) if ask.said("all") else _chosen(ask)
    wanted = Wanted(BatchKind(kind), tickets, query)
    return _plan(ask, wanted, _colleague(ask) if wanted.kind == BatchKind.ASSIGN else None)


def _plan(ask: Ask, wanted: Wanted, to: Person | None) -> HttpResponse:
    theirs = shops_with(to, Permission.ANSWER).values_list("pk", flat=True) if to else ()
    hand = Hand(ask.caller.shops(NEEDS[wanted.kind]), to.pk if to else None, frozenset(theirs))
    made = flow.plan(wanted, ask.person, to, hand, ask.now)
    return _to(made.pk)


def _all_matching(ask: Ask, query: str) -> list[int]:
    asked: Asked = of_stored(dict(parse_qsl(query)))
    return flow.matching(asked.shops(ask.caller.seen_shops()), asked.filters(ask.person.pk, ask.now))


def _chosen(ask: Ask) -> list[int]:
    """Read the tickets that were ticked; one of a foreign shop is not there."""
    said = ask.all_said("ticket")[:MOST]
    chosen = [int(each) for each in said if each.isascii() and each.isdigit() and len(each) <= _DIGITS]
    seen = Ticket.objects.filter(pk__in=chosen, shop__in=ask.caller.seen_shops())
    there = set(seen.values_list("pk", flat=True))
    if set(chosen) - there:
        raise NotHere
    return chosen


def _colleague(ask: Ask) -> Person | None:
    said = ask.said("to")
    if said == "nobody":
        return None
    if not said:
        raise Incomplete
    found = said.isascii() and said.isdigit() and len(said) <= _DIGITS
    person = holder_for(int(said), ask.caller.seen_shops()) if found else None
    if person is None:
        raise NotHere
    return person


def _to(batch_id: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("bulk_one", args=[batch_id]))


def _mine(ask: Ask, batch_id: int) -> Batch:
    found = Batch.objects.select_related("person", "to").filter(pk=batch_id, person=ask.person).first()
    if found is None:
        raise NotHere
    return found


@page
def one(ask: Ask, batch_id: int) -> HttpResponse:
    """Show a batch: what would happen while it is planned, then how far it is and what became of each."""
    found = _mine(ask, batch_id)
    if found.state == BatchState.PLANNED:
        return _dry_run(ask, found)
    counts, tasks = _counts(found), _prepared(found)
    rows = found.rows.select_related("ticket", "ticket__shop", "action").order_by("id")
    running = found.state == BatchState.RUNNING
    states = Counter(rows.filter(state=RowState.DONE).values_list("action__state", flat=True))
    held = 0 if running else states[ActionState.INTENDED]
    return shown(
        ask,
        "_bulk.html" if ask.part else "bulk_one.html",
        made=found,
        kinds=kind_words(),
        counts={**counts, RowState.DONE: counts[RowState.DONE] - tasks, "tasks": tasks},
        running=running,
        held=held,
        moving=running or held or states[ActionState.SENDING],
        rows=[] if running else _failed_first(rows),
        verb=verb,
        total=sum(counts.values()) - counts[RowState.LEFT_OUT.value],
        take_back_s=TAKE_BACK_S,
        speech=Speech(ask.now),
    )


_ORDER = (RowState.FAILED, RowState.DONE, RowState.UNDONE, RowState.READY, RowState.LEFT_OUT)


def _failed_first(rows: Iterable[BatchRow]) -> list[BatchRow]:
    return sorted(rows, key=lambda row: (_ORDER.index(RowState(row.state)), row.pk))


def _dry_run(ask: Ask, found: Batch) -> HttpResponse:
    rows = list(found.rows.select_related("ticket__shop").order_by("id"))
    ready = [row for row in rows if row.state == RowState.READY]
    groups = _groups(ready, Speech(ask.now))
    return shown(
        ask,
        "bulk_plan.html",
        made=found,
        kinds=kind_words(),
        groups=groups,
        left_out=_reasons(row for row in rows if row.state == RowState.LEFT_OUT),
        count=len(ready),
        by_hand=sum(group.count for group in groups if group.by_hand),
        fen=sum(row.amount_fen or 0 for row in ready),
        at_once=AT_ONCE,
        take_back_s=TAKE_BACK_S,
    )


def _groups(rows: Sequence[BatchRow], speech: Speech) -> list[Group]:
    """Put together what is proposed alike and done the same way, the most money first."""
    found: dict[tuple[str, bool], Group] = {}
    for row in rows:
        step = speech.of(row.ticket.shop_id).action(row.step)
        name = f"{step} → {verb(row.verb)}" if row.verb else step
        by_hand = bool(row.verb) and is_by_hand(row.ticket.shop, row.verb)
        found.setdefault((name, by_hand), Group(name, by_hand)).take(row)
    return sorted(found.values(), key=lambda group: (-group.fen, -group.count))


def _reasons(rows: Iterable[BatchRow]) -> list[Group]:
    found: dict[str, Group] = {}
    for row in rows:
        found.setdefault(row.code, Group(row.message.get(lang(), row.code))).take(row)
    return sorted(found.values(), key=lambda group: -group.count)


def _counts(found: Batch) -> Counter[str]:
    return Counter(found.rows.values_list("state", flat=True))


def _prepared(found: Batch) -> int:
    """Count what was only prepared, and is still to be done in the back office."""
    return found.rows.filter(state=RowState.DONE, action__state=ActionState.HANDED_OVER).count()


@require_POST
@page
def begin(ask: Ask, batch_id: int) -> HttpResponse:
    """Do what was planned; sent twice, it is done once."""
    found, typed = _mine(ask, batch_id), ask.said("note")
    if found.kind in TYPED and not typed:
        raise Incomplete
    if found.kind == BatchKind.LABEL:
        typed = word_of(typed)
    flow.begin(found, ask.now, typed if found.kind in TYPED else "")
    return _to(found.pk)


@require_POST
@page
def undo(ask: Ask, batch_id: int) -> HttpResponse:
    """Take back every approval that was not sent."""
    undone, late = flow.undo(_mine(ask, batch_id), ask.person, ask.now)
    ask.tell(_("Taken back: {undone}. Too late: {late}.").format(undone=undone, late=late))
    return _to(batch_id)


@require_POST
@page
def again(ask: Ask, batch_id: int) -> HttpResponse:
    """Plan anew for the tickets on which it did not work, as they stand now."""
    found = _mine(ask, batch_id)
    wanted = Wanted(BatchKind(found.kind), flow.failed_tickets(found), found.query)
    return _plan(ask, wanted, found.to)
