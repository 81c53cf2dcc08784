from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0080_blamed")]

    operations = [
        migrations.AddField(
            model_name="pack",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0),
        ),
    ]
