import django.db.models.deletion
from django.db import migrations, models

from aftersale.shops.spare_indexes import drop_spare


class Migration(migrations.Migration):
    dependencies = [("shops", "0005_limits"), ("tickets", "0061_sealed")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                drop_spare(
                    ("tickets", "Buyer", "shop_id"),
                    ("tickets", "Deadline", "ticket_id"),
                    ("tickets", "OrderLine", "shop_id"),
                    ("tickets", "StoredDecision", "ticket_id"),
                    ("tickets", "Ticket", "buyer_id"),
                    ("tickets", "Ticket", "shop_id"),
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="buyer",
                    name="shop",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="buyers",
                        to="shops.shop",
                    ),
                ),
                migrations.AlterField(
                    model_name="deadline",
                    name="ticket",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deadlines",
                        to="tickets.ticket",
                    ),
                ),
                migrations.AlterField(
                    model_name="orderline",
                    name="shop",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="shops.shop",
                    ),
                ),
                migrations.AlterField(
                    model_name="storeddecision",
                    name="ticket",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="tickets.ticket",
                    ),
                ),
                migrations.AlterField(
                    model_name="ticket",
                    name="buyer",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="tickets.buyer",
                    ),
                ),
                migrations.AlterField(
                    model_name="ticket",
                    name="shop",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="shops.shop",
                    ),
                ),
            ],
        ),
    ]
