"""Kinds of contact points by which people are called, and reached in a chat or by a pager."""

from django.db import migrations, models

KINDS = [
    ("push", "push"),
    ("sms", "SMS"),
    ("voice", "call"),
    ("pager", "pager"),
    ("chat", "chat"),
    ("email", "e-mail"),
]


class Migration(migrations.Migration):
    dependencies = [("people", "0029_contact_points")]

    operations = [
        migrations.AlterField(
            model_name="contactpoint", name="kind", field=models.CharField(choices=KINDS, max_length=20)
        ),
        migrations.AlterField(
            model_name="contactrule", name="kind", field=models.CharField(choices=KINDS, max_length=20)
        ),
    ]
