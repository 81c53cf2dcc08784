from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0031_waiting"),
    ]

    operations = [
        migrations.AddField(
            model_name="action",
            name="holder",
            field=models.CharField(blank=True, default="", max_length=32),
        ),
    ]
