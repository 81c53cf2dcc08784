"""Ask a platform once to look at a lost ruling again: with new evidence, inside its window.

No interface for it is known: the desk prepares pictures and text, a person submits them and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.disputes.assembling import journaled, parts, shown_by
from aftersale.disputes.models import Case, Kind, Submission
from aftersale.disputes.noting import ANSWERED, PERSON, TURNED, UPHELD, appeal_window, numbers_of
from aftersale.disputes.refusals import CaseRefused, Why
from aftersale.domain.clock import SHANGHAI, moment_of, seconds_of
from aftersale.domain.disputes import Blamed, Favours, Stage
from aftersale.domain.states import Machine, command, possible
from aftersale.evidence.journal import Entry
from aftersale.evidence.pieces import Giver
from aftersale.policy.disputes.windows import chances
from aftersale.tickets.change import change
from aftersale.tickets.models import EvidenceLink, Pack, Ticket
from aftersale.tickets.models.evidence import PackState
from aftersale.tickets.standing import FIELD
from aftersale.tickets.vault import packs
from aftersale.tickets.vault.packs import Form

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from aftersale.policy.disputes.windows import Window
    from aftersale.shops.models import Person

_SUMMARY = 300


@dataclass(frozen=True, slots=True)
class Chance:
    """Hold whether a ruling can be asked to be looked at again: until when, how often, what is new since."""

    window: Window | None
    left: int
    new: tuple[EvidenceLink, ...]
    made: Submission | None
    now: int

    @property
    def open(self) -> bool:
        """Tell whether there is a chance and time."""
        in_time = self.window is not None and self.window.open_at(self.now)
        return self.left > 0 and self.made is None and in_time

    @property
    def ready(self) -> bool:
        """Tell whether it has something new to show as well."""
        return self.open and bool(self.new)

    @property
    def until(self) -> datetime | None:
        """Give the end of the window."""
        return moment_of(self.window.at) if self.window else None


def chance_of(case: Case, now: datetime) -> Chance | None:
    """Tell what is left to do about a ruling; None where nothing was lost."""
    if case.favours != Favours.BUYER:
        return None
    made = case.submissions.filter(kind=Kind.APPEAL, failed_at=None).select_related("pack").first()
    return Chance(
        appeal_window(case),
        chances(numbers_of(case, now)) - bool(made),
        tuple(new_evidence(case)),
        made,
        seconds_of(now),
    )


def new_evidence(case: Case) -> Sequence[EvidenceLink]:
    """Give what stands on no picture that was submitted, and comes neither from the desk nor from the buyer.

    A file given once more is the same by its digest, whatever it is called. Of a submission that does not say
    what stood on its pictures, all that was there before it counts as seen.
    """
    links = EvidenceLink.objects.filter(ticket_id=case.ticket_id, withdrawn_at=None)
    links = links.exclude(piece__source__in=(Giver.DESK, Giver.BUYER))
    listed = list(links.select_related("piece__file", "event").order_by("pk"))
    seen, until = seen_by_platform(case)
    before = {each.piece.file.sha256 for each in listed if each.event.sequence <= until} | seen
    return [each for each in listed if each.piece.file.sha256 not in before]


def seen_by_platform(case: Case) -> tuple[frozenset[str], int]:
    """Give the digests of the pieces that went out, and up to which event what went out is not told."""
    seen: set[str] = set()
    until = 0
    for made in case.submissions.filter(failed_at=None).select_related("pack"):
        shows = [digest for each in made.pictures for digest in each.get("shows", ())]
        seen.update(shows)
        until = until if shows else max(until, made.pack.sequence)
    return frozenset(seen), until


def draft(case: Case, now: datetime) -> tuple[str, str]:
    """Draft the words: what was ruled, what is new, what is asked. A person changes them."""
    new = new_evidence(case)
    opinion = f"平台判定意见：{case.opinion}。" if case.opinion else ""
    when = now.astimezone(SHANGHAI).date().isoformat()
    summary = f"对 {case.number or case.ticket.ticket_no} 的判定申请复议（{when}）。{opinion}"
    pieces = "；".join(
        f"{number}. {link.piece.caption or link.item or '新凭证'}" for number, link in enumerate(new, 1)
    )
    statement = (
        f"举证时没有提交的新凭证 {len(new)} 件：{pieces}。它们说明原判定依据的事实与实际不符，请平台复核。"
        if new
        else "请写明哪些新凭证改变了判定依据的事实。"
    )
    return summary[:_SUMMARY], statement


@transaction.atomic
def prepare(case: Case, words: tuple[str, str], person: Person, now: datetime) -> Pack:
    """Have pictures and text of an appeal put together; raises CaseRefused."""
    chance = chance_of(case, now)
    if chance is None or not chance.open:
        raise CaseRefused(Why.NO_APPEAL)
    if not chance.new:
        raise CaseRefused(Why.NOTHING_NEW)
    ticket = Ticket.objects.get(pk=case.ticket_id)
    seen, _until = seen_by_platform(case)
    return packs.ask(ticket, Form.PLATFORM, words, person.pk, now, sorted(seen))


@transaction.atomic
def submitted(case: Case, pack_id: int, person: Person, now: datetime) -> Submission:
    """Note that a person has submitted an appeal in the back office; raises CaseRefused."""
    Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    chance = chance_of(case, now)
    if chance is None or not chance.open:
        raise CaseRefused(Why.NO_APPEAL)
    if not chance.new:
        raise CaseRefused(Why.NOTHING_NEW)
    built = Pack.objects.filter(form=Form.PLATFORM, state=PackState.BUILT, ticket_id=case.ticket_id)
    # What the platform has seen already is no appeal.
    pack = built.exclude(pk__in=case.submissions.values("pack_id")).filter(pk=pack_id).first()
    if pack is None:
        raise CaseRefused(Why.NOT_BUILT)
    fresh = {each.piece.file.sha256 for each in chance.new}
    if pack.shows and not fresh.intersection(chain.from_iterable(pack.shows)):
        raise CaseRefused(Why.NOTHING_NEW_SHOWN)
    pictures, text = parts(pack)
    made = Submission.objects.create(
        case=case,
        kind=Kind.APPEAL,
        pack=pack,
        text=text,
        pictures=shown_by(pack, pictures),
        by=person,
        at=now,
    )
    ticket = Ticket.objects.select_for_update(no_key=True).get(pk=case.ticket_id)
    data, written = journaled(made)
    change(ticket, Entry("dispute_appealed", now, person.pk, data, written))
    return made


@transaction.atomic
def answered(case: Case, answer: str, blamed: str, person: Person, now: datetime) -> None:
    """Note what came of an appeal: the ruling was upheld, or turned; raises CaseRefused."""
    appeal = case.submissions.filter(kind=Kind.APPEAL, failed_at=None, answered_at=None)
    turned = answer == TURNED
    if answer not in {UPHELD, TURNED} or (turned and blamed not in set(Blamed)):
        raise CaseRefused(Why.NOT_WHOLE)
    if not appeal.update(answer=answer, answered_at=now):
        raise CaseRefused(Why.NO_APPEAL)
    Case.objects.filter(pk=case.pk).exclude(stage=Stage.CARRIED_OUT).update(stage=Stage.SETTLED)
    ticket = Ticket.objects.select_for_update(no_key=True).get(pk=case.ticket_id)
    if turned:
        Case.objects.filter(pk=case.pk).update(favours=Favours.MERCHANT, blamed=blamed)
    data = {"case": str(case.pk), "answer": answer, "blamed": blamed, "by": PERSON}
    change(ticket, Entry(ANSWERED, now, person.pk, data), **(_turned(ticket, blamed) if turned else {}))


def _turned(ticket: Ticket, blamed: str) -> dict[str, object]:
    """Say how a ticket stands once its ruling turned; the ledger follows with who bears the payment."""
    state = ticket.arbitration_state
    if "turn" not in possible(Machine.ARBITRATION, state):
        return {"blamed": blamed}
    return {
        "blamed": blamed,
        FIELD[Machine.ARBITRATION]: command(Machine.ARBITRATION, state, "turn").after.value,
    }
