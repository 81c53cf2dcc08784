from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0032_home"),
    ]

    operations = [
        migrations.AddField(
            model_name="action",
            name="holder",
            field=models.CharField(blank=True, default="", max_length=32),
        ),
    ]
