"""Channels by which people are called, and reached in a chat or by a pager. No statement reaches the database."""

from django.db import migrations, models

CHANNELS = [
    ("email", "e-mail"),
    ("sms", "SMS"),
    ("push", "push"),
    ("voice", "call"),
    ("chat", "chat"),
    ("pager", "pager"),
]


class Migration(migrations.Migration):
    dependencies = [("outbox", "0007_contact_points_of_messages")]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="channel",
            field=models.CharField(choices=CHANNELS, default="email", max_length=20),
        ),
        migrations.AlterField(
            model_name="channelstate",
            name="channel",
            field=models.CharField(choices=CHANNELS, max_length=20, primary_key=True, serialize=False),
        ),
    ]
