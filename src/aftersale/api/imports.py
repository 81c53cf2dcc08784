"""Answer calls about imports: upload sheets, follow, cancel, and mend the rows that were parked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.files.uploadedfile import UploadedFile as Uploaded
from django.http import HttpResponse
from ninja import File, Form, Router, UploadedFile
from pydantic import AwareDatetime, Field

from aftersale.api.access import Call, Caller
from aftersale.api.answer import answered
from aftersale.api.faults import NotHere
from aftersale.api.once import Done, once
from aftersale.api.shapes import Before, InPath, Limit, Number, Said, Taken, Word, says
from aftersale.domain.roles import Permission
from aftersale.returns.parked import needs, take_row
from aftersale.shops.models import Shop
from aftersale.shops.uploads import HEAD_BYTES, SHEETS, Limits, check_count, check_upload
from aftersale.tickets.imports import Given, cancel_import, start_import
from aftersale.tickets.models import Import, ParkedRow
from aftersale.tickets.parking import cells_of, drop
from aftersale.tickets.scope import Scope

router = Router(tags=["imports"])
_MB = 1024 * 1024
LIMITS = Limits(kinds=SHEETS, most_bytes=100 * _MB, most_files=10)


@dataclass(frozen=True, slots=True)
class ImportView:
    """Hold an import: how far it is and what came of it."""

    id: int
    shop_id: int | None
    files: list[str]
    state: str
    total_rows: int
    done_rows: int
    counts: dict[str, Any]
    message: dict[str, Any]
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ImportsPage:
    """Hold imports, newest first."""

    imports: tuple[ImportView, ...]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class ParkedView:
    """Hold a row that could not be taken; `cells` are [title, text], empty where only the place is known."""

    id: int
    sheet: str
    row: int
    column: str
    value: str
    code: str
    reason: dict[str, Any]
    state: str
    cells: list[list[str]]


@dataclass(frozen=True, slots=True)
class ParkedPage:
    """Hold parked rows in the order of the sheet."""

    rows: tuple[ParkedView, ...]
    next_after: int | None


@dataclass(frozen=True, slots=True)
class RowEnded:
    """Say what became of a parked row."""

    id: int
    state: str


class Asked(Taken):
    """Say what a sheet is: its shop, its scope (states, days), when it was made, and a map of its columns."""

    shop: Number
    states: list[Word] = Field(default_factory=list, max_length=50)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    partial: bool = False
    as_of: AwareDatetime | None = None
    mapping: Said = ""


class Mended(Taken):
    """Give the corrected texts of a row by the title of their column."""

    cells: dict[Word, Said] = Field(default_factory=dict, max_length=200)


@contextmanager
def kept(files: list[Uploaded[Any]], limits: Limits) -> Iterator[list[Path]]:
    """Check uploads and lay them into a folder of their own while they are read; raises UploadRefused."""
    check_count(len(files), limits)
    with TemporaryDirectory(prefix="aftersale-upload-") as folder:
        yield [_lay(file, Path(folder) / str(number), limits) for number, file in enumerate(files)]


def _lay(file: Uploaded[Any], folder: Path, limits: Limits) -> Path:
    name = Path(file.name or "").name
    head = file.read(HEAD_BYTES)
    check_upload(name, head, file.size or 0, limits)
    file.seek(0)
    # Two files of one name lie apart.
    folder.mkdir()
    path = folder / name
    with path.open("wb") as target:
        for chunk in file.chunks():
            target.write(chunk)
    return path


def _view(each: Import) -> ImportView:
    return ImportView(
        each.pk,
        each.shop_id,
        list(each.files),
        each.state,
        each.total_rows,
        each.done_rows,
        dict(each.counts),
        dict(each.message),
        each.created_at,
        each.ended_at,
    )


def _import(caller: Caller, import_id: int, permission: Permission) -> Import:
    found = Import.objects.filter(pk=import_id).first()
    caller.let(permission, found.shop_id if found else None)
    if found is None:
        raise NotHere
    return found


@router.post("/imports", response=says(ImportView, 202))
def start(request: Call, asked: Form[Asked], files: File[list[UploadedFile]]) -> HttpResponse:
    """Upload sheets of one shop; they are read in the background, the answer names the import to follow."""

    def work() -> Done:
        request.auth.let(Permission.IMPORT, asked.shop)
        scope = Scope(frozenset(asked.states) or None, asked.since, asked.until, asked.partial)
        with kept(list(files), LIMITS) as paths:
            given = Given(paths, Shop.objects.get(pk=asked.shop), scope, asked.as_of, asked.mapping)
            made = start_import(given, request.auth.person.pk, request.auth.now)
        return Done(_view(made), 202)

    return once(request, work)


@router.get("/imports", response=says(ImportsPage))
def imports(request: Call, before: Before = None, limit: Limit = 20) -> HttpResponse:
    """Read imports of the caller's shops, newest first."""
    rows = Import.objects.filter(shop__in=request.auth.seen_shops()).order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = [_view(each) for each in rows[: limit + 1]]
    return answered(ImportsPage(tuple(found[:limit]), found[limit - 1].id if len(found) > limit else None))


@router.get("/imports/{import_id}", response=says(ImportView))
def one(request: Call, import_id: InPath) -> HttpResponse:
    """Read how far an import is."""
    return answered(_view(_import(request.auth, import_id, Permission.VIEW)))


@router.post("/imports/{import_id}/cancel", response=says(ImportView))
def cancel(request: Call, import_id: InPath) -> HttpResponse:
    """Ask an import to stop; what it took in stays. One that has ended is answered as it is."""

    def work() -> Done:
        found = _import(request.auth, import_id, Permission.IMPORT)
        cancel_import(found.pk)
        found.refresh_from_db()
        return Done(_view(found))

    return once(request, work)


@router.get("/imports/{import_id}/parked", response=says(ParkedPage))
def parked(request: Call, import_id: InPath, after: Before = None, limit: Limit = 50) -> HttpResponse:
    """Read the rows of an import that wait to be mended; their cells are as they came."""
    found = _import(request.auth, import_id, Permission.VIEW)
    need = needs(found)
    request.auth.let(need, found.shop_id)
    mine = request.auth.shops(need)
    rows = ParkedRow.objects.filter(batch=found, shop__in=mine, state="parked").order_by("id")
    if after is not None:
        rows = rows.filter(id__gt=after)
    listed = [_parked(row) for row in rows[: limit + 1]]
    return answered(ParkedPage(tuple(listed[:limit]), listed[limit - 1].id if len(listed) > limit else None))


def _parked(row: ParkedRow) -> ParkedView:
    return ParkedView(
        row.pk, row.sheet, row.row, row.column, row.value, row.code, row.reason, row.state, cells_of(row)
    )


def _row(caller: Caller, row_id: int) -> ParkedRow:
    row = ParkedRow.objects.select_related("batch", "shop").filter(pk=row_id, state="parked").first()
    caller.let(needs(row.batch) if row else Permission.IMPORT, row.shop_id if row else None)
    if row is None:
        raise NotHere
    return row


@router.post("/parked/{row_id}/take", response=says(RowEnded))
def take(request: Call, row_id: InPath, body: Mended) -> HttpResponse:
    """Take a parked row in with its cells corrected."""

    def work() -> Done:
        row = _row(request.auth, row_id)
        take_row(row, body.cells, request.auth.person.pk, request.auth.now)
        return Done(RowEnded(row.pk, "taken"))

    return once(request, work)


@router.post("/parked/{row_id}/drop", response=says(RowEnded))
def give_up(request: Call, row_id: InPath) -> HttpResponse:
    """Give a parked row up; it stays on record without its cells."""

    def work() -> Done:
        row = _row(request.auth, row_id)
        drop(row, request.auth.person.pk, request.auth.now)
        return Done(RowEnded(row.pk, "dropped"))

    return once(request, work)
