from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0021_label"),
    ]

    operations = [
        migrations.AddField(
            model_name="automationrule",
            name="from_platform",
            field=models.BooleanField(default=False),
        ),
    ]
