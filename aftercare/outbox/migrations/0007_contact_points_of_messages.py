"""Messages to a contact point beside the mailbox of the account; the order of claims begins with the channel."""

import importlib

from django.db import migrations, models

# SQLite makes the table anew where a constraint changes, and loses its trigger.
trigger = importlib.import_module("aftercare.outbox.migrations.0003_finished_messages_never_reopen")


def restore_trigger(apps, editor):
    if editor.connection.vendor == "sqlite":
        editor.execute("DROP TRIGGER IF EXISTS outbox_finished_never_reopens", params=None)
        trigger.make(apps, editor)


class Migration(migrations.Migration):
    dependencies = [("outbox", "0006_heartbeat_of_each_worker")]

    operations = [
        migrations.AddField(model_name="message", name="point", field=models.UUIDField(null=True)),
        migrations.AlterField(
            model_name="message",
            name="channel",
            field=models.CharField(
                choices=[("email", "e-mail"), ("sms", "SMS"), ("push", "push")], default="email", max_length=20
            ),
        ),
        migrations.AlterField(
            model_name="channelstate",
            name="channel",
            field=models.CharField(
                choices=[("email", "e-mail"), ("sms", "SMS"), ("push", "push")],
                max_length=20,
                primary_key=True,
                serialize=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(("point__isnull", False)),
                fields=("kind", "subject", "recipient", "channel", "point", "repeat"),
                name="one_message_per_kind_subject_recipient_point_and_repeat",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="message",
            name="one_message_per_kind_subject_recipient_channel_and_repeat",
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(("point", None)),
                fields=("kind", "subject", "recipient", "channel", "repeat"),
                name="one_message_per_kind_subject_recipient_channel_and_repeat",
            ),
        ),
        migrations.RemoveIndex(model_name="message", name="message_unfinished"),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state__in", ["pending", "sending", "retrying"])),
                fields=["channel", "priority", "next_attempt_at", "subject", "id"],
                name="message_unfinished",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("point__isnull", False)),
                fields=["point", "-created_at"],
                name="message_of_a_point",
            ),
        ),
        migrations.RunPython(restore_trigger, migrations.RunPython.noop),
    ]
