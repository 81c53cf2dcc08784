"""Submit by itself what nobody has, shortly before the time runs out, where a shop has switched that on."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from aftersale.disputes.models import Case, DisputeSetting, Submission
from aftersale.disputes.submitting import Word, submit
from aftersale.domain.disputes import Stage
from aftersale.domain.errors import AftersaleError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from aftersale.tickets.models import Pack

_log = logging.getLogger(__name__)


def submit_due(now: datetime, addresses_of: Callable[[Pack, int], Sequence[str]]) -> list[Submission]:
    """Submit every case that is due and was not; one that cannot be is logged, people have its alarm."""
    made: list[Submission] = []
    for case in due(now):
        word = Word(case.pack_id or 0, gaps_accepted=True)
        try:
            made.append(submit(case, None, word, now, addresses_of))
        except AftersaleError as refusal:
            _log.warning("case %s is not submitted by itself: %s", case.pk, refusal.code)
    return made


def due(now: datetime) -> Iterator[Case]:
    """Give the cases of shops that let the desk submit whose time runs out soon and is not over."""
    for setting in DisputeSetting.objects.filter(automatic=True).order_by("pk"):
        until = now + timedelta(minutes=setting.minutes_before)
        cases = Case.objects.filter(shop_id=setting.shop_id, stage=Stage.EVIDENCE)
        open_ones = cases.filter(due_at__gt=now, due_at__lte=until).exclude(pack=None)
        done = Submission.objects.filter(kind="evidence", failed_at=None, answered_at=None)
        yield from open_ones.exclude(pk__in=done.values("case_id")).order_by("due_at")
