"""Send a person a trial message, by the way that every message goes, and tell what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from aftersale.texts import Text
from aftersale.tickets.models import Outbox
from aftersale.tickets.notify import lang_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from aftersale.shops.models import NotifyTarget

_TITLE = Text(zh="售后台 · 测试消息", en="Aftersale · trial message")
_BODY = Text(
    zh="收到这条，说明提醒能送到这里。不用处理。",
    en="Reminders reach you here. There is nothing to do.",
)


@transaction.atomic
def send_trial(target: NotifyTarget, now: datetime) -> Outbox:
    """Put a trial message into the outbox, in place of one that was not sent yet; a worker sends it."""
    Outbox.objects.filter(target=target, alarm=None, sent_at=None, lease_until=None).delete()
    lang = lang_of(target.person)
    return Outbox.objects.create(
        target=target, title=_TITLE.of(lang), body=_BODY.of(lang), created_at=now, not_before=now
    )


def trials(targets: Collection[int]) -> dict[int, Outbox]:
    """Give the newest trial message of each target that had one."""
    rows = Outbox.objects.filter(target__in=targets, alarm=None).order_by("id")
    return {row.target_id: row for row in rows}
