"""Put together what the platform takes, by itself: when a case arrives, and again whenever evidence came."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.disputes.models import Case, Kind
from aftersale.disputes.refusals import CaseRefused, Why
from aftersale.domain.disputes import Stage
from aftersale.evidence.models import Event
from aftersale.evidence.pack.contents import MOST_SUMMARY
from aftersale.tickets.change import TICKET
from aftersale.tickets.models.evidence import PackState
from aftersale.tickets.vault import packs, snapshots
from aftersale.tickets.vault.adding import ADDED, MASKED, REUSED, WITHDRAWN, Hand
from aftersale.tickets.vault.packs import TEXT, Form
from aftersale.tickets.wording import TO_THE_PLATFORM, check_words

if TYPE_CHECKING:
    from datetime import datetime

    from aftersale.disputes.models import Submission
    from aftersale.tickets.models import Pack, Ticket

_EVIDENCE = (ADDED, WITHDRAWN, MASKED, REUSED)
_LONGEST = 2_000


@transaction.atomic
def assemble(case: Case, now: datetime) -> Pack | None:
    """Ask for the pack of a case that waits for evidence where it is not up to date; None where it is.

    At first the state of order, payment and tracking is kept, and words are drafted.
    """
    case = _now(case)
    if case.stage != Stage.EVIDENCE or submitted(case):
        return None
    if case.pack_id is None:
        snapshots.take(case.ticket, Hand(None, "desk", now))
    if not _is_behind(case):
        return None
    if not case.typed:
        case.summary, case.statement = packs.draft(_fresh(case), now)
    return _packed(case, None, now)


@transaction.atomic
def write(case: Case, words: tuple[str, str], person_id: int, now: datetime) -> Pack:
    """Take a person's words for a case, and ask for the pack anew; raises CaseRefused, WordingStopped."""
    current = _now(case)
    if current.stage != Stage.EVIDENCE:
        raise CaseRefused(Why.NOT_WANTED)
    if submitted(current):
        raise CaseRefused(Why.SUBMITTED)
    # What could not be sent is refused now, not in the last hour.
    check_words(current.ticket.shop, "\n".join(words), now, TO_THE_PLATFORM)
    case.summary, case.statement = words[0].strip()[:MOST_SUMMARY], words[1].strip()[:_LONGEST]
    case.typed = True
    return _packed(case, person_id, now)


def _packed(case: Case, person_id: int | None, now: datetime) -> Pack:
    pack = packs.ask(_fresh(case), Form.PLATFORM, (case.summary, case.statement), person_id, now)
    case.pack, case.sequence = pack, pack.sequence
    case.save(update_fields=["summary", "statement", "typed", "pack", "sequence"])
    return pack


def _now(case: Case) -> Case:
    """Read a case as it stands and keep others from it: a person may have typed in between."""
    Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    return Case.objects.select_related("ticket__shop").get(pk=case.pk)


def _fresh(case: Case) -> Ticket:
    case.ticket.refresh_from_db()
    return case.ticket


def _is_behind(case: Case) -> bool:
    """Tell whether evidence came, went or was blackened since the pack was put together."""
    events = Event.objects.filter(subject_kind=TICKET, subject_id=case.ticket_id, kind__in=_EVIDENCE)
    return events.filter(sequence__gt=case.sequence).exists()


def submitted(case: Case) -> bool:
    """Tell whether evidence went out for what the platform asks now."""
    return case.submissions.filter(kind=Kind.EVIDENCE, failed_at=None, answered_at=None).exists()


def is_out(made: Submission) -> bool:
    """Tell the same of one submission that is at hand."""
    return made.kind == Kind.EVIDENCE and made.failed_at is None and made.answered_at is None


def shown_by(pack: Pack, pictures: list[bytes]) -> list[dict[str, object]]:
    """Name pictures in their order: digest, size, and the pieces on each of them by digest."""
    shows = [*pack.shows, *([] for _ in pictures[len(pack.shows) :])]
    return [
        {"sha256": sha256(each).hexdigest(), "bytes": len(each), "shows": list(on_it)}
        for each, on_it in zip(pictures, shows, strict=True)
    ]


def journaled(made: Submission) -> tuple[dict[str, object], dict[str, str]]:
    """Say in an event what went out: pictures and pieces by digest, the text as a personal value."""
    data: dict[str, object] = {
        "case": str(made.case_id),
        "pack": str(made.pack_id),
        "pictures": [each["sha256"] for each in made.pictures],
        "shows": [each["shows"] for each in made.pictures],
    }
    return data, {"text": made.text} if made.text else {}


def parts(pack: Pack) -> tuple[list[bytes], str]:
    """Give the pictures and the text of a pack for the platform, in their order; raises CaseRefused."""
    if pack.state != PackState.BUILT:
        raise CaseRefused(Why.CHANGED)
    files = packs.parts_of(pack)
    text = files.pop(TEXT, b"").decode()
    return [files[name] for name in sorted(files)], text
