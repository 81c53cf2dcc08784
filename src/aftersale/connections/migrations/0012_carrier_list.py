from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("connections", "0011_permissions"),
    ]

    operations = [
        migrations.CreateModel(
            name="CarrierList",
            fields=[
                ("platform", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("carriers", models.JSONField(default=dict)),
                ("read_at", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField()),
            ],
        ),
    ]
