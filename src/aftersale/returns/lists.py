"""List what lies at the bench: signed for and not looked at, held, nobody's, and good to be paid back."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Exists, F, Max, OuterRef, Q
from django.utils.functional import cached_property

from aftersale.channels.verbs import ANSWERS, Verb
from aftersale.domain.roles import MAY, Permission, Role
from aftersale.domain.states import ActionState, Decision, Goods, Money
from aftersale.returns.classes import Odd
from aftersale.returns.inspecting import faults_of
from aftersale.returns.models import Match, MatchedBy, Parcel, ParcelLine
from aftersale.returns.standards import standards_of, violated
from aftersale.shops.models import Membership
from aftersale.tickets.judging import facts_from
from aftersale.tickets.models import Action, StoredDecision, Ticket
from aftersale.tickets.outcome import OPEN
from aftersale.tickets.steps import INSPECT_THEN_REFUND
from aftersale.tickets.tabs import Tab
from aftersale.tickets.verbs import verb_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from django.db.models import QuerySet

    from aftersale.returns.standards import Standard

MOST = 200
"""So many rows one list shows; what is due first stands on top."""

_PAID_ON_RECEIPT = tuple(
    step for step in (INSPECT_THEN_REFUND, "return_refund") if verb_of(step) is Verb.REFUND_RECEIVED
)


class Held(NamedTuple):
    """Hold one parcel that is held for one ticket: what is odd, the faults named, the standards not met.

    `own` is the standard of the class of goods, whether it is met or not.
    """

    match: Match
    odd: tuple[Odd, ...]
    faults: tuple[str, ...]
    standards: tuple[Standard, ...]
    own: Standard


class Counts(NamedTuple):
    """Count what lies at the bench."""

    signed: int
    held: int
    nobodys: int
    good: int


def _counted_for() -> Exists:
    """Ask whether somebody counted a parcel of a ticket."""
    lines = ParcelLine.objects.filter(parcel=OuterRef("parcel"))
    return Exists(Match.objects.filter(Exists(lines), ticket=OuterRef("pk"), ended_at=None))


def signed(shops: Collection[int]) -> QuerySet[Ticket]:
    """Find tickets whose return was signed for and not looked at (已签收未验), what is due first on top."""
    back = Ticket.objects.filter(shop__in=shops, open=True, tab=Tab.RECEIVE, goods_state=Goods.BACK)
    return back.filter(~_counted_for()).select_related("shop").order_by("queue_at", "pk")


def nobodys(shops: Collection[int]) -> QuerySet[Parcel]:
    """Find parcels without a ticket (无主件), newest first."""
    found = Parcel.objects.filter(shop__in=shops, matched_by=MatchedBy.NOBODY)
    return found.select_related("shop").prefetch_related("lines", "photos").order_by("-pk")


def _holding(shops: Collection[int]) -> QuerySet[Match]:
    # Whoever acted on the ticket since the parcel was matched has decided.
    since = Action.objects.filter(ticket=OuterRef("ticket"), approved_at__gte=OuterRef("at"))
    decided = since.exclude(state__in=[ActionState.FAILED, ActionState.CANCELLED])
    open_here = Match.objects.filter(ticket__shop__in=shops, ticket__open=True, ended_at=None)
    return open_here.filter(~Exists(decided)).exclude(classes=[])


def held_matches(shops: Collection[int]) -> QuerySet[Match]:
    """Find what is held: parcels of open tickets about which something is odd, what is due first on top."""
    found = _holding(shops).select_related("ticket__shop", "parcel__recorded_by")
    return found.prefetch_related("parcel__lines", "parcel__photos").order_by("ticket__queue_at", "pk")


def good(shops: Collection[int]) -> QuerySet[Ticket]:
    """Find tickets whose goods came back as they should and whose refund nobody has begun.

    Every parcel of the ticket was counted without anything odd, and the proposal is to pay on receipt.
    """
    answering = {"actions__state__in": OPEN, "actions__verb__in": ANSWERS}
    pending = Ticket.objects.filter(**answering, pk=OuterRef("pk"))
    pieces = ParcelLine.objects.filter(parcel=OuterRef("parcel"), good__gt=0)
    fine = Match.objects.filter(Exists(pieces), ticket=OuterRef("pk"), ended_at=None, classes=[])
    odd = Match.objects.filter(ticket=OuterRef("pk"), ended_at=None).exclude(classes=[])
    ready = Ticket.objects.filter(
        ~Q(decision_state__in=[Decision.REFUSED, Decision.WITHDRAWN]),
        shop__in=shops,
        open=True,
        tab=Tab.RECEIVE,
        step__in=_PAID_ON_RECEIPT,
        goods_state__in=[Goods.BACK, Goods.INSPECTED],
        money_state=Money.NONE,
        needs_person=False,
    )
    told = ready.filter(Exists(fine), ~Exists(odd), ~Exists(pending)).select_related("shop", "line")
    return told.order_by("queue_at", "pk")


def counts(shops: Collection[int]) -> Counts:
    """Count the four lists."""
    return Counts(signed(shops).count(), _holding(shops).count(), nobodys(shops).count(), good(shops).count())


def categories_of(tickets: Collection[int]) -> Mapping[int, str]:
    """Tell of which class of goods tickets are, as they were judged last; one query."""
    newest = StoredDecision.objects.filter(ticket__in=tickets).order_by().values("ticket")
    ids = newest.annotate(newest=Max("pk")).values("newest")
    rows = StoredDecision.objects.filter(pk__in=ids).values_list("ticket_id", "facts")
    return {ticket: str(facts_from(facts)["category"]) for ticket, facts in rows}


def explained(matches: Sequence[Match]) -> list[Held]:
    """Say of matches what is odd and which standard is not met."""
    faults = faults_of(matches)
    classes = categories_of([each.ticket_id for each in matches])
    return [_held(each, classes.get(each.ticket_id, ""), faults[each.pk]) for each in matches]


def _held(match: Match, category: str, faults: tuple[str, ...]) -> Held:
    odd = tuple(Odd(code) for code in match.classes)
    return Held(match, odd, faults, violated(category, odd, faults), standards_of(category)[0])


class Deciders:
    """Name who may approve in some shops; one query, when it is first asked."""

    def __init__(self, shops: Iterable[int]) -> None:
        self._shops = tuple(shops)

    @cached_property
    def _names(self) -> Mapping[int, list[str]]:
        roles = [role.value for role in Role if Permission.APPROVE in MAY[role]]
        rows = Membership.objects.filter(shop__in=self._shops, role__in=roles, person__is_active=True)
        found = defaultdict[int, list[str]](list)
        for shop, name in rows.order_by("pk").values_list("shop_id", F("person__name")):
            found[shop].append(name)
        return found

    def of(self, shop_id: int) -> Sequence[str]:
        """Give the names of a shop, in the order in which they joined."""
        return self._names.get(shop_id, [])


def tickets_named(shops: Collection[int], said: str) -> list[Ticket]:
    """Find the tickets of some shops by order or ticket number, what is open first."""
    number = "".join(said.split())
    if not number:
        return []
    named = Ticket.objects.filter(Q(ticket_no=number) | Q(order_no=number), shop__in=shops)
    return list(named.select_related("shop").order_by("-open", "pk")[:MOST])


def shops_of(tickets: Collection[int]) -> list[int]:
    """Name the shops of some tickets."""
    found = Ticket.objects.filter(pk__in=tickets).order_by("shop_id")
    return list(found.values_list("shop_id", flat=True).distinct())
