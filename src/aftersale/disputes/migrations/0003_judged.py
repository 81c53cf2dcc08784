from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("disputes", "0002_search")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["shop", "judged_at"], name="case_judged"),
        ),
        migrations.AddField(
            model_name="submission",
            name="addressed_at",
            field=models.DateTimeField(null=True),
        ),
    ]
