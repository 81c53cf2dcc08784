"""Let a parcel lie with another shop than the one it was booked in first."""

from django.db import migrations, models

BY = [
    ("", "无主件"),
    ("waybill", "退货单号"),
    ("order", "订单号"),
    ("person", "人工认领"),
    ("moved", "转到别的店铺"),
]


class Migration(migrations.Migration):
    dependencies = [("returns", "0002_initial")]

    operations = [
        migrations.AlterField(
            model_name="match", name="by", field=models.CharField(choices=BY, max_length=16)
        ),
        migrations.AlterField(
            model_name="parcel",
            name="matched_by",
            field=models.CharField(blank=True, choices=BY, default="", max_length=16),
        ),
    ]
