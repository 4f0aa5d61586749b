"""The order in which claims take messages is that of the index, so that a claim reads no whole backlog."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0003_finished_messages_never_reopen")]

    operations = [
        migrations.RemoveIndex(model_name="message", name="message_unfinished"),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state__in", ["pending", "sending", "retrying"])),
                fields=["priority", "next_attempt_at", "subject", "id"],
                name="message_unfinished",
            ),
        ),
    ]
