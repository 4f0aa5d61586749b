"""Links of messages to staff, by which the recipient answers without a session."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar

from django.db import models

from aftercare.outbox.models import Message

LIFE = timedelta(hours=2)


class AnswerLink(models.Model):
    """The link in one message, for its recipient alone. The token is derived from the message and stored nowhere."""

    message = models.OneToOneField(
        Message, on_delete=models.CASCADE, primary_key=True, related_name="answer_link"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    objects: ClassVar = models.Manager["AnswerLink"]()

    def __str__(self) -> str:
        return f"link of message {self.message_id}"

    @staticmethod
    def hash_of(token: str) -> str:
        """Return the hash under which a token is found."""
        return sha256(token.encode()).hexdigest()

    def is_usable(self, now: datetime) -> bool:
        """True within two hours of the message being handed over."""
        return now < (self.message.finished_at or self.created_at) + LIFE
