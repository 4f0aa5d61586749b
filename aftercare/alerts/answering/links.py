"""Links in SMS and push messages: each leads to a page for the message's recipient alone."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.crypto import salted_hmac

from aftercare.alerts.models import AnswerLink
from aftercare.outbox.models import Message

# 96 bits in 16 characters: an SMS has room for few.
TOKEN_BYTES = 12


def token_of(message_id: UUID) -> str:
    """Return the token of a message's link: the same for each try to send it, so that any copy of it works."""
    digest = salted_hmac("aftercare.alerts.answer_link", str(message_id), algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:TOKEN_BYTES]).decode()


def own_links(messages: Sequence[Message], now: datetime) -> dict[UUID, str]:
    """Keep the links of these messages; return their paths by message id."""
    tokens = {message.pk: token_of(message.pk) for message in messages}
    AnswerLink.objects.bulk_create(
        (
            AnswerLink(message_id=pk, token_hash=AnswerLink.hash_of(token), created_at=now)
            for pk, token in tokens.items()
        ),
        # A retry after the secret key was changed has another token.
        update_conflicts=True,
        unique_fields=["message"],
        update_fields=["token_hash"],
    )
    return {pk: f"/h/{token}/" for pk, token in tokens.items()}


def link_of(token: str) -> AnswerLink | None:
    """Return the link of a token, with its message and recipient; None for an unknown token."""
    found = AnswerLink.objects.filter(token_hash=AnswerLink.hash_of(token))
    return found.select_related("message__recipient").first()
