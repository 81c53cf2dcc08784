"""Write many rows at once: ids taken beforehand, one prepared statement for each table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.db import connection, models

from aftersale.shops.encryption import EncryptedTextField

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from django.db.models import Field


@lru_cache(maxsize=4096)
def _moment(value: datetime | None) -> str | None:
    """Write a time as Django writes it in SQLite: UTC, without a zone."""
    return None if value is None else str(value.astimezone(UTC).replace(tzinfo=None))


def _converter(field: Field[Any, Any], vendor: str) -> Callable[[Any], Any] | None:
    if isinstance(field, models.DateTimeField):
        return _moment if vendor == "sqlite" else None
    if isinstance(field, EncryptedTextField):
        return field.get_prep_value
    if isinstance(field, models.JSONField):
        return lambda value: connection.ops.adapt_json_value(value, None)
    return None


@dataclass(frozen=True, slots=True)
class Shape:
    """Say how the rows of a table look to one kind of database: the order of columns, defaults, texts."""

    places: Mapping[str, int]
    _pick: Callable[[Mapping[str, object]], tuple[Any, ...]]
    _defaults: Mapping[str, Any]
    _converters: tuple[tuple[int, Callable[[Any], Any]], ...]

    def row(self, values: Mapping[str, object]) -> list[Any]:
        """Make a row from values by attribute name; what is left out takes the default."""
        row = list(self._pick({**self._defaults, **values}))
        for place, convert in self._converters:
            row[place] = convert(row[place])
        return row


@lru_cache(maxsize=64)
def shape_of(model: type[models.Model], vendor: str, *, with_id: bool = False) -> Shape:
    """Give the shape of a table on a kind of database; asks none."""
    fields = _fields(model, with_id=with_id)
    converters = [(place, made) for place, field in enumerate(fields) if (made := _converter(field, vendor))]
    return Shape(
        {field.attname: place for place, field in enumerate(fields)},
        itemgetter(*(field.attname for field in fields)),
        {field.attname: field.get_default() for field in fields},
        tuple(converters),
    )


def _fields(model: type[models.Model], *, with_id: bool) -> list[Field[Any, Any]]:
    return [f for f in model._meta.concrete_fields if with_id or not f.primary_key]  # noqa: SLF001  # public API


@dataclass(frozen=True, slots=True)
class _Table:
    statement: str
    copy: str


@lru_cache(maxsize=32)
def _table(model: type[models.Model], vendor: str, *, with_id: bool) -> _Table:
    del vendor
    fields = _fields(model, with_id=with_id)
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(field.column)) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    table = quote(model._meta.db_table)  # noqa: SLF001  # as above
    return _Table(
        f"INSERT INTO {table} ({columns}) VALUES ({marks})",  # noqa: S608  # names of our own tables
        f"COPY {table} ({columns}) FROM STDIN",
    )


def insert(model: type[models.Model], rows: Iterable[Mapping[str, object]], *, with_id: bool = False) -> int:
    """Insert rows given by attribute name; what is left out takes the default. Give their number."""
    shape = shape_of(model, connection.vendor, with_id=with_id)
    return insert_rows(model, [shape.row(row) for row in rows], with_id=with_id)


def insert_rows(model: type[models.Model], rows: Sequence[Sequence[Any]], *, with_id: bool = False) -> int:
    """Insert rows that the shape of the table made. Give their number."""
    table = _table(model, connection.vendor, with_id=with_id)
    if rows and connection.vendor == "postgresql":
        _copy(table, rows)
    elif rows:
        with connection.cursor() as cursor:
            cursor.executemany(table.statement, rows)
    return len(rows)


def _copy(table: _Table, values: Sequence[Sequence[object]]) -> None:
    """Hand rows over as PostgreSQL takes them fastest; its errors come as Django's, as from any statement."""
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(table.copy) as copy:
        for row in values:
            copy.write_row(row)


def insert_made(made: Sequence[models.Model], *, with_id: bool = False) -> int:
    """Insert instances that are not saved."""
    return insert(type(made[0]), [vars(one) for one in made], with_id=with_id) if made else 0


def take_ids(model: type[models.Model], count: int) -> Sequence[int]:
    """Take ids for rows to come, inside a transaction; nobody else gets them."""
    table = model._meta.db_table  # noqa: SLF001  # public API
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [row[0] for row in cursor.fetchall()]
        # The transaction holds the write lock from its beginning (IMMEDIATE): the sequence stands still.
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
    first = (found[0] if found else 0) + 1
    return range(first, first + count)
