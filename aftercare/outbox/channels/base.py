"""What every delivery channel shares: the mail that it sends, and errors that say whether a retry can help."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Any, Protocol, Self

from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content


class DeliveryError(Exception):
    """A message was not accepted. `permanent`: a retry would fail in the same way.

    `is_gone`: the contact point does not exist any more, or its owner has stopped it; it is disabled at once.
    `wait`: how long the provider asks to wait before the next attempt.
    """

    def __init__(
        self, text: str, *, permanent: bool, is_gone: bool = False, wait: timedelta | None = None
    ) -> None:
        super().__init__(text)
        self.permanent = permanent
        self.is_gone = is_gone
        self.wait = wait


class OutageError(Exception):
    """The provider is unreachable, or wants no more now, so no message can be sent.

    `pause`: how long it asked to be left alone.
    """

    def __init__(self, text: str, *, pause: timedelta | None = None) -> None:
        super().__init__(text)
        self.pause = pause


@dataclass(frozen=True, kw_only=True, slots=True)
class OutgoingMail:
    """Rendered content for one recipient, standing for one or several messages.

    `sender_name`: name of the clinic, if the mail is about one; without it the portal's own name stands in
    From. `address`: where the contact point is; empty if there is none, or it does not count any more.
    """

    id: uuid.UUID
    messages: tuple[Message, ...]
    content: Content
    sender_name: str = ""
    address: str = ""

    @property
    def recipient(self) -> Any:
        """The user, with the address that is current at sending."""
        return self.messages[0].recipient

    @property
    def sender(self) -> int | None:
        """Id of the clinic in whose name the mail is sent; messages of several clinics are never batched."""
        return self.messages[0].sender

    @property
    def point(self) -> uuid.UUID | None:
        """Id of the contact point; None for the e-mail address of the account."""
        return self.messages[0].point


class Session(Protocol):
    """A connection to a provider that sends several mails in turn."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def send(self, mail: OutgoingMail) -> None:
        """Send one mail; raise DeliveryError if it is refused, OutageError if the provider is unreachable."""


class Channel(Protocol):
    def session(self) -> Session:
        """Return a new session; it connects at the first mail."""


class NotSetUp:
    """A channel that the operator has not set up; what was written for it can never leave."""

    def session(self) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        pass

    def send(self, _mail: OutgoingMail) -> None:
        raise DeliveryError("the channel is not set up", permanent=True)


def require_open_account(mail: OutgoingMail) -> None:
    """Raise DeliveryError if the recipient's account is closed."""
    if not mail.recipient.is_active:
        raise DeliveryError("the recipient's account is closed", permanent=True)


def point_address(mail: OutgoingMail) -> str:
    """Return the address of the contact point; raise DeliveryError if it does not count any more."""
    require_open_account(mail)
    if not mail.address:
        raise DeliveryError("the contact point does not count any more", permanent=True)
    return mail.address
