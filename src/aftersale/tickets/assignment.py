"""Give tickets that wait for somebody to people on duty, by the rules of a shop and within their caps.

A ticket that somebody has is never moved. What no rule names, or nobody has room for, goes on waiting.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Q

from aftersale.evidence.journal import Entry
from aftersale.shops.models import Membership
from aftersale.tickets.change import Overtaken, change
from aftersale.tickets.holders import HOLDS
from aftersale.tickets.models import AssignmentRule, Presence, Share, Ticket
from aftersale.tickets.models.presence import Here
from aftersale.tickets.models.ticket import Lane

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

MOST_TRIED = 1_000
"""So many tickets of a shop are looked at in one go, the most urgent ones."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Given:
    """Hold a ticket with the person it goes to and the rule; nobody: `why` says what stands in the way."""

    ticket: Ticket
    person_id: int | None
    rule: AssignmentRule | None
    why: str = ""


@dataclass(slots=True)
class Dealt:
    """Count what was given; `errors` name every ticket that failed."""

    given: int = 0
    overtaken: int = 0
    errors: list[str] = field(default_factory=list)


def waiting(shop_id: int) -> QuerySet[Ticket]:
    """Give the tickets of a shop that wait for somebody of ours, the most urgent first."""
    free = Ticket.objects.filter(shop=shop_id, open=True, lane=Lane.OURS, assignee=None)
    return free.order_by("queue_at", "id")


def taking(shop_id: int) -> list[Share]:
    """Give the shares of those who take tickets now: on duty, active, allowed to work on tickets there."""
    there = Membership.objects.filter(shop=shop_id, role__in=HOLDS, person__is_active=True)
    away = Presence.objects.exclude(state=Here.ON).values("person")
    found = Share.objects.filter(shop=shop_id, person__in=there.values("person"), cap__gt=0)
    return list(found.exclude(person__in=away).order_by("person_id"))


def loads(people: Iterable[int]) -> Counter[int]:
    """Count the open tickets of people, in all shops."""
    rows = Ticket.objects.filter(assignee__in=list(people), open=True).exclude(lane=Lane.DONE).order_by()
    return Counter(dict(rows.values_list("assignee_id").annotate(number=Count("id"))))


def rules_of(shop_id: int) -> QuerySet[AssignmentRule]:
    """Give the rules of a shop in their order."""
    return AssignmentRule.objects.filter(shop=shop_id).order_by("place", "id")


def deal(
    tickets: Iterable[Ticket],
    rules: Sequence[AssignmentRule],
    shares: Sequence[Share],
    load: Mapping[int, int],
) -> list[Given]:
    """Say of each ticket who gets it: of those with room and the skill, whoever has the least."""
    held, found = Counter(load), []
    for ticket in tickets:
        given = _one(ticket, rules, shares, held)
        found.append(given)
        if given.person_id is not None:
            held[given.person_id] += 1
    return found


def _one(
    ticket: Ticket, rules: Sequence[AssignmentRule], shares: Sequence[Share], held: Mapping[int, int]
) -> Given:
    rule = next((each for each in rules if fits(each, ticket)), None)
    if rule is None:
        return Given(ticket, None, None, "no_rule")
    able = [share for share in shares if not rule.skill or rule.skill in share.skills]
    if not able:
        return Given(ticket, None, rule, "nobody")
    free = [share for share in able if held[share.person_id] < share.cap]
    if not free:
        return Given(ticket, None, rule, "full")
    return Given(ticket, min(free, key=lambda share: held[share.person_id]).person_id, rule)


def fits(rule: AssignmentRule, ticket: Ticket) -> bool:
    """Tell whether a rule names a ticket; an unknown amount fits only where no amount is named."""
    if rule.tab and rule.tab != ticket.tab:
        return False
    if rule.from_fen is None and rule.until_fen is None:
        return True
    fen = ticket.amount_fen
    if fen is None or fen < (rule.from_fen or 0):
        return False
    return rule.until_fen is None or fen < rule.until_fen


def _named(rules: Sequence[AssignmentRule]) -> Q:
    """Narrow a query to what any rule may name, so that what none names takes no room among those read."""
    found = Q(pk=None)
    for rule in rules:
        one = Q(tab=rule.tab) if rule.tab else ~Q(pk=None)
        if rule.from_fen is not None or rule.until_fen is not None:
            one &= Q(amount_fen__gte=rule.from_fen or 0)
        if rule.until_fen is not None:
            one &= Q(amount_fen__lt=rule.until_fen)
        found |= one
    return found


def try_out(shop_id: int) -> list[Given]:
    """Say who would get what just now if every rule of the shop were on; nothing is written."""
    shares = taking(shop_id)
    load = loads(share.person_id for share in shares)
    return deal(waiting(shop_id)[:MOST_TRIED], list(rules_of(shop_id)), shares, load)


def deal_due(now: datetime, limit: int) -> Dealt:
    """Give away what waits in every shop with a rule that is on, at most so many tickets in all."""
    done = Dealt()
    shops = AssignmentRule.objects.filter(on=True).order_by("shop").values_list("shop_id", flat=True)
    for shop_id in shops.distinct():
        if done.given < limit:
            _deal_shop(shop_id, now, limit - done.given, done)
    return done


def _deal_shop(shop_id: int, now: datetime, limit: int, done: Dealt) -> None:
    shares = taking(shop_id)
    if not shares:
        return
    load = loads(share.person_id for share in shares)
    if all(load[share.person_id] >= share.cap for share in shares):
        return
    rules = list(rules_of(shop_id).filter(on=True))
    tickets = waiting(shop_id).filter(_named(rules))[:MOST_TRIED]
    given = [each for each in deal(tickets, rules, shares, load) if each.person_id is not None]
    for each in given[:limit]:
        _give(each, now, done)


def _give(given: Given, now: datetime, done: Dealt) -> None:
    """Give one ticket in a transaction of its own; who has no room any more gets nothing."""
    try:
        with transaction.atomic():
            done.given += _given(given, now)
    except Overtaken:
        done.overtaken += 1
    except Exception as fault:  # noqa: BLE001  # one ticket must not stop the others
        _log.exception("ticket %s could not be given", given.ticket.pk)
        done.errors.append(f"assignment of ticket {given.ticket.pk}: {type(fault).__name__}")


def _given(given: Given, now: datetime) -> bool:
    """Look at the person again, held by the shares, so that two workers cannot fill one place twice."""
    held = list(Share.objects.select_for_update().filter(person=given.person_id).order_by("pk"))
    cap = next((share.cap for share in held if share.shop_id == given.ticket.shop_id), 0)
    if loads([given.person_id or 0])[given.person_id or 0] >= cap:
        return False
    data = {"before": None, "after": str(given.person_id), "rule": str(given.rule.pk) if given.rule else None}
    change(given.ticket, Entry("assigned", now, None, data), assignee_id=given.person_id)
    return True


def skills_of(shares: Collection[Share]) -> list[str]:
    """List the skills that a shop's people have."""
    return sorted({skill for share in shares for skill in share.skills})
