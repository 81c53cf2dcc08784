from django.db import migrations

import aftersale.shops.encryption


class Migration(migrations.Migration):
    dependencies = [("tickets", "0031_waiting")]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="sealed",
            field=aftersale.shops.encryption.EncryptedJSONField(blank=True, default=dict),
        ),
    ]
