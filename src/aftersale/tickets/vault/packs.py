"""Have packs built: asked for by a person, done by a worker under a lease, the same bytes when done again."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from aftersale.domain.clock import seconds_of
from aftersale.domain.errors import AftersaleError
from aftersale.evidence import vault
from aftersale.evidence.heads import load_private
from aftersale.evidence.journal import Entry
from aftersale.evidence.pack.build import build as build_zip
from aftersale.evidence.pack.long import Limits, fit, with_stills
from aftersale.evidence.pack.typeset import typeset
from aftersale.evidence.pack.zipped import read_zip, write_zip
from aftersale.evidence.sealer import seal
from aftersale.jobs import door
from aftersale.shops.rulebooks import judge_of
from aftersale.texts import Text
from aftersale.tickets.change import change
from aftersale.tickets.models import Pack, Ticket
from aftersale.tickets.models.evidence import PackState
from aftersale.tickets.receipts import pause
from aftersale.tickets.vault.drafts import statement_of, summary_of
from aftersale.tickets.vault.gather import Asked, gather

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from aftersale.evidence.pack.contents import Contents
    from aftersale.policy.rulebook import Rulebook

JOB = "tickets.pack"
"""The job that builds a pack."""

ASKED, BUILT = "pack_asked", "pack_built"
LEASE = timedelta(minutes=5)
MOST_TRIES = 5
_FIRST_PAUSE_S = 15
TEXT = "text.txt"
_log = logging.getLogger(__name__)
_LONGEST = 2_000
_KB = 1024


class Form(StrEnum):
    """Name what a pack is made as: a signed zip for anyone, or pictures and text for the platform's page."""

    WHOLE = "whole"
    PLATFORM = "platform"


class PackRefused(AftersaleError):
    """Refuse to build a pack; nothing was changed."""


def _nothing_to_show() -> PackRefused:
    return PackRefused(
        "pack.empty",
        Text(zh="这张售后单还没有凭证。", en="There is no evidence on this ticket yet."),
        Text(zh="先加凭证，再生成举证材料。", en="Add evidence first, then build the pack."),
    )


def draft(ticket: Ticket, now: datetime) -> tuple[str, str]:
    """Draft summary and statement for a person to change."""
    asked = Asked(ticket, ticket.sequence, now)
    return summary_of(asked), statement_of(asked)


@transaction.atomic
def ask(
    ticket: Ticket,
    form: Form,
    words: tuple[str, str],
    person_id: int | None,
    now: datetime,
    seen: Sequence[str] = (),
) -> Pack:
    """Ask for a pack with summary and statement; raises PackRefused where there is nothing to show.

    `seen` are digests of what the platform has had: in pictures for it that comes last.
    """
    locked = Ticket.objects.select_for_update(no_key=True, of=("self",)).get(pk=ticket.pk)
    if not locked.evidence.filter(withdrawn_at=None).exists():
        raise _nothing_to_show()
    event = change(locked, Entry(ASKED, now, person_id, {"form": str(form)}))
    summary, statement = words
    pack = Pack.objects.create(
        ticket=locked,
        form=form,
        summary=summary.strip(),
        statement=statement.strip()[:_LONGEST],
        as_of=now,
        seen=list(seen),
        sequence=event.sequence,
        asked_by_id=person_id,
        asked_at=now,
    )
    door.enqueue(JOB, pack.pk)
    return pack


def build(pack_id: int, now: datetime) -> Pack | None:
    """Build a pack unless somebody else is at it, it is done or waits to be tried again; None then.

    A fault is noted on it, and it is tried again later, a few times.
    """
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    wanted = Pack.objects.filter(free, pk=pack_id, state__in=(PackState.WANTED, PackState.BUILDING))
    if not wanted.update(state=PackState.BUILDING, lease_until=now + LEASE, done=0):
        return None
    pack = Pack.objects.select_related("ticket__shop").get(pk=pack_id)
    try:
        _finish(pack, made(pack, now), now)
    except Exception as fault:  # noqa: BLE001  # whatever it is, the person who waits is told
        _log.exception("pack %s was not built", pack_id)
        _failed(pack, fault, now)
    pack.refresh_from_db()
    return pack


@transaction.atomic
def _failed(pack: Pack, fault: Exception, now: datetime) -> None:
    """Say what went wrong, and when it is tried again; after the last time a person has it tried."""
    words, tries = fault.message if isinstance(fault, AftersaleError) else _UNEXPECTED, pack.tries + 1
    again = now + pause(pack.tries, _FIRST_PAUSE_S) if tries < MOST_TRIES else None
    Pack.objects.filter(pk=pack.pk).update(
        state=PackState.WANTED if again else PackState.FAILED,
        failure={"zh": words.zh, "en": words.en},
        lease_until=again,
        tries=tries,
    )
    if again:
        door.enqueue(JOB, pack.pk, not_before=again)


@transaction.atomic
def again(pack: Pack) -> bool:
    """Have a pack tried again that could not be built; tells whether it was one."""
    failed = Pack.objects.filter(pk=pack.pk, state=PackState.FAILED)
    if not failed.update(state=PackState.WANTED, tries=0, lease_until=None, failure={}):
        return False
    door.enqueue(JOB, pack.pk)
    return True


_UNEXPECTED = Text(zh="出了意外，日志里有详情。", en="Something unexpected; the log of the desk has it.")


def waiting(now: datetime, most: int) -> Sequence[int]:
    """Name packs that wait for a worker, or whose worker is gone."""
    late = Q(lease_until=None, asked_at__lt=now - timedelta(seconds=15)) | Q(lease_until__lte=now)
    rows = Pack.objects.filter(late, state__in=(PackState.WANTED, PackState.BUILDING))
    return list(rows.order_by("asked_at").values_list("pk", flat=True)[:most])


@dataclass(frozen=True, slots=True)
class Made:
    """Hold the bytes of a pack, what was left out, and which pieces stand on each picture of it."""

    content: bytes
    left_out: tuple[Text, ...] = ()
    shows: tuple[tuple[str, ...], ...] = ()


def made(pack: Pack, now: datetime) -> Made:
    """Make a pack; the log is sealed first."""
    key = signing_key()
    seal(pack.ticket.shop_id, now, key)
    asked = Asked(pack.ticket, pack.sequence, pack.as_of, pack.summary, pack.statement)
    contents = gather(asked)
    Pack.objects.filter(pk=pack.pk).update(total=len(contents.exhibits))
    return _FORMS[Form(pack.form)](pack, contents, key)


def signing_key() -> Ed25519PrivateKey:
    """Read the key that signs the heads of the logs."""
    return load_private(Path(settings.HEAD_KEY).read_bytes())


def _whole(pack: Pack, contents: Contents, key: Ed25519PrivateKey) -> Made:
    printed = typeset(contents, lambda: Pack.objects.filter(pk=pack.pk).update(done=F("done") + 1))
    return Made(build_zip(contents, printed, key))


def _for_platform(pack: Pack, contents: Contents, _key: Ed25519PrivateKey) -> Made:
    text = "\n".join(part for part in (contents.summary, contents.statement) if part)
    ordered = sorted(contents.exhibits, key=lambda exhibit: exhibit.digest in pack.seen)
    shown = list(with_stills(ordered))
    fitted = fit(shown, text, limits_of(pack.ticket, pack.as_of))
    files = {f"{number}.jpg": picture for number, picture in enumerate(fitted.pictures, 1)}
    return Made(write_zip({**files, TEXT: fitted.text.encode()}), fitted.left_out, fitted.shows)


_FORMS = {Form.WHOLE: _whole, Form.PLATFORM: _for_platform}


def limits_of(ticket: Ticket, at: datetime, book: Rulebook | None = None) -> Limits:
    """Give what the platform of a ticket takes, by the numbers of the shop's rulebook."""
    parameters = (book or judge_of(ticket.shop_id, at).rulebook).parameters
    platform = ticket.shop.platform

    def number(name: str, otherwise: int) -> int:
        found = parameters[name].value_for(platform, seconds_of(at)) if name in parameters else None
        return found.value if found else otherwise

    return Limits(
        number("evidence_pictures_most", 4),
        number("evidence_picture_kb", 5 * _KB) * _KB,
        number("evidence_text_most", 500),
    )


@transaction.atomic
def _finish(pack: Pack, done: Made, now: datetime) -> None:
    ticket = Ticket.objects.select_for_update(no_key=True, of=("self",)).get(pk=pack.ticket_id)
    file, _ = vault.store(ticket.shop_id, done.content, vault.PACKED, now)
    Pack.objects.filter(pk=pack.pk).update(
        state=PackState.BUILT,
        file=file,
        left_out=[{"zh": each.zh, "en": each.en} for each in done.left_out],
        shows=[list(each) for each in done.shows],
        built_at=now,
        lease_until=None,
        done=F("total"),
    )
    data = {"pack": str(pack.pk), "form": pack.form, "sha256": file.sha256, "bytes": file.size}
    change(ticket, Entry(BUILT, now, None, data))


def parts_of(pack: Pack) -> dict[str, bytes]:
    """Give the pictures and the text of a pack for the platform, by name."""
    return read_zip(vault.read(pack.file)) if pack.file else {}
