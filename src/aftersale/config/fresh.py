"""Lay out an empty database in one go; migration by migration Django draws all models anew for each step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal, emit_pre_migrate_signal
from django.db import connection
from django.db.migrations import RunPython
from django.db.migrations.executor import MigrationExecutor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations import Migration


def lay_out() -> None:
    """Make what all migrations together would leave in an empty database, whole or not at all.

    Raises DatabaseError where there are tables already.
    """
    emit_pre_migrate_signal(0, False, connection.alias)  # noqa: FBT003  # as Django calls it: quiet, asking nothing
    with connection.schema_editor() as editor:
        for model in apps.get_models():
            if model._meta.managed and not model._meta.proxy:  # noqa: SLF001  # Django's documented way
                editor.create_model(model)
        complete(editor)
    emit_post_migrate_signal(0, False, connection.alias)  # noqa: FBT003  # as above


def complete(editor: BaseDatabaseSchemaEditor) -> None:
    """Add to the tables what no model shows, and note all migrations as applied."""
    executor = MigrationExecutor(connection)
    plan = [each for each, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]
    for step in _steps(plan):
        step.code(apps, editor)
    for each in plan:
        executor.recorder.record_applied(each.app_label, each.name)


def _steps(plan: Iterable[Migration]) -> Iterator[Any]:
    """Give our steps that are not of models, such as tables to search in; elidable ones only move rows."""
    for each in plan:
        if each.__module__.startswith("aftersale."):
            yield from (step for step in each.operations if isinstance(step, RunPython) and not step.elidable)
