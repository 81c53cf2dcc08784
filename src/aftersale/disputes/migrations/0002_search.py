from django.db import migrations

# As for tickets: the index of SQLite keeps no copy of the text; tokens are made by us and folded already.
_SQLITE = (
    """CREATE VIRTUAL TABLE disputes_search USING fts5(
        text, content='disputes_casetext', content_rowid='case_id', detail='none', tokenize='ascii'
    )""",
    """CREATE TRIGGER disputes_search_added AFTER INSERT ON disputes_casetext BEGIN
        INSERT INTO disputes_search(rowid, text) VALUES (new.case_id, new.text);
    END""",
    """CREATE TRIGGER disputes_search_removed AFTER DELETE ON disputes_casetext BEGIN
        INSERT INTO disputes_search(disputes_search, rowid, text) VALUES ('delete', old.case_id, old.text);
    END""",
    """CREATE TRIGGER disputes_search_changed AFTER UPDATE ON disputes_casetext BEGIN
        INSERT INTO disputes_search(disputes_search, rowid, text) VALUES ('delete', old.case_id, old.text);
        INSERT INTO disputes_search(rowid, text) VALUES (new.case_id, new.text);
    END""",
)
_POSTGRESQL = (
    """CREATE INDEX disputes_search ON disputes_casetext
        USING gin (array_to_tsvector(string_to_array(text, ' ')))""",
)
_MAKE = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
_DROP = {
    "sqlite": (
        "DROP TRIGGER disputes_search_added",
        "DROP TRIGGER disputes_search_removed",
        "DROP TRIGGER disputes_search_changed",
        "DROP TABLE disputes_search",
    ),
    "postgresql": ("DROP INDEX disputes_search",),
}


def make(apps, schema_editor):
    for statement in _MAKE[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def drop(apps, schema_editor):
    for statement in _DROP[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("disputes", "0001_initial")]

    operations = [migrations.RunPython(make, drop)]
