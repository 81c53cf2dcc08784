from django.db import migrations

import aftersale.shops.encryption


class Migration(migrations.Migration):
    dependencies = [("tickets", "0060_action_holder")]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="sealed",
            field=aftersale.shops.encryption.EncryptedJSONField(blank=True, default=dict),
        ),
    ]
