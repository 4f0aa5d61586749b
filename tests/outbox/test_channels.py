"""E-mail: what leaves, and which failures may pass later."""

import smtplib
import socket
from collections.abc import Callable

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.mail import EmailMessage

from aftercare.outbox.channels import DeliveryError, Email
from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content

pytestmark = pytest.mark.django_db
MakeMessage = Callable[..., Message]
CONTENT = Content(subject="Something waits", body="Sign in to read it.")


def test_a_mail_carries_the_id_of_its_message(make_message: MakeMessage, settings: LazySettings) -> None:
    settings.SITE_URL = "https://portal.example:8443"
    message = make_message()

    for _attempt in range(2):
        Email().send(message, CONTENT)

    sent = mail.outbox[0]
    assert (sent.subject, sent.body, sent.to) == (CONTENT.subject, CONTENT.body, ["ruth@test.example"])
    assert sent.extra_headers == {
        "Message-ID": f"<{message.pk}@portal.example>",
        "X-Aftercare-Message": str(message.pk),
        "Auto-Submitted": "auto-generated",
    }
    # The same at every attempt, so that a mailbox can tell a repeat.
    assert mail.outbox[1].extra_headers == sent.extra_headers


def test_without_an_address_there_is_no_use_in_trying_again(make_message: MakeMessage) -> None:
    message = make_message()
    message.recipient.email = ""

    with pytest.raises(DeliveryError) as failed:
        Email().send(message, CONTENT)

    assert failed.value.permanent


@pytest.mark.parametrize(
    ("error", "permanent"),
    [
        (smtplib.SMTPRecipientsRefused({"ruth@test.example": (550, b"no such user")}), True),
        (smtplib.SMTPRecipientsRefused({"ruth@test.example": (450, b"greylisted")}), False),
        (smtplib.SMTPDataError(554, b"refused"), True),
        (smtplib.SMTPDataError(452, b"full"), False),
        (smtplib.SMTPSenderRefused(553, b"not from you", "aftercare@test.example"), True),
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), False),
        (smtplib.SMTPConnectError(421, b"busy"), False),
        (smtplib.SMTPServerDisconnected("gone"), False),
        (ConnectionRefusedError(), False),
        (TimeoutError(), False),
        (socket.gaierror(-2, "unknown host"), False),
    ],
)
def test_a_failure_says_whether_trying_again_can_help(
    make_message: MakeMessage, monkeypatch: pytest.MonkeyPatch, error: Exception, permanent: bool
) -> None:
    def fails(_mail: EmailMessage) -> int:
        raise error

    monkeypatch.setattr(EmailMessage, "send", fails)

    with pytest.raises(DeliveryError) as failed:
        Email().send(make_message(), CONTENT)

    assert failed.value.permanent is permanent
    assert "ruth@test.example" not in str(failed.value)
