"""Keep counts of replies, filled from the uses so far."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import django.db.models.deletion
from django.db import migrations, models

if TYPE_CHECKING:
    from django.apps.registry import Apps
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def fill(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Count the uses there are."""
    uses, worked = Counter[tuple[int, str]](), Counter[tuple[int, str]]()
    rows = apps.get_model("negotiation", "ReplyUse").objects.values_list(
        "shop_id", "built_in", "version__reply_id", "talk__state"
    )
    for shop, built_in, reply, state in rows.iterator():
        key = (shop, built_in or f"r{reply}")
        uses[key] += 1
        worked[key] += state == "agreed"
    count = apps.get_model("negotiation", "ReplyCount")
    count.objects.bulk_create(
        [count(shop_id=key[0], code=key[1], uses=times, worked=worked[key]) for key, times in uses.items()]
    )


class Migration(migrations.Migration):
    """Add the table and fill it."""

    dependencies = (
        ("shops", "0080_costs"),
        ("negotiation", "0001_initial"),
    )

    operations = (
        migrations.CreateModel(
            name="ReplyCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=48)),
                ("uses", models.PositiveIntegerField(default=0)),
                ("worked", models.PositiveIntegerField(default=0)),
                (
                    "shop",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.shop",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="replycount",
            constraint=models.UniqueConstraint(fields=("shop", "code"), name="one_count_a_reply"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.RemoveIndex(model_name="replyuse", name="use_of_built_in"),
    )
