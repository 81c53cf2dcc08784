"""Import exports of the platforms: in batches, with progress, to be cancelled, resumed and repeated.

An import is a row with a lease; the job that runs it holds its id only. What was taken in before a crash is
met again as unchanged, so that running it again is always safe.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from aftersale.domain.errors import AftersaleError
from aftersale.evidence.journal import Entry, Subject, record
from aftersale.jobs.door import enqueue
from aftersale.shops.rulebooks import ENGINE
from aftersale.tickets.import_run import Run
from aftersale.tickets.models import Import, ParkedRow
from aftersale.tickets.models.intake import ImportState
from aftersale.tickets.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aftersale.shops.models import Shop

LEASE = timedelta(minutes=10)
_CHUNK = 1 << 20
JOB = "import"


@dataclass(frozen=True, slots=True)
class Given:
    """Hold what a person gives to be imported; `as_of` is when the sheet was made, None: as it tells."""

    files: Sequence[Path]
    shop: Shop | None
    scope: Scope = field(default_factory=Scope)
    as_of: datetime | None = None
    mapping: str = ""


def _digest(given: Given) -> str:
    """Tell imports apart by what would come of them: files, reader, shop, scope, map."""
    shop = given.shop.pk if given.shop else None
    about = msgspec.json.encode((ENGINE, shop, given.scope.as_json(), given.mapping))
    files = [_file_digest(path) for path in given.files]
    return sha256(about + b"".join(sorted(files))).hexdigest()


def _file_digest(path: Path) -> bytes:
    found = sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            found.update(chunk)
    return found.digest()


def start_import(given: Given, person_id: int | None, now: datetime) -> Import:
    """Keep the files and queue the import; the same files again end at once, with everything unchanged."""
    digest = _digest(given)
    twin = _twin(digest, person_id, given.as_of)
    made = Import(
        shop=given.shop,
        person_id=person_id,
        digest=digest,
        scope=given.scope.as_json(),
        as_of=given.as_of,
        mapping=given.mapping,
        created_at=now,
    )
    if twin and not _moved_since(twin):
        made.files = list(twin.files)
        return _ended_like(made, twin, now)
    made.folder, made.files = keep(given.files)
    with transaction.atomic():
        made.save()
        enqueue(JOB, made.pk)
    return made


def _twin(digest: str, person_id: int | None, as_of: datetime | None) -> Import | None:
    """Find the last import of which the same would come again: who may do what, and when, counts too."""
    theirs = Q(person_id=person_id, as_of=as_of)
    same = Import.objects.filter(theirs, digest=digest, state=ImportState.DONE)
    return same.order_by("-id").first()


def _moved_since(twin: Import) -> bool:
    """Tell whether the files are to be read again: a row was taken since, or may have found its shop."""
    if twin.counts.get("other_shop"):
        return True
    return ParkedRow.objects.filter(batch=twin, state="taken").exists()


def _ended_like(made: Import, twin: Import, now: datetime) -> Import:
    counts = dict(twin.counts)
    counts["unchanged"] += counts["new"] + counts["changed"]
    made.counts = {**counts, "new": 0, "changed": 0, "missing": 0}
    made.message = {"same_as": twin.pk}
    made.state, made.ended_at, made.done_rows = ImportState.DONE, now, twin.done_rows
    made.save()
    return made


def queue_files(
    of: tuple[str, str], files: Sequence[Path], shop: Shop, person_id: int, now: datetime
) -> Import:
    """Keep the files of another kind of import and ask for its job; `of` are the kind and the job."""
    kind, job = of
    folder, names = keep(files)
    contents = sorted(sha256(path.read_bytes()).digest() for path in files)
    with transaction.atomic():
        made = Import.objects.create(
            shop=shop,
            kind=kind,
            person_id=person_id,
            files=names,
            folder=folder,
            digest=sha256(f"{kind} {shop.pk}".encode() + b"".join(contents)).hexdigest(),
            created_at=now,
        )
        enqueue(job, made.pk)
    return made


def keep(files: Sequence[Path]) -> tuple[str, list[str]]:
    """Copy files into a folder of their own; gives its name and the names under which they lie there."""
    folder = Path(settings.FILES) / "imports" / uuid4().hex
    folder.mkdir(parents=True)
    # A file named twice is one file.
    once = list({path.resolve(): path for path in files}.values())
    names = _apart([path.name for path in once])
    for path, name in zip(once, names, strict=True):
        shutil.copyfile(path, folder / name)
    return folder.name, names


def _apart(names: Sequence[str]) -> list[str]:
    """Give each file a name of its own, numbered where two have the same; some disks know no case."""
    if len({name.casefold() for name in names}) == len(names):
        return list(names)
    return [f"{number}-{name}" for number, name in enumerate(names, 1)]


def folder_of(batch: Import) -> Path:
    """Give the folder in which the files of an import are kept until it has ended."""
    return Path(settings.FILES) / "imports" / batch.folder


def claim(import_id: int, now: datetime) -> Import | None:
    """Claim an import that waits, or whose worker is gone; None where another worker has it or it ended."""
    free = Q(state=ImportState.WAITING) | Q(state=ImportState.RUNNING, lease_until__lt=now)
    claimed = Import.objects.filter(free, pk=import_id).update(
        state=ImportState.RUNNING, lease_until=now + LEASE
    )
    return Import.objects.get(pk=import_id) if claimed else None


def run_import(
    import_id: int, clock: Callable[[], datetime], tick: Callable[[], object] = lambda: None
) -> Import | None:
    """Run one import to its end; None where somebody else runs it.

    `clock` is read to renew the lease, `tick` called for each row that is read.
    """
    batch = claim(import_id, clock())
    if batch is None:
        return None
    run = Run(batch, folder_of(batch), clock, tick)
    try:
        state = ImportState.DONE if run.all_rows() else ImportState.CANCELLED
    except AftersaleError as refusal:
        state = ImportState.REFUSED
        batch.message = {
            "code": refusal.code,
            "zh": refusal.message.zh,
            "en": refusal.message.en,
            "next_zh": refusal.next_step.zh,
            "next_en": refusal.next_step.en,
        }
    _end(batch, state, clock())
    return batch


def _end(batch: Import, state: ImportState, now: datetime) -> None:
    batch.state, batch.ended_at, batch.lease_until = state, now, None
    batch.done_rows = batch.counts.get("rows", 0)
    with transaction.atomic():
        batch.save()
        if batch.shop_id is not None:
            data = {"files": batch.files, "digest": batch.digest, "state": state.value, **batch.counts}
            subject = Subject(batch.shop_id, "import", batch.pk, str(batch.pk))
            record(subject, Entry("import_ended", now, batch.person_id, data))
    shutil.rmtree(folder_of(batch), ignore_errors=True)


def cancel_import(import_id: int) -> bool:
    """Ask an import to stop after the batch at hand; what it took in stays. False where it has ended."""
    going = Import.objects.filter(pk=import_id, state__in=[ImportState.WAITING, ImportState.RUNNING])
    return bool(going.update(cancel=True))


def waiting_imports(now: datetime) -> list[int]:
    """List imports that nobody runs, for the sweep."""
    free = Q(state=ImportState.WAITING) | Q(state=ImportState.RUNNING, lease_until__lt=now)
    return list(Import.objects.filter(free).order_by("id").values_list("pk", flat=True))
