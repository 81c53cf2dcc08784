from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("connections", "0010_pace")]

    operations = [
        migrations.AddField(
            model_name="link",
            name="permissions",
            field=models.JSONField(default=dict),
        ),
    ]
