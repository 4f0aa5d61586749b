"""E-mail, through the configured Django backend."""

from __future__ import annotations

import contextlib
import re
import smtplib
import uuid
from dataclasses import dataclass
from email.utils import formataddr, formatdate, parseaddr
from functools import lru_cache
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.filebased import EmailBackend as FileBackend
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address
from django.utils import timezone

from aftercare.outbox.channels.base import (
    DeliveryError,
    OutageError,
    OutgoingMail,
    point_address,
    require_open_account,
)
from aftercare.outbox.registry import Content

PERMANENT_FROM = 500  # SMTP reply codes: 4xx may pass later, 5xx will not
CLOSING = 421  # the server is shutting down; the reply says nothing about the message
# A header value that needs neither encoding nor folding.
SHORT_AND_PLAIN = re.compile(r"[ -~]{1,76}")
COMMON_HEADERS = {"Auto-Submitted": "auto-generated"}
QUIT_TIMEOUT_SECONDS = 1.0  # seconds to wait for the reply to QUIT: the mails are accepted by then


@dataclass(frozen=True, kw_only=True, slots=True)
class EncodedEmail:
    """An e-mail encoded for SMTP: envelope addresses and the bytes of header and body."""

    sender: str
    recipient: str
    text: bytes


class Email:
    """E-mail through the configured Django backend."""

    def session(self) -> EmailSession:
        return EmailSession()


class _HungUpError(Exception):
    """The server closed the connection. `meaning`: the error to raise if a new connection fails too."""

    def __init__(self, meaning: DeliveryError | OutageError) -> None:
        super().__init__(str(meaning))
        self.meaning = meaning


class EmailSession:
    """An SMTP session reused for several mails; file backends write one file per mail."""

    def __init__(self) -> None:
        self.backend: EmailBackend | None = None
        self.sent_before = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        socket = getattr(self.backend and self.backend.connection, "sock", None)
        if self.backend is not None and socket is not None:
            socket.settimeout(QUIT_TIMEOUT_SECONDS)
            with contextlib.suppress(OSError):
                self.backend.close()

    def send(self, mail: OutgoingMail) -> None:
        """Send one mail; reconnect once if a reused connection was closed. All attempts have the same headers."""
        if self.backend is None:
            backend = backend_of_settings()
            if not isinstance(backend, EmailBackend):
                write(email_message(mail), backend)
                return
            self.backend = backend
        encoded = encode(mail)
        if self.sent_before:
            try:
                self.converse(encoded, self.backend)
            except _HungUpError:
                # The server may have closed the connection since the mail before.
                self.forget_connection()
            else:
                return
        try:
            self.converse(encoded, self.backend)
        except _HungUpError as error:
            self.forget_connection()
            raise error.meaning from error
        self.sent_before = True

    def converse(self, encoded: EncodedEmail, backend: EmailBackend) -> None:
        """Send one mail over SMTP and map the errors of smtplib to those of this module."""
        server = connect(backend)
        try:
            server.sendmail(encoded.sender, [encoded.recipient], encoded.text)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _reply in error.recipients.values()]
            raise refusal(codes, "recipient refused") from error
        except smtplib.SMTPSenderRefused as error:
            # The server refuses the sender address, so it would refuse every message.
            raise OutageError(f"sender refused {error.smtp_code}") from error
        except smtplib.SMTPResponseException as error:
            raise refusal([error.smtp_code], "mail server replied") from error
        except (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError) as error:
            # smtplib reports a timeout of its own as "disconnected".
            if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
                self.forget_connection()
                raise DeliveryError("mail server: no reply in time", permanent=False) from error
            raise _HungUpError(DeliveryError("mail server hung up", permanent=False)) from error
        except OSError as error:
            self.forget_connection()
            raise DeliveryError(f"mail server: {type(error).__name__}", permanent=False) from error

    def forget_connection(self) -> None:
        """Drop the connection without QUIT."""
        self.sent_before = False
        if self.backend is not None and self.backend.connection is not None:
            self.backend.connection.close()
            self.backend.connection = None


def refusal(codes: list[int], what: str) -> DeliveryError | _HungUpError:
    """Map SMTP reply codes to an error."""
    if CLOSING in codes:
        return _HungUpError(OutageError(f"mail server is closing ({CLOSING})"))
    permanent = all(code >= PERMANENT_FROM for code in codes)
    return DeliveryError(f"{what} {', '.join(map(str, codes))}", permanent=permanent)


def backend_of_settings() -> Any:
    """Return the configured mail backend; raise OutageError if it cannot be created (missing folder)."""
    try:
        return get_connection()
    except (ImproperlyConfigured, OSError) as error:
        raise OutageError(f"e-mail: {type(error).__name__}") from error


def connect(backend: EmailBackend) -> smtplib.SMTP:
    """Open the connection if there is none; every failure, a wrong password too, is an OutageError."""
    try:
        backend.open()
    except OSError as error:
        half_open = getattr(backend, "_partial_connection", None)
        if half_open is not None:
            # Django would send QUIT, and block for as long as the server hangs.
            half_open.close()
            backend._partial_connection = None  # type: ignore[attr-defined]
        code = getattr(error, "smtp_code", "")
        raise OutageError(f"mail server: {type(error).__name__} {code}".strip()) from error
    assert backend.connection is not None
    return backend.connection


def write(mail: EmailMessage, backend: Any) -> None:
    """Write one mail to a file or console backend; each mail gets a file of its own."""
    if isinstance(backend, FileBackend):
        # Django names files by the second and by id(), which the next mail may share.
        backend._fname = f"{backend.file_path}/{timezone.now():%Y%m%d-%H%M%S}-{uuid.uuid4()}.log"  # type: ignore[attr-defined]
    try:
        backend.send_messages([mail])
    except OSError as error:
        raise OutageError(f"mail folder: {type(error).__name__}") from error


def email_message(mail: OutgoingMail) -> EmailMessage:
    """Return the mail as Django's EmailMessage; raise DeliveryError if the recipient has no usable address."""
    content, address = mail.content, address_of(mail)
    return EmailMessage(
        content.subject,
        content.body,
        from_address(mail.sender_name),
        [address],
        headers=headers_of(mail) | COMMON_HEADERS,
    )


def encode(mail: OutgoingMail) -> EncodedEmail:
    """Return the mail encoded for SMTP; raise DeliveryError if the recipient has no usable address.

    The part that all recipients share is encoded once and cached: encoding was half the cost of a backlog.
    """
    address, sender = address_of(mail), in_ascii(settings.DEFAULT_FROM_EMAIL)
    own = {"To": address, "Date": formatdate(), **headers_of(mail)}
    if not all(SHORT_AND_PLAIN.fullmatch(value) for value in own.values()):
        text = smtp_bytes(email_message(mail).message())
        return EncodedEmail(sender=sender, recipient=in_ascii(address), text=text)
    head = "".join(f"{name}: {value}\r\n" for name, value in own.items())
    text = shared_part(mail.content, from_address(mail.sender_name))
    return EncodedEmail(sender=sender, recipient=address, text=head.encode() + text)


@lru_cache(maxsize=256)
def shared_part(content: Content, sender: str) -> bytes:
    """Return the encoded headers and body that are the same for every recipient."""
    mail = EmailMessage(content.subject, content.body, sender, headers=COMMON_HEADERS).message()
    for theirs in ("Date", "Message-ID"):
        del mail[theirs]
    return smtp_bytes(mail)


def from_address(name: str) -> str:
    """Return the From header: the portal's address with the name of the sending clinic."""
    _own_name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    # Remove line breaks, quotes and backslashes: they could start another header or end the name.
    plain = " ".join(name.replace('"', "").replace("\\", "").split())
    if not plain:
        return settings.DEFAULT_FROM_EMAIL
    # Django encodes a name that is not ASCII, and folds a long one.
    return formataddr((plain, address)) if plain.isascii() else f'"{plain}" <{address}>'


def smtp_bytes(mail: Any) -> bytes:
    """Return a message as bytes with SMTP line endings."""
    text: bytes = mail.as_bytes(linesep="\r\n")
    return text


@lru_cache(maxsize=256)
def in_ascii(address: str) -> str:
    """Return an address with its domain in punycode, as every mail server accepts it."""
    return sanitize_address(address, settings.DEFAULT_CHARSET)


def address_of(mail: OutgoingMail) -> str:
    """Return the address of the content, else of the contact point, else the recipient's current one.

    Raise DeliveryError if there is none or the account is closed.
    """
    require_open_account(mail)
    address = mail.content.to or own_address(mail)
    if not address:
        raise DeliveryError("the recipient has no e-mail address", permanent=True)
    return address


def own_address(mail: OutgoingMail) -> str:
    """Return the address of the contact point if the mail goes to one, else that of the account."""
    return point_address(mail) if mail.point else str(mail.recipient.email)


def headers_of(mail: OutgoingMail) -> dict[str, str]:
    """Return the headers that differ from mail to mail."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    headers = {
        "Message-ID": f"<{mail.id}@{host}>",
        "X-Aftercare-Message": ", ".join(str(message.pk) for message in mail.messages),
    }
    if mail.content.unsubscribe:
        headers["List-Unsubscribe"] = f"<{settings.SITE_URL}{mail.content.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers
