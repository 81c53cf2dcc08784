"""Place promises and goodwill to be handed over among the rows of the queue, each where its end falls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftersale.pages.handing import hand_over
from aftersale.tickets.goodwill import HAND_OVER
from aftersale.tickets.models import Task
from aftersale.tickets.promises import PROMISE

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from aftersale.tickets.queries import Row

_MOST = 50


class Promised:
    """Give promises in the order of their ends, each once, while a list is written from top to bottom.

    `handing` says by task how goodwill is handed over.
    """

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._left = list(tasks)
        self.handing = hand_over(self._left)

    def __bool__(self) -> bool:
        """Tell whether any is left."""
        return bool(self._left)

    def before(self, row: Row) -> list[Task]:
        """Give those that run out before a row does."""
        return self._take([task for task in self._left if task.due_at and task.due_at <= row.queue_at])

    def rest(self) -> list[Task]:
        """Give what is left after the last row."""
        return self._take(list(self._left))

    def _take(self, some: list[Task]) -> list[Task]:
        self._left = self._left[len(some) :]
        return some


def promised_between(
    shops: Collection[int], person_id: int | None, since: datetime | None, until: datetime | None
) -> Promised:
    """Read open promises of some shops, of one person where named, whose end lies in (since, until]."""
    found = Task.objects.filter(
        shop__in=shops, kind__in=(PROMISE, HAND_OVER), done_at=None, due_at__isnull=False
    )
    if person_id is not None:
        found = found.filter(assignee=person_id)
    if since is not None:
        found = found.filter(due_at__gt=since)
    if until is not None:
        found = found.filter(due_at__lte=until)
    rows = found.exclude(ticket=None).select_related("ticket", "shop", "assignee")
    return Promised(list(rows.order_by("due_at", "id")[:_MOST]))
