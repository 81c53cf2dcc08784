from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0022_automation_origin"),
    ]

    operations = [
        migrations.AddField(
            model_name="instruction",
            name="batch",
            field=models.CharField(blank=True, max_length=128),
        ),
        migrations.AddField(
            model_name="instruction",
            name="live",
            field=models.CharField(blank=True, max_length=128),
        ),
    ]
