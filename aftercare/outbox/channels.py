"""How a message leaves: one class per channel, whose error says whether trying again can help."""

from __future__ import annotations

import smtplib
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content

PERMANENT_FROM = 500  # SMTP reply codes: 4xx may pass later, 5xx will not
AUTHENTICATION_FAILED = 535  # a wrong password of ours is mended by us, so it is worth another try


class DeliveryError(Exception):
    """A message did not leave. `permanent`: the same attempt would fail again."""

    def __init__(self, text: str, *, permanent: bool) -> None:
        super().__init__(text)
        self.permanent = permanent


class Channel(Protocol):
    def send(self, message: Message, content: Content) -> None:
        """Hand the message to its provider; DeliveryError where that fails."""


class Email:
    """E-mail by Django's configured backend."""

    def send(self, message: Message, content: Content) -> None:
        """Hand one e-mail to the mail server. Its headers are the same at every attempt."""
        address = message.recipient.email
        if not address:
            raise DeliveryError("the recipient has no e-mail address", permanent=True)
        host = urlsplit(settings.SITE_URL).hostname or "localhost"
        headers = {
            "Message-ID": f"<{message.pk}@{host}>",
            "X-Aftercare-Message": str(message.pk),
            "Auto-Submitted": "auto-generated",
        }
        mail = EmailMessage(content.subject, content.body, to=[address], headers=headers)
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _reply in error.recipients.values()]
            permanent = all(code >= PERMANENT_FROM for code in codes)
            raise DeliveryError(f"recipient refused ({codes})", permanent=permanent) from error
        except smtplib.SMTPResponseException as error:
            code = error.smtp_code
            permanent = code >= PERMANENT_FROM and code != AUTHENTICATION_FAILED
            raise DeliveryError(f"mail server replied {code}", permanent=permanent) from error
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryError(f"mail server: {type(error).__name__}", permanent=False) from error


CHANNELS: dict[str, Channel] = {Message.Channel.EMAIL: Email()}
