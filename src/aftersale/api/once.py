"""Do a write once: the same key with the same request gives the stored answer and does nothing again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.http.request import RawPostDataException

from aftersale.api.answer import answered
from aftersale.domain.errors import AftersaleError
from aftersale.texts import Text
from aftersale.tickets.models import IdempotencyKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from django.core.files.uploadedfile import UploadedFile

    from aftersale.api.access import Call, Caller

HEADER = "Idempotency-Key"
KEPT = timedelta(days=7)
_LONGEST = 128
_WORDS = {
    "idempotency.required": (
        Text(zh="写操作要带 Idempotency-Key。", en="A write needs an Idempotency-Key."),
        Text(zh="每次操作用新的编号，重试时用同一个。", en="Send a new key, and with a retry the same."),
    ),
    "idempotency.too_long": (
        Text(zh="Idempotency-Key 最多 128 个字符。", en="An Idempotency-Key has at most 128 characters."),
        Text(zh="换一个短的。", en="Send a shorter one."),
    ),
    "idempotency.reused": (
        Text(zh="这个编号已经用在另一次操作上。", en="This key was used for another request."),
        Text(zh="新的操作用新的编号。", en="Use a new key for a new request."),
    ),
    "idempotency.in_flight": (
        Text(zh="同一个操作正在进行。", en="The same request is being done."),
        Text(zh="稍等再用同一个编号重试。", en="Wait a moment, then try again with the same key."),
    ),
}
_STATUS = {"idempotency.required": 400, "idempotency.too_long": 400}


class KeyRefused(AftersaleError):
    """Refuse a write whose key is missing, taken or busy."""

    def __init__(self, code: str) -> None:
        super().__init__(code, *_WORDS[code])
        self.status = _STATUS.get(code, 409)


@dataclass(frozen=True, slots=True)
class Done:
    """Hold what a write answers."""

    body: object
    status: int = 200


def once(request: Call, work: Callable[[], Done]) -> HttpResponse:
    """Do a write in one transaction with its key; what is refused leaves no trace and may be tried again.

    A token has to send a key; a session may. Raises KeyRefused and whatever the work raises.
    """
    caller, key = request.auth, request.headers.get(HEADER, "")
    if len(key) > _LONGEST:
        raise KeyRefused("idempotency.too_long")
    if not key:
        if caller.by_token:
            raise KeyRefused("idempotency.required")
        with transaction.atomic():
            return _answer(work())
    digest = _digest(request)
    try:
        with transaction.atomic():
            return _first_time(caller, key, digest, work)
    except _Taken:
        return _again(caller, key, digest)


class _Taken(Exception):
    """Say that the key is there already."""


def _first_time(caller: Caller, key: str, digest: str, work: Callable[[], Done]) -> HttpResponse:
    stored = _claim(caller, key, digest)
    answer = _answer(work())
    stored.status, stored.body = answer.status_code, answer.content.decode()
    stored.save(update_fields=["status", "body"])
    return answer


def _claim(caller: Caller, key: str, digest: str) -> IdempotencyKey:
    own = IdempotencyKey.objects.filter(person=caller.person, key=key)
    own.filter(created_at__lt=caller.now - KEPT).delete()
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(
                person=caller.person, key=key, request_digest=digest, created_at=caller.now
            )
    except IntegrityError:
        raise _Taken from None


def _again(caller: Caller, key: str, digest: str) -> HttpResponse:
    stored = IdempotencyKey.objects.filter(person=caller.person, key=key).first()
    if stored is None or (stored.status is None and stored.request_digest == digest):
        raise KeyRefused("idempotency.in_flight")
    if stored.request_digest != digest or stored.status is None:
        raise KeyRefused("idempotency.reused")
    return HttpResponse(stored.body, content_type="application/json; charset=utf-8", status=stored.status)


def _answer(done: Done) -> HttpResponse:
    return answered(done.body, done.status)


def _digest(request: Call) -> str:
    """Tell requests apart by method, address and content; of a form by its fields and the files in it."""
    running = sha256(f"{request.method} {request.get_full_path()}\n".encode())
    try:
        running.update(request.body)
    except RawPostDataException:  # it was read as a form
        for name, values in sorted(request.POST.lists()):
            running.update(repr((name, values)).encode())
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                running.update(repr((name, file.name, _of_file(file))).encode())
    return running.hexdigest()


def _of_file(file: UploadedFile[Any]) -> str:
    running = sha256()
    chunks: Iterator[bytes] = file.chunks()
    for chunk in chunks:
        running.update(chunk)
    file.seek(0)
    return running.hexdigest()


def forget_keys(now: datetime) -> int:
    """Delete keys older than seven days, and say how many."""
    return IdempotencyKey.objects.filter(created_at__lt=now - KEPT).delete()[0]
