import django.db.models.deletion
from django.db import migrations, models

from aftersale.shops.spare_indexes import drop_spare


class Migration(migrations.Migration):
    dependencies = [("evidence", "0002_initial"), ("shops", "0005_limits")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                drop_spare(("evidence", "Event", "shop_id"), ("evidence", "PersonalValue", "event_id"))
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="event",
                    name="shop",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.shop",
                    ),
                ),
                migrations.AlterField(
                    model_name="personalvalue",
                    name="event",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="personal",
                        to="evidence.event",
                    ),
                ),
            ],
        ),
    ]
