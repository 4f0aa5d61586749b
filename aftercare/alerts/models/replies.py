"""What came in from a telephone: replies by SMS and key presses of calls, each taken once."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils.crypto import salted_hmac

KEPT = timedelta(days=30)  # longer than any reply is worth


class Reply(models.Model):
    """A reply that was taken: its provider's id, and what came of it. Sent again, it is answered the same."""

    class Result(models.TextChoices):
        YOURS = "yours"
        TAKEN = "taken"
        CLOSED = "closed"
        OLD = "old"
        NOT_TOLD = "not_told"
        SHARED = "shared"
        NO_NUMBER = "no_number"
        UNCLEAR = "unclear"
        STRANGER = "stranger"
        STOPPED = "stopped"
        STARTED = "started"

    sid = models.CharField(primary_key=True, max_length=64)
    received_at = models.DateTimeField(db_index=True)
    # Of whom it came, as a keyed hash: limits are counted by it.
    sender = models.CharField(max_length=64)
    result = models.CharField(max_length=20, choices=Result)
    # The number that was named, or that of the alert or drill of the call.
    number = models.PositiveIntegerField(null=True)

    objects: ClassVar = models.Manager["Reply"]()

    class Meta:
        verbose_name_plural = "Replies"

    def __str__(self) -> str:
        return f"reply {self.sid} ({self.result})"

    @staticmethod
    def sender_of(number: str) -> str:
        """Return the keyed hash of a telephone number."""
        return salted_hmac("aftercare.alerts.reply", number, algorithm="sha256").hexdigest()
