"""Drop indexes that a wider one makes needless, without copying the table as SQLite's own way would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.migrations import RunPython

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# Of migrations Django knows no types.
# mypy: disable-error-code="no-untyped-call"


def drop_spare(*columns: tuple[str, str, str]) -> RunPython:
    """Make the step that drops the plain index of each (app, model, column), and makes it again backwards.

    It is elidable: tables that are made today never had them.
    """

    def drop(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ANN401  # Django's states have no type
        for app, model, column in columns:
            table = apps.get_model(app, model)._meta.db_table  # noqa: SLF001  # public API
            for name in _plain(editor, table, column):
                editor.execute(f"DROP INDEX {editor.quote_name(name)}")

    def make(apps: Any, editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ANN401  # as above
        for app, model, column in columns:
            table = apps.get_model(app, model)._meta.db_table  # noqa: SLF001  # as above
            name = editor.quote_name(f"{table}_{column}_again")
            editor.execute(f"CREATE INDEX {name} ON {editor.quote_name(table)} ({editor.quote_name(column)})")

    return RunPython(drop, make, elidable=True)


def _plain(editor: BaseDatabaseSchemaEditor, table: str, column: str) -> list[str]:
    """Name the indexes over one column that Django made for its key: all rows, nothing unique."""
    with editor.connection.cursor() as cursor:
        found = editor.connection.introspection.get_constraints(cursor, table)
    return [
        name
        for name, about in found.items()
        if about["index"] and not about["unique"] and about["columns"] == [column] and name.startswith(table)
    ]
