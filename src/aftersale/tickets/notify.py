"""Write messages to people and send them: quiet hours, digests, retries, and nothing about the buyer."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, cast

from django.db import transaction
from django.db.models import F, Min, Q

from aftersale.domain.clock import SHANGHAI
from aftersale.domain.errors import AftersaleError
from aftersale.domain.quiet import Quiet, quiet_ends
from aftersale.domain.service_hours import DAY_MINUTES
from aftersale.shops.models import NotifyTarget
from aftersale.texts import Text
from aftersale.tickets.consequences import clock_word, said
from aftersale.tickets.models import Outbox
from aftersale.tickets.models.clock import AlarmState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from aftersale.shops.models import Person
    from aftersale.texts import Lang
    from aftersale.tickets.models import Alarm

Send: TypeAlias = "Callable[[str, str, str], bool]"

LEASE = timedelta(minutes=2)
# After each failure so many minutes pass; after the last nothing more is tried.
BACK_OFF = (1, 5, 15, 60)
MOST_ATTEMPTS = len(BACK_OFF) + 1
_TITLE, _FAILURE = 128, 256
_TAIL = 4
_log = logging.getLogger(__name__)

ALARM_WORDS = {
    "deadline": Text(zh="快到截止时间", en="deadline ahead"),
    "evidence": Text(zh="平台介入待举证", en="evidence due"),
    "money": Text(zh="一小时内涉及退款", en="money due within the hour"),
    "unauthorised": Text(zh="授权失效", en="authorisation lost"),
    "unknown_outcome": Text(zh="结果待确认", en="outcome to be confirmed"),
    "authorisation": Text(zh="授权快到期，请店主重新授权", en="authorisation ends soon; the owner renews it"),
}
_STATE_WORDS = {
    AlarmState.RINGING: Text(zh="请接手", en="please take over"),
    AlarmState.TAKEN: Text(zh="您已接手", en="you have taken over"),
    AlarmState.ESCALATED: Text(zh="没有处理好，请主管接手", en="not dealt with, for the lead"),
}
_MISSED = Text(zh="已超时", en="deadline missed")
_TICKET = Text(zh="售后单尾号 {tail}", en="ticket ending in {tail}")
_UNTIL = Text(zh="截止 {at}", en="until {at}")
_DIGEST = Text(zh="待办汇总：{count} 条", en="Digest: {count} reminders")


class Message(NamedTuple):
    """Hold what a person reads."""

    title: str
    body: str


def message_of(alarm: Alarm, lang: Lang, now: datetime) -> Message:
    """Write an alarm for a person: shop, what, until when and where; nothing of the buyer or the order."""
    missed = alarm.due_at is not None and alarm.due_at <= now
    what = (_MISSED if missed else ALARM_WORDS[alarm.kind]).of(lang)
    lines = [*_what_is_due(alarm, lang), _STATE_WORDS[AlarmState(alarm.state)].of(lang)]
    if alarm.ticket is not None:
        tail = alarm.ticket.ticket_no[-_TAIL:]
        case = alarm.params.get("case")
        where = f"/disputes/{case}/" if case else f"/tickets/{alarm.ticket_id}"
        lines = [_TICKET.of(lang).format(tail=tail), *lines, where]
    return Message(f"{alarm.shop.name} · {what}"[:_TITLE], "\n".join(lines))


def _what_is_due(alarm: Alarm, lang: Lang) -> list[str]:
    lines = []
    if clock := alarm.params.get("clock"):
        lines.append(clock_word(str(clock)).of(lang))
    if consequence := alarm.params.get("consequence"):
        lines.append(said(str(consequence)).of(lang))
    if alarm.due_at is not None:
        lines.append(_UNTIL.of(lang).format(at=f"{alarm.due_at.astimezone(SHANGHAI):%m-%d %H:%M}"))
    return lines


def tell(alarm: Alarm, people: Iterable[Person], now: datetime) -> int:
    """Put a message for each target of each person into the outbox; gives how many can be expected to arrive.

    What an older message of the same alarm said and nobody has sent yet is replaced.
    """
    by_id = {person.pk: person for person in people}
    targets = list(NotifyTarget.objects.filter(person__in=by_id, active=True).defer("url").order_by("pk"))
    if alarm.rung > 1:
        Outbox.objects.filter(_free(now), alarm=alarm, target__in=targets, sent_at=None).delete()
    Outbox.objects.bulk_create(_row(alarm, target, by_id[target.person_id], now) for target in targets)
    return sum(target.failed_at is None for target in targets)


def _row(alarm: Alarm, target: NotifyTarget, person: Person, now: datetime) -> Outbox:
    title, body = message_of(alarm, lang_of(person), now)
    at = now if alarm.urgent else heard_at(person, target.digest_at, now)
    return Outbox(target=target, alarm=alarm, title=title, body=body, created_at=now, not_before=at)


def lang_of(person: Person) -> Lang:
    """Give the language that a person reads."""
    return cast("Literal['zh', 'en']", person.lang) if person.lang in {"zh", "en"} else "zh"


def heard_at(person: Person, digest_at: int | None, now: datetime) -> datetime:
    """Give the time at which a person hears of what is not urgent: at the digest, not while quiet."""
    quiet = Quiet(person.quiet_from % DAY_MINUTES, person.quiet_until % DAY_MINUTES)
    at = now if digest_at is None else _next_minute(now, digest_at)
    return quiet_ends(quiet, at)


def _next_minute(now: datetime, minute_of_day: int) -> datetime:
    here = now.astimezone(SHANGHAI)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    at = midnight + timedelta(minutes=minute_of_day % DAY_MINUTES)
    return at if at >= here else at + timedelta(days=1)


@dataclass(slots=True)
class Sent:
    """Count what became of the messages that were due; `given_up` are not tried again."""

    sent: int = 0
    failed: int = 0
    given_up: int = 0
    dropped: int = 0
    errors: list[str] = field(default_factory=list)


def send_due(now: datetime, limit: int, send: Send) -> Sent:
    """Send what is due to at most `limit` targets; each is claimed with a lease, so one sender has it."""
    done = Sent()
    waiting = Outbox.objects.filter(_due(now)).values("target_id").annotate(first=Min("not_before"))
    for target_id in waiting.order_by("first", "target_id").values_list("target_id", flat=True)[:limit]:
        try:
            _send_to(target_id, now, send, done)
        except Exception as fault:  # noqa: BLE001  # one target must not keep the others waiting
            _log.exception("messages to target %s were not sent", target_id)
            done.errors.append(f"target {target_id}: {type(fault).__name__}")
    return done


def _free(now: datetime) -> Q:
    return Q(lease_until=None) | Q(lease_until__lte=now)


def _due(now: datetime) -> Q:
    return _free(now) & Q(sent_at=None, not_before__lte=now, attempts__lt=MOST_ATTEMPTS)


def _send_to(target_id: int, now: datetime, send: Send, done: Sent) -> None:
    target, rows = _claim(target_id, now)
    if target is None:
        return
    live = [row for row in rows if _still_wanted(row, target)]
    done.dropped += _drop([row for row in rows if row not in live])
    for bundle in _bundles(target, live):
        _send_bundle(target, bundle, now, send, done)


def _claim(target_id: int, now: datetime) -> tuple[NotifyTarget | None, list[Outbox]]:
    """Take all that is due to one target; an attempt counts when it begins, so that a crash counts too."""
    with transaction.atomic():
        held = NotifyTarget.objects.select_for_update(skip_locked=True, no_key=True)
        target = held.filter(pk=target_id).first()
        if target is None:
            return None, []
        rows = list(
            Outbox.objects.filter(_due(now), target_id=target_id)
            .select_related("alarm")
            .order_by("not_before", "pk")
        )
        Outbox.objects.filter(pk__in=[row.pk for row in rows]).update(
            lease_until=now + LEASE, attempts=F("attempts") + 1
        )
    target.person  # noqa: B018  # read outside the lock
    return target, rows


def _still_wanted(row: Outbox, target: NotifyTarget) -> bool:
    """Tell whether a message still says something: not after the alarm is over, nor once another has it."""
    alarm = row.alarm
    if not target.active:
        return False
    if alarm is None:
        return True
    taken_by_another = alarm.state == AlarmState.TAKEN and alarm.taken_by_id != target.person_id
    return alarm.over_at is None and not taken_by_another


def _drop(rows: Sequence[Outbox]) -> int:
    Outbox.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def _bundles(target: NotifyTarget, rows: Sequence[Outbox]) -> list[list[Outbox]]:
    """Send what is urgent by itself, and the rest by itself or, where a digest is wished, as one message."""
    urgent = [[row] for row in rows if row.alarm is not None and row.alarm.urgent]
    rest = [row for row in rows if row.alarm is None or not row.alarm.urgent]
    if target.digest_at is None:
        return urgent + [[row] for row in rest]
    return urgent + ([rest] if rest else [])


def _message(target: NotifyTarget, bundle: Sequence[Outbox]) -> Message:
    if len(bundle) == 1:
        return Message(bundle[0].title, bundle[0].body)
    title = _DIGEST.of(lang_of(target.person)).format(count=len(bundle))
    return Message(title, "\n\n".join(f"{row.title}\n{row.body}" for row in bundle))


def _send_bundle(
    target: NotifyTarget, bundle: Sequence[Outbox], now: datetime, send: Send, done: Sent
) -> None:
    failure = _failure(target, _message(target, bundle), send)
    mine = Outbox.objects.filter(pk__in=[row.pk for row in bundle], sent_at=None)
    if not failure:
        mine.update(sent_at=now, lease_until=None)
        if target.failed_at is not None:
            NotifyTarget.objects.filter(pk=target.pk).update(failed_at=None, failure="")
        done.sent += 1
        return
    NotifyTarget.objects.filter(pk=target.pk).update(failed_at=now, failure=failure[:_FAILURE])
    done.failed += 1
    for row in bundle:
        done.given_up += _put_off(row, now)


def _put_off(row: Outbox, now: datetime) -> int:
    """Try again later, or give up after the last attempt; the target shows that it does not work."""
    wait = BACK_OFF[min(row.attempts, len(BACK_OFF) - 1)]
    later = now + timedelta(minutes=wait)
    Outbox.objects.filter(pk=row.pk, sent_at=None).update(lease_until=None, not_before=later)
    return int(row.attempts + 1 >= MOST_ATTEMPTS)


def _failure(target: NotifyTarget, message: Message, send: Send) -> str:
    """Send, and say why it did not work; empty where it did. An address never gets into what is said."""
    try:
        taken = send(target.url, message.title, message.body)
    except AftersaleError as refusal:
        return refusal.message.of(lang_of(target.person))
    except Exception as fault:  # noqa: BLE001  # a sender may fail in any way; the next message must still go
        _log.warning("sending to target %s failed: %s", target.pk, type(fault).__name__)
        return type(fault).__name__
    return "" if taken else _NOT_TAKEN.of(lang_of(target.person))


_NOT_TAKEN = Text(zh="对方没有收下消息。", en="The message was not accepted.")
