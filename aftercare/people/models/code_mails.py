"""Mails with a code that prove an address, as the outbox is to send them."""

from __future__ import annotations

import uuid

from django.db import models

from aftercare.people.encryption.fields import EncryptedJSONField


class CodeMail(models.Model):
    """A mail with a code: its text is encrypted, and emptied once it was sent or has expired; kept for a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Address, subject, body and name of the sender.
    content = EncryptedJSONField(default=dict)
    created_at = models.DateTimeField(db_index=True)
    emptied_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"mail with a code {self.pk}"
