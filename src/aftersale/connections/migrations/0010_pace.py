from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("connections", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="link",
            name="poll_s",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="link",
            name="reveals_a_day",
            field=models.PositiveSmallIntegerField(default=100),
        ),
    ]
