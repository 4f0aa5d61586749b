from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0008_calls_chats_and_pagers")]

    operations = [
        migrations.AddField(
            model_name="channelstate",
            name="next_turn_at",
            field=models.DateTimeField(null=True),
        ),
    ]
