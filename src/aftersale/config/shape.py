"""See that the tables are as the migrations that the database names have made them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.db import connection

from aftersale.config.refusals import DeskRefused
from aftersale.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.apps.registry import Apps
    from django.db.backends.utils import CursorWrapper
    from django.db.migrations.loader import MigrationLoader

_MOST_NAMED = 3


def refuse_strange(loader: MigrationLoader) -> None:
    """Raise DeskRefused where a table or column is missing that the applied migrations would have made.

    So it is with a database of a program whose migrations were still being rewritten.
    """
    lacking = list(_lacking(_known(loader)))
    if lacking:
        named = ", ".join(lacking[:_MOST_NAMED])
        raise DeskRefused(
            "database.strange",
            Text(
                zh=f"数据库里的表和它记的版本对不上，缺：{named}。没有改动任何数据。",
                en=f"The tables are not of the version that the database names; missing: {named}. "
                f"Nothing was changed.",
            ),
            Text(
                zh="它来自还没发布的程序：用 AFTERSALE_HOME 指定空文件夹重新开始，再导入表格；或者恢复备份。",
                en="A program before its release made it: begin in an empty folder, named by AFTERSALE_HOME, "
                "and import your sheets; or restore a backup.",
            ),
        )


def _known(loader: MigrationLoader) -> Apps:
    """Give the models as the applied migrations describe them."""
    nodes = set(loader.graph.nodes)
    applied = nodes & set(loader.applied_migrations)
    if applied == nodes:
        return apps
    return loader.project_state(sorted(applied)).apps


def _lacking(models: Apps) -> Iterator[str]:
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for model in models.get_models(include_auto_created=True):
            meta = model._meta  # noqa: SLF001  # Django's documented way to a model's table
            if not meta.managed or meta.proxy:
                continue
            if meta.db_table not in there:
                yield meta.db_table
                continue
            columns = _columns(cursor, meta.db_table)
            yield from (
                f"{meta.db_table}.{field.column}"
                for field in meta.local_concrete_fields
                if field.column not in columns
            )


def _columns(cursor: CursorWrapper, table: str) -> set[str]:
    """Ask for no row: Django's description of a table parses its SQL, a third of the time a command takes."""
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)} LIMIT 0")  # noqa: S608  # a name of ours
    return {each[0] for each in cursor.description}
