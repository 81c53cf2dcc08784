"""Find where many tickets say the same at once, and pin what everybody then says and does: 口径."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Q

from aftersale.domain.errors import AftersaleError
from aftersale.evidence.journal import Entry, record
from aftersale.evidence.shop_journal import subject_of, together
from aftersale.texts import Text
from aftersale.tickets.judging import facts_from
from aftersale.tickets.models import Instruction, Task, Ticket
from aftersale.tickets.models.ticket import Lane

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from aftersale.shops.models import Person, Shop

# So many open tickets of one article and reason within a day are no accident.
LEAST = 8
WINDOW = timedelta(hours=24)
MOST = 20
# Nothing is wrong with goods that buyers send back because they may.
_USUAL = ("", "no_reason")
STOP_SALE = "stop_sale"
"""The task of taking an article off sale."""
_LONGEST = 500


class InstructionRefused(AftersaleError):
    """Refuse an instruction that says nothing or ends before it begins."""

    def __init__(self) -> None:
        super().__init__(
            "instruction.incomplete",
            Text(
                zh="口径要写内容，截止时间要在现在之后。", en="It needs a text, and an end that is to come."
            ),
            Text(zh="补上再保存；已写的内容还在。", en="Complete it; what you wrote is kept."),
        )


@dataclass(frozen=True, slots=True)
class About:
    """Say what an instruction is about: article, reason, live session, batch of a shop; empty means any."""

    shop: Shop
    article_no: str = ""
    reason: str = ""
    live: str = ""
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Surge:
    """Hold one group: how many came within the window, and how many of all are for the shop to do now."""

    shop_id: int
    article_no: str
    reason: str
    count: int
    ours: int = 0


def surges(shops: Sequence[int], now: datetime) -> list[Surge]:
    """List groups of one article and reason beyond the threshold, largest first, without pinned ones."""
    open_ones = Ticket.objects.filter(shop__in=shops, lane__in=[Lane.OURS, Lane.WAITING])
    recent = open_ones.filter(applied_at__gte=now - WINDOW).exclude(article_no="").exclude(reason__in=_USUAL)
    groups = recent.order_by().values_list("shop_id", "article_no", "reason").annotate(number=Count("id"))
    whole = in_force(shops, now).filter(live="", batch="")
    held = set(whole.values_list("shop_id", "article_no", "reason"))
    found = [Surge(*row) for row in groups.filter(number__gte=LEAST).order_by("-number")[:MOST]]
    news = [each for each in found if (each.shop_id, each.article_no, each.reason) not in held]
    return [replace(each, ours=_ours(each)) for each in news]


def _ours(surge: Surge) -> int:
    """Count what the queue shows of a group."""
    group = Ticket.objects.filter(shop=surge.shop_id, article_no=surge.article_no, reason=surge.reason)
    return group.filter(lane=Lane.OURS).count()


def in_force(shops: Sequence[int], now: datetime) -> QuerySet[Instruction]:
    """Find the instructions that hold now, newest first."""
    rows = Instruction.objects.filter(shop__in=shops, ended_at=None, until__gt=now)
    return rows.select_related("person", "shop").order_by("-id")


def for_ticket(ticket: Ticket, now: datetime) -> list[Instruction]:
    """Give the instructions that a ticket falls under."""
    article = Q(article_no="") | Q(article_no=ticket.article_no)
    found = in_force([ticket.shop_id], now).filter(article, Q(reason="") | Q(reason=ticket.reason))
    narrow = [each for each in found if each.live or each.batch]
    said = _said(ticket) if narrow else {}
    return [each for each in found if each not in narrow or _names(each, said)]


def _said(ticket: Ticket) -> dict[str, str]:
    """Give session and batch as the newest decision knows them."""
    newest = ticket.decisions.order_by("-id").only("facts").first()
    facts = facts_from(newest.facts) if newest else None
    return {name: str(facts[name] or "") for name in ("live", "batch")} if facts else {}


def _names(pinned: Instruction, said: Mapping[str, str]) -> bool:
    return all(
        not wanted or wanted == said.get(name)
        for name, wanted in (("live", pinned.live), ("batch", pinned.batch))
    )


def pin(about: About, text: str, until: datetime, person: Person, now: datetime) -> Instruction:
    """Pin an instruction, with one event in the shop's chain; raises InstructionRefused."""
    said = text.strip()[:_LONGEST]
    if not said or until <= now:
        raise InstructionRefused
    with together():
        made = Instruction.objects.create(
            shop=about.shop,
            article_no=about.article_no,
            reason=about.reason,
            live=about.live,
            batch=about.batch,
            text=said,
            until=until,
            person=person,
            created_at=now,
        )
        data = {"id": str(made.pk), "article_no": about.article_no, "reason": about.reason, "text": said}
        data |= {"live": about.live, "batch": about.batch}
        entry = Entry("instruction_pinned", now, person.pk, {**data, "until": until.isoformat()})
        record(subject_of(about.shop.pk), entry)
    return made


def end(pinned: Instruction, person: Person, now: datetime) -> None:
    """Take an instruction down, with one event; one that has ended stays as it is."""
    with together():
        if Instruction.objects.filter(pk=pinned.pk, ended_at=None).update(ended_at=now):
            entry = Entry("instruction_ended", now, person.pk, {"id": str(pinned.pk)})
            record(subject_of(pinned.shop_id), entry)


@transaction.atomic
def stop_sale(about: About, person: Person, now: datetime) -> Task:
    """Ask for an article to be taken off sale, once while that is open."""
    params = {"article_no": about.article_no, "by": person.pk}
    known = Task.objects.filter(shop=about.shop, kind=STOP_SALE, done_at=None)
    for task in known:
        if task.params.get("article_no") == about.article_no:
            return task
    return Task.objects.create(shop=about.shop, kind=STOP_SALE, params=params, created_at=now)
