"""The token in the link of a reminder: derived from the reminder and the secret key, stored as a hash."""

from __future__ import annotations

import base64
from uuid import UUID

from django.utils.crypto import salted_hmac

from aftercare.checkins.models import Reminder

# 96 bits in 16 characters: an SMS has room for few.
TOKEN_BYTES = 12


def token_of(reminder_id: UUID) -> str:
    """Return the token of a reminder: the same in each of its messages."""
    digest = salted_hmac("aftercare.checkins.reminder", str(reminder_id), algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).decode()


def path_of(reminder_id: UUID) -> str:
    """Return the path that opens the check-in."""
    return f"/r/{token_of(reminder_id)}/"


def reminder_of(token: str) -> Reminder | None:
    """Return the reminder of a token, with its patient, user and clinic; None for an unknown token."""
    found = Reminder.objects.filter(token_hash=Reminder.hash_of(token))
    return found.select_related("patient__user", "patient__clinic").first()
