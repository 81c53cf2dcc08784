"""Put together what recurs at the desk: which rooms have work, how often, and what they may use."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django_tasks_db.models import DBTaskResult

from aftersale.api.once import forget_keys
from aftersale.channels.base import Source
from aftersale.channels.verbs import PAYS
from aftersale.config.alive import bury_dead, own_name
from aftersale.config.keys import head_key
from aftersale.config.work import Beat
from aftersale.connections import carriers, pushes, reporting
from aftersale.connections.deliveries import fetch_due
from aftersale.connections.hands import hands_of
from aftersale.connections.polling import poll_due, poll_soon
from aftersale.connections.reconcile import reconcile_due
from aftersale.connections.stop_calls import tell_stops
from aftersale.connections.upkeep import keep_up
from aftersale.disputes.automatic import submit_due
from aftersale.disputes.following import follow as follow_disputes
from aftersale.disputes.submitting import renew
from aftersale.domain.states import ActionState
from aftersale.evidence.sealer import seal, unsealed_shops
from aftersale.finance import imports as funds
from aftersale.finance.following import follow
from aftersale.jobs import door
from aftersale.jobs.clock import desk_clock, wall_clock
from aftersale.jobs.worker import give_back, prune, run_ready
from aftersale.negotiation import logs
from aftersale.pages.evidence_out import addresses_of
from aftersale.returns import imports as parcels
from aftersale.returns.claims import match_unclaimed
from aftersale.returns.models import Parcel
from aftersale.tickets import batch, imports
from aftersale.tickets.act import Intent, accept
from aftersale.tickets.alarms import UNAUTHORISED, Cause, raise_alarm
from aftersale.tickets.bench import bench_for
from aftersale.tickets.draft import Origin
from aftersale.tickets.fact_answers import redecide
from aftersale.tickets.intake import take
from aftersale.tickets.mend import LOOK, expire, look, take_over, unknown_due
from aftersale.tickets.models import Action, Import
from aftersale.tickets.perform import Outside, due_actions, perform
from aftersale.tickets.receipts import PERFORM
from aftersale.tickets.register_changes import CATCH_UP, catch_up
from aftersale.tickets.retention import retain
from aftersale.tickets.sweep import Hands, sweep
from aftersale.tickets.targets import send
from aftersale.tickets.vault import packs
from aftersale.tickets.vault.heads_out import put_out
from aftersale.tickets.verbs import verb_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime
    from threading import Event

    from aftersale.channels.base import Notice
    from aftersale.config.home import Home
    from aftersale.shops.models import Shop
    from aftersale.tickets.models import Ticket

_log = logging.getLogger(__name__)
_SWEEP_S, _SEAL_S, _LEDGER_S, _PRUNE_S, _RETAIN_S = 5.0, 30.0, 60.0, 600.0, 3_600.0
_POLL_S, _REFRESH_S, _STOPS_S, _DEAD_S, _DISPUTES_S = 2.0, 60.0, 5.0, 2.0, 3.0
_ROWS = 200
# A job takes what is due within seconds; what is due for longer has lost its job.
_LOST = timedelta(seconds=15)
# They are sent one after the other, so few at a time; the rest finds its job or the next sweep.
_LOST_ROWS = 16


def beats(place: Home, interval_s: float) -> Callable[[Event], Sequence[Beat]]:
    """Give what a worker of this desk does; every `interval_s` seconds it looks for jobs."""

    def put_together(stop: Event) -> Sequence[Beat]:
        hands = settings.JOBS_AT_ONCE if door.in_database() else 0
        jobs = [
            Beat("jobs", interval_s, lambda _now: run_ready(stop=stop, name=_own_name()))
            for _ in range(hands)
        ]
        return [
            *jobs,
            Beat("sweep", max(interval_s, _SWEEP_S), _sweep),
            Beat("dead", _DEAD_S, _bury),
            Beat("seal", _SEAL_S, sealing(place)),
            Beat("batches", _SEAL_S, batch.take_up),
            Beat("packs", _SEAL_S, _take_up_packs),
            Beat("ledger", _LEDGER_S, follow),
            Beat("disputes", _DISPUTES_S, _disputes),
            Beat("retain", _RETAIN_S, lambda now: retain(now, _ROWS)),
            Beat("heads", _RETAIN_S, put_out),
            Beat("prune", _PRUNE_S, lambda _now: prune(wall_clock())),
            Beat("forget", _RETAIN_S, _forget),
            Beat("poll", max(interval_s, _POLL_S), _poll),
            Beat("stops", _STOPS_S, tell_stops),
            Beat("deliveries", _STOPS_S, fetch_due),
            Beat("reports", _STOPS_S, reporting.report_due),
            Beat("carriers", _LEDGER_S, carriers.renew_due),
            Beat("refresh", _REFRESH_S, lambda _now: keep_up(desk_clock)),
            Beat("talks", _LEDGER_S, lambda now: logs.read_due(now, hands_of, _LOST_ROWS)),
            Beat("reconcile", _PRUNE_S, lambda _now: reconcile_due(desk_clock)),
        ]

    return put_together


def register_jobs() -> None:
    """Say what each job does, in every process that asks for jobs or runs them."""
    door.register(PERFORM, _perform)
    door.register(LOOK, _look)
    door.register(imports.JOB, lambda batch, _now: import_now(batch, desk_clock))
    door.register(CATCH_UP, catch_up)
    door.register(batch.JOB, batch.run)
    door.register(packs.JOB, packs.build)
    door.register(pushes.JOB, lambda message, _now: pushes.follow(message, desk_clock))
    door.register(parcels.JOB, lambda batch, _now: parcels.run_parcel_import(batch, desk_clock))
    door.register(funds.JOB, lambda batch, _now: funds.run_fund_import(batch, desk_clock))


def import_now(
    batch: int, clock: Callable[[], datetime], tick: Callable[[], object] = lambda: None
) -> Import | None:
    """Run an import, then look whether parcels that nobody claimed belong to what it brought."""
    if Import.objects.filter(pk=batch, kind=parcels.KIND).exists():
        return parcels.run_parcel_import(batch, clock)
    done = imports.run_import(batch, clock, tick)
    shops = Parcel.objects.values_list("shop_id", flat=True).distinct() if done else ()
    for shop_id in shops:
        match_unclaimed(shop_id, clock())
    return done


def sealing(place: Home) -> Callable[[datetime], None]:
    """Give the sealing of every shop that has unsealed events."""

    def seal_all(now: datetime) -> None:
        key = head_key(place)
        for shop in unsealed_shops():
            seal(shop, now, key)

    return seal_all


def _take_up_packs(now: datetime) -> int:
    """Build the packs whose job or worker was lost."""
    return len([packs.build(each, now) for each in packs.waiting(now, _LOST_ROWS)])


def _disputes(now: datetime) -> int:
    """Bring cases up to date, and submit those whose shops let the desk do so before the time runs out."""
    return follow_disputes(now) + len(submit_due(now, addresses_of)) + renew(now, addresses_of)


def _poll(now: datetime) -> int:
    """Poll the shops that are due, and follow pushes whose jobs were lost or put off."""
    followed = [pushes.follow(each, desk_clock) for each in pushes.waiting_messages(now - _LOST, _ROWS)]
    return poll_due(desk_clock) + len(followed)


def _forget(now: datetime) -> int:
    """Let keys of calls, pushes and reports go that nobody needs any more."""
    return forget_keys(now) + pushes.forget(now) + reporting.forget(now)


def _sweep(now: datetime) -> None:
    for error in sweep(now, _ROWS, HANDS).all_errors:
        _log.error("put off: %s", error)


def _ring(kind: str, shop: Shop, ticket: Ticket | None, params: Mapping[str, object], now: datetime) -> None:
    """Ring once for an action, and once for a shop that does not let us in."""
    if kind == UNAUTHORISED:
        poll_soon(shop.pk, now)
    about = shop.pk if kind == UNAUTHORISED else params.get("action") or (ticket or shop).pk
    said = {name: str(value) for name, value in params.items()}
    raise_alarm(Cause(kind, f"{kind}:{about}", shop, ticket, None, said), now)


def _take(shop: Shop, notice: Notice, now: datetime) -> object:
    """Take in a notice that was read from the platform itself."""
    return take(bench_for(shop, now), Origin(shop.channel, Source.API, now, now), [notice])


def _carry_out(ticket: Ticket, step: str, now: datetime) -> object:
    """Write the intent to do what a shop lets the desk do by itself; nothing for the work of people."""
    verb = verb_of(step)
    if verb is None:
        return None
    newest = ticket.decisions.order_by("-id").only("amount_fen").first() if verb in PAYS else None
    intent = Intent(verb, newest.amount_fen if newest else None)
    return accept(ticket, None, intent, now, ticket.sequence)


def _perform(action: int, now: datetime) -> str | None:
    """Send an action; where nobody can tell what became of it, that is looked up before others are sent.

    What was put off is sent when its time has come.
    """
    state = perform(action, now, OUTSIDE)
    if state == ActionState.UNKNOWN:
        door.enqueue(LOOK, action, first=True)
    elif state != ActionState.DONE:
        put_off = Action.objects.filter(pk=action, state=ActionState.INTENDED, not_before__gt=now)
        for due in put_off.values_list("not_before", flat=True):
            door.enqueue(PERFORM, action, not_before=due)
    return state


def _look(action: int, now: datetime) -> None:
    """Look what became of an action, and again when that is due."""
    look(action, now, OUTSIDE)
    again = Action.objects.filter(pk=action, state=ActionState.UNKNOWN).values_list("not_before", flat=True)
    for due in again:
        door.enqueue(LOOK, action, not_before=due, first=True)


def _mend_actions(now: datetime) -> int:
    """See to actions whose lease is over, and to what has lost its job."""
    lost = expire(now, _ROWS)
    for action in lost:
        door.enqueue(LOOK, action, first=True)
    looked = [look(action, now, OUTSIDE) for action in unknown_due(now - _LOST, _LOST_ROWS)]
    sent = [_perform(action, now) for action in due_actions(now - _LOST, _LOST_ROWS)]
    return len(lost) + sum(settled for _read, settled in looked) + len(sent)


def _bury(now: datetime) -> None:
    """Give back what processes of this machine held that have died, and look at once what became of it."""

    def bury(dead: Collection[str]) -> None:
        give_back(dead)
        for action in take_over(dead, now):
            door.enqueue(LOOK, action, first=True)

    bury_dead(settings.HOME.root / "run", bury)


def _own_name() -> str:
    return own_name(settings.HOME.root / "run")


def _take_up_import(batch: int, _now: datetime) -> None:
    """Ask for the job of an import again, unless it waits for a worker anyway."""
    kind = Import.objects.values_list("kind", flat=True).get(pk=batch)
    name = {parcels.KIND: parcels.JOB, funds.KIND: funds.JOB}.get(kind, imports.JOB)
    if not (door.in_database() and DBTaskResult.objects.ready().filter(args_kwargs__args=[name, batch])):
        door.enqueue(name, batch)


# A platform that does not answer within the time-out has long forgotten the call after three of them.
OUTSIDE = Outside(
    alarm=_ring,
    take=_take,
    hands_of=hands_of,
    holder=_own_name,
    surely_over=timedelta(seconds=3 * settings.PLATFORM_TIMEOUT_S),
)
"""What carries actions out of the desk."""

HANDS = Hands(redecide, _carry_out, _mend_actions, _take_up_import, send)
"""What the sweep lets others do."""
