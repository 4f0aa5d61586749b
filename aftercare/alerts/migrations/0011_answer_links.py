"""Links of messages to staff, by which the recipient answers without a session."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alerts", "0010_numbers"), ("outbox", "0007_contact_points_of_messages")]

    operations = [
        migrations.CreateModel(
            name="AnswerLink",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="answer_link",
                        serialize=False,
                        to="outbox.message",
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField()),
            ],
        ),
    ]
