import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("shops", "0005_limits"),
        ("tickets", "0020_assignment"),
    ]

    operations = [
        migrations.AlterField(
            model_name="batch",
            name="kind",
            field=models.CharField(
                choices=[
                    ("approve", "按建议处理"),
                    ("assign", "分配"),
                    ("note", "备注"),
                    ("label", "标签"),
                    ("extend", "延长收货"),
                ],
                max_length=8,
            ),
        ),
        migrations.CreateModel(
            name="Label",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=16)),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="labels", to="shops.shop"
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="labels",
                        to="tickets.ticket",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["shop", "name"], name="label_by_name")],
                "constraints": [
                    models.UniqueConstraint(fields=("ticket", "name"), name="one_label_a_name_of_a_ticket")
                ],
            },
        ),
    ]
