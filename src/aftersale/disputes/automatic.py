"""Submit by itself what nobody has, shortly before the time runs out, where a shop has switched that on."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from aftersale.disputes.models import Case, DisputeSetting, Submission
from aftersale.disputes.noting import automatic_key
from aftersale.disputes.submitting import Word, submit
from aftersale.domain.disputes import Stage
from aftersale.domain.errors import AftersaleError
from aftersale.tickets.alarms import EVIDENCE, Cause, raise_alarm
from aftersale.tickets.models import Alarm
from aftersale.tickets.models.evidence import PackState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from aftersale.tickets.models import Pack

_log = logging.getLogger(__name__)
# What passes by itself within seconds, or was done by a person just now.
_HEALS = frozenset({"case.submitted", "case.changed", "ticket.overtaken"})


def submit_due(now: datetime, addresses_of: Callable[[Pack, int], Sequence[str]]) -> list[Submission]:
    """Submit every case that is due and was not; one that cannot be rings once and keeps no other waiting."""
    made: list[Submission] = []
    for case in due(now):
        word = Word(case.pack_id or 0, gaps_accepted=True)
        try:
            made.append(submit(case, None, word, now, addresses_of))
        except AftersaleError as refusal:
            _log.warning("case %s is not submitted by itself: %s", case.pk, refusal.code)
            if not _heals(case, refusal.code):
                _ring(case, refusal.code, now)
        except Exception:  # noqa: BLE001  # whatever it is, the other cases go out in time
            _log.exception("case %s is not submitted by itself", case.pk)
            _ring(case, "unexpected", now)
    return made


def _heals(case: Case, code: str) -> bool:
    building = case.pack is not None and case.pack.state != PackState.FAILED
    return code in _HEALS or (code == "case.not_built" and building)


def _ring(case: Case, why: str, now: datetime) -> None:
    """Call people to a case that they may trust the desk to submit; once for each end."""
    before = Alarm.objects.filter(key=automatic_key(case.pk), due_at=case.due_at)
    if not before.exists():
        about = {"clock": "evidence_by", "case": str(case.pk), "why": why}
        cause = Cause(EVIDENCE, automatic_key(case.pk), case.shop, case.ticket, case.due_at, about)
        raise_alarm(cause, now)


def due(now: datetime) -> Iterator[Case]:
    """Give the cases of shops that let the desk submit whose time runs out soon and is not over."""
    for setting in DisputeSetting.objects.filter(automatic=True).order_by("pk"):
        until = now + timedelta(minutes=setting.minutes_before)
        cases = Case.objects.filter(shop_id=setting.shop_id, stage=Stage.EVIDENCE)
        open_ones = cases.filter(due_at__gt=now, due_at__lte=until).exclude(pack=None)
        done = Submission.objects.filter(kind="evidence", failed_at=None, answered_at=None)
        open_ones = open_ones.select_related("shop", "ticket", "pack")
        yield from open_ones.exclude(pk__in=done.values("case_id")).order_by("due_at")
