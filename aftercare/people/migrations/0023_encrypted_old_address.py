"""Encrypt former addresses. PostgreSQL reads a short text as a long one without rewriting the table.

What is stored already stays as it is until `manage.py rotate_keys`.
"""

from django.db import migrations

from aftercare.people.encryption.fields import EncryptedTextField


class Migration(migrations.Migration):
    dependencies = [("people", "0022_seals")]
    operations = [
        migrations.AlterField(model_name="addresschange", name="old_address", field=EncryptedTextField()),
    ]
