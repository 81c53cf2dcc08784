"""Keep how the buyer took a talk."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the column, empty for what nobody noted."""

    dependencies = (("negotiation", "0002_counts"),)

    operations = (
        migrations.AddField(
            model_name="negotiation",
            name="felt",
            field=models.CharField(
                blank=True,
                choices=[("pleased", "满意"), ("neutral", "一般"), ("unhappy", "不满意")],
                max_length=8,
                default="",
            ),
            preserve_default=False,
        ),
    )
