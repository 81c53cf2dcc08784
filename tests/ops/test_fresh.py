"""Lay out an empty database in one go: it is what all migrations one after another leave."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.ops.desks import OwnDesk

SHAPE = """
    import json, re
    from django.db import connection
    from django.contrib.contenttypes.models import ContentType
    from django.db.migrations.recorder import MigrationRecorder

    OURS = "namespace = 'public'::regnamespace"
    BY_ENGINE = {
        "sqlite": ("SELECT type || name, sql FROM sqlite_master WHERE type IN ('index', 'trigger')",),
        "postgresql": (
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE con" + OURS,
        ),
    }

    def constraint(name, about):
        # SQLite counts those without a name by their place in the table, which is free.
        named = "" if re.match("(fk|__unnamed_constraint)_[0-9]", name) else name
        return json.dumps([named, about], sort_keys=True, default=str)

    def table(cursor, name):
        described = connection.introspection.get_table_description(cursor, name)
        found = connection.introspection.get_constraints(cursor, name)
        columns = {each.name: each[1:] for each in described}
        return columns, sorted(constraint(*each) for each in found.items())

    with connection.cursor() as cursor:
        shape = {name: table(cursor, name) for name in connection.introspection.table_names(cursor)}
        for number, sql in enumerate(BY_ENGINE[connection.vendor]):
            cursor.execute(sql)
            shape[str(number)] = sorted(map(str, cursor.fetchall()))
    shape["migrations"] = sorted(MigrationRecorder.Migration.objects.values_list("app", "name"))
    shape["kinds"] = sorted(ContentType.objects.values_list("app_label", "model"))
    print(json.dumps(shape, default=str))
"""
MIGRATE = 'from django.core.management import call_command; call_command("migrate", verbosity=0)'
# Nobody here has a group. Of its number Django makes 4 bytes from the model and 8 by migrations.
APART = ("auth_group_permissions", "id")


def shape_of(desk: OwnDesk) -> dict[str, Any]:
    shape: dict[str, Any] = json.loads(desk.python(SHAPE))
    del shape[APART[0]][0][APART[1]]
    return shape


@pytest.mark.server
def test_an_empty_database_is_laid_out_as_all_migrations_would_leave_it(
    desk: OwnDesk, clean: OwnDesk
) -> None:
    clean.python(MIGRATE)
    laid_out, migrated = shape_of(desk), shape_of(clean)
    assert laid_out.keys() == migrated.keys()
    assert [name for name in migrated if laid_out[name] != migrated[name]] == []
    assert "tickets_search" in str(migrated)


def test_tables_that_are_there_already_are_not_laid_out_over(desk: OwnDesk) -> None:
    said = desk.python("""
        from django.db import DatabaseError
        from aftersale.config.fresh import lay_out
        from aftersale.shops.models import Shop
        try:
            lay_out()
        except DatabaseError as error:
            print("refused", Shop.objects.count())
    """)
    assert said == "refused 0"
