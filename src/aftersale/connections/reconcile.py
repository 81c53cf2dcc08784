"""Compare a shop with its platform every night: what differs is listed, and healed by reading it."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from aftersale.connections.hands import LiveHands
from aftersale.connections.models import Difference, DifferenceKind, Link, Reconciliation
from aftersale.connections.platforms import interface_of
from aftersale.connections.standing import shut_out
from aftersale.connections.taking import Table, table_for
from aftersale.domain.clock import SHANGHAI
from aftersale.domain.errors import AftersaleError, ChannelError, Unauthorised
from aftersale.evidence.journal import Entry, record
from aftersale.evidence.shop_journal import subject_of
from aftersale.shops.models.shop import ConnectionState
from aftersale.tickets.intake import Taken
from aftersale.tickets.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from aftersale.channels.base import Notice
    from aftersale.channels.interface import Interface

_log = logging.getLogger(__name__)
NIGHT_HOUR = 3
"""The hour in Shanghai from which a day's comparison may begin."""

_LEASE = timedelta(minutes=10)
_STATUS = 64
_MOST = 50
_OPEN, _ENDED = "open", "ended"


class Stand(NamedTuple):
    """Say how a ticket stands: whether it is open, in the platform's own words."""

    open: bool
    status: str

    def __str__(self) -> str:
        """Write it as a difference shows it."""
        return self.status[:_STATUS]


@dataclass(slots=True)
class Compared:
    """Gather how tickets stand on both sides, by number."""

    theirs: dict[str, Stand] = field(default_factory=dict)
    ours: dict[str, Stand] = field(default_factory=dict)


def reconcile_due(clock: Callable[[], datetime]) -> int:
    """Compare each connected shop that was not compared today, from three in the morning on."""
    now = clock()
    if now.astimezone(SHANGHAI).hour < NIGHT_HOUR:
        return 0
    done = Reconciliation.objects.filter(day=now.astimezone(SHANGHAI).date())
    over = done.filter(Q(lease_until=None) | Q(lease_until__gt=now)).values("shop_id")
    links = Link.objects.filter(shop__connection__state=ConnectionState.CONNECTED, shop__held=False)
    links = links.exclude(filled_at=None).exclude(shop_id__in=over)
    return sum(_tried(link, clock) for link in links.select_related("shop").order_by("pk")[:_MOST])


def _tried(link: Link, clock: Callable[[], datetime]) -> bool:
    try:
        return reconcile(link, clock) is not None
    except Unauthorised as fault:
        shut_out(link.shop, fault, clock())
    except AftersaleError as fault:
        _log.warning("comparing shop %s was put off: %s", link.shop_id, fault)
    return False


def reconcile(link: Link, clock: Callable[[], datetime]) -> Reconciliation | None:
    """Compare one shop with its platform; None where it was done today or somebody is at it.

    One that breaks off is begun anew when its lease is over. Raises ChannelError.
    """
    now = clock()
    run = _claimed(link, now)
    if run is None:
        return None
    desk = _Comparing(run, link, table_for(link.shop, now), clock)
    desk.compare()
    return run


def _claimed(link: Link, now: datetime) -> Reconciliation | None:
    span = {"since": now - timedelta(days=settings.RECONCILE_DAYS), "until": now, "started_at": now}
    day = now.astimezone(SHANGHAI).date()
    try:
        with transaction.atomic():
            return Reconciliation.objects.create(shop=link.shop, day=day, lease_until=now + _LEASE, **span)
    except IntegrityError:
        broken = Reconciliation.objects.filter(shop=link.shop, day=day, lease_until__lte=now)
        if not broken.update(lease_until=now + _LEASE, **span):
            return None
    return Reconciliation.objects.get(shop=link.shop, day=day)


@dataclass(slots=True)
class _Comparing:
    run: Reconciliation
    link: Link
    table: Table
    clock: Callable[[], datetime]
    found: Compared = field(default_factory=Compared)

    @property
    def channel(self) -> Interface:
        return interface_of(self.link.shop)

    @property
    def hands(self) -> LiveHands:
        return LiveHands(self.link.shop.platform, self.clock(), self.link.shop_id, self.clock)

    def compare(self) -> None:
        """Walk the list, then what is open here and did not stand there, and write down what differed."""
        for page in self.channel.list_changed(self.run.since, self.run.until, self.hands):
            self._compare_page(page.notices)
            now = self.clock()
            self.table.take([], now, now, page.parked)
        for number in self._open_elsewhere():
            self._look(number)
        self._end()

    def _compare_page(self, notices: Sequence[Notice]) -> None:
        ours = _stands(self.link.shop_id, [notice.ticket_no for notice in notices])
        for notice in notices:
            there = Stand(notice.open, notice.status[:_STATUS])
            self.found.theirs[notice.ticket_no] = there
            here = ours.get(notice.ticket_no)
            if here is not None:
                self.found.ours[notice.ticket_no] = here
            if here != there:
                self._differs(notice, here)
        self._keep_lease()

    def _differs(self, notice: Notice, here: Stand | None) -> None:
        """List a difference and heal it by taking in what the platform says; one that stays is named so."""
        kind = DifferenceKind.NOT_HERE if here is None else DifferenceKind.STATE
        now = self.clock()
        outcomes = self.table.take([notice], now, now)
        healed = all(outcome.taken is not Taken.PARKED for outcome in outcomes)
        after = _stands(self.link.shop_id, [notice.ticket_no]).get(notice.ticket_no)
        healed = healed and after == Stand(notice.open, notice.status[:_STATUS])
        self._note(
            notice.ticket_no, kind, (notice.status[:_STATUS], str(here or "")), now if healed else None
        )

    def _open_elsewhere(self) -> Iterable[str]:
        rows = Ticket.objects.filter(shop_id=self.link.shop_id, open=True).order_by("queue_at", "pk")
        numbers = list(rows.values_list("ticket_no", flat=True))
        return [number for number in numbers if number not in self.found.theirs]

    def _look(self, number: str) -> None:
        """Read a ticket that is open here; what the platform does not know stays, for a person to see."""
        here = _stands(self.link.shop_id, [number])[number]
        self.found.ours[number] = here
        notice = self._read(number, here)
        if notice is not None:
            there = Stand(notice.open, notice.status[:_STATUS])
            self.found.theirs[number] = there
            if here != there:
                self._differs(notice, here)
        self._keep_lease()

    def _read(self, number: str, here: Stand) -> Notice | None:
        try:
            notice = self.channel.read(number, self.hands)
        except Unauthorised:
            raise
        except ChannelError as fault:
            self._note(number, DifferenceKind.UNREAD, (fault.code[:_STATUS], str(here)), None)
            return None
        if notice is None:
            self._note(number, DifferenceKind.NOT_THERE, ("", str(here)), None)
        return notice

    def _note(
        self, number: str, kind: DifferenceKind, said: tuple[str, str], healed_at: datetime | None
    ) -> None:
        theirs, ours = said
        fields = {"kind": kind, "theirs": theirs, "ours": ours, "healed_at": healed_at}
        Difference.objects.update_or_create(run=self.run, ticket_no=number, defaults=fields)

    def _keep_lease(self) -> None:
        Reconciliation.objects.filter(pk=self.run.pk).update(lease_until=self.clock() + _LEASE)

    def _end(self) -> None:
        now = self.clock()
        self.run.theirs, self.run.ours = _counts(self.found.theirs), _counts(self.found.ours)
        self.run.ended_at, self.run.lease_until = now, None
        differences = Difference.objects.filter(run=self.run)
        data: dict[str, object] = {
            "theirs": self.run.theirs,
            "ours": self.run.ours,
            "differences": differences.count(),
            "healed": differences.exclude(healed_at=None).count(),
        }
        with transaction.atomic():
            self.run.save()
            record(subject_of(self.link.shop_id), Entry("reconciled", now, data=data))


def _stands(shop_id: int, numbers: Sequence[str]) -> dict[str, Stand]:
    rows = Ticket.objects.filter(shop_id=shop_id, ticket_no__in=numbers)
    return {
        number: Stand(open_, status)
        for number, open_, status in rows.values_list("ticket_no", "open", "status")
    }


def _counts(stands: dict[str, Stand]) -> dict[str, int]:
    found = Counter(_OPEN if stand.open else _ENDED for stand in stands.values())
    return {_OPEN: found[_OPEN], _ENDED: found[_ENDED]}
