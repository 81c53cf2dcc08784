import django.db.models.deletion
from django.db import migrations, models

# The index of SQLite keeps no copy of the text; the triggers keep it equal to the table. Tokens are made by us and
# folded already: the plain tokenizer takes every character beyond ASCII, however new to Unicode, as it stands.
_SQLITE = (
    """CREATE VIRTUAL TABLE tickets_search USING fts5(
        text, content='tickets_searchtext', content_rowid='ticket_id', detail='none', tokenize='ascii'
    )""",
    """CREATE TRIGGER tickets_search_added AFTER INSERT ON tickets_searchtext BEGIN
        INSERT INTO tickets_search(rowid, text) VALUES (new.ticket_id, new.text);
    END""",
    """CREATE TRIGGER tickets_search_removed AFTER DELETE ON tickets_searchtext BEGIN
        INSERT INTO tickets_search(tickets_search, rowid, text) VALUES ('delete', old.ticket_id, old.text);
    END""",
    """CREATE TRIGGER tickets_search_changed AFTER UPDATE ON tickets_searchtext BEGIN
        INSERT INTO tickets_search(tickets_search, rowid, text) VALUES ('delete', old.ticket_id, old.text);
        INSERT INTO tickets_search(rowid, text) VALUES (new.ticket_id, new.text);
    END""",
)
# The tokens are made by us: a parser of PostgreSQL would cut codes with dashes and slashes in its own way.
_POSTGRESQL = (
    """CREATE INDEX tickets_search ON tickets_searchtext
        USING gin (array_to_tsvector(string_to_array(text, ' ')))""",
)
_MAKE = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
_DROP = {
    "sqlite": (
        "DROP TRIGGER tickets_search_added",
        "DROP TRIGGER tickets_search_removed",
        "DROP TRIGGER tickets_search_changed",
        "DROP TABLE tickets_search",
    ),
    "postgresql": ("DROP INDEX tickets_search",),
}


def make(apps, schema_editor):
    for statement in _MAKE[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def drop(apps, schema_editor):
    for statement in _DROP[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SearchText",
            fields=[
                (
                    "ticket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="search_text",
                        serialize=False,
                        to="tickets.ticket",
                    ),
                ),
                ("text", models.TextField()),
            ],
        ),
        migrations.RunPython(make, drop),
    ]
