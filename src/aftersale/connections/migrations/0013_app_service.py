from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("connections", "0012_carrier_list"),
    ]

    operations = [
        migrations.AddField(
            model_name="link",
            name="service_id",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
    ]
