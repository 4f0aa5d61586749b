"""How a message leaves: one class per channel, whose error says whether trying again can help."""

from __future__ import annotations

import contextlib
import re
import smtplib
import uuid
from dataclasses import dataclass
from email.utils import formataddr, formatdate, parseaddr
from functools import lru_cache
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.filebased import EmailBackend as FileBackend
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address
from django.utils import timezone

from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content

PERMANENT_FROM = 500  # SMTP reply codes: 4xx may pass later, 5xx will not
CLOSING = 421  # the server is going away; it says nothing of the message
# A header that needs no encoding and no second line.
SHORT_AND_PLAIN = re.compile(r"[ -~]{1,76}")
COMMON_HEADERS = {"Auto-Submitted": "auto-generated"}
QUIT_TIMEOUT_SECONDS = 1.0  # a server that has our mails need not keep us waiting for its good-bye


class DeliveryError(Exception):
    """A message did not leave. `permanent`: the same attempt would fail again."""

    def __init__(self, text: str, *, permanent: bool) -> None:
        super().__init__(text)
        self.permanent = permanent


class OutageError(Exception):
    """The provider itself can't be reached: no message can leave, whichever it is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OutgoingMail:
    """What is handed to the provider: one or several messages to one recipient, worded.

    `sender_name`: the clinic's, where the mail is about one; else the portal's own stands in From.
    """

    id: uuid.UUID
    messages: tuple[Message, ...]
    content: Content
    sender_name: str = ""

    @property
    def recipient(self) -> Any:
        """The user as he or she is now."""
        return self.messages[0].recipient

    @property
    def sender(self) -> int | None:
        """The id of the clinic that it is sent for; messages for several never leave as one mail."""
        return self.messages[0].sender


@dataclass(frozen=True, kw_only=True, slots=True)
class EncodedEmail:
    """An e-mail as a mail server gets it."""

    sender: str
    recipient: str
    text: bytes


class Session(Protocol):
    """A conversation with a provider, for several letters in a row."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def send(self, mail: OutgoingMail) -> None:
        """Hand one letter over; DeliveryError where it is not taken, OutageError where nobody is there."""


class Channel(Protocol):
    def session(self) -> Session:
        """A new conversation; it begins with the first letter."""


class Email:
    """E-mail by Django's configured backend."""

    def session(self) -> EmailSession:
        return EmailSession()


class _HungUpError(Exception):
    """The server ended the conversation. `meaning`: what that is to be taken for on a new connection."""

    def __init__(self, meaning: DeliveryError | OutageError) -> None:
        super().__init__(str(meaning))
        self.meaning = meaning


class EmailSession:
    """One connection to the mail server for several mails; mails to files are a file each."""

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
        """Hand one e-mail to the mail server. Its headers are the same at every attempt."""
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
                # A connection that was good for the mail before may have been closed since.
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
        """One conversation about one mail, its errors told apart."""
        server = connect(backend)
        try:
            server.sendmail(encoded.sender, [encoded.recipient], encoded.text)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _reply in error.recipients.values()]
            raise refusal(codes, "recipient refused") from error
        except smtplib.SMTPSenderRefused as error:
            # It is the clinic that the server will not send for: that is so for every message.
            raise OutageError(f"sender refused {error.smtp_code}") from error
        except smtplib.SMTPResponseException as error:
            raise refusal([error.smtp_code], "mail server replied") from error
        except (smtplib.SMTPServerDisconnected, TimeoutError, ConnectionError) as error:
            # Python's library says "disconnected" where it has itself waited in vain.
            if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
                self.forget_connection()
                raise DeliveryError("mail server: no reply in time", permanent=False) from error
            raise _HungUpError(DeliveryError("mail server hung up", permanent=False)) from error
        except OSError as error:
            self.forget_connection()
            raise DeliveryError(f"mail server: {type(error).__name__}", permanent=False) from error

    def forget_connection(self) -> None:
        """Drop a connection that is of no use, without a word to the server."""
        self.sent_before = False
        if self.backend is not None and self.backend.connection is not None:
            self.backend.connection.close()
            self.backend.connection = None


def refusal(codes: list[int], what: str) -> DeliveryError | _HungUpError:
    """What the server's reply codes come to."""
    if CLOSING in codes:
        return _HungUpError(OutageError(f"mail server is closing ({CLOSING})"))
    permanent = all(code >= PERMANENT_FROM for code in codes)
    return DeliveryError(f"{what} {', '.join(map(str, codes))}", permanent=permanent)


def backend_of_settings() -> Any:
    """Django's configured backend; OutageError where that can't be made, such as without its folder."""
    try:
        return get_connection()
    except (ImproperlyConfigured, OSError) as error:
        raise OutageError(f"e-mail: {type(error).__name__}") from error


def connect(backend: EmailBackend) -> smtplib.SMTP:
    """Reach the server, unless we have. Whatever fails here, a wrong password too, says nothing of a message."""
    try:
        backend.open()
    except OSError as error:
        half_open = getattr(backend, "_partial_connection", None)
        if half_open is not None:
            # Django would say good-bye to it, for as long as a server hangs.
            half_open.close()
            backend._partial_connection = None  # type: ignore[attr-defined]
        code = getattr(error, "smtp_code", "")
        raise OutageError(f"mail server: {type(error).__name__} {code}".strip()) from error
    assert backend.connection is not None
    return backend.connection


def write(mail: EmailMessage, backend: Any) -> None:
    """Write to a backend for files or the console. Each mail has one of its own, and so a file of its own."""
    if isinstance(backend, FileBackend):
        # Django names files by the second and a place in memory, which the next mail may have again.
        backend._fname = f"{backend.file_path}/{timezone.now():%Y%m%d-%H%M%S}-{uuid.uuid4()}.log"  # type: ignore[attr-defined]
    try:
        backend.send_messages([mail])
    except OSError as error:
        raise OutageError(f"mail folder: {type(error).__name__}") from error


def email_message(mail: OutgoingMail) -> EmailMessage:
    """The e-mail of a letter; DeliveryError where there is nowhere to send it."""
    content, address = mail.content, address_of(mail)
    return EmailMessage(
        content.subject,
        content.body,
        from_address(mail.sender_name),
        [address],
        headers=headers_of(mail) | COMMON_HEADERS,
    )


def encode(mail: OutgoingMail) -> EncodedEmail:
    """The same e-mail as it goes over the line; DeliveryError where there is nowhere to send it.

    What everybody reads is encoded once, not once for each: that was half of the work of a backlog.
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
    """The headers and the body that are the same in every recipient's mail."""
    mail = EmailMessage(content.subject, content.body, sender, headers=COMMON_HEADERS).message()
    for theirs in ("Date", "Message-ID"):
        del mail[theirs]
    return smtp_bytes(mail)


def from_address(name: str) -> str:
    """The line From: the portal's address, under the name of the clinic that writes."""
    _own_name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    # Without what could begin another header, or end the name.
    plain = " ".join(name.replace('"', "").replace("\\", "").split())
    if not plain:
        return settings.DEFAULT_FROM_EMAIL
    # Django encodes what is not ASCII, and folds it where it is long.
    return formataddr((plain, address)) if plain.isascii() else f'"{plain}" <{address}>'


def smtp_bytes(mail: Any) -> bytes:
    """A mail of Django's with the line ends of SMTP."""
    text: bytes = mail.as_bytes(linesep="\r\n")
    return text


@lru_cache(maxsize=256)
def in_ascii(address: str) -> str:
    """An address in the only letters that every mail server knows."""
    return sanitize_address(address, settings.DEFAULT_CHARSET)


def address_of(mail: OutgoingMail) -> str:
    """The recipient's address now; DeliveryError where there is none to send to."""
    if not mail.recipient.is_active:
        raise DeliveryError("the recipient's account is closed", permanent=True)
    if not mail.recipient.email:
        raise DeliveryError("the recipient has no e-mail address", permanent=True)
    return str(mail.recipient.email)


def headers_of(mail: OutgoingMail) -> dict[str, str]:
    """The headers of this mail alone."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return {
        "Message-ID": f"<{mail.id}@{host}>",
        "X-Aftercare-Message": ", ".join(str(message.pk) for message in mail.messages),
    }


CHANNELS: dict[str, Channel] = {Message.Channel.EMAIL: Email()}
